"""What became of each submission, one small file each: a batch that was stopped goes on where it stopped."""

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vhlib.course.questions import Mark, Points


@dataclass(frozen=True)
class Record:
    """One submission, graded or not."""

    assignment: str
    student: str
    digest: str
    """Of the submission, the release and the checks: the same one need not be graded again."""
    seconds: float = 0.0
    """How long it took."""
    marks: tuple[Mark, ...] = ()
    """What each criterion earned; none if it could not be graded."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """A digest of the answer to each question."""
    blank: tuple[str, ...] = ()
    """Written questions that were left as they were."""
    repairs: tuple[str, ...] = ()
    """What had to be put right before it could be graded."""
    flags: tuple[str, ...] = ()
    """What a person should look at."""
    failure: str = ""
    """Why it could not be graded; empty if it was."""
    warning: str = ""
    """What its sandbox lacked."""

    @property
    def earned(self) -> Points:
        """All points that were earned so far; a person may add some."""
        return sum(mark.earned for mark in self.marks)

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that a person should look at."""
        first = [f"not graded: {self.failure}"] if self.failure else []
        return (*first, *([self.warning] if self.warning else []), *self.repairs, *self.flags)


def path(root: Path, assignment: str, student: str) -> Path:
    """Where the record of a submission lies."""
    return root / "grading" / "records" / assignment / f"{student}.json"


def write(root: Path, record: Record) -> None:
    """Put a record on disk, all of it or nothing."""
    place = path(root, record.assignment, record.student)
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_suffix(".part")
    unfinished.write_text(json.dumps(dataclasses.asdict(record), indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, place)


def read(root: Path, assignment: str, student: str) -> Record | None:
    """The record of a submission; None if there is none."""
    try:
        content: dict[str, Any] = json.loads(path(root, assignment, student).read_text(encoding="utf-8"))
    except OSError:
        return None
    marks = tuple(Mark(**mark) for mark in content.pop("marks"))
    lists = {name: tuple(value) for name, value in content.items() if isinstance(value, list)}
    return Record(**content | lists, marks=marks)
