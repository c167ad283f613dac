"""Where the kit's own data lies, and where a user's licensed files lie.

Convention:
    ``shipped()`` is read-only and comes with the kit (the repository's ``data/``, or the copy inside the wheel);
    ``user()`` is the user's own (``$VH_HOME``, else the platform's data folder) and never inside the repository.
"""

import os
import sys
from pathlib import Path

from vhlib.core.errors import InputError

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(*parts: str) -> Path:
    """A file or folder that comes with the kit.

    Args:
        parts: path below ``data/``, for example ``"body", "neutral.npz"``.

    Raises:
        InputError: it is not there; says which file and how to get it back.
    """
    root = next((r for r in (_PACKAGE / "shipped", _PACKAGE.parent / "data") if r.is_dir()), _PACKAGE.parent / "data")
    path = root.joinpath(*parts)
    if not path.exists():
        raise InputError(
            f"{path}: this file comes with the kit and is missing; install the kit again or run `git checkout data`"
        )
    return path


def user(*parts: str) -> Path:
    """A file or folder of the user's own: licensed body models, caches. It need not exist.

    Args:
        parts: path below the user's folder.
    """
    if home := os.environ.get("VH_HOME"):
        root = Path(home).expanduser()
    elif sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "vhlib"
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Application Support" / "vhlib"
    else:
        root = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "vhlib"
    return root.joinpath(*parts)
