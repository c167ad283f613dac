"""Writing what the explorer shows: parameters, mesh or picture, by the file's ending."""

from pathlib import Path

import numpy as np
import torch

from vhlib.core.errors import InputError
from vhlib.geometry.meshes import wavefront
from vhlib.widgets.picture import picture
from vhlib.widgets.state import ExplorerState


def save(state: ExplorerState, path: Path) -> Path:
    """Write what is shown.

    - ``.npz``: `betas` (1, S), `body_pose` (1, 23, 3), `global_orient` (1, 3), the names under which the body takes
      them; axis-angle, radians;
    - ``.obj``: the mesh of the chosen step, metres;
    - ``.png``: the picture of the chosen view.

    Args:
        state: what to write.
        path: where; an existing file is replaced.

    Returns:
        The path.

    Raises:
        InputError: another ending, or a folder that is not there.
    """
    writers = {".npz": _write_npz, ".obj": _write_obj, ".png": _write_png}
    if path.suffix not in writers:
        raise InputError(f"{path}: expected a name that ends in {', '.join(writers)}")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")
    writers[path.suffix](state, path)
    return path


def _write_npz(state: ExplorerState, path: Path) -> None:
    given = {name: value.numpy() for name, value in state.parameters().items()}
    np.savez(path, allow_pickle=False, model=np.array(state.body.name), **given)


def _write_obj(state: ExplorerState, path: Path) -> None:
    text = wavefront(torch.as_tensor(state.vertices()), state.body.faces, comment=f"{state.body.name}, metres, y up")
    path.write_text(text, encoding="utf-8")


def _write_png(state: ExplorerState, path: Path) -> None:
    picture(state, height=960).save(path)
