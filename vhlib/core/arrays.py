"""Array files whose bytes depend on their numbers alone."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

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
