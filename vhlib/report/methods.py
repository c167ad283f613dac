"""From a picture to a fitted person: the ways that ``vh fit`` knows."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from vhlib.body import SMPL, stature
from vhlib.body.parts import PARTS
from vhlib.data.keypoints import Keypoints
from vhlib.fitting import (
    PARTS_AND_JOINTS,
    BodyParameters,
    StageResult,
    choose_prior,
    fit_silhouette,
    fit_smplify,
)
from vhlib.report.fit import FittedPerson
from vhlib.training.hmr import crop_size, load_hmr
from vhlib.training.nbf_reading import Reading, load_reader, read
from vhlib.training.prediction import Prediction, predict
from vhlib.viz import paint_parts, part_colours


@dataclass(frozen=True)
class Request:
    """What is asked for."""

    image: UInt8[np.ndarray, "H W 3"]
    """RGB."""
    name: str
    """What reports call the picture."""
    body: SMPL
    """The body model."""
    keypoints: Keypoints | None = None
    """Of the person, if they are known."""
    box: tuple[float, float, float, float] | None = None
    """Where the person is: x, y, width, height, pixels."""
    prior: str = "gmm"
    """What SMPLify takes for a natural pose: a name in `vhlib.fitting.PRIORS`."""
    focal_length: float | None = None
    """Pixels, if it is known."""
    refine: bool = False
    """Whether SMPLify goes on from what a network says."""


def by_smplify(request: Request, before: FittedPerson | None = None) -> FittedPerson:
    """Fit to the keypoints.

    Args:
        request: with keypoints.
        before: where to start instead of upright and average; its camera is kept.

    Raises:
        ValueError: no keypoints.
    """
    if (keypoints := request.keypoints) is None:
        raise ValueError("request: SMPLify needs keypoints")
    height, width = request.image.shape[:2]
    focal_length = request.focal_length if before is None else float(before.focal_length[0])
    prior = choose_prior(request.prior)
    begin: dict[str, Any] = {} if before is None else dict(before.parameters)
    started = time.perf_counter()
    result = fit_smplify(
        request.body,
        keypoints.positions[None],
        keypoints.confidence[None],
        focal_length=None if focal_length is None else torch.full((1, 2), focal_length),
        principal_point=torch.tensor([[width / 2, height / 2]]),
        skeleton=keypoints.skeleton.name,
        **vars(prior),
        **begin,
    )
    seconds = time.perf_counter() - started
    settings: dict[str, Any] = {
        "image": request.name,
        "method": "smplify" if before is None else f"{before.settings['method']}, refined by smplify",
        "keypoints": keypoints.skeleton.name,
        "focal length": f"{focal_length:g} px" if focal_length else "unknown: 5000 px where the person is 300 px tall",
        "size": f"{width} x {height} px",
        "faced both ways": bool(result.both_ways[0]),
    }
    return FittedPerson(
        image=request.image,
        keypoints=keypoints,
        body=request.body,
        parameters=vars(result.parameters),
        focal_length=result.focal_length[0],
        principal_point=result.principal_point[0],
        reprojection_px=float(result.reprojection_px[0]),
        person_height_px=float(result.person_height_px[0]),
        energy=_energies(result.stages),
        seconds=seconds + (0.0 if before is None else before.seconds),
        settings=settings,
        before=before,
        parts=None if before is None else before.parts,
    )


def by_hmr(request: Request) -> FittedPerson:
    """Ask the network that comes with the kit; with `Request.refine`, go on from there with SMPLify.

    Args:
        request: its body must be the neutral stand-in, whose shapes the network learned.
    """
    net, size = load_hmr(), crop_size()
    started = time.perf_counter()
    found = predict(net, size, request.image, box=request.box, focal_length=request.focal_length)
    seconds = time.perf_counter() - started
    person = _person(request, "hmr", found, seconds)
    return by_smplify(request, person) if request.refine else person


def by_nbf(request: Request) -> FittedPerson:
    """Ask the two networks that come with the kit; with `Request.refine`, go on from there.

    With keypoints, SMPLify goes on. Without, the body is fitted to the parts that the first network sees.

    Args:
        request: its body must be the neutral stand-in, whose shapes the networks learned.

    Raises:
        InputError: no part of anybody is found.
    """
    reader = load_reader()
    started = time.perf_counter()
    found = read(reader, request.body, request.image, box=request.box, focal_length=request.focal_length)
    person = _person(request, "nbf", found.prediction, time.perf_counter() - started)
    seen = paint_parts(found.labels_in(request.image), part_colours(PARTS[reader.parts]), request.image)
    person = replace(person, parts=seen)
    if not request.refine:
        return person
    return by_parts(request, person, found) if request.keypoints is None else by_smplify(request, person)


def by_parts(request: Request, before: FittedPerson, seen: Reading) -> FittedPerson:
    """Fit to the parts that the first network found and, so that what they do not show stays, to the second's joints.

    Args:
        request: the pose prior in it counts, and the body.
        before: where to start, and whose joints count; its camera is kept.
        seen: the part map.
    """
    camera = seen.window.crop_camera(before.camera())
    labels = torch.from_numpy(seen.labels).long()[None]
    with torch.no_grad():
        joints = camera.project(request.body.joints(**before.parameters))
    started = time.perf_counter()
    result = fit_silhouette(
        request.body,
        labels > 0,
        focal_length=camera.focal_length,
        principal_point=camera.principal_point,
        part_maps=labels,
        parts=len(seen.probabilities) - 1,
        joints_2d=joints,
        start=BodyParameters(**before.parameters),
        stages=PARTS_AND_JOINTS,
        pose_prior=choose_prior(request.prior).pose_prior,
    )
    parameters = vars(result.parameters)
    return replace(
        before,
        parameters=parameters,
        person_height_px=_height(request.body, parameters, before.focal_length),
        energy=_energies(result.stages),
        seconds=before.seconds + time.perf_counter() - started,
        settings={**before.settings, "method": f"{before.settings['method']}, refined by its parts and joints"},
        before=before,
    )


METHODS: Final[dict[str, Callable[[Request], FittedPerson]]] = {"smplify": by_smplify, "hmr": by_hmr, "nbf": by_nbf}
"""By the name on the command line."""


def _person(request: Request, method: str, found: Prediction, seconds: float) -> FittedPerson:
    """What a network said."""
    focal = found.camera.focal_length[0]
    x, y, w, h = request.box or (0.0, 0.0, *request.image.shape[1::-1])
    person = FittedPerson(
        image=request.image,
        keypoints=request.keypoints,
        body=request.body,
        parameters=found.parameters,
        focal_length=focal,
        principal_point=found.camera.principal_point[0],
        reprojection_px=None,
        person_height_px=_height(request.body, found.parameters, focal),
        energy={},
        seconds=seconds,
        settings={
            "image": request.name,
            "method": method,
            "box": f"{x:g}, {y:g}, {w:g} x {h:g} px",
            "focal length": f"{float(focal[0]):.0f} px",
        },
    )
    return replace(person, reprojection_px=_reprojection(person))


def _height(body: SMPL, parameters: Mapping[str, Tensor], focal: Float[Tensor, "2"]) -> float:
    """Of the shape at rest, where the body stands, pixels."""
    return float(stature(body, parameters["betas"]) * focal[1] / parameters["transl"][:, 2])


def _energies(stages: tuple[StageResult, ...]) -> dict[str, dict[str, float]]:
    """Of the first person."""
    return {stage.stage.name: {term: float(value[0]) for term, value in stage.energies.items()} for stage in stages}


def _reprojection(person: FittedPerson) -> float | None:
    """Mean distance from the known keypoints, pixels."""
    if (keypoints := person.keypoints) is None:
        return None
    with torch.no_grad():
        joints = person.body.keypoints(keypoints.skeleton.name, **person.parameters)
        apart: Float[Tensor, " K"] = (person.camera().project(joints)[0] - keypoints.positions).norm(dim=-1)
    return float(apart[keypoints.confidence > 0].mean())
