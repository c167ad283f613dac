"""The person that comes with the kit: a synthetic picture, its keypoints and the truth, for a first fit anywhere.

No photograph ships. `draw_sample` makes the files under ``data/samples`` again, byte for byte; ``vh data sample`` runs
it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from vhlib.body import SMPL, load_body
from vhlib.body.parts import part_labels
from vhlib.cameras import PerspectiveCamera
from vhlib.core.arrays import write_npz
from vhlib.core.paths import shipped
from vhlib.core.random import generator
from vhlib.data.images import read_image
from vhlib.data.keypoints import Keypoints, read_keypoints
from vhlib.data.poses import PoseLibrary
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.render import shaded

SIZE: Final = (480, 360)
"""Height and width, pixels."""

FOCAL_LENGTH: Final = 620.0
"""Pixels: a normal lens on a picture of that size."""

SEED: Final = 6
"""Of pose and shape; chosen by eye."""

SKIN, SHIRT, TROUSERS = (0.80, 0.58, 0.45), (0.16, 0.42, 0.55), (0.24, 0.25, 0.31)
_SHIRT = ("spine1", "spine2", "spine3", "left_collar", "right_collar", "left_shoulder", "right_shoulder")
_TROUSERS = ("pelvis", "left_hip", "right_hip", "left_knee", "right_knee")
_CLOTHES = {**dict.fromkeys(_SHIRT, SHIRT), **dict.fromkeys(_TROUSERS, TROUSERS)}


@dataclass(frozen=True)
class SamplePerson:
    """A picture of one person with everything known about it."""

    image: UInt8[np.ndarray, "H W 3"]
    """RGB."""
    keypoints: Keypoints
    """LSP-14, where they really are."""
    focal_length: Float[Tensor, "2"]
    """Pixels."""
    principal_point: Float[Tensor, "2"]
    """Pixels."""
    truth: dict[str, Float[Tensor, "1 ..."]]
    """`betas, body_pose, global_orient, transl` in the camera frame: the stand-in body makes the person of them."""


def load_sample() -> SamplePerson:
    """The person that comes with the kit."""
    with np.load(shipped("samples", "person.npz")) as file:
        arrays = {name: torch.from_numpy(file[name]) for name in file.files}
    return SamplePerson(
        image=read_image(shipped("samples", "person.png")),
        keypoints=read_keypoints(shipped("samples", "person_lsp14.npy"))[0],
        focal_length=arrays.pop("focal_length"),
        principal_point=arrays.pop("principal_point"),
        truth=arrays,
    )


def draw_sample(out: Path) -> tuple[Path, ...]:
    """Make the person again.

    Args:
        out: folder for ``person.png``, ``person_lsp14.npy`` (x, y, visible) and ``person.npz`` (camera and truth).

    Returns:
        The files written.
    """
    body = load_body("neutral", source="standin")
    camera = PerspectiveCamera.simple(FOCAL_LENGTH, SIZE)
    truth = _person(body)
    with torch.no_grad():
        vertices = body(**truth).vertices
        positions = camera.project(body.keypoints("lsp14", **truth))[0]
        room = _room(shadow=camera.project(vertices[:, _lowest(vertices)])[0])
        image = shaded(vertices, body.faces, camera, SIZE, colours=_colours(body), background=room, samples=3)[0]

    out.mkdir(parents=True, exist_ok=True)
    paths = (out / "person.png", out / "person_lsp14.npy", out / "person.npz")
    Image.fromarray((255 * image.clamp(0, 1)).round().byte().numpy()).save(paths[0], optimize=True)
    np.save(paths[1], np.vstack([positions.T.numpy(), np.ones(len(positions), np.float32)]))
    known = {"focal_length": camera.focal_length[0], "principal_point": camera.principal_point[0], **truth}
    write_npz(paths[2], {name: value.numpy() for name, value in known.items()})
    return paths


def _person(body: SMPL) -> dict[str, Tensor]:
    """Somebody reaching out, three quarters to the camera."""
    pose = PoseLibrary("test", families=["reaching"]).sample(1, seed=SEED)
    betas = torch.randn(1, body.num_betas, generator=generator(SEED, "betas"))
    towards_camera = torch.tensor([[torch.pi, 0.0, 0.0]])  # world y up → camera y down
    heading = torch.tensor([[0.0, 0.55, 0.0]])
    upright = axis_angle_to_matrix(pose.global_orient)
    # Keep how the pelvis leans, replace where it faces.
    facing = torch.atan2(upright[:, 0, 2], upright[:, 2, 2])
    turn_back = torch.stack([torch.zeros(1), -facing, torch.zeros(1)], -1)
    orient = axis_angle_to_matrix(towards_camera) @ axis_angle_to_matrix(heading) @ axis_angle_to_matrix(turn_back)
    truth = {"betas": betas, "body_pose": pose.body_pose, "global_orient": matrix_to_axis_angle(orient @ upright)}
    with torch.no_grad():
        points = body(**truth).vertices[0]
    middle = (points.amax(0) + points.amin(0)) / 2
    return {**truth, "transl": (torch.tensor([0.0, 0.03, 2.75]) - middle)[None]}


def _colours(body: SMPL) -> Float[Tensor, "V 3"]:
    labels = part_labels(body)
    palette = torch.tensor([_CLOTHES.get(name, SKIN) for name in labels.names])
    return palette[labels.vertices]


def _lowest(vertices: Float[Tensor, "1 V 3"]) -> Tensor:
    """The vertices that stand on the floor: within 3 cm of the lowest; y points down."""
    return (vertices[0, :, 1] > vertices[0, :, 1].amax() - 0.03).nonzero()[:, 0]


def _room(shadow: Float[Tensor, "N 2"]) -> Float[Tensor, "1 H W 3"]:
    """A wall that darkens towards its corners, a floor that lightens towards the viewer, a shadow about some pixels."""
    height, width = SIZE
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    wall = torch.tensor([0.83, 0.81, 0.76]) * (1 - 0.16 * (x**2 + (y - 0.4) ** 2))[..., None]
    floor = torch.tensor([0.60, 0.50, 0.41]) * (0.75 + 0.45 * (y - 0.72))[..., None]
    middle, spread = shadow.mean(0), shadow.std(0) + torch.tensor([14.0, 6.0])
    across, down = (x + 1) / 2 * width, y * height
    distance = ((across - middle[0]) / spread[0]) ** 2 + ((down - middle[1]) / spread[1]) ** 2
    floor = floor * (1 - 0.45 * torch.exp(-distance / 2))[..., None]
    return torch.lerp(wall, floor, ((y - 0.72) * 60).clamp(0, 1)[..., None])[None]
