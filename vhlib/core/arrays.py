"""Array files: written so that their bytes depend on their numbers alone, and read whoever they come from."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from vhlib.core.errors import InputError

_NEVER = (1980, 1, 1, 0, 0, 0)  # the zip format's first date: numpy would write the time of day


def write_npz(path: Path, arrays: Mapping[str, np.ndarray], *, level: int | None = None) -> None:
    """A compressed .npz that `numpy.load` reads, without a time in it: the same arrays always make the same bytes.

    Args:
        path: the file; its folder is made if need be.
        arrays: name to array.
        level: of the compression, 1 quick to 9 small; None for zlib's own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.asarray(array, order="C"), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _NEVER)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue(), compresslevel=level)


def read_npz(path: Path, names: Sequence[str], *, optional: Sequence[str] = (), wanted: str) -> dict[str, np.ndarray]:
    """Some arrays of an .npz; nothing in it is run.

    Args:
        path: the file.
        names: of the arrays.
        optional: of others that may be missing.
        wanted: what the file should be, for example ``a sequence of AMASS``.

    Raises:
        FileNotFoundError: no such file.
        InputError: something else than an .npz of numbers, a damaged one, or one without these arrays.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            found = {name: np.asarray(archive[name]) for name in (*names, *optional) if name in archive}
    except FileNotFoundError:
        raise
    except Exception as error:  # a damaged archive can fail in any way at all
        what = "this .npz is damaged, or holds Python objects instead of numbers"
        raise InputError(f"{path}: expected {wanted}; {what}") from error
    if missing := [name for name in names if name not in found]:
        raise InputError(f"{path}: expected {wanted}; there is no {missing[0]} in this file")
    return found
