"""Which rasterizers there are here, and which is the fastest.

A new one is a file with a class that speaks `vhlib.render.types.Rasterizer`, one line in `_FILES`, and the test suite
in ``tests/render/test_backends.py``, which runs over all that are installed.
"""

import importlib
import importlib.util

import torch

from vhlib.core.errors import InputError, MissingDependencyError
from vhlib.render.types import Rasterizer

_FILES = {  # name: file, class, the package it needs
    "torch": ("torch_backend", "TorchRasterizer", "torch"),
    "numba": ("numba_backend", "NumbaRasterizer", "numba"),
    "pytorch3d": ("pytorch3d_backend", "PyTorch3DRasterizer", "pytorch3d"),
    "reference": ("reference", "ReferenceRasterizer", "torch"),
}


def backend(name: str = "auto", *, device: torch.device | str = "cpu") -> Rasterizer:
    """A rasterizer by name.

    Args:
        name: "torch", "numba", "pytorch3d" or "reference"; "auto" for numba on the CPU where it is installed, torch
            everywhere else.
        device: where the vertices are; "auto" asks.

    Raises:
        InputError: no rasterizer of that name.
        MissingDependencyError: the package it needs is not installed.
    """
    if name == "auto":
        try:
            return backend("numba" if torch.device(device).type == "cpu" else "torch")
        except ImportError:  # not installed, or not for this numpy
            return backend("torch")
    if name not in _FILES:
        raise InputError(f"rasterizer: expected auto, {', '.join(_FILES)}; got {name!r}")
    file, kind, package = _FILES[name]
    if name not in available():
        raise MissingDependencyError(f"rasterizer {name!r}: needs the package {package}, which is not installed")
    rasterizer: Rasterizer = getattr(importlib.import_module(f"vhlib.render.{file}"), kind)()
    return rasterizer


def available() -> tuple[str, ...]:
    """Names of the rasterizers whose packages are installed here."""
    return tuple(name for name, (_, _, package) in _FILES.items() if importlib.util.find_spec(package))
