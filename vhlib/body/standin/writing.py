"""Write arrays so that the same arrays always make the same bytes."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

_NEVER = (1980, 1, 1, 0, 0, 0)  # the zip format's first date: numpy would write the time of day


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """A compressed .npz that `numpy.load` reads, without a time in it.

    Args:
        path: the file.
        arrays: name to array.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array) if array.ndim else array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _NEVER)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue())
