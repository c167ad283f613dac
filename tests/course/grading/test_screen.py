import pytest
from IPython.core.interactiveshell import InteractiveShell

from vhlib.course.grading.screen import FULL, Screen

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def screen():
    yield Screen({"__name__": "__main__", "given": 7}, most=500)
    type(InteractiveShell.instance()).clear_instance()


def test_cells_show_what_jupyter_shows(screen):
    stream = {"output_type": "stream", "name": "stdout", "text": "a\nb\n"}
    result = {"output_type": "execute_result", "data": {"text/plain": "8"}, "metadata": {}, "execution_count": 1}
    assert screen.show("print('a')\nprint('b')\ngiven + 1") == [stream, result]
    assert screen.show("import sys; print('c', file=sys.stderr)") == [
        {"output_type": "stream", "name": "stderr", "text": "c\n"}
    ]
    (shown,) = screen.show("display('d')")
    assert (shown["output_type"], shown["data"]) == ("display_data", {"text/plain": "'d'"})
    assert screen.show("quiet = 1;") == []


def test_names_stay_from_cell_to_cell(screen):
    screen.show("kept = 3")
    assert screen.show("kept")[0]["data"] == {"text/plain": "3"}


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        ("1 / 0", "ZeroDivisionError", "division by zero"),
        ("def f(:", "SyntaxError", "invalid syntax"),
        ("raise SystemExit(3)", "SystemExit", "3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
    ],
)
def test_errors_are_outputs(screen, source, name, words):
    (error, *_) = (output for output in screen.show(source) if output["output_type"] == "error")
    assert error["ename"] == name
    assert words in error["evalue"]
    assert screen.show("1")[0]["data"] == {"text/plain": "1"}  # and the next cell runs


def test_what_is_shown_is_bounded(screen):
    (stream,) = screen.show("for _ in range(1000): print('x' * 100)")
    assert stream["text"].endswith(FULL)
    assert len(stream["text"]) == 500 + len(FULL)
    outputs = screen.show("display('y' * 1000)\ndisplay('y' * 1000)\nprint('z' * 1000)")
    assert [output["text"] for output in outputs] == [FULL]
    assert screen.show("print('again')")[0]["text"] == "again\n"


def test_magic_and_figures(screen):
    assert screen.show("!echo from the shell")[0]["text"].strip() == "from the shell"
    assert screen.show("%env VH_SCREEN=1")[0]["text"] == "env: VH_SCREEN=1\n"
