"""The body explorer: SMPL's sliders beside a body that moves with them."""

import base64
import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as w
from PIL import Image

from vhlib.body import SMPL, load_body
from vhlib.core.errors import InputError
from vhlib.geometry.skeletons import SMPL24
from vhlib.viz.palette import HEAT, PARTS
from vhlib.widgets.export import save
from vhlib.widgets.live import LiveMesh, LiveSkeleton, new_plot
from vhlib.widgets.picture import picture
from vhlib.widgets.state import STEPS, VIEWS, ExplorerState, Step, View

_STEP_LABELS = {
    "template": ("template", "T̄: the mean body"),
    "shape": ("+ shape", "T̄ + B_S(β): what the betas add"),
    "correctives": ("+ correctives", "T̄ + B_S(β) + B_P(θ): what the pose adds before the joints turn"),
    "skinned": ("skinned", "W(T̄ + B_S(β) + B_P(θ), J(β), θ): the joints take the skin along"),
}
_CONTROLS = w.Layout(width="340px", min_width="340px")
_WIDE = w.Layout(width="330px")


def body_explorer(body: SMPL | None = None) -> "BodyExplorer":
    """Sliders for shape and pose beside the body that they move.

    In a notebook the last line of a cell shows it. Where no widget can be shown, for example on GitHub, a picture
    stands in its place.

    Args:
        body: any SMPL body; None for the neutral one.
    """
    return BodyExplorer(ExplorerState(body or load_body()))


class BodyExplorer(w.VBox):
    """The explorer's controls and its 3D view. `state` holds what they show and can be driven from code: see `draw`.

    Args:
        state: what is shown.
    """

    def __init__(self, state: ExplorerState):
        self.state = state
        self._quiet = False

        self.plot = new_plot()
        self._mesh = LiveMesh(self.plot, state.vertices(), state.body.faces.numpy())
        self._mesh.on_click(self._picked_by_click)
        self._skeleton = LiveSkeleton(self.plot, state.joints(), state.body.parents, SMPL24.names)

        self._view = w.ToggleButtons(options=VIEWS, value=state.view, style={"button_width": "90px"})
        self._step = w.ToggleButtons(
            options=[(_STEP_LABELS[step][0], step) for step in STEPS],
            value=state.step,
            tooltips=[_STEP_LABELS[step][1] for step in STEPS],
            style={"button_width": "110px"},
        )
        self._betas = [
            w.FloatSlider(description=f"beta {index}", min=-3, max=3, step=0.1, readout_format=".1f", layout=_WIDE)
            for index in range(state.body.num_betas)
        ]
        joints = [(name.replace("_", " "), name) for name in SMPL24.names]
        self._joint = w.Dropdown(description="joint", options=joints, value=state.joint, layout=_WIDE)
        self._angles = [w.FloatSlider(step=1, readout_format=".0f", layout=_WIDE) for _ in range(3)]
        self._preset = w.Dropdown(description="pose", options=state.presets, value=state.presets[0], layout=_WIDE)
        self._seed = w.BoundedIntText(description="seed", min=0, max=10**6, value=0, layout=w.Layout(width="170px"))
        self._file = w.Text(description="save as", value="body", layout=w.Layout(width="160px"))
        self._status = w.HTML()
        self._wire()

        random_row = w.HBox([self._seed, self._button("random pose", self._random, width="150px")])
        undo_row = w.HBox([self._button(name, self._then(name)) for name in ("undo", "redo", "reset")])
        save_row = w.HBox(
            [self._file, *(self._button(suffix, self._saver(suffix), width="55px") for suffix in ("npz", "obj", "png"))]
        )
        rows = [self._preset, random_row, undo_row, save_row, self._status]
        controls = [*self._betas, self._joint, *self._angles, *rows]
        super().__init__(
            [
                w.HBox([self._view, self._step], layout=w.Layout(flex_flow="row wrap", grid_gap="4px 24px")),
                w.HBox([w.VBox(controls, layout=_CONTROLS), w.Box([self.plot], layout=w.Layout(flex="1 1 auto"))]),
            ]
        )
        self.draw()

    def draw(self) -> None:
        """Bring the controls and the view in line with `state`, after changing it from code."""
        self._show_values()
        self._paint()
        self._move()

    def picture(self, *, height: int = 480) -> Image.Image:
        """What the explorer shows, as a picture made without a browser.

        Args:
            height: pixels.
        """
        return picture(self.state, height=height)

    def save(self, path: Path | str) -> Path:
        """Write what is shown to a file: see `vhlib.widgets.export.save`."""
        return save(self.state, Path(path))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        # The richest form comes first everywhere; where no widget can live, the picture is what is left.
        buffer = io.BytesIO()
        self.picture().save(buffer, "PNG")
        bundle["image/png"] = base64.b64encode(buffer.getvalue()).decode()
        bundle["text/plain"] = f"Body explorer: {self.state.body.name}, {self.state.view}, {self.state.step}"
        return bundle

    def _wire(self) -> None:
        def on(widget: w.Widget, act: Callable[[Any], None]) -> None:
            def changed(change: dict[str, Any]) -> None:
                if not self._quiet:
                    act(change["new"])

            widget.observe(changed, "value")

        for index, slider in enumerate(self._betas):
            on(slider, partial(self._shaped, index))
        for axis, slider in enumerate(self._angles):
            on(slider, partial(self._turned, axis))
        on(self._joint, self._picked)
        on(self._view, self._looked)
        on(self._step, self._stepped)
        on(self._preset, self._chose)

    def _shaped(self, index: int, value: float) -> None:
        self.state.set_beta(index, round(value, 3))
        self._move()
        self._say()

    def _turned(self, axis: int, degrees: float) -> None:
        self.state.set_angle(axis, math.radians(degrees))
        self._move()

    def _picked(self, joint: str) -> None:
        self.state.pick(joint)
        self._show_values()
        if self.state.view == "weights":
            self._paint()
        self._skeleton.mark(SMPL24.index(joint))

    def _picked_by_click(self, face: int) -> None:
        self.state.pick_face(face)
        self._joint.value = self.state.joint

    def _looked(self, view: View) -> None:
        self.state.view = view
        self._paint()
        self._move()

    def _stepped(self, step: Step) -> None:
        self.state.step = step
        self._move()

    def _chose(self, preset: str) -> None:
        self.state.preset(preset)
        self.draw()

    def _random(self) -> None:
        self.state.random_pose(self._seed.value)
        self.draw()
        self._seed.value += 1

    def _then(self, name: str) -> Callable[[], None]:
        def act() -> None:
            getattr(self.state, name)()
            self.draw()

        return act

    def _saver(self, suffix: str) -> Callable[[], None]:
        def act() -> None:
            try:
                self._say(f"wrote {self.save(Path(f'{self._file.value}.{suffix}'))}")
            except InputError as error:
                self._say(str(error))

        return act

    def _button(self, label: str, act: Callable[[], None], *, width: str = "104px") -> w.Button:
        button = w.Button(description=label, layout=w.Layout(width=width))
        button.on_click(lambda _: act())
        return button

    def _move(self) -> None:
        self._mesh.move(self.state.vertices())
        if self.state.view == "skeleton":
            self._skeleton.move(self.state.joints())

    def _paint(self) -> None:
        view = self.state.view
        if view == "parts":
            self._mesh.paint_faces(self.state.part_of_face(), PARTS)
        elif view == "weights":
            self._mesh.paint_vertices(self.state.weights(), HEAT)
        else:
            self._mesh.paint(opacity=0.35 if view == "skeleton" else 1.0)
        self._skeleton.show(view == "skeleton")
        self._skeleton.mark(SMPL24.index(self.state.joint))

    def _show_values(self) -> None:
        """Set every control to what the state says, without its telling the state."""
        with self._quietly():
            for slider, value in zip(self._betas, self.state.setting.betas, strict=True):
                slider.value = value
            self._joint.value = self.state.joint
            for axis, slider, (low, high), angle in zip(
                "xyz", self._angles, self.state.limits(), self.state.angles(), strict=True
            ):
                low, high = math.floor(math.degrees(low)), math.ceil(math.degrees(high))
                # One message for all: a browser that gets the range first moves the handle into it, and tells so.
                with slider.hold_sync():
                    slider.min, slider.max = -360, 360  # a slider never holds a value outside its range
                    slider.value = math.degrees(angle)
                    slider.min, slider.max = low, high
                    slider.description = f"{self.state.movement(axis)} {axis} °".lstrip()
            self._view.value, self._step.value = self.state.view, self.state.step
        self._say()

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def _say(self, message: str = "") -> None:
        height = f"height {self.state.height():.2f} m"
        self._status.value = f"<small>{message or height}</small>"
