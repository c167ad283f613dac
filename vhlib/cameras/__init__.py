"""Cameras: from the world to pixels and back.

============= ==================================================================================
`perspective` the pinhole camera
`weak`        HMR's scaled orthographic camera, and the pinhole camera that sees the same
`crops`       square windows around people; points and cameras through them and back
`frames`      world, OpenCV, OpenGL, PyTorch3D; the only file that flips axes
============= ==================================================================================
"""

from vhlib.cameras.crops import Crop
from vhlib.cameras.frames import facing_camera, look_at, opencv_to_opengl, opencv_to_pytorch3d, pytorch3d_camera
from vhlib.cameras.perspective import PerspectiveCamera, project_points, world_to_pixels
from vhlib.cameras.weak import WeakPerspectiveCamera, project_weakly

__all__ = [
    "Crop",
    "PerspectiveCamera",
    "WeakPerspectiveCamera",
    "facing_camera",
    "look_at",
    "opencv_to_opengl",
    "opencv_to_pytorch3d",
    "project_points",
    "project_weakly",
    "pytorch3d_camera",
    "world_to_pixels",
]
