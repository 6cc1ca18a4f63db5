"""How sure a run is: its keys, its answer, its files."""
