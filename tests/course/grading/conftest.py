"""A class that hands in the first assignment: honest, unlucky and hostile students."""

import copy
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vhlib.course import notebook
from vhlib.course.building import build
from vhlib.course.grading.sandbox import Sandbox, choose

REPOSITORY = Path(__file__).parents[3]
NAME = "01_body_model"
ESSAY = "Skinning averages matrices, and an average of rotations is no rotation."

Notebook = dict[str, Any]


@dataclass
class Class:
    """A course's folder with the first assignment, released; students hand in."""

    root: Path
    release: Notebook
    solved: dict[str, str]
    """The right answers, by cell id; of the written question, some words."""

    def notebook(self, **answers: str) -> Notebook:
        """A notebook as a student hands it in, right but for these answers."""
        filled = copy.deepcopy(self.release)
        for cell in filled["cells"]:
            cell["source"] = (self.solved | answers).get(cell["id"], cell["source"])
        return filled

    def hand_in(self, student: str, content: Notebook | bytes, *, name: str = f"{NAME}.ipynb") -> Path:
        """Put a notebook, or any bytes, where nbgrader collects it."""
        path = self.root / "grading" / "submitted" / student / NAME / name
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        (path.parent / "timestamp.txt").write_text("2026-11-22 10:00:00 UTC")
        return path


@pytest.fixture(scope="session", params=["bubblewrap", "container"])
def guard(request: pytest.FixtureRequest) -> Sandbox:
    """Each sandbox that is here."""
    if request.param == "bubblewrap":
        if not shutil.which("bwrap"):
            pytest.skip("needs Debian's bubblewrap: apt-get install bubblewrap")
        return choose()
    if not (image := os.environ.get("VH_IMAGE")):
        pytest.skip("needs docker or podman, and in VH_IMAGE an image with Python and requirements.lock")
    return choose(image=image)


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The course as it is before anybody hands in; copy it."""
    root = tmp_path_factory.mktemp("pattern") / "course"
    root.mkdir()
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    shutil.copytree(REPOSITORY / "solutions" / NAME, root / "solutions" / NAME)
    release = json.loads((build(root, NAME) / f"{NAME}.ipynb").read_text())
    cells = notebook.read(REPOSITORY / "solutions" / NAME / f"{NAME}.ipynb")
    answers = {c.question: notebook.inside(c.source, "SOLUTION") and c.source for c in cells if c.kind == "answer"}
    return Class(root, release, answers | {"collapse": ESSAY})


@pytest.fixture
def school(pattern: Class, tmp_path: Path) -> Class:
    """A course of one's own."""
    root = tmp_path / "course"
    shutil.copytree(pattern.root, root)
    return Class(root, pattern.release, pattern.solved)


@pytest.fixture(scope="module")
def big_school(pattern: Class, tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A course for a whole module."""
    root = tmp_path_factory.mktemp("big") / "course"
    shutil.copytree(pattern.root, root)
    return Class(root, pattern.release, pattern.solved)


@pytest.fixture
def change() -> Callable[..., Notebook]:
    """`change(notebook, cell id, key=value…)` changes one cell of a notebook."""

    def apply(content: Notebook, cell_id: str, **values: object) -> Notebook:
        (cell,) = (cell for cell in content["cells"] if cell["id"] == cell_id)
        cell.update(values)
        return content

    return apply
