"""Measures of error, by the exact definitions of the field.

========== ==========================================================================
`pose`     joints, vertices, keypoints, rotations: mpjpe, pa_mpjpe, pve, pck, pckh, …
`coverage` how much of what is real a generator covers
`parts`    body parts pixel by pixel: accuracy, IoU, F1
========== ==========================================================================
"""

from vhlib.metrics.coverage import coverage
from vhlib.metrics.parts import Confusion, confusion
from vhlib.metrics.pose import Align, acceleration_error, mpjpe, pa_mpjpe, pck, pckh, pve, rotation_error

__all__ = [
    "Align",
    "Confusion",
    "acceleration_error",
    "confusion",
    "coverage",
    "mpjpe",
    "pa_mpjpe",
    "pck",
    "pckh",
    "pve",
    "rotation_error",
]
