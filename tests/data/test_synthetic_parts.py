"""What synthetic pictures are put together from, part by part."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.cameras import PerspectiveCamera
from vhlib.data.poses import PoseLibrary
from vhlib.data.synthetic.cloth import Cut, garment, shirt_shape, trousers_shape
from vhlib.data.synthetic.colour import lab, linear, skin_tone, srgb
from vhlib.data.synthetic.draws import Draws, pick
from vhlib.data.synthetic.figure import Stance, dummy, figure, normals_of
from vhlib.data.synthetic.framing import framed, placed
from vhlib.data.synthetic.ground import GROUNDS, WALLS, Plane
from vhlib.data.synthetic.lens import SHARP, developed, smeared
from vhlib.data.synthetic.light import KINDS, ShadowMap, illumination
from vhlib.data.synthetic.mesh import Mesh, bounds, cut, joined, without
from vhlib.data.synthetic.noise import SIDE, fractal, smooth_step
from vhlib.data.synthetic.paint import PATTERNS, Fabric
from vhlib.data.synthetic.skirts import SkirtCut, skirt, straight_skirt
from vhlib.geometry import vertex_normals
from vhlib.geometry.skeletons import SMPL24
from vhlib.render import backend


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def somebody() -> Stance:
    pose = PoseLibrary("val", families=("walking",)).sample(1, seed=0)
    return Stance("female", torch.zeros(10), pose.body_pose[0], pose.global_orient[0], torch.zeros(3))


def square() -> Mesh:
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    return Mesh(
        points,
        np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        points,
        np.array([[0, 1, 2], [0, 2, 3]]),
        np.array([5, 6]),
    )


def area(mesh: Mesh) -> float:
    a, b, c = (mesh.points[mesh.faces[:, corner]] for corner in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@settings(deadline=None, max_examples=20)
@given(at=st.floats(0.05, 0.95), angle=st.floats(0, 1.5))
def test_a_mesh_is_cut_along_a_line_exactly(at, angle):
    mesh = square()
    inside = (mesh.points[:, 0] * np.cos(angle) + mesh.points[:, 1] * np.sin(angle) - at).astype(np.float32)
    kept, rest = cut(mesh, inside), cut(mesh, -inside)
    assert area(kept) + area(rest) == pytest.approx(1, abs=1e-5)
    if angle < 1e-9:
        assert area(kept) == pytest.approx(1 - at, abs=1e-5)
    assert set(kept.parts) <= {5, 6}


def test_meshes_join_and_lose_faces():
    whole, owner = joined([square(), without(square(), np.array([True, False]))])
    assert owner.tolist() == [0, 0, 1]
    assert whole.faces.tolist() == [[0, 1, 2], [0, 2, 3], [4, 6, 7]]
    assert whole.parts.tolist() == [5, 6, 6]
    low, high = bounds(whole.points)
    assert low.tolist() == [0, 0, 0]
    assert high.tolist() == [1, 1, 0]


def test_normals_are_the_librarys(body):
    points = body.v_template.numpy().copy()
    torch.testing.assert_close(
        torch.from_numpy(normals_of(points, dummy().faces)),
        vertex_normals(body.v_template[None], body.faces)[0],
        atol=1e-4,
        rtol=0,
    )


@settings(deadline=None, max_examples=20)
@given(values=st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_srgb_is_the_inverse_of_linear(values):
    assert srgb(linear(np.array(values))) == pytest.approx(values, abs=1e-6)


def test_skin_comes_in_every_human_tone():
    assert lab(0.0, 0.0, 0.0) == pytest.approx([0, 0, 0], abs=1e-6)
    draws = chance()
    tones = np.array([skin_tone(draws) for _ in range(300)])
    lightness = 116 * np.cbrt(tones @ [0.2126, 0.7152, 0.0722]) - 16
    assert lightness.min() < 28
    assert lightness.max() > 70
    assert (tones[:, 0] >= tones[:, 1]).all()
    assert (tones[:, 1] >= tones[:, 2]).all()


def test_noise_has_zero_mean_and_unit_deviation_and_repeats():
    u, v = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    for power in (0.5, 1.0, 1.5):
        field = fractal(u, v, size=float(SIDE), power=power)
        assert abs(field.mean()) < 1e-3
        assert 0.85 < field.std() < 1.05
        assert np.abs(field - fractal(u + SIDE, v, size=float(SIDE), power=power)).max() < 0.05
    assert smooth_step(np.array([-1.0, 0.5, 2.0]), 0.0, 1.0).tolist() == [0.0, 0.5, 1.0]


def test_streams_depend_on_seed_split_index_and_name():
    numbers = {
        Draws(seed, split, index).stream(name).random()
        for seed in (0, 1)
        for split in ("train", "val")
        for index in (0, 1)
        for name in ("a", "b")
    }
    assert len(numbers) == 16
    draws = chance()
    found = [pick(draws, {"never": 0.0, "often": 3.0, "seldom": 1.0}) for _ in range(400)]
    assert found.count("never") == 0
    assert 0.68 < found.count("often") / 400 < 0.82


def test_cloth_is_outside_of_what_it_covers():
    person, places = figure(somebody()), dummy().places
    trousers = trousers_shape(places, waist=-0.1, hem=-1.1)
    nothing = np.zeros(len(places), np.float32)
    mesh, lift = garment(dummy(), person, trousers, Cut(0.008, smoothing=8, leg=0.08), nothing, chance())
    assert lift[trousers > 0].min() >= 0.004
    shirt = shirt_shape(places, hem=-0.3, sleeve=0.4, neck=0.08)
    over, above = garment(dummy(), person, shirt, Cut(0.007, hang=0.8, folds=0.006), lift, chance())
    both = (trousers > 0) & (shirt > 0)
    assert both.any()
    assert (above - lift)[both].min() > 0.0035
    for made, shape in ((mesh, trousers), (over, shirt)):
        corners = np.unique(made.faces)
        assert (shape[corners[corners < len(shape)]] > 0).all()
        assert np.isfinite(made.points).all()
    assert mesh.places[np.unique(mesh.faces)][:, 1].min() == pytest.approx(-1.1, abs=1e-4)


@pytest.mark.parametrize("sewn", [skirt, straight_skirt])
def test_a_skirt_hangs_from_its_waist_to_its_hem_around_both_thighs(sewn):
    person = figure(somebody())
    cut_as = SkirtCut(waist=-0.12, hem=-0.6, ease=0.01, flare=0.05, folds=0.0, count=6)
    mesh = sewn(person, dummy().places, cut_as, chance())
    used = np.unique(mesh.faces)
    heights = mesh.places[used, 1]
    assert heights.max() == pytest.approx(-0.12, abs=1e-5)
    assert heights.min() == pytest.approx(-0.6, abs=1e-5)
    assert {SMPL24.names[part - 1] for part in mesh.parts} <= {"pelvis", "spine1", "left_hip", "right_hip"}
    assert (np.linalg.norm(mesh.normals[used], axis=1) > 0.9).all()
    # A closed tube: only its two rims lie at one triangle. The cut at the hem makes its points once for each triangle.
    places, joint = np.unique(mesh.places.round(5), axis=0, return_inverse=True)
    faces = joint.reshape(-1)[mesh.faces]
    ends = np.sort(np.stack([faces, np.roll(faces, -1, 1)], -1).reshape(-1, 2), 1)
    edges, count = np.unique(ends, axis=0, return_counts=True)
    rim = np.unique(edges[count == 1])
    assert ((places[rim, 1] > -0.13) | (places[rim, 1] < -0.59)).all()
    thighs = person.vertices[np.isin(dummy().part_of_vertex, [2, 3])].mean(0)
    assert np.linalg.norm(mesh.points[used].mean(0) - thighs) < 0.2


def test_a_wider_skirt_has_more_cloth():
    person = figure(somebody())
    narrow, wide = (SkirtCut(waist=-0.12, hem=-0.8, ease=0.01, flare=flare, folds=0.0, count=6) for flare in (0.0, 0.2))
    for sewn in (skirt, straight_skirt):
        areas = [area(sewn(person, dummy().places, cut_as, chance())) for cut_as in (narrow, wide)]
        assert areas[0] < areas[1] < 3 * areas[0]


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_camera_sees_the_person_and_stands_above_the_floor(seed):
    upright = somebody()
    person = figure(upright)
    view = framed(person.vertices, 100, chance(seed))
    there = person.moved(view.rotation, view.translation)
    assert view.floor < -0.2  # it stands 0.35 m high at least, and aiming lowers it by a decimetre at most
    assert there.vertices[:, 2].min() > 0.5
    assert view.to_scene(there.vertices)[:, 1].min() == pytest.approx(view.floor, abs=1e-4)
    stance = placed(upright, person.joints_rest[0].astype(np.float64), view)
    np.testing.assert_allclose(figure(stance).vertices, there.vertices, atol=2e-5)
    camera = PerspectiveCamera.simple(view.focal_length, (100, 100))
    pixels = camera.project(torch.from_numpy(view.to_camera(3 * view.rays.reshape(-1, 3)))[None])[0]
    assert (pixels[0] - 0.5).abs().max() < 1e-3
    assert (pixels[-1] - 99.5).abs().max() < 1e-3


def test_a_plate_keeps_the_light_from_what_is_under_it():
    plate = np.array([[-1, 1, -1], [1, 1, -1], [1, 1, 1], [-1, 1, 1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    shadows = ShadowMap(plate, faces, np.array([0.0, 1.0, 0.0]), 64, backend("torch"))
    points = np.array([[0, 0, 0], [0.5, 0.5, -0.5], [3, 0, 0], [0, 2, 0]], np.float32)
    assert shadows.openness(points, 0.01).tolist() == [0, 0, 1, 1]


def test_light_comes_in_all_kinds_and_shines_from_above():
    lights = [illumination(outdoors, chance(seed)) for outdoors in (True, False) for seed in range(40)]
    assert {light.kind for light in lights} == set(KINDS)
    up = np.array([[0.0, 1.0, 0.0]])
    for light in lights:
        assert light.lamp[1] > 0
        assert (light.soft(up) > 0).all()
        assert (light.soft(up).sum() > light.soft(-up).sum()) or light.kind != "overcast"


def test_every_pattern_ground_and_wall_is_a_colour():
    u, v = (axis.reshape(-1).astype(np.float32) for axis in np.mgrid[-3:3:40j, 0:3:40j])
    for name in {name for kinds in (GROUNDS, WALLS) for some in kinds.values() for name in some}:
        colours = Plane(name, chance())(u, v, np.full_like(u, 0.01))
        assert colours.shape == (len(u), 3)
        assert np.isfinite(colours).all(), name
        assert -0.05 <= colours.min() <= colours.max() < 2.5, name
    for name in PATTERNS:
        cloth = Fabric(name, np.full(3, 0.2), np.full(3, 0.8), 0.05, np.eye(7, 5, dtype=bool), (("up", -0.2, -0.1),), 0)
        colours = cloth(dummy().places)
        assert 0 <= colours.min() <= colours.max() < 1.3, name
        if name != "plain":
            assert colours.std() > 0.01, name


def test_a_lens_blurs_and_keeps_the_light():
    layer = np.zeros((40, 40, 4), np.float32)
    layer[15:25, 15:25] = 1
    moved = smeared(layer, (0.2, 0.1))
    assert moved.sum() == pytest.approx(layer.sum(), rel=1e-5)
    assert moved.max() <= 1
    assert (moved > 0).sum() > (layer > 0).sum()
    assert smeared(layer, (0.0, 0.0)) is layer
    grey = np.full((32, 32, 3), 0.18, np.float32)
    assert set(np.unique(developed(grey, SHARP, chance()))) == {117}
