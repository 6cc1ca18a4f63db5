"""Where the next stations go: candidates, coverage sets, maximal covering with a proven bound."""
