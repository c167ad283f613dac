"""Figures from arrays: returned, never shown.

============= =============================================================
`palette`     colours that people with any colour vision can tell apart
`images`      images side by side, as a figure
`sheets`      images side by side, pixel for pixel
`keypoints`   keypoints and limbs drawn on an image
`masks`       two masks against each other
`parts`       part maps in colours
`curves`      energies, losses and errors
`described`   a picture with words, as a notebook shows it
`pixels`      images as files hold them
============= =============================================================
"""

from vhlib.viz.curves import curves
from vhlib.viz.described import Described
from vhlib.viz.images import grid
from vhlib.viz.keypoints import draw_keypoints, draw_skeleton
from vhlib.viz.masks import compare_masks
from vhlib.viz.palette import COLOURS, HEAT, PARTS, heat, rgb
from vhlib.viz.parts import paint_parts, part_colours
from vhlib.viz.pixels import to_bytes
from vhlib.viz.sheets import contact_sheet

__all__ = [
    "COLOURS",
    "HEAT",
    "PARTS",
    "Described",
    "compare_masks",
    "contact_sheet",
    "curves",
    "draw_keypoints",
    "draw_skeleton",
    "grid",
    "heat",
    "paint_parts",
    "part_colours",
    "rgb",
    "to_bytes",
]
