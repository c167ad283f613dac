"""Tensors in files: safetensors, which hold numbers and text and can run nothing; written whole or not at all."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from vhlib.core.errors import InputError


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write named tensors and what is to be known about them; a file of that name is replaced at once or stays.

    Args:
        path: the file; its folder is made if need be.
        tensors: of any device and type.
        about: anything that JSON can hold.
    """
    # One entry: safetensors does not keep several in order, and the same content should make the same bytes.
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = save(plain, {"about": json.dumps(about)})
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a file, on the CPU, and what is known about them.

    Args:
        path: a file that `write_tensors` wrote.

    Raises:
        InputError: no such file, or another kind of file.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected the .safetensors file of a trained network")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {}).get("about", "{}"))
            names: list[str] = file.keys()
            return {name: file.get_tensor(name) for name in names}, about
    except (SafetensorError, ValueError) as error:
        raise InputError(f"{path}: not a .safetensors file, or a damaged one ({error}); get it again") from error


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Give a network its weights.

    Args:
        module: keeps its own types: half precision in the file becomes single.
        tensors: by the names of its state dict.
        path: where they come from, for the message.

    Raises:
        InputError: names or shapes that are not this network's.
    """
    wanted = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if wanted != given:
        odd = sorted(name for name in wanted.keys() | given.keys() if wanted.get(name) != given.get(name))
        raise InputError(
            f"{path}: these are not the weights of this {type(module).__name__}; it differs in {', '.join(odd[:4])}"
        )
    module.load_state_dict(dict(tensors))
