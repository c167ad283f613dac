"""Skinning, against the smplx package: the whole body, and the parts of it that fitting asks for."""

import contextlib
import functools
import importlib.metadata
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vhlib.bench.timing import Case
from vhlib.body import SMPL, BodyFiles, keypoint_regressor, load_body
from vhlib.core.errors import MissingDependencyError
from vhlib.core.random import generator
from vhlib.geometry.skeletons import H36M17

BATCHES = (1, 16, 64, 256)


@dataclass(frozen=True)
class _Task:
    """The same tensors, both ways."""

    name: str
    ours: Callable[..., tuple[Tensor, ...]]
    """From betas, body_pose, global_orient and transl."""
    theirs: Callable[[Any], tuple[Tensor, ...]]
    """From what the smplx package returns; it has no way to a part of the body alone."""


def cases() -> Iterator[Case]:
    """Each task and batch size, forward, and forward with the gradient of all arguments.

    Raises:
        MissingDependencyError: smplx is not installed.
        RuntimeError: the two ways do not agree.
    """
    files = load_body(source="standin").files
    for task in _tasks(files):
        for batch in BATCHES:
            theirs = functools.partial(_theirs, smplx_body(files, batch), task)
            yield from _both_directions(f"{task.name}, batch {batch}", task.ours, theirs, batch)


def smplx_body(files: BodyFiles, batch: int = 1, dtype: torch.dtype = torch.float32) -> Any:
    """The smplx package's SMPL, made from the same arrays as ours.

    Args:
        files: the body.
        batch: how many bodies it will be asked for.
        dtype: of its results.

    Raises:
        MissingDependencyError: smplx is not installed.
    """
    try:
        import smplx
    except ImportError as error:
        raise MissingDependencyError(
            'the smplx package is not installed; `pip install "vhlib[smplx]"` (non-commercial licence)'
        ) from error
    arrays = SimpleNamespace(
        v_template=files.v_template,
        f=files.faces,
        shapedirs=files.shapedirs,
        posedirs=files.posedirs,
        J_regressor=files.joint_regressor,
        weights=files.weights,
        kintree_table=np.stack([files.parents, np.arange(len(files.parents))]),
    )
    with contextlib.redirect_stdout(io.StringIO()):  # it prints how many coefficients it has
        return smplx.SMPL("", data_struct=arrays, batch_size=batch, dtype=dtype)


def _tasks(files: BodyFiles) -> Iterator[_Task]:
    body = SMPL(files)
    landmarks = list(body.landmarks.values())
    some = np.linspace(0, len(files.v_template) - 1, 300, dtype=int).tolist()
    landmark_body, some_body = body.subset(landmarks), body.subset(some)
    means = torch.rand(17, len(some), generator=generator(0, "bench", "lbs", "means")).softmax(1)
    h36m = torch.as_tensor(keypoint_regressor(files, H36M17), dtype=torch.float32)

    def whole(**pose: Tensor) -> tuple[Tensor, ...]:
        output = body(**pose)
        return output.joints, output.vertices

    def joints_and_landmarks(**pose: Tensor) -> tuple[Tensor, ...]:
        output = landmark_body(**pose)
        return output.joints, output.vertices

    yield _Task("whole body", whole, lambda out: (out.joints[:, :24], out.vertices))
    yield _Task("24 joints", lambda **pose: (body.joints(**pose),), lambda out: (out.joints[:, :24],))
    yield _Task(
        f"24 joints and {len(landmarks)} landmarks",
        joints_and_landmarks,
        lambda out: (out.joints[:, :24], out.vertices[:, landmarks]),
    )
    yield _Task(
        "17 means of 300 vertices",
        lambda **pose: (means @ some_body(**pose).vertices,),
        lambda out: (means @ out.vertices[:, some],),
    )
    yield _Task(
        "17 keypoints of Human3.6M",
        lambda **pose: (body.keypoints("h36m17", **pose),),
        lambda out: (h36m @ out.vertices,),
    )


def _theirs(model: Any, task: _Task, **pose: Tensor) -> tuple[Tensor, ...]:
    return task.theirs(model(**{**pose, "body_pose": pose["body_pose"].flatten(1)}))


def _both_directions(
    name: str, ours: Callable[..., tuple[Tensor, ...]], theirs: Callable[..., tuple[Tensor, ...]], batch: int
) -> Iterator[Case]:
    numbers = generator(0, "bench", "lbs", batch)
    pose = {
        "betas": torch.randn(batch, 10, generator=numbers),
        "body_pose": 0.3 * torch.randn(batch, 23, 3, generator=numbers),
        "global_orient": torch.randn(batch, 3, generator=numbers),
        "transl": torch.randn(batch, 3, generator=numbers),
    }
    for value in pose.values():
        value.requires_grad_()
    outputs = ours(**pose)
    for mine, other in zip(outputs, theirs(**pose), strict=True):
        if (furthest := (mine - other).abs().max()) > 1e-5:
            raise RuntimeError(f"{name}: the two ways differ by {furthest:.1e} m, so their times say nothing")
    directions = [torch.randn(output.shape, generator=numbers) for output in outputs]

    def forward(way: Callable[..., tuple[Tensor, ...]]) -> None:
        with torch.no_grad():
            way(**pose)

    def with_gradient(way: Callable[..., tuple[Tensor, ...]]) -> None:
        torch.autograd.grad(way(**pose), list(pose.values()), directions)

    against = f"smplx {importlib.metadata.version('smplx')}"
    for label, run in (("forward", forward), ("forward and backward", with_gradient)):
        yield Case(f"{name}, {label}", functools.partial(run, ours), against, functools.partial(run, theirs))
