"""A fitted person, and the files that ``vh fit`` leaves: numbers, mesh, overlay, page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from vhlib.body import SMPL, BodyOutput
from vhlib.cameras import PerspectiveCamera
from vhlib.cameras.frames import opencv_to_opengl
from vhlib.core.arrays import write_npz
from vhlib.data.keypoints import Keypoints
from vhlib.geometry.meshes import wavefront
from vhlib.render import overlay
from vhlib.report.page import page


@dataclass(frozen=True)
class FittedPerson:
    """One person in one picture, fitted; everything in the OpenCV camera frame."""

    image: UInt8[np.ndarray, "H W 3"]
    """The picture."""
    keypoints: Keypoints | None
    """What was fitted to; None where a network looked at the picture alone."""
    body: SMPL
    """The body model."""
    parameters: Mapping[str, Float[Tensor, "1 ..."]]
    """`betas, body_pose, global_orient, transl`: what the body model takes."""
    focal_length: Float[Tensor, "2"]
    """Pixels."""
    principal_point: Float[Tensor, "2"]
    """Pixels."""
    reprojection_px: float | None
    """Mean distance of the used keypoints from where they were seen, pixels; None without keypoints."""
    person_height_px: float
    """The fitted shape's stature at rest, at the fitted depth, pixels."""
    energy: Mapping[str, Mapping[str, float]]
    """For each stage, each term with its weight at the stage's end."""
    seconds: float
    """What the fit took."""
    settings: Mapping[str, Any]
    """What was asked for: method, files, focal length."""
    before: "FittedPerson | None" = None
    """What this fit went on from."""
    parts: UInt8[np.ndarray, "H W 3"] | None = None
    """The part map that the body was made from, over the picture; None where there was none."""

    def posed(self) -> BodyOutput:
        """Vertices and joints in the camera frame, metres: pixel = f X / Z + c."""
        with torch.no_grad():
            return self.body(**self.parameters)

    def camera(self) -> PerspectiveCamera:
        """The camera, in its own frame."""
        centre = PerspectiveCamera.simple(1.0, self.image.shape[:2])
        return PerspectiveCamera(
            self.focal_length[None], self.principal_point[None], centre.rotation, centre.translation
        )

    def overlay(self) -> UInt8[np.ndarray, "H W 3"]:
        """The body drawn over the picture."""
        return overlay(self.image, self.posed().vertices[0], self.body.faces, self.camera())

    def numbers(self) -> dict[str, Any]:
        """What ``fit.json`` holds."""
        return {
            "settings": dict(self.settings),
            "body": self.body.name,
            "reprojection_px": self.reprojection_px,
            "person_height_px": self.person_height_px,
            "reprojection_share_of_height": (
                None if self.reprojection_px is None else self.reprojection_px / self.person_height_px
            ),
            "energy": {stage: dict(terms) for stage, terms in self.energy.items()},
            "seconds": self.seconds,
            **({} if self.before is None else {"before": self.before.numbers()}),
        }


def write_fit(person: FittedPerson, out: Path) -> dict[str, Path]:
    """Write a fit into a folder.

    Args:
        person: the fit.
        out: made if need be; files of the same names are replaced.

    Returns:
        ``fit.json`` (settings and figures), ``fit.npz`` (`betas, body_pose, global_orient, transl, vertices, joints,
        focal_length, principal_point`; OpenCV camera frame, metres, radians, pixels), ``mesh.obj`` (y up),
        ``overlay.png`` and ``report.html``, by name; and ``parts.png`` where there is a part map.
    """
    out.mkdir(parents=True, exist_ok=True)
    paths = {name: out / name for name in ("fit.json", "fit.npz", "mesh.obj", "overlay.png", "report.html")}
    posed, drawn = person.posed(), person.overlay()
    arrays = {**person.parameters, "vertices": posed.vertices, "joints": posed.joints}
    single = {name: value[0].numpy() for name, value in arrays.items()}
    camera = {"focal_length": person.focal_length.numpy(), "principal_point": person.principal_point.numpy()}
    write_npz(paths["fit.npz"], {**single, **camera})
    paths["fit.json"].write_text(json.dumps(person.numbers(), indent=2) + "\n", encoding="utf-8")
    comment = f"{person.body.name}, metres, y up, the camera looks along -z"
    mesh = wavefront(opencv_to_opengl(posed.vertices[0]), person.body.faces, comment=comment)
    paths["mesh.obj"].write_text(mesh, encoding="utf-8")
    Image.fromarray(drawn).save(paths["overlay.png"])
    if person.parts is not None:
        paths["parts.png"] = out / "parts.png"
        Image.fromarray(person.parts).save(paths["parts.png"])
    html = page(
        image=person.image,
        overlay=drawn,
        before=None if person.before is None else person.before.overlay(),
        parts=person.parts,
        keypoints=person.keypoints,
        vertices=opencv_to_opengl(posed.vertices[0]),
        faces=person.body.faces,
        numbers=person.numbers(),
        betas=person.parameters["betas"][0],
    )
    paths["report.html"].write_text(html, encoding="utf-8")
    return paths
