"""Feedback pages: the hidden part of a test is cut, and of an error only what it says is kept."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from vhlib.course.feedback import HideTests

HIDDEN = "def test():\n    shown()\n    ### BEGIN HIDDEN TESTS\n    secret()\n    ### END HIDDEN TESTS\n\n\ntest()"


def page_of(source: str) -> str:
    """What a page would show of a failed cell."""
    failed = new_output("error", ename="WrongAnswer", evalue="it was transposed", traceback=["secret()", "it was …"])
    cell, resources = HideTests().preprocess_cell(new_code_cell(source, outputs=[failed]), {"kept": 1}, 0)
    assert resources == {"kept": 1}
    return "\n".join([cell.source, *cell.outputs[0].traceback])


def test_a_hidden_test_is_cut_from_the_code_and_from_the_traceback():
    page = page_of(HIDDEN)
    assert "secret" not in page
    assert "HIDDEN" not in page
    assert page.startswith("def test():\n    shown()")
    assert page.endswith("# Further checks are not shown.\nWrongAnswer: it was transposed")


@pytest.mark.parametrize("source", ["x = 1", "def test():\n    shown()\n\n\ntest()"])
def test_any_other_cell_stays_as_it_is(source):
    assert page_of(source) == f"{source}\nsecret()\nit was …"
