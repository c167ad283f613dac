"""Which joint is which: the five orders in use, and the way from one to another by name.

Convention:
    A joint's name says what it is, so two skeletons share a joint only if they share its name. SMPL's ``pelvis``,
    OpenPose's ``mid_hip``, H36M's ``jaw`` and COCO's ``nose`` are different points of a body and keep different names.
    A shared name is still no promise of the same point: annotators put a hip several centimetres from where SMPL does.

An integer index of a joint appears in this file only.
"""

import functools
import itertools
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from vhlib.core.errors import InputError


@dataclass(frozen=True)
class Skeleton:
    """An order of joints.

    Args:
        name: what `skeleton` finds it by.
        names: the joints in order, with ``left_`` and ``right_`` for those that come in pairs.
        parents: for each joint its parent's index, -1 for the root; empty for keypoints that are no tree.
        edges: pairs of joints to draw a line between.
    """

    name: str
    """Lower case, for example ``lsp14``."""
    names: tuple[str, ...]
    """The joints in order."""
    parents: tuple[int, ...]
    """For each joint its parent's index, -1 for the root; empty for keypoints that are no tree."""
    edges: tuple[tuple[int, int], ...]
    """Pairs of joints to draw a line between, the one closer to the trunk first."""

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """Where a joint stands.

        Raises:
            KeyError: the skeleton has no joint of that name.
        """
        if name not in self.names:
            raise KeyError(f"{self.name} has no {name!r}; it has {', '.join(self.names)}")
        return self.names.index(name)

    def indices(self, *names: str) -> tuple[int, ...]:
        """Where several joints stand."""
        return tuple(self.index(name) for name in names)

    @functools.cached_property
    def mirror(self) -> tuple[int, ...]:
        """For each joint the index of the same joint on the other side; joints on the midline stay.

        >>> [LSP14.names[i] for i in LSP14.mirror][:3]
        ['left_ankle', 'left_knee', 'left_hip']
        """
        return self.indices(*(_other_side(name) for name in self.names))


def mapping(source: Skeleton, target: Skeleton) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The joints that two skeletons share by name: their indices in the source and in the target.

    >>> rows, columns = mapping(SMPL24, LSP14)  # lsp[:, columns] = smpl[:, rows]
    >>> rows[:3], columns[:3]
    ((8, 5, 2), (0, 1, 2))

    Args:
        source: the skeleton to take joints from.
        target: the skeleton to put them in; decides the order of the pairs.
    """
    shared = [name for name in target.names if name in source.names]
    return source.indices(*shared), target.indices(*shared)


def skeleton(name: str) -> Skeleton:
    """A skeleton by its name.

    Raises:
        InputError: no skeleton of that name.
    """
    if name not in SKELETONS:
        raise InputError(f"{name!r} is no skeleton; expected one of {', '.join(SKELETONS)}")
    return SKELETONS[name]


def h36m_variant(joints: Float[Tensor, "B 17 D"]) -> Skeleton:
    """Which leg comes first in an undeclared array of Human3.6M joints.

    Both variants agree on the arms, so the line of the hips is compared with that of the shoulders. All samples vote
    together, by the length of their lines: a 3-D body that faces any way decides, and so do 2-D ones unless most are
    seen from the side.

    Args:
        joints: one order for all samples; 2-D or 3-D, any unit and frame.

    Returns:
        `H36M17` or `H36M17_RIGHT_FIRST`.

    Raises:
        InputError: hips and shoulders do not agree well enough to tell.
    """
    rows = H36M17.indices("left_hip", "right_hip", "left_shoulder", "right_shoulder")
    left_hip, right_hip, left_shoulder, right_shoulder = joints[:, list(rows)].unbind(1)
    hips, shoulders = left_hip - right_hip, left_shoulder - right_shoulder
    longest = (hips.norm(dim=-1) * shoulders.norm(dim=-1)).sum()
    agreement = ((hips * shoulders).sum() / longest).nan_to_num()
    if agreement.abs() < _CLEAR:
        raise InputError(
            f"joints: cannot tell H36M's two leg orders apart (hips and shoulders agree by {agreement:+.2f}, expected "
            f"beyond ±{_CLEAR}); say which with H36M17 or H36M17_RIGHT_FIRST"
        )
    return H36M17 if agreement > 0 else H36M17_RIGHT_FIRST


# The cosine between hips and shoulders, on average, beyond which the order is plain: a trunk twisted by 60 degrees.
_CLEAR = 0.5


def _other_side(name: str) -> str:
    for side, other in (("left_", "right_"), ("right_", "left_")):
        if name.startswith(side):
            return other + name.removeprefix(side)
    return name


def _tree(name: str, bones: str) -> Skeleton:
    """A skeleton from lines of ``joint parent``; the root is its own parent."""
    pairs = [line.split() for line in bones.strip().splitlines()]
    names = tuple(joint for joint, _ in pairs)
    parents = tuple(-1 if joint == parent else names.index(parent) for joint, parent in pairs)
    edges = tuple((parent, joint) for joint, parent in enumerate(parents) if parent != -1)
    return Skeleton(name, names, parents, edges)


def _keypoints(name: str, names: str, lines: str) -> Skeleton:
    """A skeleton without a root, from its names and from paths to draw."""
    joints = tuple(names.split())
    paths = [[joints.index(joint) for joint in line.split()] for line in lines.strip().splitlines()]
    return Skeleton(name, joints, (), tuple(pair for path in paths for pair in itertools.pairwise(path)))


# Loper et al. 2015; kintree_table of the model files.
SMPL24 = _tree(
    "smpl24",
    """
    pelvis pelvis
    left_hip pelvis
    right_hip pelvis
    spine1 pelvis
    left_knee left_hip
    right_knee right_hip
    spine2 spine1
    left_ankle left_knee
    right_ankle right_knee
    spine3 spine2
    left_foot left_ankle
    right_foot right_ankle
    neck spine3
    left_collar spine3
    right_collar spine3
    head neck
    left_shoulder left_collar
    right_shoulder right_collar
    left_elbow left_shoulder
    right_elbow right_shoulder
    left_wrist left_elbow
    right_wrist right_elbow
    left_hand left_wrist
    right_hand right_wrist
    """,
)

_LEFT_LEG = "left_hip pelvis\nleft_knee left_hip\nleft_ankle left_knee\n"
_RIGHT_LEG = "right_hip pelvis\nright_knee right_hip\nright_ankle right_knee\n"
_TRUNK_AND_ARMS = """spine pelvis
neck spine
jaw neck
head_top jaw
left_shoulder neck
left_elbow left_shoulder
left_wrist left_elbow
right_shoulder neck
right_elbow right_shoulder
right_wrist right_elbow
"""

# Human3.6M's 17 in the row order of SMPL's J_regressor_h36m: left leg first.
H36M17 = _tree("h36m17", "pelvis pelvis\n" + _LEFT_LEG + _RIGHT_LEG + _TRUNK_AND_ARMS)

# The same 17 as the data set itself and many 2-D-to-3-D networks order them: right leg first.
H36M17_RIGHT_FIRST = _tree("h36m17_right_first", "pelvis pelvis\n" + _RIGHT_LEG + _LEFT_LEG + _TRUNK_AND_ARMS)

# Johnson and Everingham, BMVC 2010: joints.mat.
LSP14 = _keypoints(
    "lsp14",
    """right_ankle right_knee right_hip left_hip left_knee left_ankle
    right_wrist right_elbow right_shoulder left_shoulder left_elbow left_wrist neck head_top""",
    """
    neck head_top
    neck right_shoulder right_elbow right_wrist
    neck left_shoulder left_elbow left_wrist
    right_shoulder right_hip right_knee right_ankle
    left_shoulder left_hip left_knee left_ankle
    right_hip left_hip
    """,
)

# Lin et al., ECCV 2014: person_keypoints.
COCO17 = _keypoints(
    "coco17",
    """nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow
    left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle""",
    """
    nose left_eye left_ear left_shoulder
    nose right_eye right_ear right_shoulder
    left_shoulder left_elbow left_wrist
    right_shoulder right_elbow right_wrist
    left_shoulder left_hip left_knee left_ankle
    right_shoulder right_hip right_knee right_ankle
    left_shoulder right_shoulder
    left_hip right_hip
    """,
)

# Cao et al., PAMI 2019: BODY_25.
OPENPOSE25 = _keypoints(
    "openpose25",
    """nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist
    mid_hip right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear
    left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel""",
    """
    neck nose right_eye right_ear
    nose left_eye left_ear
    neck right_shoulder right_elbow right_wrist
    neck left_shoulder left_elbow left_wrist
    neck mid_hip
    mid_hip right_hip right_knee right_ankle right_big_toe right_small_toe
    mid_hip left_hip left_knee left_ankle left_big_toe left_small_toe
    right_ankle right_heel
    left_ankle left_heel
    """,
)

SKELETONS = {each.name: each for each in (SMPL24, LSP14, COCO17, H36M17, H36M17_RIGHT_FIRST, OPENPOSE25)}
