"""Rasterizers on the CPU, one thread each, against a plain loop in C and against PyTorch3D."""

import ctypes
import functools
import importlib.metadata
import itertools
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vhlib.bench.timing import Case
from vhlib.body import load_body
from vhlib.cameras import PerspectiveCamera
from vhlib.core.errors import MissingDependencyError
from vhlib.render import Rasterizer, available, backend
from vhlib.render.coverage import REACH
from vhlib.render.screen import softness

SIZES = (64, 128, 256, 512)
BATCHES = (1, 8)
SIGMA = 1e-4
DISTANCE = 3.0
"""Of the camera from the body, metres."""
FILLED = 0.9
"""How much of the image's height the body fills."""
PYTORCH3D_PIXELS = 128 * 128
"""Of all images of a batch together: beyond, one run of PyTorch3D's soft pass takes from half a minute to minutes."""
PYTORCH3D_FACES = 50
"""Per pixel, in its soft pass: as in PyTorch3D's tutorials. A body needs some hundreds (``tests/render``)."""
LEAST_COSINE = 0.7
"""Between the kit's gradient and that of so many faces."""
SOURCE = Path(__file__).with_name("raster.c")
FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


@dataclass(frozen=True)
class _Scene:
    """The same bodies in the same camera, for every way."""

    name: str
    vertices: Tensor
    """In the camera's frame."""
    faces: Tensor
    camera: PerspectiveCamera
    intrinsics: np.ndarray
    """Of the camera: focal lengths and principal point, as the C loop takes them."""
    size: int
    weights: Tensor
    """Gradient that comes into the backward pass."""


def cases() -> Iterator[Case]:
    """Hard forward, and soft forward and backward, of the whole body; batches 1 and 8.

    Raises:
        MissingDependencyError: neither a C compiler nor PyTorch3D nor numba is here: nothing to compare with.
        RuntimeError: two ways do not agree.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            loop = _compile(Path(folder))
            for batch, size in itertools.product(BATCHES, SIZES):
                yield from _cases(_scene(batch, size), loop)
    finally:
        torch.set_num_threads(threads)


def _cases(scene: _Scene, loop: "_Loop | None") -> Iterator[Case]:
    ours = [backend(name) for name in ("torch", "numba") if name in available()]
    others: list[tuple[str, Callable[[_Scene], Tensor], Callable[[_Scene], Tensor]]] = []
    if loop is not None:
        others.append((f"C loop, {loop.compiler} {' '.join(FLAGS[:2])}", loop.hard, loop.soft))
    if "pytorch3d" in available() and len(scene.vertices) * scene.size**2 <= PYTORCH3D_PIXELS:
        others.append(_pytorch3d())
    if not others:
        if len(ours) == 1:
            raise MissingDependencyError("a C compiler: there is none here, and no numba or PyTorch3D; install one")
        slower = ours.pop(0)
        others.append((slower.name, _hard(slower), _soft(slower)))
    for mine, (name, hard, soft) in itertools.product(ours, others):
        for what, left, right in (
            ("hard forward", _hard(mine), hard),
            ("soft forward and backward", _soft(mine), soft),
        ):
            case = f"{mine.name}, {what}, {scene.name}"
            check = _alike if what.startswith("soft") and name.startswith("pytorch3d") else _agree
            check(case, left(scene), right(scene))
            yield Case(case, functools.partial(left, scene), name, functools.partial(right, scene))


def _pytorch3d() -> tuple[str, Callable[[_Scene], Tensor], Callable[[_Scene], Tensor]]:
    from vhlib.render.pytorch3d_backend import PyTorch3DRasterizer

    version = importlib.metadata.version("pytorch3d")
    rasterizer = PyTorch3DRasterizer(faces_per_pixel=PYTORCH3D_FACES)
    return f"pytorch3d {version}, K = {PYTORCH3D_FACES}", _hard(rasterizer), _soft(rasterizer)


def _scene(batch: int, size: int) -> _Scene:
    body = load_body(source="standin")
    height = float(body.v_template[:, 1].max() - body.v_template[:, 1].min())
    middle = (body.v_template.amax(0) + body.v_template.amin(0)) / 2
    eye = middle + torch.tensor([0.0, 0.0, DISTANCE])
    camera = PerspectiveCamera.looking(
        eye=eye[None], target=middle[None], focal_length=FILLED * size * DISTANCE / height, size=(size, size)
    )
    vertices = camera.to_camera(body.v_template[None]).expand(batch, -1, -1).contiguous()
    still = PerspectiveCamera.simple(float(camera.focal_length[0, 0]), (size, size), like=vertices)
    intrinsics = torch.cat([still.focal_length[0], still.principal_point[0]]).numpy()
    weights = torch.linspace(-1, 1, size * size).view(1, size, size).repeat(batch, 1, 1)
    return _Scene(f"{size} x {size}, batch {batch}", vertices, body.faces, still, intrinsics, size, weights)


def _hard(rasterizer: Rasterizer) -> Callable[[_Scene], Tensor]:
    def run(scene: _Scene) -> Tensor:
        return rasterizer.rasterize(scene.vertices, scene.faces, scene.camera, (scene.size, scene.size)).depth

    return run


def _soft(rasterizer: Rasterizer) -> Callable[[_Scene], Tensor]:
    def run(scene: _Scene) -> Tensor:
        vertices = scene.vertices.detach().requires_grad_()
        size = (scene.size, scene.size)
        covered = rasterizer.silhouette(vertices, scene.faces, scene.camera, size, sigma=SIGMA)
        return torch.autograd.grad((covered * scene.weights).sum(), vertices)[0]

    return run


def _agree(what: str, ours: Tensor, other: Tensor) -> None:
    """All but a few numbers that rounding decides, such as the face of a pixel on a rim, must be the same."""
    differs = ((ours - other).abs() > 1e-3 * other.abs().max()).double().mean()
    if differs > 1e-2:
        raise RuntimeError(f"{what}: {100 * differs:.1f} % of the numbers differ, so the times say nothing")


def _alike(what: str, ours: Tensor, other: Tensor) -> None:
    """PyTorch3D keeps the nearest faces of a pixel only: most gradients differ in size, but they point one way."""
    cosine = torch.nn.functional.cosine_similarity(ours.flatten(), other.flatten(), dim=0).item()
    if cosine < LEAST_COSINE:
        raise RuntimeError(f"{what}: gradients have a cosine of {cosine:.2f}, so the times say nothing")


def _compile(folder: Path) -> "_Loop | None":
    compiler = shutil.which("cc")
    if compiler is None:
        warnings.warn("no C compiler (cc) here: the compiled loop is left out", stacklevel=2)
        return None
    library = folder / "raster.so"
    subprocess.run([compiler, *FLAGS, "-o", str(library), str(SOURCE), "-lm"], check=True)
    version = subprocess.run([compiler, "-dumpversion"], check=True, capture_output=True, text=True).stdout.strip()
    return _Loop(ctypes.CDLL(str(library)), f"cc {version}")


@dataclass(frozen=True)
class _Loop:
    """``raster.c``, compiled."""

    library: ctypes.CDLL
    compiler: str

    def hard(self, scene: _Scene) -> Tensor:
        side = scene.size
        depth = np.empty((len(scene.vertices), side, side), np.float32)
        face, weights = np.empty((side, side), np.int64), np.empty((side, side, 3), np.float32)
        for index in range(len(depth)):
            self.library.hard(
                *_mesh(scene, index), side, side, _pointer(face), _pointer(depth[index]), _pointer(weights)
            )
        return torch.from_numpy(np.where(np.isfinite(depth), depth, 0))

    def soft(self, scene: _Scene) -> Tensor:
        side = scene.size
        unit, reach = ctypes.c_float(softness(SIGMA, (side, side))), ctypes.c_float(REACH)
        uncovered, incoming = np.empty((side, side), np.float32), -scene.weights.numpy()  # covered = 1 - uncovered
        gradient = np.zeros(scene.vertices.shape, np.float32)
        for index in range(len(gradient)):
            given = (*_mesh(scene, index), unit, reach, side, side, _pointer(uncovered))
            self.library.soft(*given)
            self.library.soft_backward(*given, _pointer(incoming[index]), _pointer(gradient[index]))
        return torch.from_numpy(gradient)


def _mesh(scene: _Scene, index: int) -> tuple[ctypes.c_void_p, ctypes.c_void_p, int, ctypes.c_void_p]:
    vertices, faces = scene.vertices.numpy()[index], scene.faces.numpy()
    return _pointer(vertices), _pointer(faces), len(faces), _pointer(scene.intrinsics)


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
