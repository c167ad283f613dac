"""The prior explorer: a walk through the latent space of a pose prior, with the body that stands there."""

import base64
import io
from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as w
import torch
from PIL import Image

from vhlib.body import SMPL, load_body
from vhlib.data.poses import FAMILIES
from vhlib.priors import VAEPrior, load_vae
from vhlib.render.portraits import portrait
from vhlib.widgets.latent import LatentState
from vhlib.widgets.live import LiveMesh, new_plot
from vhlib.widgets.picture import TURN

DIRECTIONS = 8
"""Sliders; the other directions move the body little."""

_WIDE = w.Layout(width="330px")


def prior_explorer(prior: VAEPrior | None = None, body: SMPL | None = None) -> "PriorExplorer":
    """Sliders that walk through a latent space, beside the body that is decoded there.

    In a notebook the last line of a cell shows it. Where no widget can be shown, a picture stands in its place.

    Args:
        prior: whose space; None for the one that comes with the kit.
        body: any SMPL body; None for the neutral one.
    """
    return PriorExplorer(LatentState(prior or load_vae(), body or load_body()))


class PriorExplorer(w.VBox):
    """The explorer's controls and its 3D view. `state` holds what they show and can be driven from code: see `draw`.

    Args:
        state: where it stands.
    """

    def __init__(self, state: LatentState):
        self.state, self._quiet = state, False
        self.plot = new_plot()
        self._mesh = LiveMesh(self.plot, state.vertices(), state.body.faces.numpy())
        self._sliders = [
            w.FloatSlider(
                description=f"direction {number}", min=-3, max=3, step=0.1, readout_format=".1f", layout=_WIDE
            )
            for number in range(min(DIRECTIONS, len(state.coordinates)))
        ]
        for number, slider in enumerate(self._sliders):
            slider.observe(partial(self._moved, number), "value")
        self._family = w.Dropdown(description="a pose of", options=list(FAMILIES), layout=_WIDE)
        self._seed = w.BoundedIntText(description="seed", min=0, max=10**6, value=0, layout=w.Layout(width="170px"))
        self._status = w.HTML()
        buttons = (
            ("encode it", lambda: self._draw_next(lambda seed: state.encode(self._family.value, seed))),
            ("sample", lambda: self._draw_next(state.sample)),
            ("z = 0", lambda: self._draw_next(lambda seed: state.origin())),
        )
        row = w.HBox([self._button(label, act) for label, act in buttons])
        controls = w.VBox(
            [*self._sliders, self._family, self._seed, row, self._status], layout=w.Layout(min_width="340px")
        )
        super().__init__([w.HBox([controls, w.Box([self.plot], layout=w.Layout(flex="1 1 auto"))])])
        self.draw()

    def draw(self) -> None:
        """Bring the controls and the view in line with `state`, after changing it from code."""
        self._quiet = True
        for slider, value in zip(self._sliders, self.state.coordinates.tolist(), strict=False):
            slider.value = max(slider.min, min(slider.max, value))
        self._quiet = False
        self._show()

    def picture(self, *, height: int = 480) -> Image.Image:
        """What the explorer shows, as a picture made without a browser.

        Args:
            height: pixels.
        """
        vertices = torch.as_tensor(self.state.vertices())
        return Image.fromarray(portrait(vertices, self.state.body.faces, size=(height, height), turn=TURN))

    def _moved(self, number: int, change: dict[str, Any]) -> None:
        if not self._quiet:
            self.state.move(number, round(change["new"], 3))
            self._show()

    def _draw_next(self, act: Callable[[int], None]) -> None:
        act(self._seed.value)
        self._seed.value += 1
        self.draw()

    def _button(self, label: str, act: Callable[[], None]) -> w.Button:
        button = w.Button(description=label, layout=w.Layout(width="104px"))
        button.on_click(lambda _: act())
        return button

    def _show(self) -> None:
        self._mesh.move(self.state.vertices())
        outside = self.state.outside()
        limits = "all joints within their limits" if not outside else f"{outside} joints outside their limits"
        self._status.value = f"<small>‖z‖² = {self.state.energy():.1f}; {limits}</small>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        # The richest form comes first everywhere; where no widget can live, the picture is what is left.
        buffer = io.BytesIO()
        self.picture().save(buffer, "PNG")
        bundle["image/png"] = base64.b64encode(buffer.getvalue()).decode()
        bundle["text/plain"] = f"Prior explorer: ‖z‖² = {self.state.energy():.1f}"
        return bundle
