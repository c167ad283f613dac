"""Meshes and skeletons in a k3d plot that move as fast as a slider does.

Their geometry travels in the plot's own messages and never becomes widget state, which notebooks save: a saved notebook
stays small, and no vertex of a licensed body model can end up in it.
"""

import asyncio
from collections.abc import Callable, Sequence

import k3d
import numpy as np
from jaxtyping import Float, Int

from vhlib.render.portraits import FIELD_OF_VIEW, STANDING, viewpoint
from vhlib.render.scenes import CLAY
from vhlib.widgets.colours import packed, split_at_borders
from vhlib.widgets.picture import TURN

REST = 0.3
"""Seconds without a movement after which a mesh can be clicked again where it is now."""


def new_plot(*, height: int = 560) -> k3d.Plot:
    """An empty plot that looks at a standing body from the front: no grid, no menu.

    Args:
        height: pixels.
    """
    plot = k3d.plot(
        height=height,
        grid_visible=False,
        menu_visibility=False,
        camera_auto_fit=False,
        camera_mode="orbit",
        camera_fov=FIELD_OF_VIEW,
        axes_helper=0.0,
        antialias=2,
    )
    plot.mode = "callback"
    plot.camera = [*viewpoint(turn=TURN), *STANDING, 0.0, 1.0, 0.0]  # eye, target, up
    return plot


class LiveMesh:
    """A triangle mesh whose vertices move and whose colours change.

    Args:
        plot: where it is drawn.
        vertices: metres.
        faces: triangles, counter-clockwise from outside.
    """

    def __init__(self, plot: k3d.Plot, vertices: Float[np.ndarray, "V 3"], faces: Int[np.ndarray, "F 3"]):
        self._plot = plot
        self._faces = faces
        self._vertices = vertices
        # Which vertex each drawn point takes its place from: colours of faces double the vertices between them.
        self._source = np.arange(len(vertices))
        self._clicked: Callable[[int], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._mesh = self._made(self._source, faces, color=_number(CLAY))
        plot += self._mesh

    @property
    def mesh(self) -> k3d.objects.Mesh:
        """What k3d draws now."""
        return self._mesh

    def move(self, vertices: Float[np.ndarray, "V 3"]) -> None:
        """Put the vertices elsewhere.

        Args:
            vertices: metres.
        """
        self._vertices = vertices
        self._mesh.vertices = vertices[self._source]
        self._click_again_soon()

    def paint(self, colour: tuple[float, float, float] = CLAY, *, opacity: float = 1.0) -> None:
        """One colour for the whole mesh.

        Args:
            colour: RGB from 0 to 1.
            opacity: below 1 shows what is inside.
        """
        self._draw(
            np.arange(len(self._vertices)), self._faces, color=int(packed(np.array([colour]))[0]), opacity=opacity
        )

    def paint_faces(self, labels: Int[np.ndarray, "F"], palette: Float[np.ndarray, "N 3"]) -> None:
        """A colour for each face, with sharp borders.

        Args:
            labels: which colour each face has.
            palette: RGB of each label, from 0 to 1.
        """
        source, faces, label = split_at_borders(self._faces, labels)
        self._draw(source, faces, colors=packed(palette)[label].astype(np.uint32))

    def paint_vertices(
        self, values: Float[np.ndarray, "V"], ramp: Float[np.ndarray, "N 3"], *, high: float = 1.0
    ) -> None:
        """A colour for each vertex, by a number from 0 to `high`.

        Args:
            values: one for each vertex.
            ramp: RGB from 0 to 1, evenly spaced from the number 0 to `high`.
            high: the number that gets the ramp's last colour.
        """
        values = values.astype(np.float32)
        if self._mesh.attribute.size == len(values):
            self._mesh.attribute = values  # same map: only the numbers travel
            self._mesh.color_range = [0.0, high]
            return
        everyone = np.arange(len(self._vertices))
        rows = np.column_stack([np.linspace(0, 1, len(ramp)), ramp]).astype(np.float32)
        self._draw(everyone, self._faces, attribute=values, color_map=rows.ravel(), color_range=[0.0, high])

    def on_click(self, callback: Callable[[int], None]) -> None:
        """Call this with the index of the face that is clicked.

        Args:
            callback: takes the index of a face.
        """
        self._clicked = callback
        self._arm()

    def _made(self, source: np.ndarray, faces: np.ndarray, **look: object) -> k3d.objects.Mesh:
        points = self._vertices[source].astype(np.float32)
        mesh = k3d.mesh(points, faces.astype(np.uint32), flat_shading=False, side="double", **look)
        _relay(mesh)
        return mesh

    def _draw(self, source: np.ndarray, faces: np.ndarray, **look: object) -> None:
        mesh = self._made(source, faces, **look)
        self._plot += mesh
        self._plot -= self._mesh
        self._mesh, self._source = mesh, source
        self._arm()

    def _arm(self) -> None:
        """Let the browser test clicks against the mesh as it is now: it keeps its own copy for that, made here."""
        self._mesh.click_callback = None
        if self._clicked is not None:
            clicked = self._clicked
            self._mesh.click_callback = lambda hit: clicked(int(hit["face_index"]))

    def _click_again_soon(self) -> None:
        if self._clicked is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._timer = asyncio.get_running_loop().call_later(REST, self._arm)
        except RuntimeError:  # no kernel runs us, so there is no browser either
            self._arm()


class LiveSkeleton:
    """Bones, joints and their names.

    Args:
        plot: where it is drawn.
        joints: metres.
        parents: of each joint, -1 for the root.
        names: of each joint.
    """

    def __init__(self, plot: k3d.Plot, joints: Float[np.ndarray, "J 3"], parents: Sequence[int], names: Sequence[str]):
        self._count = len(joints)
        bones = np.array([(parent, joint) for joint, parent in enumerate(parents) if parent >= 0], np.uint32)
        self._lines = k3d.lines(joints, bones, "segment", shader="mesh", width=0.012, color=0x4D4D4D)
        self._points = k3d.points(joints, point_size=0.045, shader="mesh", color=0xD55E00)
        labels = [name.replace("_", " ") for name in names]
        self._names = k3d.text(labels, joints.ravel(), is_html=True, size=0.7, label_box=False, color=0x222222)
        for part in (self._lines, self._points, self._names):
            _relay(part)
            plot += part
        self.show(False)

    def show(self, visible: bool) -> None:
        """Show or hide it."""
        for part in (self._lines, self._points, self._names):
            part.visible = visible

    def mark(self, joint: int) -> None:
        """Set one joint apart by its colour.

        Args:
            joint: its index.
        """
        colours = np.full(self._count, 0xD55E00, np.uint32)
        colours[joint] = 0x0072B2
        self._points.colors = colours

    def move(self, joints: Float[np.ndarray, "J 3"]) -> None:
        """Put the joints elsewhere.

        Args:
            joints: metres.
        """
        self._lines.vertices = joints
        self._points.positions = joints
        self._names.position = joints.ravel()


class LiveLines:
    """Straight lines between points.

    Args:
        plot: where they are drawn.
        points: metres.
        pairs: which points are joined.
        colour: RGB from 0 to 1.
        width: metres.
    """

    def __init__(
        self,
        plot: k3d.Plot,
        points: Float[np.ndarray, "N 3"],
        pairs: Int[np.ndarray, "L 2"],
        *,
        colour: tuple[float, float, float],
        width: float = 0.012,
    ):
        lines = k3d.lines(points, pairs.astype(np.uint32), "segment", shader="mesh", width=width, color=_number(colour))
        _relay(lines)
        plot += lines
        self._lines = lines

    @property
    def points(self) -> Float[np.ndarray, "N 3"]:
        """Where they are, metres."""
        points: np.ndarray = self._lines.vertices
        return points

    def move(self, points: Float[np.ndarray, "N 3"]) -> None:
        """Put the points elsewhere.

        Args:
            points: metres.
        """
        self._lines.vertices = points


def _number(colour: tuple[float, float, float]) -> int:
    return int(packed(np.array([colour]))[0])


def _relay(part: k3d.objects.Drawable) -> None:
    """Cut an object's own line to the browser: the plot then sends what it holds, in messages."""
    part.close()
