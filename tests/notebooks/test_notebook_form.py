"""Every notebook keeps to the form that students learn to rely on; see CONTRIBUTING.md."""

import re
from pathlib import Path

import nbformat
import pytest

from vhlib.course import colab

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))

IDEA_LINES, CELL_LINES, NOTEBOOK_LINES = 30, 12, 120
GENERATED_ID = re.compile(r"[0-9a-f]{8}|.*[0-9a-f]{8}-[0-9a-f]{4}-.*")
READABLE_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def code_lines(cell) -> int:
    lines = (line.strip() for line in cell.source.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def is_idea(cell) -> bool:
    return "idea" in cell.metadata.get("tags", [])


def test_there_are_notebooks():
    assert NOTEBOOKS[0].stem == "00_start_here"


def test_it_is_valid_and_carries_no_results(notebook):
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    assert [cell.id for cell in code_cells(notebook) if cell.outputs or cell.execution_count is not None] == []


def test_cell_ids_are_readable_and_stay(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if GENERATED_ID.fullmatch(name) or not READABLE_ID.fullmatch(name)] == []


def test_the_first_code_cell_is_the_setup_cell(notebook):
    first = code_cells(notebook)[0]
    assert first.source == colab.cell()
    assert first.id == colab.CELL_ID
    assert notebook.cells.index(first) <= 1  # at most the title stands above it


def test_cells_are_short(notebook):
    sizes = {cell.id: code_lines(cell) for cell in code_cells(notebook)}
    limits = {cell.id: IDEA_LINES if is_idea(cell) else CELL_LINES for cell in code_cells(notebook)}
    assert {name: size for name, size in sizes.items() if size > limits[name]} == {}
    assert sum(sizes.values()) <= NOTEBOOK_LINES


def test_it_has_one_idea(notebook, request):
    if "00_" in request.node.callspec.id:
        pytest.skip("the first notebook only shows around")
    assert sum(is_idea(cell) for cell in code_cells(notebook)) == 1


def test_it_says_what_it_teaches_how_long_it_takes_and_what_follows(notebook):
    title = notebook.cells[0].source
    assert title.startswith("# ")
    assert "**Learning goals**" in title
    assert re.search(r"\*\*Time:?\*\*.*\d+ minutes", title)
    headings = re.findall(r"^## (.+)$", text(notebook), re.MULTILINE)
    assert {"What went wrong", "What comes next"} <= set(headings[-2:])


def test_it_uses_the_library_plainly(notebook):
    source = "\n".join(cell.source for cell in code_cells(notebook)[1:])
    assert not re.search(r"import \*|sys\.path|^%|^!", source, re.MULTILINE)


def test_images_in_the_text_have_alt_text(notebook):
    markdown = text(notebook)
    assert re.findall(r"!\[\s*\]\(", markdown) == []
    assert [tag for tag in re.findall(r"<img[^>]*>", markdown) if not re.search(r'alt="[^"]+"', tag)] == []
