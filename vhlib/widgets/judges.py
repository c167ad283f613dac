"""The judges' explorer: a body to bend, coloured by what HMR's discriminators believe of each joint."""

import base64
import io
from functools import partial
from typing import Any

import ipywidgets as w
import numpy as np
import torch
from PIL import Image

from vhlib.body import SMPL, load_body
from vhlib.geometry.limits import BODY_JOINTS
from vhlib.nets import Discriminators
from vhlib.render.portraits import portrait
from vhlib.viz.palette import HEAT, heat
from vhlib.viz.sheets import contact_sheet
from vhlib.widgets.live import LiveMesh, new_plot
from vhlib.widgets.picture import TURN
from vhlib.widgets.verdict import BENT, Verdict

STRIP = ("arms down", "a knee backwards", "an elbow backwards", "the head turned round")
"""The poses that stand in for the sliders where no widget lives."""

_BETAS = 2  # sliders
_WIDE = w.Layout(width="330px")


def judges_explorer(judges: Discriminators, body: SMPL | None = None) -> "JudgesExplorer":
    """Sliders that bend a body, and what each discriminator believes of it: the darker, the less.

    In a notebook the last line of a cell shows it. Where no widget can be shown, a picture of some poses stands in its
    place.

    Args:
        judges: trained ones.
        body: any SMPL body; None for the neutral one.
    """
    return JudgesExplorer(Verdict(judges, body or load_body()))


class JudgesExplorer(w.VBox):
    """The explorer's controls and its 3D view. `verdict` holds what they show and can be driven from code: see `draw`.

    Args:
        verdict: pose, shape and judges.
    """

    def __init__(self, verdict: Verdict):
        self.verdict, self._quiet = verdict, False
        self.plot = new_plot()
        self._mesh = LiveMesh(self.plot, verdict.vertices(), verdict.body.faces.numpy())
        names = [(joint.replace("_", " "), joint) for joint in BODY_JOINTS]
        self._joint = w.Dropdown(description="joint", options=names, value="left_knee", layout=_WIDE)
        self._angles = [
            w.FloatSlider(description=f"{axis} °", min=-180, max=180, step=1, readout_format=".0f", layout=_WIDE)
            for axis in "xyz"
        ]
        self._betas = [
            w.FloatSlider(description=f"beta {index}", min=-6, max=6, step=0.1, readout_format=".1f", layout=_WIDE)
            for index in range(_BETAS)
        ]
        self._preset = w.Dropdown(description="pose", options=list(BENT), layout=_WIDE)
        self._seed = w.BoundedIntText(description="seed", min=0, max=10**6, value=0, layout=w.Layout(width="170px"))
        natural = w.Button(description="natural pose", layout=w.Layout(width="150px"))
        natural.on_click(lambda _: self._natural())
        self._status = w.HTML()
        for axis, slider in enumerate(self._angles):
            slider.observe(partial(self._turned, axis), "value")
        for index, slider in enumerate(self._betas):
            slider.observe(partial(self._shaped, index), "value")
        self._joint.observe(lambda _: self.draw(), "value")
        self._preset.observe(self._chose, "value")
        rows = [self._joint, *self._angles, *self._betas, self._preset, w.HBox([self._seed, natural]), self._status]
        controls = w.VBox(rows, layout=w.Layout(min_width="340px", max_width="340px"))
        super().__init__([w.HBox([controls, w.Box([self.plot], layout=w.Layout(flex="1 1 auto"))])])
        self.draw()

    def draw(self) -> None:
        """Bring the controls and the view in line with `verdict`, after changing it from code."""
        self._quiet = True
        angles = self.verdict.angles[BODY_JOINTS.index(self._joint.value)].tolist()
        for slider, value in zip([*self._angles, *self._betas], [*angles, *self.verdict.betas.tolist()], strict=False):
            slider.value = max(slider.min, min(slider.max, value))
        self._quiet = False
        self._show()

    def picture(self, *, height: int = 300) -> Image.Image:
        """The body as it is now, drawn without a browser.

        Args:
            height: pixels.
        """
        return Image.fromarray(_drawn(self.verdict, height))

    def strip(self, *, height: int = 300) -> Image.Image:
        """The poses of `STRIP` side by side, drawn without a browser.

        Args:
            height: of each, pixels.
        """
        views, captions = [], []
        for name in STRIP:
            verdict = Verdict(self.verdict.judges, self.verdict.body)
            verdict.preset(name)
            views.append(_drawn(verdict, height))
            captions.append(f"{name}: all joints {float(verdict.scores()[-2]):.2f}")
        return Image.fromarray(contact_sheet(views, len(views), captions))

    def _turned(self, axis: int, change: dict[str, Any]) -> None:
        if not self._quiet:
            self.verdict.turn(self._joint.value, axis, round(change["new"], 3))
            self._show()

    def _shaped(self, index: int, change: dict[str, Any]) -> None:
        if not self._quiet:
            self.verdict.shape(index, round(change["new"], 3))
            self._show()

    def _chose(self, change: dict[str, Any]) -> None:
        self.verdict.preset(change["new"])
        self.draw()

    def _natural(self) -> None:
        self.verdict.library(self._seed.value)
        self._seed.value += 1
        self.draw()

    def _show(self) -> None:
        self._mesh.move(self.verdict.vertices())
        self._mesh.paint_vertices(self.verdict.doubt(), HEAT)
        self._status.value = f"<small>{self.verdict.words()}</small>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        buffer = io.BytesIO()
        self.strip().save(buffer, "PNG")
        bundle["image/png"] = base64.b64encode(buffer.getvalue()).decode()
        bundle["text/plain"] = f"Judges' explorer: {self.verdict.words()}"
        return bundle


def _drawn(verdict: Verdict, height: int) -> np.ndarray:
    colours = torch.as_tensor(heat(verdict.doubt()), dtype=torch.float32)
    vertices = torch.as_tensor(verdict.vertices())
    return portrait(vertices, verdict.body.faces, colours=colours, size=(height, height), turn=TURN + 18.0)
