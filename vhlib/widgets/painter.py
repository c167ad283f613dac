"""The part painter: a part map to paint errors into, and the body that a network makes of it."""

import base64
import io
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as w
import numpy as np
import torch
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

from vhlib.body import SMPL, load_body
from vhlib.body.parts import PARTS, part_labels
from vhlib.nets import Estimate
from vhlib.render.portraits import STANDING, portrait, viewpoint
from vhlib.viz.parts import paint_parts, part_colours
from vhlib.viz.sheets import contact_sheet
from vhlib.widgets.live import LiveMesh, new_plot
from vhlib.widgets.painting import DIRECTIONS, Painting

_BOARD = 1.9  # metres from the map's top to its bottom
_ASIDE = 1.05  # metres from the middle to the map, and to the body
_FARTHER = 1.25  # than a single body is looked at from
_WIDE, _SMALL = w.Layout(width="300px"), w.Layout(width="145px")


def part_painter(
    fit: Callable[[Tensor], Estimate], labels: UInt8[np.ndarray, "S S"], parts: int, body: SMPL | None = None
) -> "PartPainter":
    """A part map to click errors into, and beside it the body that a network makes of it.

    In a notebook the last line of a cell shows it. Where no widget can be shown, a picture of some errors stands in its
    place.

    Args:
        fit: one-hot part maps to bodies, as `vhlib.nets.NBF`.
        labels: a square part map, 0 for the background.
        parts: how many parts it has.
        body: any SMPL body; None for the neutral one.
    """
    return PartPainter(Painting(fit, labels, parts, body or load_body()))


class PartPainter(w.VBox):
    """The painter's controls and its 3D view. `painting` holds what they show and can be driven from code: see `draw`.

    Args:
        painting: the map and its body.
    """

    def __init__(self, painting: Painting):
        self.painting = painting
        self._parts = len(painting.names) - 1
        self._colours = part_colours(PARTS[self._parts])
        self.plot = new_plot(height=480)
        eye, middle = np.array(viewpoint(turn=0.0)), np.array(STANDING)
        self.plot.camera = [*(middle + _FARTHER * (eye - middle)), *STANDING, 0.0, 1.0, 0.0]
        self._board = LiveMesh(self.plot, *_board(len(painting.labels)))
        self._body = LiveMesh(self.plot, self._beside(), painting.body.faces.numpy())
        self._body.paint_faces(part_labels(painting.body, self._parts).faces.numpy(), self._colours[1:])
        self._board.on_click(self._clicked)
        options = [(name.replace("_", " "), name) for name in painting.names]
        self._part = w.Dropdown(description="part", options=options, value=painting.names[1], layout=_WIDE)
        self._brush = w.FloatSlider(description="brush, px", min=0, max=6, step=0.5, value=1.5, layout=_WIDE)
        self._status = w.HTML()
        one_part = {"erase": painting.erase, "grow": painting.grow, "shrink": painting.shrink}
        whole = {"swap left and right": painting.swap, "undo": painting.undo, "reset": painting.reset}
        buttons = [_button(name, partial(self._with_part, act)) for name, act in one_part.items()]
        buttons += [_button(name, partial(self._moved, name)) for name in DIRECTIONS]
        buttons += [_button(name, partial(self._then_draw, act)) for name, act in whole.items()]
        words = w.HTML("<small>Click on the map to paint the part there.</small>")
        rows = [self._part, self._brush, words, w.Box(buttons, layout=w.Layout(flex_flow="row wrap")), self._status]
        controls = w.VBox(rows, layout=w.Layout(min_width="310px", max_width="310px"))
        super().__init__([w.HBox([controls, w.Box([self.plot], layout=w.Layout(flex="1 1 auto"))])])
        self.draw()

    def draw(self) -> None:
        """Bring the view in line with `painting`, after changing it from code."""
        self._board.paint_faces(np.repeat(self.painting.labels.ravel().astype(np.int64), 2), self._colours)
        self._body.move(self._beside())
        self._status.value = f"<small>{self.painting.words()}</small>"

    def picture(self, *, height: int = 300) -> Image.Image:
        """The map and its body as they are now, drawn without a browser.

        Args:
            height: pixels.
        """
        return Image.fromarray(np.concatenate(self._views(height), 1))

    def strip(self, *, height: int = 220) -> Image.Image:
        """Some errors and what becomes of the body, drawn without a browser; the map stays as it is.

        Args:
            height: of each picture, pixels.
        """
        largest = self.painting.names[int(np.bincount(self.painting.labels.ravel())[1:].argmax()) + 1]
        errors: dict[str, Callable[[], None]] = {
            "as it is": lambda: None,
            "left and right swapped": self.painting.swap,
            f"no {largest.replace('_', ' ')}": partial(self.painting.erase, largest),
        }
        views, captions = [], []
        for name, make in errors.items():
            make()
            views += self._views(height)
            captions += [name, f"joints moved by {self.painting.moved_mm():.0f} mm"]
            if name != "as it is":
                self.painting.undo()
        return Image.fromarray(contact_sheet(views, len(views), captions))

    def _views(self, height: int) -> list[UInt8[np.ndarray, "H W 3"]]:
        board = Image.fromarray(paint_parts(self.painting.labels, self._colours))
        vertices, faces = torch.as_tensor(self.painting.vertices() + np.array(STANDING)), self.painting.body.faces
        body = portrait(vertices, faces, size=(height, height))
        return [np.asarray(board.resize((height, height), Image.Resampling.NEAREST)), body]

    def _beside(self) -> np.ndarray:
        return (self.painting.vertices() + np.array(STANDING) + [_ASIDE, 0.0, 0.0]).astype(np.float32)

    def _clicked(self, face: int) -> None:
        row, column = divmod(face // 2, len(self.painting.labels))
        self.painting.dab(row, column, self._part.value, self._brush.value)
        self.draw()

    def _with_part(self, act: Callable[[str], None]) -> None:
        act(self._part.value)
        self.draw()

    def _moved(self, direction: str) -> None:
        self.painting.shift(self._part.value, direction)
        self.draw()

    def _then_draw(self, act: Callable[[], None]) -> None:
        act()
        self.draw()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        buffer = io.BytesIO()
        self.strip().save(buffer, "PNG")
        bundle["image/png"] = base64.b64encode(buffer.getvalue()).decode()
        bundle["text/plain"] = f"Part painter: {self.painting.words()}"
        return bundle


def _button(name: str, act: Callable[[], None]) -> w.Button:
    button = w.Button(description=name, layout=_SMALL)
    button.on_click(lambda _: act())
    return button


def _board(side: int) -> tuple[np.ndarray, np.ndarray]:
    """A square of side x side pixels, upright, on the left: vertices, and two triangles for each pixel."""
    across = np.linspace(-_BOARD / 2, _BOARD / 2, side + 1)
    x, y = np.meshgrid(across, across[::-1])
    vertices = np.stack([x, y, np.zeros_like(x)], -1).reshape(-1, 3) + np.array(STANDING) - [_ASIDE, 0.0, 0.0]
    row, column = np.divmod(np.arange(side * side), side)
    corner = row * (side + 1) + column
    below = corner + side + 1
    faces = np.stack([np.stack([corner, below, below + 1], -1), np.stack([corner, below + 1, corner + 1], -1)], 1)
    return vertices.astype(np.float32), faces.reshape(-1, 3)
