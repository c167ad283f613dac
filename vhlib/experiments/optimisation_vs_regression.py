"""Optimisation against regression, and one after the other: what fits from good and bad starts, HMR and NBF are worth.

The same dressed people of the test split for everybody. SMPLify sees keypoints with 2 px of noise where a person is
500 px tall, and no picture; the networks see the picture, and no keypoints; all know the focal length. Errors are on
the person's own LSP-14, MPJPE centred between the hips; the reprojection error is to the keypoints that SMPLify sees,
in the same pixels. A failure is a PA-MPJPE over 150 mm. Moved by the start is how far a fit's joints end up from those
of a second fit, whose start is off by 0.2 rad in every joint and axis, and by 0.2 rad in how the body stands. Time is
the wall's: SMPLify fits everybody at once, the networks see one picture after the other.
"""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import torch
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from torch import Tensor

from vhlib.body import SMPL, load_body, stature
from vhlib.cameras import PerspectiveCamera
from vhlib.core.random import generator
from vhlib.data.crowd import NOISE, PERSON_HEIGHT
from vhlib.experiments.table import Experiment, Row, Table, Values
from vhlib.fitting import SMPLIFY, BodyParameters, SMPLifyResult, Stage, fit_smplify
from vhlib.fitting.people import observe
from vhlib.fitting.smplify import start
from vhlib.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from vhlib.geometry.skeletons import LSP14
from vhlib.metrics import mpjpe, pa_mpjpe
from vhlib.priors import load_gmm
from vhlib.training.crops import dressed
from vhlib.training.hmr import HELD_OUT, crop_size, load_hmr
from vhlib.training.nbf_reading import load_reader, read
from vhlib.training.prediction import Prediction, predict
from vhlib.viz.palette import COLOURS

PEOPLE: Final = {"fast": 128, "full": 256}
NEARBY: Final = 0.1
"""How far a good start is from the truth: standard deviation about each axis of each joint, radians."""
SHAKEN: Final = 0.2
"""The same between the two starts that tell how much a fit depends on its start."""
FAILED: Final = 150.0
"""Millimetres, a person's mean: where 3DPCK draws its line for a joint (Mehta et al., 3DV 2017)."""
COLUMNS: Final = (
    "PA-MPJPE, mm",
    "MPJPE, mm",
    "reprojection, px",
    "failures, %",
    "moved by the start, mm",
    "ms per image",
)


@dataclass(frozen=True, eq=False)
class Seen:
    """People, and what there is to see of them; OpenCV camera frame. Everybody is 500 px tall at rest."""

    pictures: dict[int, UInt8[Tensor, "B 3 S S"]]
    """RGB, by their side."""
    keypoints_2d: Float[Tensor, "B 14 2"]
    """Pixels from the optical axis, with noise."""
    confidence: Float[Tensor, "B 14"]
    """1 where a keypoint is inside the picture, else 0."""
    camera: PerspectiveCamera
    """One for each, pixels; the principal point is 0."""
    pictures_focal: Float[Tensor, " B"]
    """In halves of a picture's side."""
    joints: Float[Tensor, "B 14 3"]
    """The truth, metres."""
    truth: BodyParameters
    """The neutral body that comes closest."""


@dataclass(frozen=True)
class Answer:
    """A body for everybody, and what it took."""

    bodies: BodyParameters
    """Where SMPLify starts, or the end of it."""
    seconds: float
    """Per person."""


Start = Callable[[SMPL, Seen], Answer]
"""Where to start from."""


@functools.cache
def seen_people(body: SMPL, count: int, *sizes: int) -> Seen:
    """The first people that the networks' trainings hold out.

    Args:
        body: the neutral stand-in.
        count: how many.
        sizes: sides of the pictures, pixels.
    """
    sets = {size: dressed("test", HELD_OUT, size=size) for size in sizes}
    known = {name: values[:count] for name, values in sets[sizes[0]].items()}
    rotations, betas = matrix_to_axis_angle(known["rotations"]), known["betas"]
    still = {"betas": betas, "body_pose": rotations[:, 1:], "global_orient": rotations[:, 0]}
    with torch.no_grad():
        transl = known["smpl24/joints"][:, 0] - body.joints(**still)[:, 0]
    focal = known["focal_length"]
    pixels = (PERSON_HEIGHT * transl[:, 2] / (focal * stature(body, betas)))[:, None, None]
    noise = NOISE * torch.randn(known["lsp14/keypoints"].shape, generator=generator(0, "keypoints"))
    return Seen(
        pictures={size: values["images"][:count] for size, values in sets.items()},
        keypoints_2d=known["lsp14/keypoints"] * pixels + noise,
        confidence=known["lsp14/visible"],
        camera=PerspectiveCamera(
            focal_length=(focal[:, None] * pixels[:, 0]).expand(count, 2),
            principal_point=torch.zeros(count, 2),
            rotation=torch.eye(3).expand(count, 3, 3),
            translation=torch.zeros(count, 3),
        ),
        pictures_focal=focal,
        joints=known["lsp14/joints"],
        truth=BodyParameters(**still, transl=transl),
    )


def own_start(body: SMPL, seen: Seen) -> Answer:
    """SMPLify's: average in pose and shape, as the torso lies in the picture.

    Args:
        body: the body.
        seen: whom to fit.
    """
    people = observe(
        seen.keypoints_2d,
        seen.confidence,
        focal_length=seen.camera.focal_length,
        principal_point=seen.camera.principal_point,
        skeleton=LSP14,
        body=body,
    )
    return Answer(BodyParameters.unpack(start(people, load_gmm(), body.num_betas)), 0.0)


def bad_start(body: SMPL, seen: Seen) -> Answer:
    """The same, but turned half round: who faces the camera starts facing away.

    Args:
        body: the body.
        seen: whom to fit.
    """
    own = own_start(body, seen).bodies
    turned = axis_angle_to_matrix(own.global_orient) * own.global_orient.new_tensor([-1.0, 1.0, -1.0])
    return Answer(replace(own, global_orient=matrix_to_axis_angle(turned)), 0.0)


def good_start(body: SMPL, seen: Seen) -> Answer:
    """Near the truth in pose, at its place, average in shape.

    Args:
        body: the body.
        seen: whom to fit.
    """
    near = shaken(seen.truth, NEARBY, "good start")
    return Answer(replace(near, betas=torch.zeros_like(near.betas)), 0.0)


@functools.cache
def by_hmr(body: SMPL, seen: Seen) -> Answer:
    """What HMR says.

    Args:
        body: the neutral stand-in.
        seen: whom to look at.
    """
    net, size = load_hmr(), crop_size()
    return _one_by_one(lambda image, focal: predict(net, size, image, focal_length=focal), seen, size)


@functools.cache
def by_nbf(body: SMPL, seen: Seen) -> Answer:
    """What NBF says.

    Args:
        body: the neutral stand-in.
        seen: whom to look at.

    Raises:
        InputError: it finds nobody in one of the pictures.
    """
    reader = load_reader()
    return _one_by_one(lambda image, focal: read(reader, body, image, focal_length=focal).prediction, seen, reader.size)


ROWS: Final[dict[str, tuple[Start, tuple[Stage, ...]]]] = {
    "SMPLify": (own_start, SMPLIFY),
    "SMPLify, good start": (good_start, SMPLIFY),
    "SMPLify, bad start": (bad_start, SMPLIFY),
    "HMR": (by_hmr, ()),
    "NBF": (by_nbf, ()),
    "HMR + SMPLify": (by_hmr, SMPLIFY),
    "NBF + SMPLify": (by_nbf, SMPLIFY),
}
"""Where each starts, and what follows: all stages of SMPLify, or none. The last two are ``vh fit --refine``."""


def measure(body: SMPL, seen: Seen, begin: Start, stages: tuple[Stage, ...]) -> Values:
    """Start, fit everybody at once if there is anything to fit, and compare with the truth.

    Args:
        body: the neutral stand-in.
        seen: whom to fit.
        begin: where to start.
        stages: of the fit; none: the start is the answer.
    """
    answer, moved = begin(body, seen), None
    if stages:
        other = _fit(body, seen, shaken(answer.bodies, SHAKEN, "other start"), stages)  # first: nothing is warm yet
        began = time.perf_counter()
        found = _fit(body, seen, answer.bodies, stages).parameters
        answer = Answer(found, answer.seconds + (time.perf_counter() - began) / len(seen.joints))
        both = (_joints(body, each) for each in (found, other.parameters))
        moved = float(mpjpe(*both, align="pelvis", skeleton=LSP14).mean())
    joints = _joints(body, answer.bodies)
    apart = seen.camera.project(joints) - seen.keypoints_2d
    reprojection = (apart.norm(dim=-1) * seen.confidence).sum(1) / seen.confidence.sum(1)
    aligned = pa_mpjpe(joints, seen.joints)
    centred = mpjpe(joints, seen.joints, align="pelvis", skeleton=LSP14)
    means = (aligned, centred, reprojection, 100.0 * (aligned > FAILED))
    return dict(zip(COLUMNS, [*(float(each.mean()) for each in means), moved, 1000 * answer.seconds], strict=True))


def shaken(bodies: BodyParameters, by: float, stream: str) -> BodyParameters:
    """The same bodies with every joint, and the whole, turned a little.

    Args:
        bodies: which.
        by: standard deviation about each axis, radians.
        stream: sets these random numbers apart.
    """
    pose = bodies.pose
    turns = axis_angle_to_matrix(by * torch.randn(pose.shape, generator=generator(0, stream)))
    pose = matrix_to_axis_angle(axis_angle_to_matrix(pose) @ turns)
    return replace(bodies, global_orient=pose[:, 0], body_pose=pose[:, 1:])


def experiment(profile: str) -> Experiment:
    """A row for each of `ROWS`."""
    body = load_body("neutral", source="standin")

    def people() -> Seen:
        return seen_people(body, PEOPLE[profile], load_reader().size, crop_size())

    def share() -> None:
        people()

    settings = {"people": PEOPLE[profile], "noise": NOISE, "nearby": NEARBY, "shaken": SHAKEN, "failed": FAILED}

    def row(name: str, begin: Start, stages: tuple[Stage, ...]) -> Row:
        config = {**settings, "start": begin.__name__, "stages": [stage.name for stage in stages]}
        return Row(name, lambda: measure(body, people(), begin, stages), config=config)

    rows = tuple(row(name, *each) for name, each in ROWS.items())
    return Experiment("optimisation-vs-regression", profile, (0,), COLUMNS, rows, _draw, share)


def _one_by_one(look: Callable[..., Prediction], seen: Seen, size: int) -> Answer:
    """A network's answers, picture by picture."""
    images = seen.pictures[size].movedim(1, -1).numpy()
    focal_lengths = (seen.pictures_focal * size / 2).tolist()
    look(images[0], focal_lengths[0])  # the first time takes longer
    began = time.perf_counter()
    said = [look(*each).parameters for each in zip(images, focal_lengths, strict=True)]
    seconds = (time.perf_counter() - began) / len(said)
    return Answer(BodyParameters(**{name: torch.cat([each[name] for each in said]) for name in said[0]}), seconds)


def _fit(body: SMPL, seen: Seen, begin: BodyParameters, stages: tuple[Stage, ...]) -> SMPLifyResult:
    return fit_smplify(
        body,
        seen.keypoints_2d,
        seen.confidence,
        focal_length=seen.camera.focal_length,
        principal_point=seen.camera.principal_point,
        stages=stages,
        **vars(begin),
    )


@torch.no_grad()
def _joints(body: SMPL, bodies: BodyParameters) -> Float[Tensor, "B 14 3"]:
    return body.keypoints("lsp14", **vars(bodies))


def _draw(table: Table) -> Figure:
    """Four columns as bars: fits in blue, networks in orange, both in green."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    shown = ("PA-MPJPE, mm", "failures, %", "moved by the start, mm", "ms per image")
    for axis, column in zip(figure.subplots(1, len(shown), sharey=True), shown, strict=True):
        values = table.column(column)
        kinds = ["green" if " + " in name else "blue" if "SMPLify" in name else "orange" for name in values]
        bars = axis.barh(list(values), [value or 0.0 for value in values.values()], color=[COLOURS[k] for k in kinds])
        texts = ["no start" if value is None else f"{value:.0f}" for value in values.values()]
        axis.bar_label(bars, texts, padding=2, fontsize=8)
        axis.margins(x=0.15)
        axis.set_xlabel(column)
        axis.spines[["top", "right"]].set_visible(False)
    figure.axes[0].invert_yaxis()
    return figure
