"""Feedback: nbgrader's pages, without what they must not show, the hidden tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor

from vhlib.core.errors import InputError
from vhlib.course.building import config
from vhlib.course.notebook import inside, outside


class HideTests(NbGraderPreprocessor):
    """Cuts the hidden part of each test, and of an error keeps only what it says.

    `nbgrader_config.py` puts it between reading the grades and writing the page.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """One cell of an autograded notebook.

        Args:
            cell: the cell, changed in place.
            resources: nbconvert's, returned as they are.
            cell_index: where the cell stands.
        """
        if inside(cell.source, "HIDDEN TESTS"):
            cell.source = outside(cell.source, "HIDDEN TESTS").rstrip() + "\n# Further checks are not shown."
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


def pages(root: Path, name: str, students: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write the feedback page of each student: their code, what it showed, marks, and reasons for lost points.

    Args:
        root: the course's folder.
        name: the assignment.
        students: only these; empty for all that are graded.

    Raises:
        InputError: nobody was graded yet, a student was not, or nbgrader could not write a page.
    """
    graded = sorted(path.parent.name for path in root.glob(f"grading/autograded/*/{name}"))
    if not graded or set(students) - set(graded):
        who = next((student for student in students if student not in graded), "any submission")
        raise InputError(f"{name}: {who} is not graded yet; run `vh course autograde {name}` first")
    api = NbGraderAPI(config=config(root))
    written = []
    for student in students or graded:
        outcome = api.generate_feedback(name, student, force=True)
        if not outcome["success"]:
            raise InputError(f"{name}: no feedback for {student}: {outcome.get('error', 'nbgrader does not say why')}")
        written.append(root / "grading" / "feedback" / student / name / f"{name}.html")
    return tuple(written)
