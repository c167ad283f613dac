"""The first cell of every notebook: on Google Colab it installs the kit, anywhere else it does nothing.

The students' repository, which `vh course publish` writes, is named here and nowhere else. Notebooks of this repository
carry `cell` with the branch ``main``; published ones carry it with the commit that they were tested with.
"""

from collections.abc import Mapping
from typing import Any

REPOSITORY = "https://github.com/virtual-humans-kit/virtual-humans"
"""Where the published course lives. A course of your own changes this line and publishes."""

CELL_ID = "colab-setup"
"""The cell id of the first code cell in every notebook."""

_CELL = """\
# Colab setup: on Google Colab this installs the course kit and leaves torch as it is; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    import torch

    kit = "vhlib @ git+{repository}@{commit}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, kit, f"torch=={{torch.__version__}}"], check=True)
    gpu = torch.cuda.is_available() and torch.cuda.get_device_name()
    print(f"GPU: {{gpu}}" if gpu else "No GPU: all runs, only slower. Runtime > Change runtime type may give one.")"""


def cell(commit: str = "main", repository: str = REPOSITORY) -> str:
    """The exact source of the first code cell.

    torch is named with the version that is installed, so pip either leaves it alone or says that it cannot.

    >>> cell("0123abc").splitlines()[0][:13]
    '# Colab setup'

    Args:
        commit: what to install: a commit, a tag or a branch of the repository.
        repository: https address of the repository.
    """
    return _CELL.format(repository=repository, commit=commit)


def pin(notebook: Mapping[str, Any], commit: str) -> dict[str, Any]:
    """A notebook (parsed JSON) whose set-up cell installs that commit.

    Args:
        notebook: the notebook; its set-up cell is the code cell that starts with ``# Colab setup``.
        commit: the commit to install.
    """
    cells = [{**c, "source": cell(commit).splitlines(keepends=True)} if _is_setup(c) else c for c in notebook["cells"]]
    return {**notebook, "cells": cells}


def _is_setup(notebook_cell: Mapping[str, Any]) -> bool:
    return notebook_cell["cell_type"] == "code" and "".join(notebook_cell["source"]).startswith("# Colab setup")
