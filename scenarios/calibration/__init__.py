"""`phusong calibrate`: measurements and a scenario in, a calibrated model and its proof out."""
