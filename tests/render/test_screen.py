"""Vertices in front of the camera, and what the near plane leaves of a face."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib.cameras import PerspectiveCamera, WeakPerspectiveCamera
from vhlib.render import NEAR
from vhlib.render.screen import (
    clipped_polygons,
    corner_index,
    fragments,
    in_image,
    smallest_area,
    softness,
    to_screen,
    unroll,
    visible_polygons,
)

DOUBLE = torch.float64
FACE = torch.tensor([[0, 1, 2]])


def screen_of(vertices, size=(20, 20), focal=10.0):
    points = torch.tensor([vertices], dtype=DOUBLE)
    return to_screen(points, FACE, PerspectiveCamera.simple(focal, (size[1], size[0]), like=points), size)


def test_a_vertex_by_hand():
    """(1, 2, 4) through f = 10 and the middle (10, 10): pixel (12.5, 15)."""
    screen = screen_of([[1.0, 2, 4], [0, 0, 1], [0, 0, 2]])
    assert_close(screen.homogeneous[:, 0, 0], torch.tensor([50.0, 60, 4], dtype=DOUBLE))
    assert_close(in_image(screen)[:, 0, 0], torch.tensor([12.5, 15], dtype=DOUBLE))
    assert screen.depth[0].tolist() == [4, 1, 2]


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_same_pixels_as_the_camera_s_own(seed):
    numbers = torch.Generator().manual_seed(seed)
    eye, target = torch.randn(2, 2, 3, generator=numbers, dtype=DOUBLE)
    points = torch.randn(2, 7, 3, generator=numbers, dtype=DOUBLE)
    camera = PerspectiveCamera.looking(eye=6 + eye, target=target, focal_length=90.0, size=(40, 30))
    screen = to_screen(points, FACE, camera, (30, 40))
    assert_close(in_image(screen).permute(1, 2, 0), camera.project(points))
    assert_close(screen.depth, camera.to_camera(points)[..., 2])


def test_a_weak_camera_spans_the_short_side():
    camera = WeakPerspectiveCamera(torch.tensor([1.0]), torch.zeros(1, 2))
    points = torch.tensor([[[-1.0, -1.0, 5.0], [1.0, 1.0, -5.0], [0.0, 0.0, 0.0]]])
    screen = to_screen(points, FACE, camera, (10, 30))
    assert in_image(screen)[:, 0].T.tolist() == [[10, 0], [20, 10], [15, 5]]
    assert screen.depth[0].tolist() == [5, -5, 0]


def test_one_corner_in_front_leaves_a_triangle_two_leave_a_quadrilateral():
    """From (0, 0, 1) towards (0, +-2, -1): the edges meet the near plane at y = +-(1 - NEAR) and f y / NEAR."""
    one = screen_of([[0.0, 0, 1], [0, 2, -1], [0.5, -2, -1]])
    triangles, quadrilaterals = clipped_polygons(one, FACE, (20, 20))
    assert triangles[0].shape == (2, 3, 1)
    assert quadrilaterals[0].shape == (2, 4, 0)
    assert_close(triangles[0][1, :, 0], 10 + torch.tensor([0, 1 - NEAR, NEAR - 1], dtype=DOUBLE) * 10 / NEAR)
    two = screen_of([[0.0, 0, -1], [0, 2, 1], [0.5, -2, 1]])
    triangles, quadrilaterals = clipped_polygons(two, FACE, (20, 20))
    assert triangles[0].shape == (2, 3, 0)
    y = 1 + NEAR
    assert_close(quadrilaterals[0][1, :, 0] - 10, torch.tensor([y / NEAR, 2, -2, -y / NEAR], dtype=DOUBLE) * 10)


def test_a_face_all_in_front_is_itself_and_one_behind_is_gone():
    front, behind = screen_of([[0.0, 0, 1], [0, 1, 1], [1, 0, 1]]), screen_of([[0.0, 0, -1], [0, 1, -1], [1, 0, -1]])
    ((corners, image),) = visible_polygons(front, FACE, (20, 20))
    assert corners[..., 0].T.tolist() == [[10, 10], [10, 20], [20, 10]]
    assert image.tolist() == [0]
    assert sum(corners.shape[2] for corners, _ in visible_polygons(behind, FACE, (20, 20))) == 0


def test_clipping_is_differentiable():
    points = torch.tensor([[[0.1, 0.2, 1.0], [0.3, 2, -1], [0.5, -2, -1.5], [0.4, 1, 0.8]]], dtype=DOUBLE)
    faces = torch.tensor([[0, 1, 2], [0, 3, 2]])
    camera = PerspectiveCamera.simple(10.0, (20, 20), like=points)

    def corners(vertices):
        return tuple(
            part for part, _ in clipped_polygons(to_screen(vertices, faces, camera, (20, 20)), faces, (20, 20))
        )

    assert torch.autograd.gradcheck(corners, points.requires_grad_())


def test_fragments_of_a_known_face():
    screen = screen_of([[-1.0, -1, 1], [-1, 1, 1], [1, -1, 1]], size=(2, 2), focal=1.0)
    found = fragments(torch.tensor([[[0, -1], [-1, -1]]]), FACE, screen)
    assert_close(found.barycentrics[0, 0, 0], torch.tensor([0.5, 0.25, 0.25], dtype=DOUBLE))
    assert found.depth.tolist() == [[[1, 0], [0, 0]]]
    assert found.mask.tolist() == [[[True, False], [False, False]]]


@given(st.lists(st.integers(0, 5)))
def test_unroll_counts(counts):
    owner, number = unroll(torch.tensor(counts, dtype=torch.int64))
    assert list(zip(owner.tolist(), number.tolist(), strict=True)) == [
        (index, place) for index, count in enumerate(counts) for place in range(count)
    ]


def test_corners_of_a_batch_are_rows_of_all_its_vertices():
    points = torch.rand(2, 5, 3) + 1
    screen = to_screen(points, FACE, PerspectiveCamera.simple(1.0, (2, 2)), (2, 2))
    assert corner_index(screen, FACE).T.tolist() == [[0, 1, 2], [5, 6, 7]]


def test_units():
    assert smallest_area((200, 300)) == pytest.approx(1e-8 * 100**2)
    assert softness(4e-4, (100, 60)) == pytest.approx(0.02 * 30)
    for bad in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="sigma: expected a positive number"):
            softness(bad, (4, 4))
