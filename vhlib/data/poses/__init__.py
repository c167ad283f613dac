"""A library of natural human motion, made here: no motion capture, no licence, any number of poses.

- `motion`: what is drawn for each motion, its cycle, and curves through keyframes.
- `figure`: anatomical angles, and hands and feet in their places, as SMPL joints.
- `gait`: the families of motions.
- `library`: `PoseLibrary`, which samples poses and clips of them.
"""

from vhlib.data.poses.library import FAMILIES, PoseBatch, PoseLibrary

__all__ = ["FAMILIES", "PoseBatch", "PoseLibrary"]
