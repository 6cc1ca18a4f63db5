"""Calibration: a model's error against measurements, fitted, validated and put back into predictions."""
