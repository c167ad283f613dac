"""Every assignment in a real sandbox: the solution and each planted answer get what `vh course check` gives them."""

import copy
import json
import shutil
from pathlib import Path

import pytest

from vhlib.course import notebook, planted, questions
from vhlib.course.building import assignments
from vhlib.course.grading.marking import Sheet
from vhlib.course.grading.reseating import reseat
from vhlib.course.grading.sandbox import Limits, choose
from vhlib.course.grading.worker import Worker

REPOSITORY = Path(__file__).parents[3]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("bwrap"), reason="needs Debian's bubblewrap: apt-get install bubblewrap"),
]


@pytest.mark.parametrize("name", assignments(REPOSITORY))
def test_planted_answers_get_what_they_deserve(name):
    source = REPOSITORY / "solutions" / name
    release = json.loads((REPOSITORY / "assignments" / name / f"{name}.ipynb").read_text())
    assignment = questions.load(source)
    setup = [(cell.title, cell.source) for cell in notebook.cells(release) if cell.kind == "setup"]
    solved = {cell.question: cell.source for cell in notebook.read(source / f"{name}.ipynb") if cell.kind == "answer"}
    asked = {question.name: question for question in assignment.auto}
    with Worker(choose(), name, setup, REPOSITORY / "assignments" / name, Limits()) as worker:

        def lost(question, **answers):
            content = copy.deepcopy(release)
            for cell in content["cells"]:
                cell["source"] = (solved | answers).get(cell["id"], cell["source"])
            marks = Sheet(worker, assignment, reseat(release, content), seed=0).mark(question)
            return sum(mark.points - mark.earned for mark in marks) / question.points, marks

        for question in assignment.auto:
            share, marks = lost(question)
            assert share == 0, marks
        for answer in planted.read(source / "answers"):
            share, marks = lost(asked[answer.question], **{answer.question: answer.source})
            assert share == 0 if answer.loses is None else share >= answer.loses - 1e-9, (answer.title, marks)
