"""The province's other networks: fixed broadband, loudspeakers, and the load of the cells."""
