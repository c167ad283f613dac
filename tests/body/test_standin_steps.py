"""The steps that build the stand-in body, on shapes whose answer is known."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse

from vhlib.body import standin_file
from vhlib.body.standin.build import build_standin
from vhlib.body.standin.correctives import Correctives, random_poses
from vhlib.body.standin.decimation import thinned
from vhlib.body.standin.form import four_largest
from vhlib.body.standin.halves import unfold
from vhlib.body.standin.nearest import nearest_on_mesh
from vhlib.body.standin.parts import part_of_faces
from vhlib.body.standin.regressors import Regression, transferred_row
from vhlib.body.standin.relaxation import relaxed
from vhlib.body.standin.resting import Rest
from vhlib.body.standin.shape import fitted_betas, half_areas, half_volumes, shape_space
from vhlib.body.standin.skinning import centre_skinning, dual_quaternion_skinning, rotation_centres, skinned
from vhlib.body.standin.skirt import regressed, tube_rows
from vhlib.body.standin.smoothing import diffused
from vhlib.body.standin.subdivision import subdivide
from vhlib.body.standin.surface import HalfSurface, boundary_edges
from vhlib.body.standin.volume import volume, with_volume_kept
from vhlib.body.standin.writing import write_npz
from vhlib.core.errors import InputError
from vhlib.geometry.limits import limit_excess
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24

MIRROR = np.array([-1.0, 1.0, 1.0])


def grid(size):
    """A square of quads in the plane z = 0, with its side x = 0 as the middle line."""
    ticks = np.linspace(0, 1, size + 1)
    points = np.stack([*np.meshgrid(ticks, ticks, indexing="ij"), np.zeros((size + 1, size + 1))], -1).reshape(-1, 3)
    corner = np.add.outer(np.arange(size) * (size + 1), np.arange(size)).ravel()
    quads = corner[:, None] + [0, size + 1, size + 2, 1]
    return points, quads


def cube():
    points = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    return points, quads


def triangulated(quads):
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def tube(rings=41, around=24, radius=0.05):
    """A closed tube along x from -0.5 to 0.5 whose right end is the middle line of nothing: all of it is one half."""
    along = np.linspace(-0.5, 0.5, rings)
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    circle = radius * np.stack([np.zeros(around), np.cos(angle), np.sin(angle)], -1)
    points = (along[:, None, None] * [1.0, 0, 0] + circle).reshape(-1, 3)
    a = (np.arange(rings - 1)[:, None] * around + np.arange(around)).ravel()
    b = (np.arange(rings - 1)[:, None] * around + (np.arange(around) + 1) % around).ravel()
    quads = np.stack([a, b, b + around, a + around], 1)
    ends = np.array([[-0.5, 0, 0], [0.5, 0, 0]])
    fan, other = np.arange(around), (np.arange(around) + 1) % around
    first, last = len(points), len(points) + 1
    caps = [
        np.stack([np.full(around, first), other, fan], 1),
        np.stack([np.full(around, last), fan + (rings - 1) * around, other + (rings - 1) * around], 1),
    ]
    return np.concatenate([points, ends]), np.concatenate([triangulated(quads), *caps])


# ---------------------------------------------------------------------------------------------------- subdivision


def test_a_subdivided_cube_has_catmull_clark_s_points():
    points, quads = cube()
    rows, fine, uv = subdivide(quads, np.zeros((6, 4, 2)), 8)
    assert rows.shape == (8 + 12 + 6, 8)
    assert fine.shape == (24, 4)
    assert uv.shape == (24, 4, 2)
    new = rows @ points
    assert_allclose(new[0], [2 / 9] * 3)  # (F + 2 R + (n - 3) P) / n with F = 1/3, R = 1/6 in each axis
    assert_allclose(np.sort(new[8:20], 1)[:, 0].min(), 0.125)  # edge: the mean of its ends and its two faces' middles
    assert_allclose(sorted(map(tuple, new[20:])), sorted(map(tuple, points[quads].mean(1))))


def test_the_boundary_of_a_subdivided_sheet_stays_in_its_line():
    points, quads = grid(3)
    rows, fine, uv = subdivide(quads, points[quads][..., :2], len(points))
    assert_allclose(np.asarray(rows.sum(1)), 1)
    new = rows @ points
    on_side = np.unique(fine)[np.isclose(new[np.unique(fine), 0], 0)]
    assert len(on_side) == 5  # a spline rounds the two corners
    assert_allclose(new[:, 2], 0)
    assert_allclose(uv.mean((0, 1)), [0.5, 0.5])


def test_what_subdivision_gives_is_closed_again():
    points, quads = cube()
    for _ in range(2):
        rows, quads, _ = subdivide(quads, np.zeros((len(quads), 4, 2)), len(points))
        points = rows @ points
    edges = np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2)
    assert {tuple(edge) for edge in edges.tolist()} == {tuple(edge) for edge in edges[:, ::-1].tolist()}
    assert len(points) - len(edges) // 2 + len(quads) == 2


# ---------------------------------------------------------------------------------------------------- decimation


def sheet(size, lift=0.0):
    points, quads = grid(size)
    points[:, 2] = lift * np.sin(3 * points[:, 0]) * np.cos(2 * points[:, 1])
    triangles = triangulated(quads)
    middle = points[:, 0] == 0
    uv = np.concatenate([points[triangles][..., :2]] * 2, -1)
    rows = sparse.csr_array(sparse.eye_array(len(points)))
    return points, HalfSurface(rows, triangles, uv, middle, {"corner": len(points) - 1})


def test_thinning_leaves_the_wanted_faces_the_marks_and_the_shape():
    points, fine = sheet(16, lift=0.1)
    mesh, kept = thinned(fine, points[None], np.ones(len(points)), 200)
    assert len(mesh.triangles) == 200
    assert kept[mesh.marks["corner"]] == len(points) - 1
    assert_allclose(mesh.rows @ points, points[kept])
    assert_allclose(mesh.uv[..., :2], points[kept][mesh.triangles][..., :2], atol=1e-6)
    face, shares = nearest_on_mesh(points, points[kept], mesh.triangles)
    off = np.linalg.norm((shares[..., None] * points[kept][mesh.triangles[face]]).sum(1) - points, axis=1)
    assert off.max() < 0.02
    normals = np.cross(*(points[kept][mesh.triangles[:, c]] - points[kept][mesh.triangles[:, 0]] for c in (1, 2)))
    assert (normals[:, 2] > 0).all()
    border = boundary_edges(mesh.triangles)
    assert len(kept) - (3 * 200 + len(border)) // 2 + 200 == 1  # still a disc


def test_vertices_stay_where_they_may_lie_closer():
    points, fine = sheet(16)
    spacing = np.where(points[:, 1] < 0.5, 0.5, 1.0)
    _, kept = thinned(fine, points[None], spacing, 160)
    assert (points[kept, 1] < 0.5).sum() > 1.7 * (points[kept, 1] > 0.5).sum()


def test_too_few_faces_are_refused():
    points, fine = sheet(4)
    fine = dataclasses.replace(fine, marks={str(vertex): vertex for vertex in range(len(points))})
    with pytest.raises(ValueError, match="cannot be thinned out below 32 faces, 4 are wanted"):
        thinned(fine, points[None], np.ones(len(points)), 4)


def test_sliding_makes_triangles_rounder_and_stays_on_the_surface():
    points, fine = sheet(16)
    mesh, kept = thinned(fine, points[None], np.ones(len(points)), 160)
    inner = ~np.isin(np.arange(len(kept)), boundary_edges(mesh.triangles))
    rows, uv = relaxed(mesh, fine, kept, points, inner)
    assert_allclose(np.asarray(rows.sum(1)), 1)
    slid = rows @ points
    assert_allclose(slid[~inner], points[kept][~inner])
    assert roundness(slid, mesh.triangles).mean() > roundness(points[kept], mesh.triangles).mean() + 0.01
    assert_allclose(uv[..., :2], slid[mesh.triangles][..., :2], atol=1e-6)


def roundness(points, triangles):
    a, b, c = points[triangles].transpose(1, 0, 2)
    squares = sum((each**2).sum(1) for each in (b - a, c - b, a - c))
    return 2 * np.sqrt(3) * np.linalg.norm(np.cross(b - a, c - a), axis=1) / squares


# ---------------------------------------------------------------------------------------------------- halves, nearest


def test_a_half_unfolds_to_a_symmetric_whole():
    points, fine = sheet(4)
    triangles, unfolding = unfold(fine.triangles, fine.middle)
    whole = unfolding.points(points)
    assert len(whole) == 2 * 25 - 5
    assert_allclose(whole[unfolding.image] * MIRROR, whole)
    normals = np.cross(whole[triangles[:, 1]] - whole[triangles[:, 0]], whole[triangles[:, 2]] - whole[triangles[:, 0]])
    assert (normals[:, 2] > 0).all()
    assert_allclose(unfolding.mirrored(whole), whole)
    half_rows = np.eye(3, 25)
    rows = unfolding.rows(half_rows, ("left_a", "right_a", "b"))
    assert_allclose(rows.sum(1), 1)
    assert_allclose(rows[1] @ whole, rows[0] @ whole * MIRROR)
    assert (rows[2] @ whole)[0] == 0


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_nearest_point_of_a_mesh_is_nearer_than_any_other(seed):
    source = np.random.default_rng(seed)
    points, quads = cube()
    triangles = triangulated(quads)
    places = source.uniform(-1, 2, (5, 3))
    face, shares = nearest_on_mesh(places, points, triangles)
    assert_allclose(shares.sum(1), 1)
    assert shares.min() >= 0
    found = np.linalg.norm((shares[..., None] * points[triangles[face]]).sum(1) - places, axis=1)
    others = source.dirichlet(np.ones(3), (12, 200))
    samples = np.einsum("fsc,fcd->fsd", others, points[triangles]).reshape(-1, 3)
    distance = np.linalg.norm(samples - places[:, None], axis=-1).min(1)
    assert (found <= distance + 1e-12).all()


# ---------------------------------------------------------------------------------------------------- weights, parts


def test_heat_keeps_sums_and_constants_and_spreads_as_far_as_it_is_told():
    points, triangles = tube(rings=161)
    values = (points[:, :1] > 0).astype(float) @ [[1.0, -1.0]] + [[0.0, 1.0]]
    spread = diffused(values, points, triangles, np.full(len(points), 0.05))
    assert_allclose(spread.sum(1), 1)
    assert spread.min() >= 0
    assert_allclose(diffused(np.full((len(points), 2), 0.5), points, triangles, np.full(len(points), 0.05)), 0.5)
    ring = np.abs(np.linalg.norm(points[:, 1:], axis=1) - 0.05) < 1e-9
    # The slope of a step after heat has spread it is a bell whose standard deviation is the reach.
    along, level = points[ring, 0], spread[ring, 0]
    slope, middle = np.diff(level[::24]), (along[::24][1:] + along[::24][:-1]) / 2
    assert_allclose(np.sqrt((slope * middle**2).sum() / slope.sum()), 0.05, rtol=0.1)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_four_weights_are_left_and_none_jumps_away(seed):
    weights = np.random.default_rng(seed).dirichlet(np.full(24, 0.3), 50)
    kept = four_largest(weights)
    assert_allclose(kept.sum(1), 1)
    assert ((kept > 0).sum(1) <= 4).all()
    assert_allclose(four_largest(np.eye(24)), np.eye(24))
    nudged = four_largest((weights + 1e-9) / (1 + 24e-9))
    assert np.abs(nudged - kept).max() < 1e-6


def test_parts_get_the_shortest_border_that_the_weights_allow():
    points, quads = grid(20)
    triangles = triangulated(quads)
    wavy = 0.5 + 0.02 * np.where((points[:, 1] * 20).round() % 2 == 0, 1, -1)
    left = ((wavy - points[:, 0]) / 0.4 + 0.5).clip(0, 1)
    labels = part_of_faces(points, triangles, np.stack([left, 1 - left], 1))
    middles = points[triangles].mean(1)[:, 0]
    assert (labels[middles < 0.44] == 0).all()
    assert (labels[middles > 0.56] == 1).all()
    assert border_length(points, triangles, labels) < 1.05
    clear = np.stack([points[:, 0] < 0.3, points[:, 0] >= 0.3], 1).astype(float)
    assert set(part_of_faces(points, triangles, clear)) == {0, 1}


def border_length(points, triangles, labels):
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, 1)], -1).reshape(-1, 2), 1)
    owners: dict[tuple[int, int], list[int]] = {}
    for edge, face in zip(map(tuple, ends.tolist()), np.repeat(np.arange(len(triangles)), 3), strict=True):
        owners.setdefault(edge, []).append(labels[face])
    return sum(float(np.linalg.norm(points[a] - points[b])) for (a, b), own in owners.items() if len(set(own)) == 2)


# ---------------------------------------------------------------------------------------------------- bending


def bent_tube(degrees):
    points, triangles = tube()
    share = (points[:, 0] / 0.2 + 0.5).clip(0, 1)
    weights = np.stack([1 - share, share], 1)
    turn = axis_angle_to_matrix(torch.tensor([[0.0, 0, 0], [0, 0, np.deg2rad(degrees)]], dtype=torch.float64)).numpy()
    return points, triangles, weights, turn[None], np.zeros((1, 2, 3)), np.zeros((2, 3))


def test_rigid_vertices_move_with_their_joint_in_every_kind_of_skinning():
    points, triangles, weights, turns, positions, joints = bent_tube(80)
    centres = rotation_centres(points, triangles, weights)
    ways = (
        skinned(points, weights, turns, positions, joints),
        centre_skinning(points, centres, weights, turns, positions, joints, (-1, 0)),
        dual_quaternion_skinning(points[None], weights, turns, positions, (-1, 0)),
    )
    for way in ways:
        assert_allclose(way[0][weights[:, 0] == 1], points[weights[:, 0] == 1], atol=1e-12)
        rigid = weights[:, 1] == 1
        assert_allclose(way[0][rigid], points[rigid] @ turns[0, 1].T, atol=1e-12)


def test_dual_quaternions_and_centres_keep_the_volume_that_blended_matrices_lose():
    points, triangles, weights, turns, positions, joints = bent_tube(100)
    centres = rotation_centres(points, triangles, weights)
    before = volume(points[None], triangles)[0]
    linear = before - volume(skinned(points, weights, turns, positions, joints), triangles)[0]
    about_centres = centre_skinning(points, centres, weights, turns, positions, joints, (-1, 0))
    dual = dual_quaternion_skinning(points[None], weights, turns, positions, (-1, 0))
    assert linear > 0.03 * before
    assert abs(before - volume(about_centres, triangles)[0]) < 0.5 * linear
    assert abs(before - volume(dual, triangles)[0]) < 0.5 * linear


def test_a_tube_bends_about_its_axis():
    points, triangles, weights, *_ = bent_tube(0)
    centres = rotation_centres(points, triangles, weights)
    bending = (weights > 0.05).all(1) & (np.abs(points[:, 0]) < 0.05)
    assert np.linalg.norm(centres[bending, 1:], axis=1).max() < 0.01
    assert_allclose(centres[weights.max(1) == 1], points[weights.max(1) == 1])


def test_random_poses_are_inside_the_limits_and_hang_their_arms():
    poses = random_poses(300, seed=0, stream="test")
    assert limit_excess(poses).max() < 1e-6
    assert torch.equal(poses, random_poses(300, seed=0, stream="test"))
    assert not torch.equal(poses, random_poses(300, seed=0, stream="other"))
    lowered = poses[:, SMPL24.index("left_shoulder") - 1, 2] < -np.deg2rad(40)
    assert 0.4 < lowered.double().mean() < 0.6


@pytest.fixture(scope="module")
def elbow():
    """A tube whose right half follows SMPL's left elbow."""
    points, triangles = tube()
    share = (points[:, 0] / 0.2 + 0.5).clip(0, 1)
    weights = np.zeros((len(points), 24))
    weights[:, SMPL24.index("left_shoulder")], weights[:, SMPL24.index("left_elbow")] = 1 - share, share
    return Rest(points, triangles, weights, np.zeros((24, 3)))


def test_pose_blend_shapes_bring_linear_skinning_close_to_the_target(elbow):
    correctives = Correctives(elbow, half=len(elbow.points))
    directions = correctives.fitted(random_poses(200, seed=0, stream="training"))
    columns = np.flatnonzero(np.abs(directions).max((0, 1)))
    assert set(columns // 9 + 1) == {SMPL24.index("left_elbow")}  # no other joint moves one end against the other
    poses = random_poses(50, seed=0, stream="held-out")
    target = correctives.target(poses)
    before, after = (np.linalg.norm(elbow.posed(poses, each) - target, axis=-1) for each in (None, directions))
    assert after[before > 3e-3].mean() < 0.3 * before[before > 3e-3].mean()
    assert_allclose(elbow.posed(torch.zeros(1, 23, 3, dtype=torch.float64), directions)[0], elbow.points)


def test_volume_is_put_back_at_a_bent_limb(elbow):
    _, unfolding = unfold(elbow.triangles, np.ones(len(elbow.points), dtype=bool))
    nothing = np.zeros((len(elbow.points), 3, 207))
    directions = with_volume_kept(nothing, elbow, unfolding, seed=0, limbs=("elbow",))
    pose = torch.zeros(1, 23, 3, dtype=torch.float64)
    pose[0, SMPL24.index("left_elbow") - 1, 1] = -np.pi / 2
    before = volume(elbow.points[None], elbow.triangles)
    plain, kept = (volume(elbow.posed(pose, each), elbow.triangles) - before for each in (None, directions))
    assert plain < -0.02 * before
    assert abs(kept) < 0.25 * abs(plain)


# ---------------------------------------------------------------------------------------------------- shape, regressors


@pytest.fixture(scope="module")
def people():
    """Half tubes that differ in length, girth and two bulges."""
    points, triangles = tube(rings=21, around=12)
    points = points[:, [1, 0, 2]] + [0.05, 0.5, 0]  # upright, x >= 0
    source = np.random.default_rng(0)
    knobs = source.normal(size=(80, 4)) * [0.1, 0.02, 0.01, 0.005]
    bulge = np.sin(np.outer([3, 6], points[:, 1]))
    girth = 1 + knobs[:, 1, None] * 5 + knobs[:, 2:] @ bulge
    bodies = np.stack([points[:, 0] * girth, points[:, 1] * (1 + knobs[:, :1]), points[:, 2] * girth], -1)
    return bodies, triangles, int(points[:, 1].argmax())


def test_beta_0_is_stature_and_betas_are_uncorrelated_with_unit_variance(people):
    bodies, triangles, top = people
    areas = half_areas(bodies.mean(0), triangles)
    assert_allclose(areas.sum(), 1)
    space = shape_space(bodies, areas, top, triangles, 4)
    assert_allclose(space.betas.T @ space.betas / len(bodies), np.eye(4), atol=1e-9)
    assert_allclose(space.betas.mean(0), 0, atol=1e-9)
    height = bodies[:, top, 1] - bodies[:, bodies.mean(0)[:, 1].argmin(), 1]
    assert_allclose(np.corrcoef(space.betas[:, 0], height)[0, 1], 1)
    sole = space.mean[:, 1].argmin()
    assert_allclose((space.directions[top] - space.directions[sole])[1, 1:], 0, atol=1e-12)
    assert (np.diff(space.explained[1:]) < 0).all()
    assert 0.99 < space.explained.sum() <= space.alone.sum() + 1e-12 <= 1 + 1e-9
    volumes = half_volumes(space.mean + np.moveaxis(space.directions[..., 1:], -1, 0), triangles)
    assert volumes[0] > half_volumes(space.mean[None], triangles)[0]


def test_betas_that_made_a_body_are_found_again(people):
    bodies, triangles, top = people
    areas = half_areas(bodies.mean(0), triangles)
    space = shape_space(bodies, areas, top, triangles, 3)
    betas = np.random.default_rng(1).normal(size=(5, 3))
    assert_allclose(fitted_betas(space, space.mean + np.tensordot(betas, space.directions, (1, 2)), areas), betas)


def test_a_regressed_point_follows_the_people(people):
    bodies, triangles, top = people
    areas = half_areas(bodies.mean(0), triangles)
    regression = Regression(bodies, shape_space(bodies, areas, top, triangles, 4).betas)
    ring = np.flatnonzero(np.isclose(bodies[0][:, 1], np.median(bodies[0][:, 1])))
    target = bodies[:, ring].mean(1)
    row = regression.row(target, ring, on_middle=False)
    assert row.min() >= 0
    assert_allclose(row.sum(), 1)
    assert np.linalg.norm(row @ bodies - target, axis=-1).max() < 1e-3


def test_a_point_keeps_its_place_on_another_mesh_of_the_same_body():
    points, _ = grid(4)
    coarse, coarse_quads = grid(1)
    weights = np.eye(25)[[6, 18]].mean(0)
    row = transferred_row(weights, points, coarse, triangulated(coarse_quads))
    assert_allclose(row.sum(), 1)
    assert_allclose(row @ coarse, weights @ points, atol=1e-9)


# ---------------------------------------------------------------------------------------------------- writing, building


def test_the_same_arrays_make_the_same_bytes(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "name": np.array("x"), "top": np.array(411)}
    write_npz(tmp_path / "one" / "body.npz", arrays)
    write_npz(tmp_path / "two.npz", {name: array.copy() for name, array in arrays.items()})
    assert (tmp_path / "one" / "body.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    with np.load(tmp_path / "two.npz", allow_pickle=False) as archive:
        for name, array in arrays.items():
            np.testing.assert_array_equal(archive[name], array)


def test_a_tube_of_quads_in_any_order_is_put_in_rows_from_its_rim_down():
    rows, columns = 5, 8
    angle = np.linspace(-np.pi, np.pi, columns, endpoint=False) + 0.1
    wanted = np.stack(
        [np.stack([np.sin(angle), np.full(columns, -row), np.cos(angle)], 1) for row in range(rows)]
    ).astype(float)
    corner = np.arange(rows * columns).reshape(rows, columns)
    right = np.roll(corner, -1, 1)
    quads = np.stack([corner[:-1], corner[1:], right[1:], right[:-1]], -1).reshape(-1, 4)
    shuffle = np.random.default_rng(0).permutation(rows * columns)
    points = np.empty((rows * columns, 3))
    points[shuffle] = wanted.reshape(-1, 3)
    assert_allclose(points[tube_rows(shuffle[quads], points)], wanted)


def test_a_skirt_that_is_linear_in_the_betas_is_found_again():
    source = np.random.default_rng(0)
    raw = source.standard_normal((50, 3))
    betas = np.linalg.qr(raw - raw.mean(0))[0] * np.sqrt(50)
    mean, directions = source.standard_normal((4, 6, 3)), source.standard_normal((4, 6, 3, 3))
    found_mean, found = regressed(mean + np.einsum("rcks,ns->nrck", directions, betas), betas)
    assert_allclose(found_mean, mean, atol=1e-12)
    assert_allclose(found, directions, atol=1e-12)


def test_an_unknown_gender_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match="expected neutral, male, female, got other"):
        build_standin(tmp_path, ["other"], lambda _: None)


@pytest.mark.slow
def test_building_again_gives_the_committed_file(tmp_path):
    pytest.importorskip("anny", reason="pip install 'vhlib[body]' to build the stand-in body again")
    steps: list[str] = []
    paths = build_standin(tmp_path, ["neutral"], steps.append)
    assert len(steps) == 5
    assert [path.name for path in paths] == ["neutral.npz", "neutral_skirt.npz"]
    for path in paths:
        with np.load(path) as new, np.load(standin_file("neutral").with_name(path.name)) as old:
            assert set(new) == set(old)
            for name in set(new) - {"name", "provenance"}:
                tolerance = 1e-4 if name == "posedirs" else 1e-5
                assert_allclose(new[name].astype(float), old[name].astype(float), atol=tolerance, err_msg=name)
