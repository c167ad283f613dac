"""Undo and redo for anything that a slider sets."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

PAUSE = 1.0
"""Seconds without a change after which the same control starts a new step."""


class History(Generic[T]):
    """The present value, and those before and after it.

    Dragging a slider makes a hundred values and should be one step to undo: changes of one control that follow each
    other without a pause are one step.

    >>> history = History(0)
    >>> history.change(1, "beta 0"); history.change(2, "beta 0"); history.change(7, "beta 1")
    >>> history.undo(), history.undo(), history.redo()
    (2, 0, 2)

    Args:
        start: the first value; the oldest that `undo` comes back to.
        clock: what time it is, in seconds.
    """

    def __init__(self, start: T, *, clock: Callable[[], float] = time.monotonic):
        self._past: list[T] = [start]
        self._future: list[T] = []
        self._clock = clock
        self._control: str | None = None
        self._changed = 0.0

    @property
    def now(self) -> T:
        """The present value."""
        return self._past[-1]

    @property
    def can_undo(self) -> bool:
        """Whether there is a value before this one."""
        return len(self._past) > 1

    @property
    def can_redo(self) -> bool:
        """Whether there is a value that was undone."""
        return bool(self._future)

    def change(self, value: T, control: str) -> None:
        """Set a new value; what was undone is forgotten.

        Args:
            value: the new one.
            control: what set it, for example ``beta 0``.
        """
        if value == self.now:
            return
        moment = self._clock()
        if control == self._control and moment - self._changed < PAUSE:
            self._past[-1] = value
        else:
            self._past.append(value)
        self._future.clear()
        self._control, self._changed = control, moment

    def undo(self) -> T:
        """Step back, if there is a step, and return the value now."""
        if self.can_undo:
            self._future.append(self._past.pop())
            self._control = None
        return self.now

    def redo(self) -> T:
        """Step forward again, if there is a step, and return the value now."""
        if self.can_redo:
            self._past.append(self._future.pop())
            self._control = None
        return self.now
