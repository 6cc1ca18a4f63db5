"""One path: `phusong link` and `phusong pathloss`."""
