"""Reading a notebook: which cell asks, answers or tests what."""

import json

import pytest

from vhlib.core.errors import InputError
from vhlib.course import notebook


def cell(kind: str, source: str | list[str] = "x = 1", **metadata: object) -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {"nbgrader": metadata} if metadata else {}}


@pytest.mark.parametrize(
    ("raw", "kind", "question", "criterion", "points"),
    [
        (cell("markdown"), "text", "", "", 0),
        (cell("code"), "code", "", "", 0),
        (cell("code", grade=False, solution=False, locked=True, grade_id="setup"), "setup", "", "", 0),
        (cell("code", grade=False, solution=True, grade_id="blend_shapes"), "answer", "blend_shapes", "", 0),
        (cell("code", grade=True, grade_id="blend_shapes-sum", points=2), "test", "blend_shapes", "sum", 2),
        (cell("markdown", grade=True, solution=True, grade_id="collapse", points=4), "written", "collapse", "", 4),
    ],
)
def test_the_kind_of_a_cell_is_read_from_its_metadata(raw, kind, question, criterion, points):
    (read,) = notebook.cells({"cells": [raw]})
    assert (read.kind, read.question, read.criterion, read.points) == (kind, question, criterion, points)


def test_a_source_may_be_a_list_of_lines_and_metadata_may_be_missing():
    (read,) = notebook.cells({"cells": [{"cell_type": "code", "source": ["a\n", "b"]}]})
    assert read.source == "a\nb"
    assert read.kind == "code"


def test_the_title_of_a_test_is_its_first_line():
    (read,) = notebook.cells({"cells": [cell("code", "\n# Test 1.1: turns (2 points)\ndef test(): ...")]})
    assert read.title == "Test 1.1: turns (2 points)"


def test_regions_are_cut_out_wherever_they_stand():
    begin, end = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
    source = "\n".join(["a", f"    {begin}", "    b", f"    {end}", "c", begin, "d", end])
    assert notebook.inside(source, "HIDDEN TESTS") == "    b\nd"
    assert notebook.outside(source, "HIDDEN TESTS") == "a\nc"
    assert notebook.inside(source, "SOLUTION") == ""


@pytest.mark.parametrize("text", ["not JSON", "[]", "{}", '{"cells": [3]}', '{"cells": [{"source": ""}]}', '"cells"'])
def test_what_is_no_notebook_is_refused_by_name(tmp_path, text):
    path = tmp_path / "broken.ipynb"
    path.write_text(text)
    with pytest.raises(InputError, match=r"broken.ipynb: expected a Jupyter notebook"):
        notebook.read(path)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"gone.ipynb: cannot read this notebook"):
        notebook.read(tmp_path / "gone.ipynb")


def test_a_file_reads_like_its_content(tmp_path):
    content = {"cells": [cell("code"), cell("markdown")], "nbformat": 4}
    (tmp_path / "a.ipynb").write_text(json.dumps(content))
    assert notebook.read(tmp_path / "a.ipynb") == notebook.cells(content)
