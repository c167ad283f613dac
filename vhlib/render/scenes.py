"""Whole pictures in one call: a body over a photograph, a shaded body, a map of its parts, a depth map.

They are drawn by torch unless told otherwise: for one picture it is done before a compiled rasterizer is loaded. For
thousands, pass ``rasterizer=backend("auto")``.
"""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Int64, Num
from torch import Tensor

from vhlib.cameras import PerspectiveCamera
from vhlib.core.shapes import check
from vhlib.geometry.meshes import vertex_normals
from vhlib.render.harmonics import Harmonics
from vhlib.render.screen import in_camera_frame
from vhlib.render.shading import STUDIO, Lighting, shade
from vhlib.render.textures import Texture
from vhlib.render.torch_backend import TorchRasterizer
from vhlib.render.types import Camera, Rasterizer

TORCH = TorchRasterizer()
Paint: TypeAlias = Float[Tensor, "V 3"] | tuple[float, float, float] | Texture
"""What a surface looks like in white light."""

CLAY = (0.66, 0.79, 0.92)
"""A soft blue that no skin, cloth or grass in a photograph has."""


def overlay(
    image: Num[np.ndarray, "H W 3"],
    vertices: Float[Tensor, "V 3"],
    faces: Int64[Tensor, "F 3"],
    camera: Camera,
    *,
    colours: Paint = CLAY,
    opacity: float = 0.9,
    samples: int = 3,
) -> Num[np.ndarray, "H W 3"]:
    """A body drawn over the photograph that it was fitted to.

    Args:
        image: RGB, uint8 from 0 to 255 or floats from 0 to 1.
        vertices: world frame, metres.
        faces: counter-clockwise from outside.
        camera: batch of one, in pixels of this image.
        colours: RGB from 0 to 1, one for all or one per vertex; or a texture.
        opacity: 1 hides the photograph behind the body.
        samples: each pixel is the mean of samples x samples.

    Returns:
        A new image of the same type.

    Raises:
        ValueError: shapes that do not fit, or an image that is neither uint8 nor float.
    """
    check(image=(image, "H W 3"), vertices=(vertices, "V 3"))
    if image.dtype != np.uint8 and not np.issubdtype(image.dtype, np.floating):
        raise ValueError(f"image: expected uint8 from 0 to 255 or floats from 0 to 1, got {image.dtype}")
    top = 255.0 if image.dtype == np.uint8 else 1.0
    with torch.no_grad():
        size = (image.shape[0], image.shape[1])
        rgb, alpha = _layer(vertices[None], faces, camera, size, colours, STUDIO, samples, TORCH)
    drawn = opacity * top * rgb[0].cpu().numpy() + (1 - opacity * alpha[0].cpu().numpy()) * image
    return (drawn.round() if image.dtype == np.uint8 else drawn).astype(image.dtype)


def shaded(
    vertices: Float[Tensor, "B V 3"],
    faces: Int64[Tensor, "F 3"],
    camera: Camera,
    size: tuple[int, int],
    *,
    colours: Paint = CLAY,
    background: float | Float[Tensor, "B H W 3"] = 1.0,
    lighting: Lighting | Harmonics = STUDIO,
    samples: int = 2,
    rasterizer: Rasterizer = TORCH,
) -> Float[Tensor, "B H W 3"]:
    """A shaded picture of each body of a batch, from 0 to 1.

    Args:
        vertices: world frame, metres.
        faces: counter-clockwise from outside.
        camera: of the same batch size, or of one for all.
        size: (height, width) in pixels.
        colours: RGB from 0 to 1, one for all or one per vertex; or a texture.
        background: a grey, or the images behind the bodies.
        lighting: lights and surface.
        samples: each pixel is the mean of samples x samples.
        rasterizer: torch's unless given.
    """
    rgb, alpha = _layer(vertices, faces, camera, size, colours, lighting, samples, rasterizer)
    return rgb + (1 - alpha) * background


def part_map(
    vertices: Float[Tensor, "B V 3"],
    faces: Int64[Tensor, "F 3"],
    part_of_face: Int64[Tensor, " F"],
    camera: Camera,
    size: tuple[int, int],
    *,
    rasterizer: Rasterizer = TORCH,
) -> Int64[Tensor, "B H W"]:
    """Which part of the body each pixel sees.

    Convention:
        0 is the background and part p is p + 1, as a segmentation network's classes are.

    Args:
        vertices: world frame, metres.
        faces: counter-clockwise from outside.
        part_of_face: part of each face, from 0.
        camera: of the same batch size, or of one for all.
        size: (height, width) in pixels.
        rasterizer: torch's unless given.
    """
    check(faces=(faces, "F 3"), part_of_face=(part_of_face, "F"))
    with torch.no_grad():
        seen = rasterizer.rasterize(vertices, faces, camera, size).pix_to_face
    classes = torch.cat([part_of_face + 1, part_of_face.new_zeros(1)])
    return classes[seen]  # -1, nobody, takes the last: 0


def depth_map(
    vertices: Float[Tensor, "B V 3"],
    faces: Int64[Tensor, "F 3"],
    camera: Camera,
    size: tuple[int, int],
    *,
    rasterizer: Rasterizer = TORCH,
) -> Float[Tensor, "B H W"]:
    """Z of what each pixel sees, in metres and in the camera frame; infinite where it sees nothing.

    Args:
        vertices: world frame, metres.
        faces: counter-clockwise from outside.
        camera: of the same batch size, or of one for all.
        size: (height, width) in pixels.
        rasterizer: torch's unless given.
    """
    fragments = rasterizer.rasterize(vertices, faces, camera, size)
    return fragments.depth.where(fragments.mask, torch.inf)


def _layer(
    vertices: Tensor,
    faces: Tensor,
    camera: Camera,
    size: tuple[int, int],
    colours: Paint,
    lighting: Lighting | Harmonics,
    samples: int,
    rasterizer: Rasterizer,
) -> tuple[Tensor, Tensor]:
    """Shaded colour times coverage, (B, H, W, 3), and coverage, (B, H, W, 1), averaged over the samples."""
    sampled = (size[0] * samples, size[1] * samples)
    fragments = rasterizer.rasterize(vertices, faces, _enlarged(camera, samples), sampled)
    points = in_camera_frame(vertices, camera)
    along_axis = points.new_tensor([0.0, 0.0, -1.0]).expand_as(points)
    to_eye = -points if isinstance(camera, PerspectiveCamera) else along_axis
    attributes = torch.cat([vertex_normals(points, faces), to_eye], -1)
    normals, to_eye = fragments.interpolate(attributes, faces)[fragments.mask].split(3, -1)
    if isinstance(colours, Texture):
        paint = colours.at(fragments)[fragments.mask]
    else:
        of_vertices = torch.as_tensor(colours, dtype=points.dtype, device=points.device).expand(1, vertices.shape[1], 3)
        paint = fragments.interpolate(of_vertices, faces)[fragments.mask]
    if isinstance(lighting, Harmonics):
        lit = lighting.shade(torch.nn.functional.normalize(normals, dim=-1), paint).clamp(0, 1)
    else:
        lit = shade(normals, to_eye, paint, lighting)
    pixels = torch.zeros((*fragments.mask.shape, 4), dtype=points.dtype, device=points.device)
    pixels = pixels.masked_scatter(fragments.mask[..., None], torch.cat([lit, torch.ones_like(lit[:, :1])], 1))
    mean = torch.nn.functional.avg_pool2d(pixels.permute(0, 3, 1, 2), samples).permute(0, 2, 3, 1)
    return mean[..., :3], mean[..., 3:]


def _enlarged(camera: Camera, factor: int) -> Camera:
    """The camera for an image of so many times the pixels; a weak-perspective one speaks of no pixels."""
    if not isinstance(camera, PerspectiveCamera):
        return camera
    return replace(camera, focal_length=camera.focal_length * factor, principal_point=camera.principal_point * factor)
