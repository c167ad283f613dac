"""How a class did in an assignment, and what a person should look at: a page of text and a figure."""

import inspect
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from vhlib.course import notebook, questions
from vhlib.course.answers import library
from vhlib.course.building import find_source
from vhlib.course.grading import likeness, records
from vhlib.course.grading.exporting import Standing, standings
from vhlib.course.grading.records import Record
from vhlib.course.questions import Assignment, Question
from vhlib.viz import COLOURS

LIBRARY = "the library itself"
MOST = 10
"""Lost criteria that are listed."""


def report(root: Path, name: str) -> Path:
    """Write ``grading/report/NAME/report.md`` and the figure beside it.

    Args:
        root: the course's folder.
        name: the assignment.

    Returns:
        The page.

    Raises:
        InputError: no such assignment, or nobody was graded yet.
    """
    assignment = questions.load(find_source(root, name))
    class_ = standings(root, assignment)
    graded = [record for s in class_ if (record := records.read(root, name, s.student))]
    folder = root / "grading" / "report" / name
    folder.mkdir(parents=True, exist_ok=True)
    distribution(assignment, class_).savefig(folder / "scores.png", dpi=150)
    page = folder / "report.md"
    written = {record.student: answers(root, name, record.student) for record in graded}
    alike = likeness.pairs({LIBRARY: _library(name), **written})
    page.write_text("\n".join(_page(assignment, class_, graded, alike)) + "\n", encoding="utf-8")
    return page


def answers(root: Path, name: str, student: str) -> dict[str, str]:
    """What a student wrote in code, by question, as it was graded.

    Args:
        root: the course's folder.
        name: the assignment.
        student: whose.
    """
    path = root / "grading" / "autograded" / student / name / f"{name}.ipynb"
    return {cell.question: cell.source for cell in notebook.read(path) if cell.kind == "answer"}


def distribution(assignment: Assignment, class_: Sequence[Standing]) -> Figure:
    """How many students earned how much, question by question.

    Args:
        assignment: what was asked.
        class_: how everybody stands.
    """
    count = len(assignment.questions)
    columns = min(3, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(3.2 * columns, 2.2 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True).flat
    for place, axis in enumerate(axes):
        if place >= count:
            axis.axis("off")
            continue
        question = assignment.questions[place]
        most = int(question.points)
        axis.hist(
            [s.scores[place] for s in class_],
            bins=[step - 0.5 for step in range(most + 2)],
            color=COLOURS["blue" if isinstance(question, Question) else "orange"],
            rwidth=0.85,
        )
        axis.set_title(question.name, fontsize=9)
        axis.set(xlabel=f"points of {question.points:g}", ylabel="students" if place % columns == 0 else "")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def _library(name: str) -> dict[str, str]:
    """The library's own versions of what an assignment asks for: they are public, and somebody may hand them in."""
    return {question: inspect.getsource(function) for question, function in library(name).items()}


def _page(
    assignment: Assignment, class_: Sequence[Standing], graded: Sequence[Record], alike: Sequence[likeness.Pair]
) -> Iterator[str]:
    waiting = sum(s.waits for s in class_)
    yield f"# {assignment.name}: {len(class_)} submissions"
    yield ""
    yield f"{waiting} of them wait for a person; written questions count 0 until then."
    yield ""
    yield f"![For each question, how many students earned how many points; {_in_words(assignment, class_)}](scores.png)"
    yield ""
    yield from _table(assignment, class_)
    yield from _section("Lost most often", _lost(graded))
    flagged = [f"`{record.student}`: {remark}" for record in graded for remark in record.remarks]
    yield from _section("For a person to look at", flagged)
    yield from _section(
        "Nearly the same code",
        [f"`{pair.first}` and `{pair.second}`: {pair.overlap:.0%} in common" for pair in alike],
        "Names, comments and layout do not count. It proves nothing: look at both.",
    )


def _table(assignment: Assignment, class_: Sequence[Standing]) -> Iterator[str]:
    yield "| question | points | mean | median | with none | with all |"
    yield "|:--|--:|--:|--:|--:|--:|"
    columns = [(q.name, q.points, [s.scores[place] for s in class_]) for place, q in enumerate(assignment.questions)]
    columns.append(("**total**", assignment.points, [s.total for s in class_]))
    for name, points, scores in columns:
        mean, median = statistics.mean(scores), statistics.median(scores)
        none, full = sum(score <= 0 for score in scores), sum(score >= points for score in scores)
        yield f"| {name} | {points:g} | {mean:.2f} | {median:g} | {none} | {full} |"


def _in_words(assignment: Assignment, class_: Sequence[Standing]) -> str:
    means = [statistics.mean(s.scores[place] for s in class_) for place in range(len(assignment.questions))]
    each = zip(assignment.questions, means, strict=True)
    return "means: " + ", ".join(f"{question.name} {mean:.1f} of {question.points:g}" for question, mean in each)


def _lost(graded: Sequence[Record]) -> list[str]:
    marked = [record for record in graded if not record.failure]
    lost = Counter(
        (mark.question, mark.criterion, mark.reason.partition(" (")[0])
        for record in marked
        for mark in record.marks
        if mark.earned < mark.points
    )
    return [
        f"`{question}-{criterion}`: {count} of {len(marked)}. {reason}"
        for (question, criterion, reason), count in lost.most_common(MOST)
    ]


def _section(title: str, lines: Sequence[str], note: str = "") -> Iterator[str]:
    yield from ("", f"## {title}", "")
    if note and lines:
        yield from (note, "")
    yield from ([f"- {line}" for line in lines] or ["Nothing."])
