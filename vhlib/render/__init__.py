"""Triangles to pixels: hard and soft rasterization, shading, whole pictures. Takes vertices and faces, never a body.

=================== ===================================================================
`types`             what a rasterizer takes and returns
`backends`          picks one: torch (default), numba, PyTorch3D, or the reference
`reference`         both passes as one reads them in the papers: begin here
`torch_backend`     the hard pass in plain torch; `coverage` is its soft one
`numba_backend`     both, compiled, for the CPU
`pytorch3d_backend` PyTorch3D behind the same protocol
`screen`, `tiles`   what they share: vertices before the near plane; boxes cut into tiles
`soft`              part maps, depths and colours with gradients
`shading`           lights and matt or shiny surfaces; `harmonics`: light from all around
`textures`          pictures wrapped around surfaces
`scenes`            whole pictures in one call: overlay, shaded, part_map, depth_map
`portraits`         bodies as a viewer in front of them sees them
=================== ===================================================================
"""

from vhlib.render.backends import available, backend
from vhlib.render.harmonics import Harmonics, harmonics, to_harmonics
from vhlib.render.scenes import depth_map, overlay, part_map, shaded
from vhlib.render.shading import MATT, STUDIO, Light, Lighting, lambert, phong, shade
from vhlib.render.soft import soft_colours, soft_depth, soft_parts
from vhlib.render.textures import Texture
from vhlib.render.types import NEAR, Camera, Fragments, Rasterizer

__all__ = [
    "MATT",
    "NEAR",
    "STUDIO",
    "Camera",
    "Fragments",
    "Harmonics",
    "Light",
    "Lighting",
    "Rasterizer",
    "Texture",
    "available",
    "backend",
    "depth_map",
    "harmonics",
    "lambert",
    "overlay",
    "part_map",
    "phong",
    "shade",
    "shaded",
    "soft_colours",
    "soft_depth",
    "soft_parts",
    "to_harmonics",
]
