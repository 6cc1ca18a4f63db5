"""Interactive maps in one self-contained HTML file that opens without a network."""
