"""Gaps of a run: their table, their causes, and gaps of other kinds than coverage."""
