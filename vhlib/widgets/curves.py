"""Losses while they fall: curves that are drawn again as a training goes on."""

import base64
import io
import time
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as w

from vhlib.viz.curves import curves

PAUSE = 0.5
"""Seconds between two drawings."""


class LiveCurves(w.VBox):
    """One curve for each name, over steps.

    Args:
        title: of the vertical axis, with its unit.
        log: a logarithmic vertical axis.
        clock: what time it is, in seconds; decides when to draw again.
    """

    def __init__(self, title: str = "loss", *, log: bool = False, clock: Callable[[], float] = time.monotonic):
        self.values: dict[str, list[float]] = {}
        """What was added, by name."""
        self.steps: list[int] = []
        """When."""
        self._title, self._log, self._clock, self._drawn = title, log, clock, float("-inf")
        self._image = w.Image(format="png", layout=w.Layout(max_width="640px", object_fit="contain"))
        super().__init__([self._image])

    def add(self, step: int, losses: Mapping[str, float]) -> None:
        """One more point of each curve; draws, if the last drawing is `PAUSE` ago.

        Args:
            step: how many steps are done.
            losses: the same names each time.

        Raises:
            ValueError: other names than before.
        """
        if self.steps and losses.keys() != self.values.keys():
            raise ValueError(f"losses: expected {', '.join(self.values)}, got {', '.join(losses)}")
        self.steps.append(step)
        for name, value in losses.items():
            self.values.setdefault(name, []).append(float(value))
        if self._clock() - self._drawn >= PAUSE:
            self.draw()

    def draw(self) -> None:
        """Draw what there is."""
        self._drawn = self._clock()
        self._image.value = self._png()

    def _png(self) -> bytes:
        buffer = io.BytesIO()
        figure = curves(self.values, x=self.steps, ylabel=self._title, log=self._log)
        figure.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        if self.steps:  # before the first, there is nothing that could stand in
            bundle["image/png"] = base64.b64encode(self._png()).decode()
        last = ", ".join(f"{name} {values[-1]:.3g}" for name, values in self.values.items())
        bundle["text/plain"] = f"{len(self.steps)} points" + (f", the last: {last}" if last else "")
        return bundle
