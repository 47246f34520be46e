"""Calibration: history matching of the model against the calibration rows of the targets, in blocks, then together."""

from sp_abm.calibration.engine import calibrate, plan

__all__ = ["calibrate", "plan"]
