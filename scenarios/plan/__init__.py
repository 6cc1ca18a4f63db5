"""Where the next stations go: `phusong plan`, its inputs, its proof, its files and its map."""
