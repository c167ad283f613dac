"""The three committed stand-in bodies: what they promise, measured on the files themselves."""

import itertools
import json
import pickle

import numpy as np
import pytest
import torch
from scipy import sparse

from vhlib.body import LANDMARKS, load_body, read_body, standin_file
from vhlib.geometry.limits import BODY_JOINTS
from vhlib.geometry.skeletons import COCO17, H36M17, LSP14, SMPL24

GENDERS = ("neutral", "male", "female")
MIRROR = np.array([-1.0, 1.0, 1.0])
SHARED = ("f", "weights", "kintree_table", "J_regressor", "vt", "ft", "mirror", "part", "head_top")
REGRESSORS = {"J_regressor_coco17": COCO17, "J_regressor_lsp14": LSP14, "J_regressor_h36m17": H36M17}
OWN = {
    "v_template": (6890, 3),
    "shapedirs": (6890, 3, 10),
    "posedirs": (6890, 3, 207),
    "J": (24, 3),
    "name": (),
    "provenance": (),
}


@pytest.fixture(scope="module")
def arrays():
    return {gender: dict(np.load(standin_file(gender))) for gender in GENDERS}


@pytest.fixture(scope="module", params=GENDERS)
def gender(request):
    return request.param


@pytest.fixture(scope="module")
def files(gender):
    return read_body(standin_file(gender))


@pytest.fixture(scope="module")
def points(files):
    return files.v_template.astype(np.float64)


@pytest.fixture(scope="module")
def joints(files, points):
    return dict(zip(SMPL24.names, files.joint_regressor @ points, strict=True))


def stature(points):
    return np.ptp(points[..., 1], axis=-1)


# ---------------------------------------------------------------------------------------------------- the schema


def test_the_files_have_smpl_s_arrays_and_the_kit_s_own(arrays, gender):
    shapes = {name: array.shape for name, array in arrays[gender].items()}
    wanted = {**OWN, "f": (13776, 3), "weights": (6890, 24), "kintree_table": (2, 24), "J_regressor": (24, 6890)}
    wanted |= {"mirror": (6890,), "part": (13776,), "ft": (13776, 3), "head_top": ()}
    wanted |= {name: (len(skeleton), 6890) for name, skeleton in REGRESSORS.items()}
    assert {name: shapes[name] for name in wanted} == wanted
    assert set(shapes) - set(wanted) == {"vt"}
    assert standin_file(gender).stat().st_size < 4e6
    assert str(arrays[gender]["name"]) == f"standin-{gender}"


def test_the_three_share_mesh_texture_weights_and_regressors(arrays):
    for name in (*SHARED, *REGRESSORS):
        for gender in ("male", "female"):
            np.testing.assert_array_equal(arrays[gender][name], arrays["neutral"][name], err_msg=name)
    assert np.abs(arrays["male"]["v_template"] - arrays["female"]["v_template"]).max() > 0.05


def test_the_file_says_how_it_was_made(arrays, gender):
    provenance = json.loads(str(arrays[gender]["provenance"]))
    assert provenance["command"] == "vh body build"
    assert {"anny", "numpy", "torch"} <= set(provenance["versions"])
    figures = provenance["figures"]
    assert figures["surface"]["error_mm"]["mean"] < 0.6
    assert figures["pose"]["error_before_volume_mm"]["mean"] < 0.35 * figures["pose"]["error_without_mm"]["mean"]
    assert 0.97 < figures["shape"]["explained_in_all"] < figures["shape"]["explained_by_principal_components_alone"]
    assert np.all(np.abs(np.array(figures["shape"]["others_beta_sd"]) - 1) < 0.3)


# ---------------------------------------------------------------------------------------------------- the surface


def test_the_surface_is_closed_oriented_and_of_genus_0(files, points):
    directed = np.stack([files.faces, np.roll(files.faces, -1, 1)], -1).reshape(-1, 2)
    forth, back = ({tuple(edge) for edge in each.tolist()} for each in (directed, directed[:, ::-1]))
    assert len(forth) == len(directed)
    assert forth == back
    assert len(points) - len(directed) // 2 + len(files.faces) == 2
    links = sparse.coo_array((np.ones(len(directed)), directed.T), shape=(6890, 6890))
    assert sparse.csgraph.connected_components(links, directed=False)[0] == 1
    assert volume(points, files.faces) > 0.05


def test_triangles_are_round_and_none_is_degenerate(files, points):
    a, b, c = points[files.faces].transpose(1, 0, 2)
    squares = sum((each**2).sum(1) for each in (b - a, c - b, a - c))
    roundness = 2 * np.sqrt(3) * np.linalg.norm(np.cross(b - a, c - a), axis=1) / squares
    assert np.median(roundness) > 0.85
    assert np.percentile(roundness, 1) > 0.4
    assert roundness.min() > 0.1


def test_the_body_is_exactly_symmetric(files, points):
    mirror, joint_mirror = files.mirror, list(SMPL24.mirror)
    assert (mirror[mirror] == np.arange(6890)).all()
    np.testing.assert_array_equal(points[mirror] * MIRROR, points)
    assert (points[mirror == np.arange(6890), 0] == 0).all()
    np.testing.assert_array_equal(files.shapedirs[mirror] * MIRROR[:, None], files.shapedirs)
    np.testing.assert_array_equal(files.weights[mirror][:, joint_mirror], files.weights)
    faces = {frozenset(face) for face in files.faces.tolist()}
    assert {frozenset(face) for face in mirror[files.faces].tolist()} == faces
    # R becomes M R M in the mirror, and the displacement turns its x round.
    entries = files.posedirs.reshape(6890, 3, 23, 3, 3)[mirror][:, :, np.array(joint_mirror)[1:] - 1]
    swapped = entries * MIRROR[:, None, None, None] * MIRROR[:, None] * MIRROR
    np.testing.assert_array_equal(swapped.reshape(6890, 3, 207), files.posedirs)
    for rows, names in ((files.joint_regressor, SMPL24), (files.regressors["coco17"], COCO17)):
        np.testing.assert_allclose(rows[:, mirror][list(names.mirror)], rows, atol=1e-7)


def test_the_texture_covers_every_face(files):
    assert files.uv.min() >= 0
    assert files.uv.max() <= 1
    a, b, c = files.uv[files.uv_faces].transpose(1, 0, 2).astype(np.float64)
    areas = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    assert (areas > 0).mean() > 0.998
    assert len(np.unique(files.uv_faces)) == len(files.uv)
    seams = len(files.uv) - 6890
    assert 300 < seams < 900  # a vertex at a seam has two places, most have one


# ---------------------------------------------------------------------------------------------------- rows and weights


def test_weights_and_regressors_are_means(files):
    np.testing.assert_allclose(files.weights.sum(1), 1, atol=1e-6)
    assert files.weights.min() >= 0
    assert (files.weights > 0).sum(1).max() == 4
    for rows in (files.joint_regressor, *files.regressors.values()):
        np.testing.assert_allclose(rows.sum(1), 1, atol=1e-6)
        assert rows.min() >= 0


def test_weights_vary_smoothly_over_the_skin(files, points):
    edges = np.stack([files.faces, np.roll(files.faces, -1, 1)], -1).reshape(-1, 2)
    jump = np.abs(files.weights[edges[:, 0]] - files.weights[edges[:, 1]]).max(1)
    length = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    torso = files.weights[edges, SMPL24.index("pelvis")].max(1) + files.weights[edges, SMPL24.index("spine3")].max(1)
    assert np.percentile((jump / length)[torso > 0.1], 99) < 20  # from 0 to 1 over 5 cm or more


# ---------------------------------------------------------------------------------------------------- the pose at rest


def test_landmarks_lie_where_their_names_say(files, points):
    at = {name: points[vertex] for name, vertex in LANDMARKS.items()}
    assert files.head_top == LANDMARKS["head_top"]
    assert at["head_top"][1] > points[:, 1].max() - 2e-3
    head = points[files.weights[:, SMPL24.index("head")] > 0.5]
    assert at["nose"][2] == head[:, 2].max()
    assert at["nose"][0] == at["head_top"][0] == 0
    floor = points[:, 1].min()
    for side, sign in (("left", 1), ("right", -1)):
        eye, ear, heel, big, small = (at[f"{side}_{name}"] for name in ("eye", "ear", "heel", "big_toe", "small_toe"))
        assert sign * ear[0] > sign * eye[0] > 0.02
        assert at["nose"][2] > eye[2] > ear[2]
        assert at["head_top"][1] > eye[1] > at["nose"][1]
        assert heel[1] - floor < 0.04
        assert max(big[1], small[1]) - floor < 0.03
        assert big[2] > small[2] > heel[2] + 0.18
        assert sign * small[0] > sign * big[0] > 0
        tips = [at[f"{side}_{finger}"] for finger in ("thumb", "index", "middle", "ring", "pinky")]
        assert sign * tips[2][0] == np.abs(points[:, 0]).max()  # the middle finger reaches farthest
        assert all(front[2] > behind[2] for front, behind in itertools.pairwise(tips))


def test_the_body_stands_in_a_t_pose(points, joints):
    assert joints["left_wrist"][0] - joints["left_shoulder"][0] > 0.4
    for name in ("left_elbow", "left_wrist", "left_hand"):
        assert abs(joints[name][1] - joints["left_shoulder"][1]) < 0.03
    down = ("head", "neck", "spine3", "spine2", "spine1", "pelvis", "left_hip", "left_knee", "left_ankle", "left_foot")
    heights = [joints[name][1] for name in down]
    assert heights == sorted(heights, reverse=True)
    assert joints["left_foot"][2] - joints["left_ankle"][2] > 0.1


def test_fingers_are_straight(points, joints):
    for finger in ("index", "middle", "ring", "pinky"):
        reach = points[LANDMARKS[f"left_{finger}"]] - joints["left_hand"]
        assert abs(np.degrees(np.arctan2(reach[1], np.hypot(reach[0], reach[2])))) < 10


@pytest.mark.parametrize("beta", [None, *range(10)])
def test_joints_lie_inside_the_body(files, points, beta):
    for sign in (0,) if beta is None else (-2, 2):
        body = points + sign * files.shapedirs[..., beta or 0]
        inside = winding_numbers(body, files.faces, files.joint_regressor @ body)
        np.testing.assert_allclose(inside, 1, atol=1e-6)


# ---------------------------------------------------------------------------------------------------- betas


def test_beta_0_is_stature_and_no_other_beta_changes_it(files, points):
    change = [stature(points + 2 * files.shapedirs[..., beta]) - stature(points) for beta in range(10)]
    assert 0.15 < change[0] < 0.26
    assert np.abs(change[1:]).max() < 2e-3


def test_more_of_any_other_beta_makes_the_body_stouter(files, points):
    thin, stout = (
        [volume(points + sign * files.shapedirs[..., beta], files.faces) for beta in range(1, 10)] for sign in (-1, 1)
    )
    assert (np.array(stout) > np.array(thin)).all()


# NCD Risk Factor Collaboration, Height and body-mass index trajectories of school-aged children and adolescents,
# The Lancet 396:1511, 2020: national means at age 19 run from 1.60 to 1.84 m for men and from 1.51 to 1.70 m for women.
def test_mean_statures_are_those_of_adults(arrays):
    mean = {gender: stature(arrays[gender]["v_template"]) for gender in GENDERS}
    assert 1.60 < mean["male"] < 1.84
    assert 1.51 < mean["female"] < 1.70
    assert 0.08 < mean["male"] - mean["female"] < 0.17
    assert mean["female"] < mean["neutral"] < mean["male"]


def test_volumes_are_those_of_adults(files, points, gender):
    low, high = {"neutral": (55, 75), "male": (62, 85), "female": (50, 72)}[gender]
    assert low < 1e3 * volume(points, files.faces) < high


# ---------------------------------------------------------------------------------------------------- parts


def test_each_part_is_one_piece_and_follows_its_joint(files):
    ends = np.sort(np.stack([files.faces, np.roll(files.faces, -1, 1)], -1).reshape(-1, 2), 1)
    order = np.lexsort(ends.T)
    first, second = order[0::2] // 3, order[1::2] // 3  # closed: each edge has two faces
    same = files.part_of_face[first] == files.part_of_face[second]
    links = sparse.coo_array((np.ones(same.sum()), (first[same], second[same])), shape=(13776, 13776))
    pieces, _ = sparse.csgraph.connected_components(links, directed=False)
    assert pieces == 24
    assert np.array_equal(np.unique(files.part_of_face), np.arange(24))
    own = files.weights[files.faces].mean(1)[np.arange(13776), files.part_of_face]
    assert own.mean() > 0.8
    assert own.min() > 0.1


def test_parts_have_straighter_borders_than_the_largest_weight_gives(files, points):
    labels = files.weights[files.faces].mean(1).argmax(1)
    assert border(points, files.faces, files.part_of_face) < 0.9 * border(points, files.faces, labels)


# ---------------------------------------------------------------------------------------------------- pose blend shapes


@pytest.mark.parametrize(
    ("joint", "degrees"),
    [("left_elbow", (0, -90, 0)), ("left_knee", (90, 0, 0)), ("left_hip", (-90, 0, 0)), ("left_shoulder", (0, 0, -70))],
)
def test_a_bent_limb_keeps_its_volume(files, points, gender, joint, degrees):
    body = load_body(source=standin_file(gender), dtype=torch.float64)
    pose = torch.zeros(1, 23, 3, dtype=torch.float64)
    pose[0, BODY_JOINTS.index(joint)] = torch.tensor(degrees, dtype=torch.float64).deg2rad()
    corrected = body(body_pose=pose).vertices[0].numpy()
    body.posedirs.zero_()
    plain = body(body_pose=pose).vertices[0].numpy()
    before = volume(points, files.faces)
    assert abs(volume(corrected, files.faces) - before) < 0.3 * abs(volume(plain, files.faces) - before)


# ---------------------------------------------------------------------------------------------------- other readers


def test_the_smplx_package_reads_the_file_and_agrees(files, gender, tmp_path):
    smplx = pytest.importorskip("smplx", reason="pip install smplx to compare with it")
    wanted = ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table")
    with np.load(standin_file(gender)) as archive:
        path = tmp_path / f"SMPL_{gender.upper()}.pkl"
        path.write_bytes(pickle.dumps({name: archive[name] for name in wanted}))
    theirs = smplx.SMPL(str(path), gender=gender, batch_size=4)
    source = torch.Generator().manual_seed(0)
    betas, pose, turn = (torch.randn(4, *shape, generator=source) for shape in ((10,), (23, 3), (3,)))
    ours = load_body(source=standin_file(gender))(betas=betas, body_pose=0.4 * pose, global_orient=turn)
    output = theirs(betas=betas, body_pose=0.4 * pose.flatten(1), global_orient=turn)
    assert (ours.vertices - output.vertices).abs().max() < 1e-5
    assert (ours.joints - output.joints[:, :24]).abs().max() < 1e-5
    # The package adds landmarks by vertex number: nose, eyes and ears come first.
    assert (output.joints[:, 24] - ours.vertices[:, LANDMARKS["nose"]]).abs().max() < 1e-5


# ---------------------------------------------------------------------------------------------------- helpers


def volume(points, faces):
    a, b, c = points[faces].transpose(1, 0, 2)
    return float((np.cross(a, b) * c).sum() / 6)


def border(points, faces, labels):
    ends = np.sort(np.stack([faces, np.roll(faces, -1, 1)], -1).reshape(-1, 2), 1)
    order = np.lexsort(ends.T)
    first, second = order[0::2], order[1::2]
    other = labels[first // 3] != labels[second // 3]
    return np.linalg.norm(points[ends[first, 0]] - points[ends[first, 1]], axis=1)[other].sum()


def winding_numbers(points, faces, places):
    """1 inside, 0 outside: the solid angle of the surface (Van Oosterom & Strackee 1983)."""
    a, b, c = (points[faces[:, corner]] - places[:, None] for corner in range(3))
    la, lb, lc = (np.linalg.norm(each, axis=-1) for each in (a, b, c))
    top = (np.cross(a, b) * c).sum(-1)
    bottom = la * lb * lc + (a * b).sum(-1) * lc + (b * c).sum(-1) * la + (c * a).sum(-1) * lb
    return np.arctan2(top, bottom).sum(-1) / (2 * np.pi)
