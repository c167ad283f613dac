import copy
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from vhlib import exercises
from vhlib.bench.lbs import smplx_body
from vhlib.body import SMPL, keypoint_regressor, load_body, pad_hands
from vhlib.core.errors import InputError, MissingDependencyError
from vhlib.geometry import rotations
from vhlib.geometry.skeletons import SKELETONS

SEEDS = st.integers(0, 2**32 - 1)


def random_pose(seed, batch=3, betas=10, dtype=torch.float32):
    numbers = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(batch, *shape, generator=numbers, dtype=torch.float64).to(dtype)

    # Angles up to and beyond pi: a fit may pass through any of them.
    return {
        "betas": normal(betas),
        "body_pose": normal(23, 3),
        "global_orient": 2 * normal(3),
        "transl": 3 * normal(3),
    }


@pytest.fixture(scope="module")
def double_body():
    return load_body(source="standin", dtype=torch.float64)


# Against the package that the field uses


@pytest.mark.parametrize("gender", ["neutral", "female", "male"])
def test_vertices_and_joints_are_those_of_the_smplx_package(gender):
    body = load_body(gender, source="standin")
    pose = natural_pose(0, batch=16)
    assert_same(body(**pose), smplx_output(body, pose), atol=2e-6)


def test_in_double_precision_they_are_those_of_the_smplx_package_as_far_as_its_rotations_go(double_body):
    # Its Rodrigues formula adds 1e-8 to the vector whose length it takes, so it is off by 1e-8 rad itself.
    pose = natural_pose(1, batch=16, dtype=torch.float64)
    assert_same(double_body(**pose), smplx_output(double_body, pose), atol=1e-7)


def test_from_the_same_matrices_they_are_those_of_the_smplx_package_to_the_last_digits(double_body):
    pose = random_pose(2, batch=16, dtype=torch.float64)
    matrices = {name: rotations.axis_angle_to_matrix(pose[name]) for name in ("body_pose", "global_orient")}
    pose |= {"body_pose": matrices["body_pose"], "global_orient": matrices["global_orient"]}
    theirs = smplx_output(double_body, {**pose, "global_orient": pose["global_orient"][:, None]}, pose2rot=False)
    assert_same(double_body(**pose), theirs, atol=1e-13)


def natural_pose(seed, **options):
    """A pose as far from rest as people get, and not further from the origin than a room allows."""
    pose = random_pose(seed, **options)
    return {**pose, "body_pose": pose["body_pose"] / 3, "transl": pose["transl"] / 3}


def smplx_output(body, pose, **options):
    try:
        theirs = smplx_body(body.files, batch=len(pose["betas"]), dtype=body.v_template.dtype)
    except MissingDependencyError as missing:
        pytest.skip(str(missing))
    with torch.no_grad():
        flat = pose["body_pose"].flatten(1) if pose["body_pose"].ndim == 3 else pose["body_pose"]
        return theirs(**{**pose, "body_pose": flat}, **options)


def assert_same(ours, theirs, atol):
    assert_close(ours.vertices, theirs.vertices, atol=atol, rtol=0)
    assert_close(ours.joints, theirs.joints[:, :24], atol=atol, rtol=0)


# Known answers and properties


def test_without_arguments_it_is_the_mean_body_at_rest(body):
    output = body()
    assert_close(output.vertices[0], torch.as_tensor(body.files.v_template), atol=1e-6, rtol=0)
    assert_close(
        output.joints[0], torch.as_tensor(body.files.joint_regressor @ body.files.v_template), atol=1e-6, rtol=0
    )


def test_a_shape_alone_is_the_template_and_its_directions(double_body):
    betas = random_pose(1, dtype=torch.float64)["betas"]
    files = double_body.files
    expected = files.v_template + np.einsum("bs,vas->bva", betas.numpy(), files.shapedirs.astype(np.float64))
    output = double_body(betas=betas)
    assert_close(output.vertices, torch.as_tensor(expected))
    assert_close(output.joints, torch.as_tensor(files.joint_regressor.astype(np.float64) @ expected))


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS)
def test_global_orient_and_transl_move_the_body_rigidly_about_its_pelvis(double_body, seed):
    pose = random_pose(seed, dtype=torch.float64)
    placed = double_body(**pose)
    at_rest = double_body(betas=pose["betas"], body_pose=pose["body_pose"])
    turn, pelvis = rotations.axis_angle_to_matrix(pose["global_orient"]), at_rest.joints[:, :1]
    for moved, still in ((placed.vertices, at_rest.vertices), (placed.joints, at_rest.joints)):
        assert_close(moved, (still - pelvis) @ turn.mT + pelvis + pose["transl"][:, None])


@settings(deadline=None, max_examples=10)
@given(seed=SEEDS)
def test_a_mirrored_pose_gives_the_mirrored_body(double_body, seed):
    # SPIN's flip: swap the sides, negate y and z of every axis-angle.
    pose = random_pose(seed, dtype=torch.float64)
    sides = torch.tensor(SKELETONS["smpl24"].mirror)
    flip = torch.tensor([1.0, -1.0, -1.0])
    turns = torch.cat([pose["global_orient"][:, None], pose["body_pose"]], 1)[:, sides] * flip
    mirrored = double_body(
        betas=pose["betas"],
        global_orient=turns[:, 0],
        body_pose=turns[:, 1:],
        transl=pose["transl"] * torch.tensor([-1.0, 1.0, 1.0]),
    )
    original = double_body(**pose)
    across = torch.tensor([-1.0, 1.0, 1.0])
    vertices = original.vertices[:, torch.as_tensor(double_body.files.mirror)] * across
    assert_close(mirrored.vertices, vertices, atol=2e-4, rtol=0)
    assert_close(mirrored.joints, original.joints[:, sides] * across, atol=2e-4, rtol=0)


def test_axis_angles_matrices_and_flat_poses_are_the_same(double_body):
    pose = random_pose(2, dtype=torch.float64)
    expected = double_body(**pose).vertices
    orient, bends = (rotations.axis_angle_to_matrix(pose[name]) for name in ("global_orient", "body_pose"))
    for other in (
        {"body_pose": pose["body_pose"].flatten(1)},
        {"body_pose": bends},
        {"global_orient": orient},
        {"body_pose": bends, "global_orient": orient},
    ):
        assert_close(double_body(**{**pose, **other}).vertices, expected)


@pytest.mark.parametrize("alone", ["betas", "body_pose", "global_orient", "transl"])
def test_an_argument_of_batch_size_1_holds_for_all(double_body, alone):
    pose = random_pose(3, dtype=torch.float64)
    one = {**pose, alone: pose[alone][:1]}
    repeated = {**pose, alone: pose[alone][:1].expand_as(pose[alone])}
    assert_close(double_body(**one).vertices, double_body(**repeated).vertices)
    assert_close(double_body.joints(**one), double_body.joints(**repeated))


# Parts of the body


def test_joints_alone_are_those_of_the_whole_body(body):
    pose = random_pose(4)
    assert torch.equal(body.joints(**pose), body(**pose).joints)


def test_a_subset_has_the_vertices_it_was_asked_for_in_that_order(double_body):
    pose, chosen = random_pose(5, dtype=torch.float64), [411, 3, 6889, 17]
    whole, few = double_body(**pose), double_body.subset(chosen)
    assert_close(few(**pose).vertices, whole.vertices[:, chosen])
    assert torch.equal(few(**pose).joints, whole.joints)
    assert_close(few.subset([2, 0])(**pose).vertices, whole.vertices[:, [6889, 411]])


def test_a_subset_keeps_faces_and_landmarks_that_are_there(body):
    corners = body.faces[7].tolist()
    few = body.subset([*corners, body.landmarks["nose"]])
    assert few.faces.tolist() == [[0, 1, 2]]
    assert few.landmarks == {"nose": 3}


@pytest.mark.parametrize("name", SKELETONS)
def test_keypoints_are_the_regressor_on_the_posed_vertices(double_body, name):
    pose = random_pose(6, dtype=torch.float64)
    output = double_body(**pose)
    if name == "smpl24":
        expected = output.joints
    else:
        expected = torch.as_tensor(keypoint_regressor(double_body.files, SKELETONS[name])).double() @ output.vertices
    # The rows of the regressor sum to 1 within single precision, and the body stands metres away.
    assert_close(double_body.keypoints(name, **pose), expected, atol=1e-5, rtol=0)


def test_keypoints_are_found_from_a_subset_too(body):
    pose = random_pose(7)
    assert_close(body.subset([0]).keypoints("lsp14", **pose), body.keypoints("lsp14", **pose))


def test_landmarks_lie_where_their_names_say(body):
    points = {name: body().vertices[0, vertex] for name, vertex in body.landmarks.items()}
    assert points["head_top"][1] == pytest.approx(body().vertices[0, :, 1].max().item(), abs=0.03)
    assert points["left_heel"][1] == pytest.approx(body().vertices[0, :, 1].min().item(), abs=0.05)
    for name, point in points.items():
        if name.startswith("left_"):
            other = points[name.replace("left_", "right_")]
            assert_close(point * torch.tensor([-1.0, 1.0, 1.0]), other, atol=5e-3, rtol=0)
            assert point[0] > 0


# Gradients


@pytest.mark.parametrize("way", ["vertices", "joints", "matrices"])
def test_gradients_of_all_arguments(toy_body, way):
    pose = random_pose(8, batch=2, betas=2, dtype=torch.float64)

    def run(betas, body_pose, global_orient, transl):
        pose = {"betas": betas, "body_pose": body_pose, "global_orient": global_orient, "transl": transl}
        return toy_body.joints(**pose) if way == "joints" else toy_body(**pose).vertices

    if way == "matrices":
        pose["body_pose"] = rotations.axis_angle_to_matrix(pose["body_pose"])
    inputs = [value.requires_grad_() for value in pose.values()]
    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)


def test_gradients_at_rest_are_finite(body):
    pose = {name: torch.zeros_like(value).requires_grad_() for name, value in random_pose(0).items()}
    gradients = torch.autograd.grad(body(**pose).vertices.square().sum(), list(pose.values()))
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


def test_second_derivatives_exist(toy_body):
    pose = random_pose(9, batch=1, betas=2, dtype=torch.float64)["body_pose"]
    hessian = torch.autograd.functional.hessian(lambda bends: toy_body(body_pose=bends).vertices.square().sum(), pose)
    assert hessian.abs().sum() > 0


# Exercises


def test_the_students_functions_stand_in_for_ours(body):
    called = set()

    def axis_angle_to_matrix(axis_angle):
        called.add("axis_angle_to_matrix")
        across = axis_angle[..., None, :].expand(*axis_angle.shape, 3)
        return torch.linalg.matrix_exp(torch.linalg.cross(across, torch.eye(3).expand_as(across)).mT)

    def blend_shapes(betas, shapedirs):
        called.add("blend_shapes")
        return torch.einsum("bs,vas->bva", betas, shapedirs)

    def forward_kinematics(rotations, joints_rest, parents):
        called.add("forward_kinematics")
        turns, places = [rotations[:, 0]], [joints_rest[:, 0]]
        for joint, parent in enumerate(parents):
            if parent >= 0:
                turns.append(turns[parent] @ rotations[:, joint])
                bone = (joints_rest[:, joint] - joints_rest[:, parent])[..., None]
                places.append(places[parent] + (turns[parent] @ bone)[..., 0])
        return torch.stack(turns, 1), torch.stack(places, 1)

    def linear_blend_skinning(vertices, rotations, positions, joints_rest, weights):
        called.add("linear_blend_skinning")
        along = torch.einsum("bjkl,bvjl->bvjk", rotations, vertices[:, :, None] - joints_rest[:, None])
        return torch.einsum("vj,bvjk->bvk", weights, along + positions[:, None])

    written = (axis_angle_to_matrix, blend_shapes, forward_kinematics, linear_blend_skinning)
    pose = random_pose(10)
    expected, few = body(**pose), body.subset([0, 1, 2])
    with exercises.use(**{function.__name__: function for function in written}):
        assert_close(body(**pose).vertices, expected.vertices, atol=1e-5, rtol=0)
        assert called == {function.__name__ for function in written}
        assert_close(few(**pose).vertices, expected.vertices[:, :3], atol=1e-5, rtol=0)
        assert_close(body.joints(**pose), expected.joints, atol=1e-5, rtol=0)


def test_a_wrong_function_makes_a_wrong_body(body):
    pose = random_pose(11)
    with exercises.use(blend_shapes=lambda betas, shapedirs: torch.zeros(len(betas), len(shapedirs), 3)):
        without = body(**pose)
    assert_close(without.vertices, body(**{**pose, "betas": None}).vertices)


# Precision, devices, compilation, checkpoints


def test_under_autocast_nothing_is_rounded(body):
    pose = random_pose(12)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output, joints, keypoints = body(**pose), body.joints(**pose), body.keypoints("lsp14", **pose)
        from_half = body(betas=pose["betas"].bfloat16())
    assert torch.equal(output.vertices, body(**pose).vertices)
    assert torch.equal(joints, body.joints(**pose))
    assert torch.equal(keypoints, body.keypoints("lsp14", **pose))
    assert from_half.vertices.dtype == torch.float32


def test_double_widens_the_body_and_its_keypoints(double_body):
    body = load_body(source="standin")
    pose = random_pose(13, dtype=torch.float64)
    body.keypoints("lsp14")
    body.double()
    assert_close(body(**pose).vertices, double_body(**pose).vertices, atol=1e-6, rtol=0)
    assert body.keypoints("lsp14", **pose).dtype == torch.float64


def test_a_printed_body_says_which_it_is(body):
    assert str(body.subset([1, 2])).startswith(f"SMPL(\n  {body.name}, 2 vertices, 10 betas")


def test_the_body_stays_out_of_checkpoints_and_optimisers(body):
    body.keypoints("coco17")
    assert not body.state_dict()
    assert not list(body.parameters())


def test_a_copy_gives_the_same(body):
    pose = random_pose(14)
    assert torch.equal(copy.deepcopy(body)(**pose).vertices, body(**pose).vertices)


COMPILE = """
import torch
from vhlib.body import load_body

body = load_body(source="standin")
pose = {"betas": torch.randn(2, 10), "body_pose": torch.randn(2, 23, 3), "transl": torch.randn(2, 3)}
body.keypoints("lsp14")  # the points that carry the keypoints are worked out on first use
for way in (lambda **pose: body(**pose).vertices, body.joints, lambda **pose: body.keypoints("lsp14", **pose)):
    torch.testing.assert_close(torch.compile(way, fullgraph=True, backend="eager")(**pose), way(**pose))
"""


@pytest.mark.slow
def test_it_compiles_into_one_graph():
    # In a process of its own: the shape checks of the tests do not compile.
    subprocess.run([sys.executable, "-c", COMPILE], check=True, timeout=300)


# Refusals


@pytest.mark.parametrize(
    ("argument", "shape", "sentence"),
    [
        ("body_pose", (2, 63), r"body_pose: expected \(B, 69\), .* 63 numbers are VPoser's: .* vhlib.body.pad_hands"),
        ("body_pose", (2, 72), r"body_pose: expected \(B, 69\), .* give the first three as global_orient"),
        ("body_pose", (2, 21, 3), r"body_pose: expected \(B, 23, 3\) or \(B, 23, 3, 3\), got \(2, 21, 3\)"),
        ("global_orient", (2, 1, 3), r"global_orient: expected \(B, 3\) or \(B, 3, 3\), got \(2, 1, 3\)"),
        ("betas", (2, 16), r"betas: expected \(B, 10\), got \(2, 16\)"),
        ("transl", (3,), r"transl: expected \(B, 3\), got \(3,\)"),
        ("transl", (5, 3), r"batch sizes differ: expected 1 or 5, got .*'body_pose': 2"),
    ],
)
def test_wrong_shapes_are_named(body, argument, shape, sentence):
    pose = {"body_pose": torch.zeros(2, 23, 3), argument: torch.zeros(shape)}
    for way in (body, body.joints):
        with pytest.raises(ValueError, match=sentence):
            way(**pose)


def test_a_misspelt_argument_is_refused(body):
    with pytest.raises(TypeError, match="body_pse"):
        body(body_pse=torch.zeros(1, 69))


def test_an_unknown_skeleton_is_refused(body):
    with pytest.raises(InputError, match=r"'lsp' is no skeleton; expected one of smpl24, lsp14"):
        body.keypoints("lsp")


@pytest.mark.parametrize("ids", [[0, 0], [-1], [6890]])
def test_a_subset_of_what_is_not_there_is_refused(body, ids):
    with pytest.raises(ValueError, match="vertex_ids: expected different numbers from 0 to 6889"):
        body.subset(ids)


def test_two_hands_at_rest_make_a_vposer_pose_a_body_pose(body):
    bends = torch.randn(2, 63)
    assert_close(
        body(body_pose=pad_hands(bends)).joints[:, :22],
        body(body_pose=torch.cat([bends, torch.zeros(2, 6)], 1)).joints[:, :22],
    )
    with pytest.raises(ValueError, match=r"body_pose: expected \(B, 63\), 21 joints x 3, got \(2, 69\)"):
        pad_hands(torch.zeros(2, 69))


def test_fewer_betas_are_the_first_ones(body):
    few = SMPL(body.files, num_betas=4)
    betas = torch.randn(2, 4, generator=torch.Generator().manual_seed(0))
    assert_close(few(betas=betas).vertices, body(betas=torch.nn.functional.pad(betas, (0, 6))).vertices)
