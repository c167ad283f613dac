"""A part map with errors that somebody paints into it, and the body that a network makes of it; needs no browser."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from vhlib.body import SMPL
from vhlib.body.parts import PARTS
from vhlib.cameras.frames import opencv_to_opengl
from vhlib.core.errors import InputError
from vhlib.nets import Estimate, one_hot
from vhlib.widgets.history import History

DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
"""Rows and columns of one pixel's way."""


class Painting:
    """The map, what is done to it, and the body.

    Args:
        fit: one-hot part maps to bodies, as `vhlib.nets.NBF`.
        labels: a square part map, 0 for the background.
        parts: how many parts it has: one of `vhlib.body.parts.PARTS`.
        body: any SMPL body.

    Raises:
        InputError: labels that the parts have not, or another number of parts.
    """

    def __init__(
        self, fit: Callable[[Tensor], Estimate], labels: UInt8[np.ndarray, "S S"], parts: int, body: SMPL
    ) -> None:
        if parts not in PARTS:
            raise InputError(f"parts: expected {', '.join(map(str, PARTS))}, got {parts}")
        if int(labels.max()) > parts:
            raise InputError(f"labels: expected 0 to {parts}, got {int(labels.max())}")
        self.names = ("nobody", *PARTS[parts])
        self.body, self._fit, self._size = body, fit, len(labels)
        self._start = labels.tobytes()
        self._history = History(self._start)
        self._joints_before = self._joints()

    @property
    def labels(self) -> UInt8[np.ndarray, "S S"]:
        """The map as it is now."""
        return np.frombuffer(self._history.now, np.uint8).reshape(self._size, self._size)

    def dab(self, row: int, column: int, part: str, radius: float) -> None:
        """Paint a dot.

        Args:
            row: of its middle.
            column: of its middle.
            part: what it is to be; ``nobody`` rubs out.
            radius: pixels.
        """
        down, across = np.ogrid[: self._size, : self._size]
        self._put((down - row) ** 2 + (across - column) ** 2 <= radius**2, self._label(part), "dab")

    def erase(self, part: str) -> None:
        """Take a part for background: nobody saw it."""
        self._put(self._where(part), 0, f"erase {part}")

    def grow(self, part: str) -> None:
        """Let a part spread by one pixel, over whatever is beside it."""
        self._put(_spread(self._where(part)), self._label(part), f"grow {part}")

    def shrink(self, part: str) -> None:
        """Let a part lose its rim of one pixel to the background."""
        there = self._where(part)
        self._put(there & _spread(~there), 0, f"shrink {part}")

    def shift(self, part: str, direction: str) -> None:
        """Move a part by one pixel, over whatever is there; what it leaves is background.

        Args:
            part: which.
            direction: one of `DIRECTIONS`.
        """
        there, (down, across) = np.pad(self._where(part), 1), DIRECTIONS[direction]
        moved = np.roll(there, (down, across), (0, 1))[1:-1, 1:-1]
        labels = np.where(there[1:-1, 1:-1], np.uint8(0), self.labels)
        self._change(np.where(moved, self._label(part), labels), f"shift {part}")

    def swap(self) -> None:
        """Take left for right and right for left."""
        other = [self._label(_mirrored(name)) for name in self.names]
        self._change(np.array(other, np.uint8)[self.labels], "swap")

    def reset(self) -> None:
        """Back to the map that it began with; `undo` comes back from there."""
        self._history.change(self._start, "reset")

    def undo(self) -> None:
        """Take back the last step, if there is one."""
        self._history.undo()

    def estimate(self) -> Estimate:
        """What the network makes of the map."""
        with torch.no_grad():
            return self._fit(one_hot(torch.from_numpy(self.labels.copy())[None], len(self.names)))

    def vertices(self) -> Float[np.ndarray, "V 3"]:
        """The body, its pelvis at the origin; metres, y up, the viewer looks along -z."""
        estimate = self.estimate()
        with torch.no_grad():
            pose = {"body_pose": estimate.body_pose, "global_orient": estimate.global_orient}
            posed = self.body(betas=estimate.betas, **pose)
        return opencv_to_opengl(posed.vertices[0] - posed.joints[0, :1]).numpy()

    def moved_mm(self) -> float:
        """How far joints are, on average, from where the map's first state had them; millimetres, about the pelvis."""
        return 1e3 * float((self._joints() - self._joints_before).norm(dim=-1).mean())

    def words(self) -> str:
        """The same in words."""
        return f"joints moved by {self.moved_mm():.0f} mm, compared with the map before it was painted on"

    def _joints(self) -> Float[Tensor, "J 3"]:
        estimate = self.estimate()
        with torch.no_grad():
            pose = {"body_pose": estimate.body_pose, "global_orient": estimate.global_orient}
            joints = self.body.joints(betas=estimate.betas, **pose)[0]
        return joints - joints[:1]

    def _label(self, part: str) -> int:
        if part not in self.names:
            raise InputError(f"{part!r} is no part; there are {', '.join(self.names)}")
        return self.names.index(part)

    def _where(self, part: str) -> Bool[np.ndarray, "S S"]:
        return self.labels == self._label(part)

    def _put(self, where: Bool[np.ndarray, "S S"], label: int, control: str) -> None:
        self._change(np.where(where, label, self.labels), control)

    def _change(self, labels: np.ndarray, control: str) -> None:
        self._history.change(labels.astype(np.uint8).tobytes(), control)


def _spread(there: Bool[np.ndarray, "S S"]) -> Bool[np.ndarray, "S S"]:
    """What is there or beside it."""
    wide = np.pad(there, 1)
    return wide[1:-1, 1:-1] | wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]


def _mirrored(name: str) -> str:
    side, _, rest = name.partition("_")
    return {"left": f"right_{rest}", "right": f"left_{rest}"}.get(side, name)
