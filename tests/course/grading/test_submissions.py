"""The whole class hands in: every way in which a submission can be good, broken or hostile, and the mark it deserves.

One batch of sixty on two workers, of which one is killed. Plain nbgrader stops at, or is fooled by, most of these.
"""

import dataclasses
import json
import re
import shutil
import threading
import time
from dataclasses import dataclass

import psutil
import pytest

from vhlib.course import planted
from vhlib.course.building import config
from vhlib.course.grading import batch, records
from vhlib.course.grading.marking import Job
from vhlib.course.grading.sandbox import Bubblewrap, Limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of nbgrader, SQLAlchemy and Dask: open databases and sockets
]

NAME = "01_body_model"
ALL = 21
"""Points of everything that is not written."""

WITHOUT = 15
"""Without question 2, which the last one needs."""

ALONE = 18
"""Without the last question, which notices when an answer is the library's own."""

COUNT = 60


@dataclass(frozen=True)
class Case:
    """What somebody hands in."""

    content: object
    """A notebook, or bytes."""
    mark: int
    """What it deserves."""
    name: str = f"{NAME}.ipynb"
    remark: str = ""
    """What a person must be told, as a pattern; empty if nothing."""
    failure: str = ""
    """Why it could not be graded."""


RIGHT = "def blend_shapes(betas, shapedirs):\n    return torch.einsum('bs,vcs->bvc', betas, shapedirs)\n"
NOTHING = "def blend_shapes(betas, shapedirs):\n    return 0\n"

# What stands in the cell of question 2; all else is right.
ANSWERS = {
    "warns": (f"import warnings\nwarnings.warn('old')\n{RIGHT}", ALL, ""),
    "syntax error": ("def blend_shapes(betas, shapedirs:\n    return", WITHOUT, ""),
    "endless": ("def blend_shapes(betas, shapedirs):\n    while True: pass", WITHOUT, "took more than"),
    "endless, stubborn": (
        "def blend_shapes(betas, shapedirs):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
        WITHOUT,
        "took more than",
    ),
    "30 GB at once": (f"import numpy as np\nhog = np.ones(30 << 27)\n{RIGHT}", WITHOUT, ""),
    "30 GB in pieces": (
        f"import numpy as np\nhogs = [np.ones(1 << 24) for _ in range(240)]\n{RIGHT}",
        WITHOUT,
        "",
    ),
    "exits": (f"import os\nos._exit(0)\n{RIGHT}", WITHOUT, "exit code 0"),
    "exits when called": ("import os\ndef blend_shapes(betas, shapedirs): os._exit(0)", WITHOUT, "exit code 0"),
    "leaves politely": ("def blend_shapes(betas, shapedirs): raise SystemExit", WITHOUT, ""),
    "1 GB of prints": (f"for _ in range(1024): print('x' * (1 << 20))\n{RIGHT}", ALL, ""),
    "fork bomb": ("import os\nwhile True: os.fork()", WITHOUT, "processes|memory|took more than|signal 9"),
    "daemon": (f"import subprocess\nsubprocess.Popen(['setsid', 'sleep', '87654'])\n{RIGHT}", ALL, ""),
    "network": (
        "import socket\ntry: socket.create_connection(('1.1.1.1', 53), 3)\n"
        f"except OSError as error: print('NET', error)\n{RIGHT}",
        ALL,
        "",
    ),
    "reads": (
        "from pathlib import Path\n"
        "print('FOUND', [path for path in Path('GRADEBOOK').parents[1].rglob('*')], Path('GRADEBOOK').exists())\n"
        + RIGHT,
        ALL,
        "",
    ),
    "writes marks": (
        "import sqlite3\ntry:\n    c = sqlite3.connect('GRADEBOOK')\n"
        "    c.execute('update grade set manual_score = 3')\n    c.commit()\n"
        "except Exception as error: print('ERR', error)\n" + NOTHING,
        WITHOUT,
        "",
    ),
    "patched allclose": (f"torch.allclose = lambda *a, **k: True\n{NOTHING}", WITHOUT, ""),
    "patched expect": (
        "import vhlib.course.words as w\nw.expect = expect = lambda *a, **k: None\n"
        f"w.WrongAnswer.__init__ = lambda *a: None\n{NOTHING}",
        WITHOUT,
        "its visible test passes",
    ),
    "asserts taken out": (
        "import ast\nclass Out(ast.NodeTransformer):\n    def visit_Assert(self, node):\n        return ast.Pass()\n"
        "    def visit_Expr(self, node):\n        return ast.Pass()\n"
        f"get_ipython().ast_transformers.append(Out())\n{NOTHING}",
        WITHOUT,
        "its visible test passes",
    ),
    "forged result": (
        "class Forged(torch.Tensor):\n    def __sub__(self, other): return self\n    def abs(self): return self\n"
        "    def max(self, *a): return torch.tensor(0.0)\n"
        "def blend_shapes(betas, shapedirs): return torch.zeros(len(betas), *shapedirs.shape[:2]).as_subclass(Forged)",
        WITHOUT,
        "",
    ),
    "hook": (
        "get_ipython().events.register('pre_run_cell', lambda info: print('SEEN', info.raw_cell))\n" + NOTHING,
        WITHOUT,
        "",
    ),
    "breaks the protocol": (
        "import os\nfor number in range(3, 20):\n    try: os.write(number, b'\\xff' * 64)\n    except OSError: pass\n"
        + RIGHT,
        WITHOUT,
        "something else than arrays",
    ),
    "goes round the guard": (
        "import contextlib\nfrom vhlib import body, exercises\nexercises.forbid = lambda *n: contextlib.nullcontext()\n"
        "def blend_shapes(betas, shapedirs): return body.blend_shapes(betas, shapedirs)",
        ALONE,  # the library is public: only a person can say whose work it is
        "blend_shapes: it says `forbid`",
    ),
    "magic": (f"!echo pwned; id -u\n%env A=1\n{RIGHT}", ALL, ""),
}


def broken(pupils):
    """Submissions whose notebook, not whose answer, is odd."""
    deleted = pupils.notebook()
    deleted["cells"] = [cell for cell in deleted["cells"] if cell["id"] != "blend_shapes-sum"]
    copied = pupils.notebook()
    copied["cells"] += [dict(cell) for cell in copied["cells"] if cell["id"].startswith("blend_shapes")]
    same_ids = pupils.notebook()
    for cell in same_ids["cells"]:
        cell["id"] = "same"
    edited = pupils.notebook(blend_shapes=NOTHING)
    for cell in edited["cells"]:
        if cell["id"].startswith("blend_shapes-"):
            cell["source"] = "assert True"
            cell["metadata"] = {"nbgrader": {**cell["metadata"]["nbgrader"], "points": 99}}
    bare = pupils.notebook()
    for cell in bare["cells"]:
        cell["metadata"] = {}
    old = pupils.notebook()
    for cell in old["cells"]:
        cell["metadata"] = {
            key: {name: value for name, value in graded.items() if name != "schema_version"}
            for key, graded in cell["metadata"].items()
            if key == "nbgrader"
        }
    colab = {**pupils.notebook(), "nbformat_minor": 0}
    colab["metadata"] = {**colab["metadata"], "colab": {"provenance": []}, "accelerator": "GPU"}
    for number, cell in enumerate(colab["cells"]):
        del cell["id"]
        cell["metadata"] = {**cell["metadata"], "id": f"abc{number}", "colab": {"base_uri": "x"}, "outputId": "q"}
    return {
        "deleted test": Case(deleted, ALL, remark="blend_shapes-sum: it was deleted and is put back"),
        "copied cells": Case(copied, ALL, remark="blend_shapes: 2 cells carry this name"),
        "one cell id for all": Case(same_ids, ALL),
        "edited tests": Case(edited, WITHOUT, remark="blend_shapes-sum: it was changed and is put back"),
        "renamed": Case(pupils.notebook(), ALL, name="Copy of 1.ipynb", remark="the notebook is called 'Copy of 1"),
        "no JSON": Case(b"<html>no notebook</html>", 0, failure="no JSON"),
        "empty file": Case(b"", 0, failure="the file is empty"),
        "no metadata": Case(bare, ALL, remark="blend_shapes: found by its function"),
        "no schema version": Case(old, ALL),
        "through Colab": Case(colab, ALL),
    }


def partial(pupils):
    """Honest submissions that are not all right."""
    wrong = {answer.title: answer for answer in planted.read(pupils.root / "solutions" / NAME / "answers")}
    single = next(answer for title, answer in wrong.items() if title == "always works in float32")
    other = next(
        answer for answer in wrong.values() if answer.loses is None and answer.question == "axis_angle_to_matrix"
    )
    return {
        "nothing done": Case(pupils.release, 0),
        "partly right": Case(pupils.notebook(blend_shapes=single.source), ALL - 2, remark="visible test passes"),
        "another way": Case(pupils.notebook(axis_angle_to_matrix=other.source), ALL),
        "perfect": Case(pupils.notebook(), ALL),
        "Ann, Jr": Case(pupils.notebook(), ALL),
    }


@pytest.fixture(scope="module")
def big_school(pattern, tmp_path_factory, guard):
    """One for each sandbox."""
    root = tmp_path_factory.mktemp("big") / "course"
    shutil.copytree(pattern.root, root)
    return dataclasses.replace(pattern, root=root)


@pytest.fixture(scope="module")
def cases(big_school):
    gradebook = str(big_school.root / "grading" / "gradebook.db")
    answered = {
        name: Case(big_school.notebook(blend_shapes=source.replace("GRADEBOOK", gradebook)), mark, remark=remark)
        for name, (source, mark, remark) in ANSWERS.items()
    }
    special = partial(big_school) | broken(big_school) | answered
    honest = {f"honest {number:02d}": Case(big_school.notebook(), ALL) for number in range(COUNT - len(special))}
    return special | honest


@pytest.fixture(scope="module")
def graded(big_school, cases, guard):
    """Sixty submissions in one batch; one of the two workers is killed in the middle of it."""
    for student, case in cases.items():
        content = json.loads(json.dumps(case.content)) if isinstance(case.content, dict) else case.content
        big_school.hand_in(student, content, name=case.name)
    assert len(cases) == COUNT
    jobs = [
        Job(big_school.root, NAME, student, guard, Limits(seconds=20.0), seed=1)
        for student in batch.plan(big_school.root, NAME)
    ]
    watch = Watch()
    start = time.monotonic()
    for number, _ in enumerate(batch.run(jobs, workers=2), 1):
        if number == 20:
            watch.kill_one_worker()
    watch.stop()
    return {"seconds": (time.monotonic() - start) / COUNT, "memory": watch.most, "killed": watch.killed}


class Watch:
    """Looks at the memory of this process and of all that it started."""

    def __init__(self):
        self.most = 0
        self.killed = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self):
        self._over.set()
        self._thread.join()

    def kill_one_worker(self):
        started = psutil.Process().children()
        workers = [process for process in started if "spawn_main" in " ".join(process.cmdline())]
        workers[0].kill()
        self.killed += 1

    def _look(self):
        while not self._over.wait(0.5):
            used = 0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                try:
                    used += process.memory_info().rss
                except psutil.Error:
                    continue
            self.most = max(self.most, used)


def test_every_submission_gets_the_mark_it_deserves(big_school, cases, graded, guard, record_property):
    record_property("seconds per submission, all sixty", round(graded["seconds"], 1))
    if isinstance(guard, Bubblewrap):  # containers are nobody's children
        record_property("peak memory of everything (GiB)", round(graded["memory"] / 2**30, 1))
    assert graded["killed"] == 1
    written = {student: records.read(big_school.root, NAME, student) for student in cases}
    found = {student: record for student, record in written.items() if record is not None}
    assert {name: record.earned for name, record in found.items()} == {name: c.mark for name, c in cases.items()}
    for name, case in cases.items():
        record = found[name]
        assert re.search(case.failure, record.failure) if case.failure else record.failure == "", name
        remarks = "\n".join(record.remarks)
        assert re.search(case.remark, remarks), (name, remarks)
        if not case.remark and not case.failure and case.mark == ALL:
            assert remarks == "", name


def test_the_gradebook_holds_the_same_marks_and_nobody_elses(big_school, cases, graded):
    from nbgrader.api import Gradebook

    with Gradebook(config(big_school.root).CourseDirectory.db_url, "virtual_humans") as gradebook:
        for student, case in cases.items():
            submission = gradebook.find_submission_notebook(NAME, NAME, student)
            assert submission.score == case.mark, student
            assert all(grade.manual_score is None for grade in submission.grades)
            waiting = {grade.name for grade in submission.grades if grade.needs_manual_grade}
            if case.failure:
                assert len(waiting) == len(submission.grades)
            else:
                assert waiting == (set() if student == "nothing done" else {"collapse"}), student
            comments = {comment.name: comment.auto_comment for comment in submission.comments}
            if case.mark in (ALL, ALONE):
                assert comments["blend_shapes"] is None
            elif not case.failure:
                assert "not added up right" in comments["blend_shapes"]


def test_nothing_is_left_running_and_nothing_was_found(big_school, graded):
    assert not [p for p in psutil.process_iter(["cmdline"]) if "87654" in (p.info["cmdline"] or [])]
    for path in (big_school.root / "grading" / "autograded").rglob("*.ipynb"):
        text = path.read_text()
        assert "HIDDEN TESTS" not in text
        assert len(text) < 4 * 2**20, path
    seen = (big_school.root / "grading" / "autograded" / "reads" / NAME / f"{NAME}.ipynb").read_text()
    assert "FOUND [] False" in seen


def test_what_was_handed_in_is_as_it_was(big_school, cases, graded):
    for student, case in cases.items():
        path = big_school.root / "grading" / "submitted" / student / NAME / case.name
        raw = path.read_bytes()
        assert (json.loads(raw) if isinstance(case.content, dict) else raw) == case.content


def test_graded_once_is_graded(big_school, graded):
    assert batch.plan(big_school.root, NAME) == ()
    assert len(batch.plan(big_school.root, NAME, force=True)) == COUNT
    assert batch.plan(big_school.root, NAME, ["perfect"], force=True) == ("perfect",)


def test_feedback_shows_marks_and_reasons_and_no_hidden_test(big_school, graded):
    from vhlib.course import notebook
    from vhlib.course.feedback import pages

    chosen = ("hook", "edited tests", "endless", "no JSON", "Ann, Jr")
    written = pages(big_school.root, NAME, chosen)
    assert [page.parents[1].name for page in written] == list(chosen)
    hidden = {
        line.strip()
        for cell in notebook.read(big_school.root / "solutions" / NAME / f"{NAME}.ipynb")
        for line in notebook.inside(cell.source, "HIDDEN TESTS").split("\n")
        if len(line.strip()) > 30
    }
    assert len(hidden) > 30
    for page in written:
        text = page.read_text()
        assert not [line for line in hidden if line in text]
    assert "are not added up right" in written[0].read_text()
    assert "took more than 20 seconds" in written[2].read_text()
    assert "Not graded: the file is no notebook" in written[3].read_text()


def test_export_and_report(big_school, graded):
    import csv
    import io

    from vhlib.course.grading.exporting import export
    from vhlib.course.grading.reporting import report

    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(export(big_school.root, NAME, "csv")))}
    assert len(rows) == COUNT
    assert rows["Ann, Jr"]["total (25)"] == "21"
    assert rows["Ann, Jr"]["waits_for_a_person"] == "yes"
    assert rows["endless"]["blend_shapes (3)"] == "0"
    page = report(big_school.root, NAME).read_text()
    assert "# 01_body_model: 60 submissions" in page
    assert "`blend_shapes-sum`: " in page
    assert "`no JSON`: not graded" in page
