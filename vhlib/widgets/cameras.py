"""The camera explorer: focal length and distance, what the camera sees beside where it stands, and the dolly zoom.

Convention:
    Focal lengths are millimetres on film 24 mm wide and 36 mm high, a camera held upright: 50 mm is a normal lens.
"""

import base64
import io
import math
from dataclasses import dataclass, replace
from typing import Any, Final, TypedDict

import ipywidgets as w
import numpy as np
import torch
from jaxtyping import Float, UInt8
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from vhlib.body import SMPL, load_body
from vhlib.cameras import PerspectiveCamera, opencv_to_opengl, opencv_to_pytorch3d
from vhlib.geometry.skeletons import SMPL24
from vhlib.render import backend, shaded
from vhlib.render.portraits import STANDING, portrait, viewer, viewpoint
from vhlib.render.scenes import CLAY
from vhlib.viz.palette import COLOURS, rgb
from vhlib.viz.sheets import contact_sheet
from vhlib.widgets.live import LiveLines, LiveMesh, new_plot


class View(TypedDict):
    """Where a scene is seen from: arguments of `vhlib.render.portraits.viewer`."""

    target: tuple[float, float, float]
    extent: float
    turn: float
    rise: float


FILM = 36.0
"""Height of the film, millimetres."""
SIZE = (360, 240)
"""Height and width of what the camera sees, pixels."""
BEHIND = (0.75, 0.0, -2.5)
"""Where the second person stands, metres: to see what the background does while the first stays as large."""
ASIDE: Final[View] = {"target": (0.3, -0.35, 0.4), "extent": 3.6, "turn": 62.0, "rise": 22.0}
"""Where the scene is seen from."""
PYRAMID = np.array([(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (2, 3), (3, 4), (4, 1)])
"""What of the points of `Shot.pyramid` is joined."""


SQUARE = (300, 300)
"""Height and width of each picture of `frames_figure`, pixels."""
CLOSE: Final[View] = {"target": (0.1, -0.3, 1.1), "extent": 3.3, "turn": 60.0, "rise": 22.0}
"""Where those are seen from."""
LENGTH = 0.7
"""Of their axes, metres."""


@dataclass(frozen=True)
class Shot:
    """A camera in front of somebody, level with the middle of the body."""

    focal_length: float = 50.0
    """Millimetres."""
    distance: float = 3.0
    """From the body, metres."""
    turn: float = 0.0
    """Degrees to the viewer's right around the body; 90 sees its left side."""

    def nearer(self, distance: float, *, dolly_zoom: bool) -> "Shot":
        """The same camera from another distance.

        >>> Shot(50.0, 3.0).nearer(1.5, dolly_zoom=True)
        Shot(focal_length=25.0, distance=1.5, turn=0.0)

        Args:
            distance: metres.
            dolly_zoom: change the focal length with it, so that the body stays as large in the picture.
        """
        focal_length = self.focal_length * distance / self.distance if dolly_zoom else self.focal_length
        return replace(self, distance=distance, focal_length=focal_length)

    @property
    def field_of_view(self) -> float:
        """From the top of the picture to its bottom, degrees."""
        return math.degrees(2 * math.atan(FILM / 2 / self.focal_length))

    def camera(self, size: tuple[int, int] = SIZE) -> PerspectiveCamera:
        """The pinhole camera of it.

        Args:
            size: height and width of the picture, pixels.
        """
        across = math.radians(self.turn)
        eye = (self.distance * math.sin(across), STANDING[1], self.distance * math.cos(across))
        pixels = self.focal_length / FILM * size[0]
        return PerspectiveCamera.looking(
            eye=torch.tensor([eye]), target=torch.tensor([STANDING]), focal_length=pixels, size=size
        )

    def pyramid(self) -> Float[np.ndarray, "5 3"]:
        """The camera, and the four corners of what it sees at the body's distance; world, metres."""
        camera, (height, width) = self.camera(), SIZE
        corners = torch.tensor([[[0, 0], [width, 0], [width, height], [0, height]]], dtype=torch.float32)
        eye = camera.to_world(torch.zeros(1, 1, 3))
        return torch.cat([eye, camera.unproject(corners, torch.full((1, 4), self.distance))], 1)[0].numpy()


def camera_explorer(body: SMPL | None = None) -> "CameraExplorer":
    """Sliders for a camera's focal length and distance, its picture, and the scene that it stands in.

    In a notebook the last line of a cell shows it. Where no widget can be shown, a picture stands in its place.

    Args:
        body: any SMPL body; None for the neutral one.
    """
    return CameraExplorer(body or load_body())


def frames_figure(body: SMPL) -> Figure:
    """The axes of the world and of three conventions for cameras, each drawn where it lives: x red, y green, z blue.

    Args:
        body: stands before the camera.
    """
    shot, view, world = Shot(60.0, 2.4), viewer(SQUARE, **CLOSE), torch.eye(3)
    scene = portrait(body.v_template, body.faces, size=SQUARE, **CLOSE)
    pyramid, turn = torch.from_numpy(shot.pyramid()), shot.camera().rotation[0]
    frames = {
        "world: left, up, forward": (torch.zeros(1, 3), world),
        "OpenCV: right, down, forward": (pyramid[:1], world @ turn),
        "OpenGL: right, up, backward": (pyramid[:1], opencv_to_opengl(world) @ turn),
        "PyTorch3D: left, up, forward": (pyramid[:1], opencv_to_pytorch3d(world) @ turn),
    }
    figure = Figure(figsize=(11, 3), layout="constrained")
    for axes, (name, (place, directions)) in zip(figure.subplots(1, 4), frames.items(), strict=True):
        axes.imshow(scene)
        axes.set_title(name, fontsize=10)
        axes.axis("off")
        for pair in PYRAMID:
            axes.plot(*view.project(pyramid[None])[0][pair].T, color="0.6", linewidth=0.7)
        start, *ends = view.project(torch.cat([place, place + LENGTH * directions])[None])[0].tolist()
        for letter, colour, end in zip("xyz", ("vermilion", "green", "blue"), ends, strict=True):
            arrow = {"arrowstyle": "<-", "color": COLOURS[colour], "linewidth": 2}
            axes.annotate(letter, start, end, color=COLOURS[colour], arrowprops=arrow, ha="center", va="center")
    return figure


class CameraExplorer(w.VBox):
    """Controls, picture and scene. `shot` is what they show.

    Args:
        body: stands in front of the camera, and once more behind.
        shot: where the camera stands at first.
    """

    def __init__(self, body: SMPL, shot: Shot | None = None):
        self.shot = shot or Shot()
        self._vertices, self._faces, self._colours = _two_of(body)
        self._rasterizer = backend()
        self.plot = new_plot(height=440)
        self.plot.camera = [*viewpoint(**ASIDE), *ASIDE["target"], 0.0, 1.0, 0.0]
        half = len(self._vertices) // 2
        for part, colour in ((slice(half), CLAY), (slice(half, None), rgb("orange"))):
            LiveMesh(self.plot, self._vertices[part].numpy(), body.faces.numpy()).paint(colour)
        self._lines = LiveLines(self.plot, self.shot.pyramid(), PYRAMID, colour=rgb("grey"))

        wide = w.Layout(width="340px")
        self._focal = w.FloatSlider(min=12, max=200, step=1, description="focal length", layout=wide)
        self._distance = w.FloatSlider(min=0.8, max=10, step=0.05, description="distance", layout=wide)
        self._turn = w.FloatSlider(min=-180, max=180, step=1, description="turn", layout=wide)
        self._dolly = w.Checkbox(description="dolly zoom: keep the size", layout=wide)
        self._image = w.Image(format="jpeg", layout=w.Layout(max_height="440px", object_fit="contain"))
        self._status = w.HTML()
        self._quiet = False
        for control in (self._focal, self._distance, self._turn):
            control.observe(self._moved, "value")
        controls = w.VBox([self._focal, self._distance, self._turn, self._dolly, self._status])
        scene = w.Box([self.plot], layout=w.Layout(flex="1 1 auto"))
        super().__init__([w.HBox([controls, self._image, scene])])
        self.draw()

    def draw(self) -> None:
        """Bring the controls and both views in line with `shot`, after changing it from code."""
        self._quiet = True
        self._focal.value, self._distance.value = self.shot.focal_length, self.shot.distance
        self._turn.value = self.shot.turn
        self._quiet = False
        self._lines.move(self.shot.pyramid())
        buffer = io.BytesIO()
        Image.fromarray(self.seen()).save(buffer, "JPEG", quality=85)
        self._image.value = buffer.getvalue()
        self._status.value = f"<small>{self._words()}</small>"

    def seen(self) -> UInt8[np.ndarray, "H W 3"]:
        """What the camera sees."""
        return self._drawn(self.shot.camera(), SIZE)

    def picture(self) -> Image.Image:
        """What the camera sees, and the scene from the side: drawn without a browser."""
        size = (SIZE[0], 5 * SIZE[1] // 2)
        camera = viewer(size, **ASIDE)
        scene = Image.fromarray(self._drawn(camera, size))
        points = camera.project(torch.from_numpy(self.shot.pyramid())[None])[0].tolist()
        pen = ImageDraw.Draw(scene)
        for start, end in PYRAMID:
            pen.line([*points[start], *points[end]], fill="#4d4d4d", width=2)
        seen = Image.fromarray(self.seen())
        ImageDraw.Draw(seen).rectangle([0, 0, SIZE[1] - 1, SIZE[0] - 1], outline="#4d4d4d")
        return Image.fromarray(contact_sheet([np.asarray(seen), np.asarray(scene)], 2, [self._words(), ""]))

    def _moved(self, change: dict[str, Any]) -> None:
        if self._quiet:
            return
        if change["owner"] is self._distance:
            self.shot = self.shot.nearer(change["new"], dolly_zoom=self._dolly.value)
        else:
            self.shot = replace(self.shot, focal_length=self._focal.value, turn=self._turn.value)
        self.draw()

    def _drawn(self, camera: PerspectiveCamera, size: tuple[int, int]) -> UInt8[np.ndarray, "H W 3"]:
        with torch.inference_mode():
            pixels = shaded(
                self._vertices[None], self._faces, camera, size, colours=self._colours, rasterizer=self._rasterizer
            )
        return (255 * pixels[0].clamp(0, 1)).round().byte().numpy()

    def _words(self) -> str:
        shot = self.shot
        return f"{shot.focal_length:.0f} mm, {shot.distance:.2f} m, {shot.field_of_view:.0f}° from top to bottom"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        buffer = io.BytesIO()
        self.picture().save(buffer, "PNG")
        bundle["image/png"] = base64.b64encode(buffer.getvalue()).decode()
        bundle["text/plain"] = f"Camera explorer: {self._words()}"
        return bundle


def _two_of(body: SMPL) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Vertices, faces and colours of a body with its arms down, and of another one behind it."""
    pose = torch.zeros(1, 23, 3).to(body.v_template)
    for side, turn in (("left", -1), ("right", 1)):
        pose[:, SMPL24.index(f"{side}_shoulder") - 1, 2] = turn * math.radians(60)
    with torch.inference_mode():
        one = body(body_pose=pose).vertices[0].float()
        two = torch.cat([one, one + torch.tensor(BEHIND)])
    colours = torch.tensor([CLAY, rgb("orange")]).repeat_interleave(len(one), 0)
    return two, torch.cat([body.faces, body.faces + len(one)]), colours
