"""Run a seated notebook from top to bottom in a sandbox, for what it shows: feedback, and what its visible tests say.

A cell that ends its process or takes too long costs itself; what follows runs in a fresh copy, after what came before.
"""

import base64
import binascii
import copy
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbconvert.preprocessors.sanitize import SanitizeHTML

from vhlib.course import notebook
from vhlib.course.grading.process import FailedError
from vhlib.course.grading.reseating import Seated
from vhlib.course.grading.worker import Copy, Worker
from vhlib.course.running import UNANSWERED

LARGEST_OUTPUT = 4 * 2**20
"""Characters of one output that are kept."""

_TAGS = ["b", "br", "code", "div", "em", "i", "li", "ol", "p", "pre", "span", "strong", "sub", "sup", "ul"]
_TAGS += ["table", "tbody", "td", "th", "thead", "tr"]
_CLEAN = SanitizeHTML(tags=_TAGS, attributes={}, styles=[])


@dataclass(frozen=True)
class Shown:
    """A notebook that has run."""

    notebook: dict[str, Any]
    """With its outputs; what a browser would run is taken out."""
    failed: Mapping[tuple[str, str], str]
    """What each visible test that failed says, by question and criterion."""


def show(worker: Worker, seated: Seated, deadly: Mapping[str, str], hopeless: Mapping[str, str]) -> Shown:
    """Run a notebook's cells; the set-up has run already.

    Args:
        worker: runs them.
        seated: the notebook.
        deadly: sources of cells that are known to end their process, or never to end, with the reason.
        hopeless: questions whose tests need not run, with the reason.
    """
    executed = copy.deepcopy(seated.notebook)
    program = _Program(worker, notebook.cells(executed), dict(deadly), hopeless)
    failed: dict[tuple[str, str], str] = {}
    count = 0
    for raw, cell, outputs in zip(executed["cells"], program.cells, program.run(), strict=True):
        if raw["cell_type"] != "code":
            if cell.kind == "written":
                raw["source"] = _CLEAN.sanitize_html_tags(raw["source"])
            continue
        count += 1
        raw["execution_count"], raw["outputs"] = count, list(_cleaned(outputs, count))
        errors = [output["evalue"] or UNANSWERED for output in raw["outputs"] if output["output_type"] == "error"]
        if cell.kind == "test" and errors:
            failed[cell.question, cell.criterion] = errors[0]
    return Shown(executed, failed)


class _Program:
    """The cells of a notebook, and how far they have run."""

    def __init__(
        self, worker: Worker, cells: tuple[notebook.Cell, ...], deadly: dict[str, str], hopeless: Mapping[str, str]
    ) -> None:
        self.cells = cells
        self._worker = worker
        self._deadly = deadly
        self._hopeless = hopeless

    def run(self) -> Iterator[list[Any]]:
        """The outputs of each cell, in order."""
        position = 0
        while position < len(self.cells):
            with self._worker.copy() as running:
                if not self._catch_up(running, position):
                    continue
                while position < len(self.cells) and running.alive:
                    yield self._outputs(running, self.cells[position])
                    position += 1

    def _outputs(self, running: Copy, cell: notebook.Cell) -> list[Any]:
        if cell.kind in ("text", "written", "setup"):
            return []
        if reason := self._known(cell):
            return [_error(f"not run: {reason}")]
        try:
            return running.show(cell.source, self._worker.limits.seconds)
        except FailedError as error:
            self._deadly[cell.source] = str(error)
            return [_error(str(error))]

    def _known(self, cell: notebook.Cell) -> str:
        """Why it is known that a cell would not end well; empty if it is not."""
        if reason := self._deadly.get(cell.source):
            return reason
        mine = cell.kind == "test" and cell.question in self._hopeless
        called = [cell.question] if mine else []
        if cell.kind == "code":  # the release's pictures are made with the answers
            called = [name for name in self._hopeless if re.search(rf"\b{re.escape(name)}\b", cell.source)]
        return self._hopeless[called[0]] if called else ""

    def _catch_up(self, running: Copy, position: int) -> bool:
        """Run, without looking, what came before; not the tests, on which nothing can lean."""
        for cell in self.cells[:position]:
            if cell.kind in ("answer", "code") and cell.source not in self._deadly:
                try:
                    running.run(cell.title, cell.source, self._worker.limits.seconds)
                except FailedError as error:
                    self._deadly[cell.source] = str(error)
                    return False
        return True


def _error(words: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": "Stopped", "evalue": words, "traceback": [f"Stopped: {words}"]}


def _cleaned(outputs: list[Any], count: int) -> Iterator[dict[str, Any]]:
    """What of these is an output that a browser may show."""
    for output in outputs[:200]:
        match output:
            case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
                yield {"output_type": "stream", "name": name, "text": _text(text)}
            case {"output_type": "error", "ename": str(name), "evalue": str(words), "traceback": [*lines]}:
                kept = [_text(line) for line in lines[:100] if isinstance(line, str)]
                yield {"output_type": "error", "ename": _text(name), "evalue": _text(words), "traceback": kept}
            case {"output_type": "display_data", "data": {**data}}:
                yield {"output_type": "display_data", "data": _safe(data), "metadata": {}}
            case {"output_type": "execute_result", "data": {**data}}:
                result = {"output_type": "execute_result", "data": _safe(data), "metadata": {}}
                yield {**result, "execution_count": count}


def _safe(data: Mapping[object, object]) -> dict[str, str]:
    """Words and pictures; a picture says what it shows. Scripts, styles, links and everything else are left out."""
    words = _text(data.get("text/plain", ""))
    safe = {"text/plain": words}
    for kind in ("image/png", "image/jpeg"):
        if picture := _base64(data.get(kind)):
            alt = html.escape(words)
            image = f'<img alt="{alt}" style="max-width: 100%" src="data:{kind};base64,{picture}">'
            return {**safe, "text/html": image}
    if isinstance(page := data.get("text/html"), str) and len(page) <= LARGEST_OUTPUT:
        safe["text/html"] = _CLEAN.sanitize_html_tags(_text(page))
    return safe


def _base64(value: object) -> str:
    if not isinstance(value, str) or len(value) > LARGEST_OUTPUT:
        return ""
    try:
        return base64.b64encode(base64.b64decode(value.replace("\n", ""), validate=True)).decode()
    except (ValueError, binascii.Error):
        return ""


def _text(value: object) -> str:
    """Text that a file can hold, and a terminal show."""
    text = value[:LARGEST_OUTPUT] if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode("utf-8")
