"""The drivers over scalars: radial sweep, path kernel, accumulation. Loops and indices only."""
