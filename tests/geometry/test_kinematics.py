"""The chain against joint-by-joint products of 4 x 4 matrices, on SMPL's tree and on any other."""

import inspect
import math
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck
from torch.testing import assert_close

from vhlib.geometry.kinematics import Chain, forward_kinematics, global_to_local, local_to_global
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import SMPL24

PARENTS = SMPL24.parents


@st.composite
def trees(draw: st.DrawFn) -> tuple[int, ...]:
    """Any tree of up to ten joints, its joints in any order."""
    count = draw(st.integers(1, 10))
    above = [-1, *(draw(st.integers(0, joint - 1)) for joint in range(1, count))]
    place = draw(st.permutations(range(count)))
    parents = [-1] * count
    for joint, parent in enumerate(above):
        parents[place[joint]] = -1 if parent == -1 else place[parent]
    return tuple(parents)


def turns(batch: int, joints: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    numbers = torch.randn(2, batch, joints, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return axis_angle_to_matrix(numbers[0]), numbers[1]


def one_by_one(rotations: Tensor, joints_rest: Tensor, parents: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """G_k = G_parent(k) [R_k | j_k - j_parent(k)] with 4 x 4 matrices (Loper et al. 2015, eq. 4), by recursion."""

    def transform(joint: int) -> Tensor:
        parent = parents[joint]
        local = torch.eye(4, dtype=torch.float64).repeat(len(rotations), 1, 1)
        local[:, :3, :3] = rotations[:, joint]
        local[:, :3, 3] = joints_rest[:, joint] - (0 if parent == -1 else joints_rest[:, parent])
        return local if parent == -1 else transform(parent) @ local

    every = torch.stack([transform(joint) for joint in range(len(parents))], dim=1)
    return every[..., :3, :3], every[..., :3, 3]


@given(trees(), st.integers(0, 1000))
@settings(deadline=None)
def test_agrees_with_one_joint_after_the_other_on_any_tree(parents: tuple[int, ...], seed: int):
    rotations, rest = turns(3, len(parents), seed)
    expected = one_by_one(rotations, rest, parents)
    assert_close(forward_kinematics(rotations, rest, parents), expected)
    assert_close(local_to_global(rotations, parents), expected[0])


def test_smpl_is_nine_levels_deep():
    chain = Chain(PARENTS)
    assert [len(level) for level in chain.levels] == [1, 3, 3, 3, 5, 3, 2, 2, 2]
    names = [SMPL24.names[joint] for joint in chain.ancestors(SMPL24.index("left_wrist"))]
    assert names == ["left_wrist", "left_elbow", "left_shoulder", "left_collar", "spine3", "spine2", "spine1", "pelvis"]


def test_a_joint_moves_what_hangs_below_it_and_nothing_else():
    _, rest = turns(1, 24)
    rotations = torch.eye(3, dtype=torch.float64).repeat(1, 24, 1, 1)
    rotations[0, SMPL24.index("left_shoulder")] = axis_angle_to_matrix(torch.tensor([0, 0, math.pi / 2]).double())
    _, moved = forward_kinematics(rotations, rest, PARENTS)
    below = list(SMPL24.indices("left_elbow", "left_wrist", "left_hand"))
    shoulder = rest[:, SMPL24.index("left_shoulder")]
    offset = rest[0, below] - shoulder
    assert_close(moved[0, below], shoulder + torch.stack([-offset[:, 1], offset[:, 0], offset[:, 2]], dim=-1))
    others = [joint for joint in range(24) if joint not in below]
    assert_close(moved[:, others], rest[:, others])


@given(st.integers(0, 1000))
@settings(deadline=None, max_examples=20)
def test_bones_keep_their_length_and_the_world_turns_everything_alike(seed: int):
    rotations, rest = turns(2, 24, seed)
    turned, positions = forward_kinematics(rotations, rest, PARENTS)
    child, parent = list(range(1, 24)), list(PARENTS[1:])
    assert_close(
        (positions[:, child] - positions[:, parent]).norm(dim=-1), (rest[:, child] - rest[:, parent]).norm(dim=-1)
    )
    world = axis_angle_to_matrix(torch.tensor([0.3, -1.0, 2.0], dtype=torch.float64))
    rotations = torch.cat([world @ rotations[:, :1], rotations[:, 1:]], dim=1)
    again = forward_kinematics(rotations, rest, PARENTS)
    root = rest[:, :1]
    assert_close(again, (world @ turned, (positions - root) @ world.mT + root))


@given(trees(), st.integers(0, 1000))
@settings(deadline=None)
def test_global_and_local_are_inverse(parents: tuple[int, ...], seed: int):
    rotations, _ = turns(2, len(parents), seed)
    assert_close(global_to_local(local_to_global(rotations, parents), parents), rotations)
    assert_close(local_to_global(global_to_local(rotations, parents), parents), rotations)


def test_gradient():
    parents = (-1, 0, 0, 1, 3)
    rotations, rest = turns(2, 5)
    inputs = (rotations.requires_grad_(), rest.requires_grad_())
    assert gradcheck(lambda r, j: forward_kinematics(r, j, parents), inputs)
    assert gradcheck(lambda r: (local_to_global(r, parents), global_to_local(r, parents)), inputs[:1])


def test_a_chain_first_used_in_inference_mode_can_be_differentiated_later():
    parents = (-1, 0, 1, 2, 3, 4, 5)  # no other test's: its tables are not made yet
    rotations, rest = turns(1, 7)
    with torch.inference_mode():
        forward_kinematics(rotations, rest, parents)
    forward_kinematics(rotations.requires_grad_(), rest, parents)[1].sum().backward()
    assert rotations.grad is not None


def test_runs_under_vmap_and_in_single_precision():
    rotations, rest = turns(4, 24)
    one = torch.func.vmap(lambda r, j: forward_kinematics(r[None], j[None], PARENTS)[1][0])(rotations, rest)
    assert_close(one, forward_kinematics(rotations, rest, PARENTS)[1])
    assert forward_kinematics(rotations.float(), rest.float(), PARENTS)[1].dtype == torch.float32


@pytest.mark.parametrize("parents", [(0, 0), (-1, -1), (-1, 5), (-1, 2, 1), (-2, -1)])
def test_refuses_what_is_no_tree(parents: tuple[int, ...]):
    with pytest.raises(ValueError, match="parents: "):
        Chain(parents)


def test_refuses_shapes_that_do_not_fit():
    rotations, rest = turns(2, 24)
    with pytest.raises(ValueError, match="joints_rest: expected"):
        inspect.unwrap(forward_kinematics)(rotations, rest[:, :23], PARENTS)
    with pytest.raises(ValueError, match="rotations: expected"):
        forward_kinematics(rotations, rest, (-1, 0, 0))


def test_to_import_the_kit_is_not_to_import_the_compiler():
    look = "import sys, vhlib.body, vhlib.render; sys.exit('torch._dynamo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
