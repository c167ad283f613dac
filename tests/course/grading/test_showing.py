"""What of a notebook that has run is kept, and how the rest goes on when a cell ends its process."""

import base64
import contextlib

import pytest

from vhlib.course.grading.process import FailedError
from vhlib.course.grading.reseating import Seated
from vhlib.course.grading.sandbox import Limits
from vhlib.course.grading.showing import show
from vhlib.course.grading.worker import Copy, Worker

PNG = base64.b64encode(b"\x89PNG").decode()


class Pretended(Worker):
    """Runs no code: a cell shows what `outputs` says; one that says "die" ends its copy."""

    def __init__(self, outputs=None):
        self.limits = Limits()
        self.outputs = outputs or {}
        self.ran = []

    @contextlib.contextmanager
    def copy(self):
        self.ran.append([])
        yield PretendedCopy(self)


class PretendedCopy(Copy):
    def __init__(self, worker):
        self.worker = worker
        self.living = True

    @property
    def alive(self):
        return self.living

    def run(self, title, source, seconds):
        self.worker.ran[-1].append(source)
        return ""

    def show(self, source, seconds):
        self.worker.ran[-1].append(f"show {source}")
        if "die" in source:
            self.living = False
            raise FailedError("its process ended with exit code 0")
        return self.worker.outputs.get(source, [])


def cell(source, kind="code", **graded):
    metadata = {"nbgrader": graded} if graded else {}
    return {"id": source[:8], "cell_type": kind, "source": source, "metadata": metadata}


def seated(*cells):
    return Seated({"cells": list(cells), "metadata": {}}, ())


def answer(name, source):
    return cell(source, grade_id=name, solution=True)


def a_test(name, source):
    return cell(source, grade_id=name, grade=True, points=1)


def test_after_a_death_the_rest_runs_in_a_fresh_copy():
    worker = Pretended()
    notebook = seated(answer("one", "a = 1"), a_test("one-x", "test a"), answer("two", "die"), answer("three", "c = 3"))
    shown = show(worker, notebook, {}, {})
    assert worker.ran == [["show a = 1", "show test a", "show die"], ["a = 1", "show c = 3"]]
    errors = [each["outputs"][0]["evalue"] for each in shown.notebook["cells"] if each["outputs"]]
    assert errors == ["its process ended with exit code 0"]
    assert [each["execution_count"] for each in shown.notebook["cells"]] == [1, 2, 3, 4]


def test_what_is_known_not_to_end_is_not_run():
    worker = Pretended()
    cells = (answer("one", "spin"), a_test("one-x", "test one"), cell("draw(one(3))"), cell("draw(zone(3))"))
    shown = show(worker, seated(*cells), {"spin": "it took too long"}, {"one": "it never came back"})
    assert worker.ran == [["show draw(zone(3))"]]
    assert [[output["evalue"] for output in each["outputs"]] for each in shown.notebook["cells"]] == [
        ["not run: it took too long"],
        ["not run: it never came back"],
        ["not run: it never came back"],
        [],
    ]
    assert shown.failed == {("one", "x"): "not run: it never came back"}


def kept(*outputs):
    (only,) = show(Pretended({"cell": list(outputs)}), seated(cell("cell")), {}, {}).notebook["cells"]
    return only["outputs"]


def display(**data):
    return {"output_type": "display_data", "data": {key.replace("_", "/"): value for key, value in data.items()}}


def test_pictures_and_words_stay():
    (shown,) = kept(display(image_png=PNG + "\n", text_plain='A "body".', text_html="<script>steal()</script>"))
    assert shown["data"]["text/html"] == (
        f'<img alt="A &quot;body&quot;." style="max-width: 100%" src="data:image/png;base64,{PNG}">'
    )
    stream = {"output_type": "stream", "name": "stdout", "text": "hello"}
    assert kept(stream) == [stream]


@pytest.mark.parametrize(
    "output",
    [
        display(text_html="<script>steal()</script>"),
        display(text_html='<b onclick="steal()">x</b>'),
        display(text_html='<a href="javascript:steal()">x</a>'),
        display(text_html='<img src=x onerror="steal()">'),
        display(application_javascript="steal()"),
        display(image_png='"><script>steal()</script>'),
        display(image_svg="<svg onload='steal()'/>"),
        display(text_markdown="<script>steal()</script>"),
        {"output_type": "steal()"},
        "steal()",
    ],
)
def test_what_a_browser_would_run_is_left_out(output):
    for each in kept(output):
        page = each["data"].get("text/html", "")
        assert "<script" not in page
        assert "<img" not in page
        assert "<a " not in page
        assert "<b on" not in page
        assert set(each["data"]) <= {"text/plain", "text/html"}


def test_an_essay_cannot_carry_a_script():
    essay = cell("Because. <script>steal()</script>", "markdown", grade_id="essay", grade=True, solution=True)
    (only,) = show(Pretended(), seated(essay), {}, {}).notebook["cells"]
    assert only["source"] == "Because. &lt;script&gt;steal()&lt;/script&gt;"
