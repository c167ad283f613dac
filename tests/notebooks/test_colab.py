"""The notebooks on a stand-in for Colab: a machine with torch and without the kit, where the first cell installs it."""

import importlib.metadata
import json
import os
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from vhlib.course import colab

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))

# Runs a notebook's code cells in order, as one session. `display` is what IPython defines.
RUNNER = """
import json, sys
import google.colab
session = {"display": print}
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), cell["id"], "exec"), session)
"""

pytestmark = pytest.mark.slow


def closure(name: str) -> Iterator[importlib.metadata.Distribution]:
    """A distribution and all that it needs here."""
    waiting, seen = [name], set()
    while waiting:
        distribution = importlib.metadata.distribution(waiting.pop())
        if distribution.name not in seen:
            seen.add(distribution.name)
            yield distribution
            needs = [Requirement(text) for text in distribution.requires or []]
            waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]


def lend(folder: Path, *names: str) -> None:
    """Make installed distributions visible in a folder, as links."""
    for name in names:
        for distribution in closure(name):
            for top in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
                if not (folder / top).exists():
                    (folder / top).symlink_to(str(distribution.locate_file(top)))


def ask(python: Path, question: str) -> str:
    ran = subprocess.run([python, "-c", question], check=True, capture_output=True, text=True, cwd=python.parent)
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's interpreter: torch and numpy are there, the kit is not, and it says that it is Colab."""
    home = tmp_path_factory.mktemp("colab")
    venv.create(home / "env", with_pip=True, symlinks=True)
    lent = home / "lent"
    lent.mkdir()
    lend(lent, "torch", "numpy")
    python = home / "env" / "bin" / "python"
    (site,) = (home / "env" / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(f"{lent}\n")
    (site / "google" / "colab").mkdir(parents=True)
    (site / "google" / "colab" / "__init__.py").touch()
    here = "import importlib.util; print([bool(importlib.util.find_spec(name)) for name in ('torch', 'vhlib')])"
    assert ask(python, here) == "[True, False]"
    return python


@pytest.fixture(scope="module")
def installed(machine: Path) -> str:
    """What the first cell printed while it installed the kit from this clone."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.strip()
    cell = colab.cell(commit, f"file://localhost{REPOSITORY}")  # pip takes no address without a host
    ran = subprocess.run(
        [machine, "-c", f"import google.colab\n{cell}"], check=False, capture_output=True, text=True, cwd=machine.parent
    )
    if "Could not find a version" in ran.stderr or "Failed to establish a new connection" in ran.stderr:
        pytest.skip(f"needs a package index: {ran.stderr.splitlines()[0]}")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_kit_is_installed_and_torch_is_the_one_that_was_there(machine, installed):
    import torch

    assert "GPU" in installed
    where = ask(machine, "import torch; print(torch.__version__, torch.__file__)")
    assert where == f"{torch.__version__} {machine.parents[2] / 'lent' / 'torch' / '__init__.py'}"
    assert ask(machine, "import vhlib; print(vhlib.__file__)").startswith(str(machine.parents[1]))


def test_the_doctor_finds_all_that_is_needed(machine, installed):
    report = json.loads(
        subprocess.run(
            [machine, "-m", "vhlib", "doctor", "--json"], check=True, capture_output=True, cwd=machine.parent
        ).stdout
    )
    assert report["ok"] is True
    assert {finding["name"]: finding["state"] for finding in report["findings"]}["JupyterLab"] == "absent"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_what_the_first_cell_installed(path, machine, installed, tmp_path):
    code = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    (tmp_path / path.name).write_text(json.dumps({"cells": code[1:]}))  # the first cell has run: it is `installed`
    ran = subprocess.run(
        [machine, "-c", RUNNER, tmp_path / path.name],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"VH_FAST": "1", "VH_HOME": str(tmp_path)},
    )
    assert ran.returncode == 0, ran.stderr
