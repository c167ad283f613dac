"""Joint orders against the published index lists, and the two orders of H36M's legs told apart."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vhlib.core.errors import InputError
from vhlib.geometry.rotations import axis_angle_to_matrix
from vhlib.geometry.skeletons import (
    COCO17,
    H36M17,
    H36M17_RIGHT_FIRST,
    LSP14,
    OPENPOSE25,
    SKELETONS,
    SMPL24,
    Skeleton,
    h36m_variant,
    mapping,
    skeleton,
)

EVERY = pytest.mark.parametrize("one", SKELETONS.values(), ids=SKELETONS.keys())

# A person who stands, arms down, in a world with y up; x is the person's left. Metres.
STANDING = {
    "pelvis": (0, 0.9, 0), "left_hip": (0.1, 0.9, 0), "right_hip": (-0.1, 0.9, 0), "left_knee": (0.1, 0.5, 0.02),
    "right_knee": (-0.1, 0.5, 0.02), "left_ankle": (0.1, 0.1, 0), "right_ankle": (-0.1, 0.1, 0), "spine": (0, 1.15, 0),
    "neck": (0, 1.4, 0), "jaw": (0, 1.5, 0.1), "head_top": (0, 1.7, 0), "left_shoulder": (0.18, 1.35, 0),
    "right_shoulder": (-0.18, 1.35, 0), "left_elbow": (0.2, 1.1, 0), "right_elbow": (-0.2, 1.1, 0),
    "left_wrist": (0.2, 0.85, 0.05), "right_wrist": (-0.2, 0.85, 0.05),
}  # fmt: skip


def standing(order: Skeleton, turn: float = 0.0) -> Tensor:
    """(17, 3) The standing person, turned about the vertical."""
    points = torch.tensor([STANDING[name] for name in order.names], dtype=torch.float64)
    return points @ axis_angle_to_matrix(torch.tensor([0.0, turn, 0.0], dtype=torch.float64)).mT


def test_sizes_and_first_joints():
    assert {name: len(each) for name, each in SKELETONS.items()} == {
        "smpl24": 24, "lsp14": 14, "coco17": 17, "h36m17": 17, "h36m17_right_first": 17, "openpose25": 25,
    }  # fmt: skip
    assert [each.names[0] for each in SKELETONS.values()] == [
        "pelvis", "right_ankle", "nose", "pelvis", "pelvis", "nose",
    ]  # fmt: skip


def test_smpl_parents_are_those_of_the_model_files():
    """kintree_table of SMPL, as neural_body_fitting's utils/conversions.py prints it."""
    assert SMPL24.parents == (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21)


def test_smpl_mirror_is_spin_s_flip_permutation():
    """SMPL_JOINTS_FLIP_PERM of SPIN's constants.py."""
    assert SMPL24.mirror == (
        0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22,
    )  # fmt: skip


def test_lsp_from_smpl_is_smplify_s_list():
    """SMPLify's fit_3d.py: smpl_ids for the first 12 LSP joints; it leaves the neck out, and SMPL has no head top."""
    source, target = mapping(SMPL24, LSP14)
    assert dict(zip(target, source, strict=True)) == dict(enumerate([8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20, 12]))


def test_lsp_from_h36m_is_spin_s_list():
    """H36M_TO_J14 of SPIN's constants.py, which is for the rows of J_regressor_h36m: left leg first."""
    assert mapping(H36M17, LSP14) == ((6, 5, 4, 1, 2, 3, 16, 15, 14, 11, 12, 13, 8, 10), tuple(range(14)))
    assert mapping(H36M17_RIGHT_FIRST, LSP14)[0] == (3, 2, 1, 4, 5, 6, 16, 15, 14, 11, 12, 13, 8, 10)


def test_openpose_from_coco_by_name():
    source, target = mapping(COCO17, OPENPOSE25)
    assert target == (0, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
    assert source == (0, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)


@EVERY
def test_mirror_swaps_sides_and_is_its_own_inverse(one: Skeleton):
    assert [one.mirror[i] for i in one.mirror] == list(range(len(one)))
    for name, other in zip(one.names, (one.names[i] for i in one.mirror), strict=True):
        assert other == (name.replace("left", "right") if "left" in name else name.replace("right", "left"))


@EVERY
def test_names_are_unique_and_edges_connect_every_joint(one: Skeleton):
    assert len(set(one.names)) == len(one)
    reached, edges = {one.edges[0][0]}, set(one.edges)
    for _ in one.names:
        reached |= {joint for edge in edges if reached & set(edge) for joint in edge}
    assert reached == set(range(len(one)))
    mirrored = {frozenset((one.mirror[a], one.mirror[b])) for a, b in edges}
    assert mirrored == {frozenset(edge) for edge in edges}


@EVERY
def test_a_tree_s_edges_are_its_bones(one: Skeleton):
    if one.parents:
        assert sorted(one.edges) == sorted((p, joint) for joint, p in enumerate(one.parents) if p != -1)


@given(st.sampled_from(list(SKELETONS.values())), st.sampled_from(list(SKELETONS.values())))
@settings(deadline=None)
def test_mapping_pairs_equal_names_and_there_and_back_is_the_same(source: Skeleton, target: Skeleton):
    rows, columns = mapping(source, target)
    assert [source.names[i] for i in rows] == [target.names[i] for i in columns]
    assert set(zip(rows, columns, strict=True)) == {(b, a) for a, b in zip(*mapping(target, source), strict=True)}


@given(st.floats(0, 6.28), st.sampled_from([H36M17, H36M17_RIGHT_FIRST]), st.floats(0.1, 1000))
@settings(deadline=None)
def test_leg_order_is_found_in_3d_whichever_way_the_body_faces(turn: float, order: Skeleton, unit: float):
    assert h36m_variant(unit * standing(order, turn)[None]) is order


@pytest.mark.parametrize("order", [H36M17, H36M17_RIGHT_FIRST], ids=lambda each: each.name)
def test_leg_order_is_found_in_2d_among_views_from_all_sides(order: Skeleton):
    views = torch.stack([standing(order, 0.3 * i)[:, :2] for i in range(21)])
    assert h36m_variant(views) is order


def test_leg_order_is_refused_where_it_cannot_be_told():
    crossed = standing(H36M17)
    legs = list(H36M17.indices("left_hip", "right_hip"))
    crossed[legs] = crossed[legs][:, [2, 1, 0]]  # hips at a right angle to the shoulders
    for unclear in (
        crossed[None],
        torch.zeros(3, 17, 3),
        torch.stack([standing(H36M17), standing(H36M17_RIGHT_FIRST)]),
    ):
        with pytest.raises(InputError, match="H36M17_RIGHT_FIRST"):
            h36m_variant(unclear)


def test_refuses_names_that_are_not_there():
    with pytest.raises(KeyError, match="lsp14 has no 'nose'"):
        LSP14.index("nose")
    with pytest.raises(InputError, match="'h36m' is no skeleton; expected one of smpl24"):
        skeleton("h36m")
    assert skeleton("coco17") is COCO17
