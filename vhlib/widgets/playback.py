"""Bodies one after the other: an optimisation, a motion, a training, with a slider and a play button."""

import base64
import io
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w
import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from PIL import Image

from vhlib.core.shapes import check
from vhlib.render.portraits import portrait
from vhlib.viz.sheets import contact_sheet
from vhlib.widgets.live import LiveMesh, new_plot
from vhlib.widgets.picture import TURN

INTERVAL = 150
"""Milliseconds from one body to the next while it plays."""

STRIP = 6
"""How many bodies the strip has that stands in where no widget lives, unless told which."""


class Playback(w.VBox):
    """A player: 3D view, a picture beside it if there is one, a caption, and a slider.

    Where no widget can be shown, a strip of pictures stands in its place.

    Args:
        meshes: one body for each frame; world, y up, metres, its middle about where SMPL's is at rest.
        faces: triangles of all of them.
        captions: a line for each frame.
        picture: what to show beside a frame, RGB, by the frame's number; drawn when the frame is shown.
        highlights: the frames of the strip; None: some from the first to the last.

    Raises:
        ValueError: no frames, or not one caption for each.
    """

    def __init__(
        self,
        meshes: Float[np.ndarray, "T V 3"],
        faces: Int[np.ndarray, "F 3"],
        *,
        captions: Sequence[str],
        picture: Callable[[int], UInt8[np.ndarray, "H W 3"]] | None = None,
        highlights: Sequence[int] | None = None,
    ):
        check(meshes=(meshes, "T V 3"), faces=(faces, "F 3"))
        if not len(meshes) or len(captions) != len(meshes):
            raise ValueError(f"captions: expected one for each of {len(meshes)} frames, got {len(captions)}")
        self._meshes, self._faces, self._captions, self._picture = meshes, faces, tuple(captions), picture
        spread = np.unique(np.linspace(0, len(meshes) - 1, STRIP).round().astype(int)).tolist()
        self._highlights = spread if highlights is None else list(highlights)

        self.plot = new_plot(height=440)
        self._mesh = LiveMesh(self.plot, meshes[0], faces)
        last = len(meshes) - 1
        self.slider = w.IntSlider(min=0, max=last, description="frame", layout=w.Layout(width="420px"))
        play = w.Play(min=0, max=last, interval=INTERVAL)
        w.jslink((play, "value"), (self.slider, "value"))
        self._image = w.Image(format="jpeg", layout=w.Layout(max_height="440px", object_fit="contain"))
        self._caption = w.HTML()
        self.slider.observe(lambda change: self._show(change["new"]), "value")
        view = w.Box([self.plot], layout=w.Layout(flex="1 1 auto"))
        super().__init__(
            [w.HBox([play, self.slider, self._caption]), w.HBox([self._image, view] if picture else [view])]
        )
        self._show(0)

    def strip(self, *, height: int = 260) -> Image.Image:
        """The highlights side by side, drawn without a browser.

        Args:
            height: of each, pixels.
        """
        faces, size = torch.as_tensor(self._faces), (height, height)
        bodies = [portrait(torch.as_tensor(self._meshes[n]), faces, size=size, turn=TURN) for n in self._highlights]
        return Image.fromarray(contact_sheet(bodies, len(bodies), [self._captions[n] for n in self._highlights]))

    def _show(self, number: int) -> None:
        self._mesh.move(self._meshes[number])
        self._caption.value = self._captions[number]
        if self._picture is not None:
            buffer = io.BytesIO()
            Image.fromarray(self._picture(number)).save(buffer, "JPEG", quality=85)
            self._image.value = buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        buffer = io.BytesIO()
        self.strip().save(buffer, "PNG")
        bundle["image/png"] = base64.b64encode(buffer.getvalue()).decode()
        bundle["text/plain"] = f"{len(self._captions)} frames, from “{self._captions[0]}” to “{self._captions[-1]}”"
        return bundle
