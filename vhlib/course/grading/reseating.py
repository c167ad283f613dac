"""Put a student's answers into a fresh copy of the release: what is graded then always has the form it should have.

Deleted and edited tests, copied cells, lost metadata and a renamed file are repaired, and every repair is said.
"""

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vhlib.course.notebook import Cell, cells

LARGEST = 20 * 2**20
"""Bytes of a submission that is still read; outputs can blow one up, answers cannot."""

HELPER = "helper"
"""How the cell ids of a student's own cells begin in the seated notebook."""


class UnreadableError(ValueError):
    """A submission without any notebook in it; the message says what there is instead."""


@dataclass(frozen=True)
class Seated:
    """A submission, ready to be graded."""

    notebook: dict[str, Any]
    """The release with the student's answers, and with cells of their own where they had them."""
    repairs: tuple[str, ...]
    """What had to be put right, one sentence each."""

    @property
    def own(self) -> tuple[Cell, ...]:
        """The code that the student wrote, in order: answers and cells of their own."""
        pairs = zip(cells(self.notebook), self.notebook["cells"], strict=True)
        return tuple(cell for cell, raw in pairs if cell.kind == "answer" or raw["id"].startswith(HELPER))


@dataclass(frozen=True)
class _Cell:
    """One cell of a submission, with everything odd about it already dropped."""

    kind: str
    source: str
    grade_id: str


def find(folder: Path, name: str) -> tuple[Path, tuple[str, ...]]:
    """The notebook in a submission's folder, and what had to be put right to find it.

    Args:
        folder: what was handed in.
        name: the assignment, which is the notebook's name too.

    Raises:
        UnreadableError: there is none, or more than one and none of that name.
    """
    if (path := folder / f"{name}.ipynb").is_file() and not path.is_symlink():
        return path, ()
    found = sorted(other for other in folder.glob("*.ipynb") if other.is_file() and not other.is_symlink())
    if len(found) != 1:
        raise UnreadableError(f"{len(found) or 'no'} notebooks were handed in, and none is called {name}.ipynb")
    return found[0], (f"the notebook is called {found[0].name!r}",)


def parse(content: bytes) -> dict[str, Any]:
    """A submission's notebook.

    Raises:
        UnreadableError: it is too large, no JSON, or no notebook.
    """
    if len(content) > LARGEST:
        raise UnreadableError(f"the file is larger than {LARGEST >> 20} MB")
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableError("the file is empty" if not content else "the file is no notebook: no JSON") from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("cells"), list):
        raise UnreadableError("the file is no notebook of format 4: it has no cells")
    return parsed


def reseat(release: Mapping[str, Any], submission: Mapping[str, Any]) -> Seated:
    """Put the answers of a submission into a copy of the release.

    An answer is found by its ``grade_id``, else by the name of its function, else after its heading. Cells that the
    student added are kept where they stood among the others.

    Args:
        release: the parsed notebook that students got.
        submission: what `parse` made of the one that came back.
    """
    theirs = tuple(_cells(submission))
    ours = [_Cell(raw["cell_type"], _text(raw), _grade_id(raw)) for raw in release["cells"]]
    asked = [position for position, raw in enumerate(release["cells"]) if _graded(raw).get("solution")]
    repairs = list(_tests_put_back(release, theirs))
    found: dict[int, int] = {}
    for position in asked:
        place, repair = _answer(position, ours, theirs)
        repairs += repair
        if place is not None:
            found[position] = place
    seated = copy.deepcopy(dict(release))
    for position, place in found.items():
        seated["cells"][position]["source"] = theirs[place].source
    first = next((position for position, raw in enumerate(release["cells"]) if _graded(raw).get("locked")), -1)
    added = _added(ours, theirs, found, max(first, 0))
    for count, (anchor, source) in reversed(list(enumerate(added, 1))):
        seated["cells"].insert(anchor + 1, _helper(count, source))
    return Seated(seated, tuple(repairs))


def _answer(position: int, ours: Sequence[_Cell], theirs: Sequence[_Cell]) -> tuple[int | None, list[str]]:
    """Where in a submission the answer to the release's cell of this position stands, and what was odd about it."""
    wanted = ours[position]
    name = wanted.grade_id
    same = [place for place, cell in enumerate(theirs) if cell.grade_id == name and _is_answer(cell, ours)]
    touched = [place for place in same if theirs[place].source.strip() != wanted.source.strip()]
    repairs = [f"{name}: {len(same)} cells carry this name; the last one that was changed counts"] * (len(same) > 1)
    if touched:
        return touched[-1], repairs
    elsewhere = (_by_function if wanted.kind == "code" else _by_heading)(position, ours, theirs)
    if elsewhere is not None:
        return elsewhere, [*repairs, f"{name}: found by its {'function' if wanted.kind == 'code' else 'heading'}"]
    return (
        (same[-1], repairs) if same else (None, [*repairs, f"{name}: its cell is missing, and nothing stands for it"])
    )


def _by_function(position: int, ours: Sequence[_Cell], theirs: Sequence[_Cell]) -> int | None:
    """The last cell that defines the function, unless that is the release's stub."""
    define = re.compile(rf"^def\s+{re.escape(ours[position].grade_id)}\b", re.MULTILINE)
    stub = ours[position].source.strip()
    places = [place for place, cell in enumerate(theirs) if cell.kind == "code" and define.search(cell.source)]
    return next((place for place in reversed(places) if theirs[place].source.strip() != stub), None)


def _by_heading(position: int, ours: Sequence[_Cell], theirs: Sequence[_Cell]) -> int | None:
    """The first text of the student's own after the release's cell above the answer, before the next release cell."""
    shipped = {cell.source.strip() for cell in ours}
    above = ours[position - 1].source.strip()
    places = [place for place, cell in enumerate(theirs) if cell.source.strip() == above]
    for place in range(places[-1] + 1, len(theirs)) if places else ():
        cell = theirs[place]
        if cell.source.strip() == ours[position].source.strip():
            continue
        if cell.kind != "markdown" or cell.source.strip() in shipped:
            return None
        return place
    return None


def _tests_put_back(release: Mapping[str, Any], theirs: Sequence[_Cell]) -> Iterator[str]:
    """Locked cells that were deleted, changed or copied."""
    kept = [cell.source.strip() for cell in theirs]
    for raw in release["cells"]:
        if not _graded(raw).get("locked"):
            continue
        name, source = _grade_id(raw), _text(raw).strip()
        copies = sum(cell.grade_id == name for cell in theirs)
        if source not in kept:
            yield f"{name}: it was {'changed' if copies else 'deleted'} and is put back"
        elif copies > 1:
            yield f"{name}: it was copied; the copies are left out"


def _added(
    ours: Sequence[_Cell], theirs: Sequence[_Cell], found: Mapping[int, int], first: int
) -> list[tuple[int, str]]:
    """The student's own code cells, each with the release's cell that it stands after, the set-up cell at least."""
    positions = {place: position for position, place in found.items()}
    by_source = {cell.source.strip(): position for position, cell in enumerate(ours)}
    names = {cell.grade_id for cell in ours if cell.grade_id}
    titles = {cell.source.strip().partition("\n")[0] for cell in ours if cell.grade_id and cell.source.startswith("#")}
    anchor, added = first, []
    for place, cell in enumerate(theirs):
        source = cell.source.strip()
        known = positions.get(place, by_source.get(source))
        if known is not None:
            anchor = max(first, known)
        elif cell.kind == "code" and source and cell.grade_id not in names and source.partition("\n")[0] not in titles:
            added.append((anchor, cell.source))
    return added


def _helper(number: int, source: str) -> dict[str, Any]:
    cell_id = f"{HELPER}-{number}"
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _is_answer(cell: _Cell, ours: Sequence[_Cell]) -> bool:
    """Whether a cell can be an answer: not a locked cell of the release that took an answer's name."""
    return cell.source.strip() not in {other.source.strip() for other in ours if other.grade_id != cell.grade_id}


def _cells(submission: Mapping[str, Any]) -> Iterator[_Cell]:
    for raw in submission["cells"]:
        if isinstance(raw, dict) and raw.get("cell_type") in ("code", "markdown", "raw"):
            yield _Cell(raw["cell_type"], _text(raw), _grade_id(raw))


def _text(raw: Mapping[str, Any]) -> str:
    source = raw.get("source", "")
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return text.encode("utf-8", "replace").decode("utf-8")  # JSON may carry halves of characters, files may not


def _graded(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = raw.get("metadata")
    graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return graded if isinstance(graded, dict) else {}


def _grade_id(raw: Mapping[str, Any]) -> str:
    grade_id = _graded(raw).get("grade_id")
    return grade_id if isinstance(grade_id, str) else ""
