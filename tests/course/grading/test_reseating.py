import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vhlib.course.grading.reseating import LARGEST, UnreadableError, find, parse, reseat

RIGHT = "def double(x):\n    return 2 * x"
WRONG = "def double(x):\n    return 3 * x"


def cell(cell_id, kind, source, **graded):
    metadata = {"nbgrader": {"grade_id": cell_id, "schema_version": 3, **graded}} if graded else {}
    return {"id": cell_id, "cell_type": kind, "source": source, "metadata": metadata}


RELEASE: dict[str, Any] = {
    "cells": [
        cell("title", "markdown", "# A toy"),
        cell("setup", "code", "import math", locked=True),
        cell("double", "code", "def double(x):\n    raise NotImplementedError()", solution=True),
        cell(
            "double-value", "code", "# Test 1\ndef test(): assert double(1) == 2\n\n\ntest()", grade=True, locked=True
        ),
        cell("look", "code", "double(21)"),
        cell("ask", "markdown", "## Why?"),
        cell("essay", "markdown", "YOUR ANSWER HERE", grade=True, solution=True),
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
ANSWERS = {"double": RIGHT, "essay": "Because."}


def handed_in(**answers):
    content = copy.deepcopy(RELEASE)
    for each in content["cells"]:
        each["source"] = (ANSWERS | answers).get(each["id"], each["source"])
    return content


def sources(content):
    return {each["id"]: each["source"] for each in content["cells"]}


PERFECT = handed_in()


def test_a_submission_as_it_should_be_needs_no_repair():
    seated = reseat(RELEASE, PERFECT)
    assert seated.notebook == PERFECT
    assert seated.repairs == ()
    assert [cell.source for cell in seated.own] == [RIGHT]


def test_what_was_done_to_tests_is_undone_and_said():
    content = handed_in()
    content["cells"][3]["source"] = "assert True"
    content["cells"][3]["metadata"]["nbgrader"]["points"] = 99
    seated = reseat(RELEASE, content)
    assert seated.notebook == PERFECT
    assert seated.repairs == ("double-value: it was changed and is put back",)
    del content["cells"][3]
    seated = reseat(RELEASE, content)
    assert seated.notebook == PERFECT
    assert seated.repairs == ("double-value: it was deleted and is put back",)


def test_of_copied_cells_the_last_changed_one_counts():
    content = handed_in(double=WRONG)
    content["cells"].append({**content["cells"][2], "source": RIGHT})
    content["cells"].append(copy.deepcopy(RELEASE["cells"][2]))
    content["cells"].append(copy.deepcopy(RELEASE["cells"][3]))
    seated = reseat(RELEASE, content)
    assert sources(seated.notebook) == sources(PERFECT)
    assert seated.repairs == (
        "double-value: it was copied; the copies are left out",
        "double: 3 cells carry this name; the last one that was changed counts",
    )


def test_without_metadata_answers_are_found_by_function_and_heading():
    content = handed_in()
    for each in content["cells"]:
        each["metadata"] = {}
    seated = reseat(RELEASE, content)
    assert seated.notebook == PERFECT
    assert seated.repairs == ("double: found by its function", "essay: found by its heading")


def test_metadata_that_lost_its_version_still_counts():
    content = handed_in()
    for each in content["cells"]:
        each["metadata"].get("nbgrader", {}).pop("schema_version", None)
    assert reseat(RELEASE, content).notebook == PERFECT


def test_a_notebook_that_went_through_colab_is_the_same():
    content = handed_in()
    for number, each in enumerate(content["cells"]):
        del each["id"]
        each["metadata"] |= {"id": f"abc{number}", "colab": {"base_uri": "x"}}
        each["source"] = each["source"].splitlines(keepends=True)
    assert reseat(RELEASE, {**content, "nbformat_minor": 0}).notebook == PERFECT


def test_an_answer_in_a_new_cell_counts_when_the_stub_is_untouched():
    content = handed_in(double=RELEASE["cells"][2]["source"], essay=RELEASE["cells"][6]["source"])
    content["cells"].insert(4, cell("mine", "code", RIGHT))
    content["cells"].append(cell("words", "markdown", "Because."))
    seated = reseat(RELEASE, content)
    assert sources(seated.notebook) == sources(PERFECT)
    assert seated.repairs == ("double: found by its function", "essay: found by its heading")


def test_cells_of_the_students_own_stay_where_they_stood():
    content = handed_in()
    content["cells"].insert(0, cell("early", "code", "import numpy"))
    content["cells"].insert(5, cell("late", "code", "print(double(4))"))
    seated = reseat(RELEASE, content)
    order = [each["source"] for each in seated.notebook["cells"]]
    assert order[:4] == ["# A toy", "import math", "import numpy", RIGHT]
    assert order[4].startswith("# Test 1")
    assert order[5] == "print(double(4))"
    assert [cell.source for cell in seated.own] == ["import numpy", RIGHT, "print(double(4))"]
    assert seated.repairs == ()


def test_a_missing_answer_is_said_and_stays_a_stub():
    content = handed_in()
    del content["cells"][2]
    seated = reseat(RELEASE, content)
    assert sources(seated.notebook)["double"] == sources(RELEASE)["double"]
    assert "double: its cell is missing, and nothing stands for it" in seated.repairs


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["source", "metadata"]), inner),
    max_leaves=8,
)
CELLS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | JSON,
            "source": st.text() | st.lists(st.text()) | st.sampled_from([RIGHT, "# A toy"]) | JSON,
            "metadata": st.fixed_dictionaries(
                {"nbgrader": st.fixed_dictionaries({"grade_id": st.sampled_from([*ANSWERS, "setup"]) | JSON}) | JSON}
            )
            | JSON,
        },
    )
    | JSON,
    max_size=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine all is slow
@given(CELLS)
def test_whatever_comes_the_release_keeps_its_form(cells):
    seated = reseat(RELEASE, {"cells": cells})
    kept = [each for each in seated.notebook["cells"] if not each["id"].startswith("helper")]
    assert [each["id"] for each in kept] == [each["id"] for each in RELEASE["cells"]]
    assert [each["metadata"] for each in kept] == [each["metadata"] for each in RELEASE["cells"]]
    untouched = [each for each in kept if each["id"] not in ANSWERS]
    assert untouched == [each for each in RELEASE["cells"] if each["id"] not in ANSWERS]
    json.dumps(seated.notebook, ensure_ascii=False).encode()  # it can be written to a file


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"<html>", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "it has no cells"),
        (b'{"worksheets": []}', "it has no cells"),
        (b" " * (LARGEST + 1), "larger than 20 MB"),
    ],
)
def test_what_is_no_notebook_is_refused_with_the_reason(content, reason):
    with pytest.raises(UnreadableError, match=reason):
        parse(content)


def test_a_renamed_notebook_is_found(tmp_path):
    (tmp_path / "toy.ipynb").write_text("{}")
    assert find(tmp_path, "toy") == (tmp_path / "toy.ipynb", ())
    (tmp_path / "toy.ipynb").rename(tmp_path / "Copy of toy.ipynb")
    assert find(tmp_path, "toy") == (tmp_path / "Copy of toy.ipynb", ("the notebook is called 'Copy of toy.ipynb'",))
    (tmp_path / "second.ipynb").write_text("{}")
    with pytest.raises(UnreadableError, match=r"2 notebooks were handed in, and none is called toy\.ipynb"):
        find(tmp_path, "toy")
    with pytest.raises(UnreadableError, match="no notebooks"):
        find(tmp_path / "nowhere", "toy")


def test_a_link_to_somebody_elses_notebook_is_none(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "toy.ipynb").write_text("{}")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "toy.ipynb").symlink_to(tmp_path / "theirs" / "toy.ipynb")
    with pytest.raises(UnreadableError):
        find(tmp_path / "mine", "toy")
