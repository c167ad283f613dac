"""Normals, areas and volumes of a cube and of random tetrahedra."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.geometry.meshes import face_areas, face_normals, signed_volume, vertex_normals, wavefront
from vhlib.geometry.rotations import axis_angle_to_matrix

# Corners of the unit cube around the origin; the index is x + 2 y + 4 z. Faces counter-clockwise from outside.
CUBE = torch.tensor([[x, y, z] for z in (-0.5, 0.5) for y in (-0.5, 0.5) for x in (-0.5, 0.5)], dtype=torch.float64)
QUADS = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
FACES = torch.tensor([triangle for a, b, c, d in QUADS for triangle in ((a, b, c), (a, c, d))])
TETRAHEDRON = torch.tensor([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_the_unit_cube():
    cube = CUBE[None]
    assert_close(signed_volume(cube, FACES), torch.ones(1, dtype=torch.float64))
    assert_close(signed_volume(cube, FACES.flip(1)), -torch.ones(1, dtype=torch.float64))
    assert_close(face_areas(cube, FACES), torch.full((1, 12), 0.5, dtype=torch.float64))
    centres = cube[:, FACES].mean(2)
    assert ((face_normals(cube, FACES) * centres).sum(-1) > 0).all()
    assert_close(face_normals(cube, FACES).abs().amax(-1), torch.ones(1, 12, dtype=torch.float64))


def test_vertex_normals_are_weighted_by_area():
    # A corner where a face of area 1/2 with normal z meets one of area 3/2 with normal -y.
    vertices = torch.tensor([[[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, -3]]], dtype=torch.float64)
    normals = vertex_normals(vertices, torch.tensor([[0, 1, 2], [0, 3, 1]]))
    expected = torch.nn.functional.normalize(torch.tensor([0.0, -3.0, 1.0], dtype=torch.float64), dim=0)
    assert_close(normals[0, 0], expected)


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_volume_of_a_tetrahedron_and_normals_turn_with_the_mesh(seed: int):
    corners, shift = random(2, 4, 3, seed=seed), random(2, 1, 3, seed=seed + 1)
    volume = torch.linalg.det(corners[:, 1:] - corners[:, :1]) / 6
    assert_close(signed_volume(corners + shift, TETRAHEDRON), volume)
    turn = axis_angle_to_matrix(random(3, seed=seed + 2))
    for normals in (face_normals, vertex_normals):
        assert_close(normals(corners @ turn.mT + shift, TETRAHEDRON), normals(corners, TETRAHEDRON) @ turn.mT)
        assert_close(normals(3 * corners, TETRAHEDRON), normals(corners, TETRAHEDRON))
    assert_close(face_areas(3 * corners @ turn.mT, TETRAHEDRON), 9 * face_areas(corners, TETRAHEDRON))


@pytest.mark.parametrize("function", [face_normals, face_areas, vertex_normals, signed_volume])
def test_gradient(function):
    assert gradcheck(lambda corners: function(corners, TETRAHEDRON), random(2, 4, 3, seed=1).requires_grad_())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_face_without_area_has_no_normal_and_no_gradient(dtype: torch.dtype):
    corners = torch.zeros(1, 4, 3, dtype=dtype)
    corners[0, 3, 0] = 1  # its two faces at the origin are points or needles
    corners.requires_grad_()
    normals = face_normals(corners, TETRAHEDRON)
    assert_close(normals, torch.zeros_like(normals))
    total = normals.sum() + vertex_normals(corners, TETRAHEDRON).sum() + face_areas(corners, TETRAHEDRON).sum()
    (gradient,) = torch.autograd.grad(total, corners)
    assert gradient.isfinite().all()


def test_a_thin_face_of_millimetres_keeps_its_normal_in_single_precision():
    vertices = torch.tensor([[[0, 0, 0], [1e-3, 0, 0], [0, 1e-5, 0]]])
    assert_close(face_normals(vertices, torch.tensor([[0, 1, 2]])), torch.tensor([[[0.0, 0.0, 1.0]]]))


@pytest.mark.parametrize("function", [face_normals, face_areas, vertex_normals, signed_volume])
def test_refuses_other_shapes(function):
    with pytest.raises(ValueError, match="faces: expected"):
        inspect.unwrap(function)(torch.zeros(1, 4, 3), torch.zeros(2, 4, dtype=torch.int64))


def test_wavefront_is_read_back_by_counting_from_one():
    vertices, faces = torch.tensor([[0.0, 0.5, 1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 2.5]]), torch.tensor([[2, 0, 1]])
    first, *rows = wavefront(vertices, faces, comment="a triangle, metres").splitlines()
    assert first == "# a triangle, metres"
    read = [[float(number) for number in row.split()[1:]] for row in rows]
    assert torch.equal(torch.tensor(read[:3]), vertices)
    assert torch.equal(torch.tensor(read[3:]).long() - 1, faces)


def test_wavefront_refuses_a_batch():
    with pytest.raises(Exception, match=r"vertices|type-check"):
        wavefront(torch.zeros(2, 3, 3), torch.tensor([[0, 1, 2]]), comment="")
