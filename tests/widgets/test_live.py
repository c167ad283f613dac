"""Meshes in a plot: fast to move, sharp at the borders of parts, and silent about their geometry."""

import asyncio

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from vhlib.widgets.colours import packed, split_at_borders
from vhlib.widgets.live import REST, LiveMesh, LiveSkeleton, new_plot

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
TWO = np.array([[0, 1, 2], [2, 1, 3]])
RED_BLUE = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


@pytest.fixture
def mesh():
    return LiveMesh(new_plot(), SQUARE, TWO)


def test_faces_of_two_colours_share_no_vertex(mesh):
    mesh.paint_faces(np.array([0, 1]), RED_BLUE)
    corners = mesh.mesh.colors[mesh.mesh.indices]
    assert (corners == [[0xFF0000] * 3, [0x0000FF] * 3]).all()
    mesh.move(2 * SQUARE)
    assert_allclose(mesh.mesh.vertices[mesh.mesh.indices], 2 * SQUARE[TWO])


def test_new_numbers_do_not_make_a_new_mesh(mesh):
    ramp = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    mesh.paint_vertices(np.zeros(4), ramp)
    first = mesh.mesh
    mesh.paint_vertices(np.arange(4.0), ramp, high=3.0)
    assert mesh.mesh is first
    assert_allclose(first.attribute, [0, 1, 2, 3])
    assert list(first.color_range) == [0.0, 3.0]


def test_painting_replaces_the_mesh_in_the_plot():
    plot = new_plot()
    mesh = LiveMesh(plot, SQUARE, TWO)
    mesh.paint_faces(np.array([0, 1]), RED_BLUE)
    mesh.paint()
    assert plot.objects == [mesh.mesh]


def test_a_click_tells_the_face(mesh):
    clicked: list[int] = []
    mesh.on_click(clicked.append)
    mesh.mesh.click_callback({"face_index": 1, "position": [0, 0, 0]})
    mesh.paint_faces(np.array([0, 1]), RED_BLUE)
    mesh.mesh.click_callback({"face_index": 0, "position": [0, 0, 0]})
    assert clicked == [1, 0]


def test_in_a_kernel_clicking_is_renewed_once_the_mesh_rests(mesh):
    """The browser's copy for clicking is made when the callback arrives: it must not be made at every frame."""
    mesh.on_click(lambda face: None)
    sent = []
    mesh.mesh.observe(lambda change: sent.append(change["new"] is None), "click_callback")

    async def drag():
        for step in range(5):
            mesh.move(SQUARE + step)
        during = len(sent)
        await asyncio.sleep(REST + 0.2)
        return during

    assert asyncio.run(drag()) == 0
    assert sent == [True, False]  # taken away, and put back


def test_nothing_in_the_plot_has_a_line_of_its_own(mesh):
    plot = new_plot()
    LiveMesh(plot, SQUARE, TWO)
    LiveSkeleton(plot, SQUARE, (-1, 0, 1, 2), ("a", "b", "c", "d"))
    assert [part.comm for part in plot.objects] == [None] * 4


def test_a_skeleton_has_a_bone_to_each_parent():
    plot = new_plot()
    skeleton = LiveSkeleton(plot, SQUARE, (-1, 0, 0, 1), ("root", "left_arm", "right_arm", "left_hand"))
    lines, points, names = plot.objects
    assert lines.indices.tolist() == [[0, 1], [0, 2], [1, 3]]
    assert not any(part.visible for part in plot.objects)
    skeleton.show(True)
    skeleton.move(SQUARE + 1)
    skeleton.mark(3)
    assert_allclose(lines.vertices, SQUARE + 1)
    assert_allclose(points.positions, SQUARE + 1)
    assert_allclose(names.position, (SQUARE + 1).ravel())
    assert points.colors.tolist() == [0xD55E00, 0xD55E00, 0xD55E00, 0x0072B2]
    assert names.text[3] == "left hand"


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_splitting_keeps_every_triangle_and_gives_each_vertex_one_label(labels):
    faces = np.array([[0, 1, 2], [2, 1, 3], [3, 1, 4], [4, 1, 0]])
    source, split, label = split_at_borders(faces, np.array(labels))
    assert (source[split] == faces).all()
    assert (label[split] == np.array(labels)[:, None]).all()


def test_colours_are_rounded_not_cut():
    assert packed(np.array([[0.9999, 0.0, 1.0]]))[0] == 0xFF00FF
