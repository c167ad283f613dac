"""The kinematic chain: from each joint's turn to where every joint is (Loper et al. 2015, eq. 3 and 4).

The tree is walked level by level, not joint by joint: SMPL's 24 joints are 9 levels deep. Inside, the batch is the
last axis, so that each product runs along contiguous memory; at batch 64 that halves the time of 3 x 3 `matmul`s.
"""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check
from vhlib.exercises import exercise


@dataclass(frozen=True)
class Chain:
    """A tree of joints, sorted by level: the root, its children, their children, and so on.

    Args:
        parents: for each joint the index of its parent, -1 for the one root.

    Raises:
        ValueError: there is not exactly one root, an index is out of range, or the joints form a circle.
    """

    parents: tuple[int, ...]
    """For each joint the index of its parent, -1 for the root."""

    def __post_init__(self) -> None:
        if self.parents.count(-1) != 1 or not all(-1 <= parent < len(self.parents) for parent in self.parents):
            raise ValueError(f"parents: expected one -1 and indices below {len(self.parents)}, got {self.parents}")
        if missing := set(range(len(self.parents))) - {joint for level in self.levels for joint in level}:
            raise ValueError(f"parents: the joints {sorted(missing)} form a circle that never meets the root")

    @functools.cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """The joints at each distance from the root."""
        levels: list[tuple[int, ...]] = [(self.parents.index(-1),)]
        while children := tuple(joint for joint, parent in enumerate(self.parents) if parent in levels[-1]):
            levels.append(children)
        return tuple(levels)

    def ancestors(self, joint: int) -> tuple[int, ...]:
        """The joints on the way from a joint to the root, both included."""
        path = [joint]
        while (parent := self.parents[path[-1]]) != -1:
            path.append(parent)
        return tuple(path)


@exercise("01_body_model")
def forward_kinematics(
    rotations: Float[Tensor, "B J 3 3"], joints_rest: Float[Tensor, "B J 3"], parents: Sequence[int]
) -> tuple[Float[Tensor, "B J 3 3"], Float[Tensor, "B J 3"]]:
    """Turn the joints of a body at rest.

    Convention:
        A joint turns what hangs below it and does not move itself; the root turns about its own place at rest.

    >>> turns = torch.eye(3).repeat(1, 2, 1, 1)
    >>> turns[0, 0] = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # +90° about z
    >>> forward_kinematics(turns, torch.tensor([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]]), (-1, 0))[1][0, 1]
    tensor([0., 1., 0.])

    Args:
        rotations: each joint's rotation relative to its parent; the root's is relative to the world.
        joints_rest: the joints of the body at rest, metres.
        parents: for each joint the index of its parent, -1 for the root.

    Returns:
        Each joint's rotation relative to the world, and its position in metres.

    Raises:
        ValueError: shapes that do not fit, or parents that are no tree.
    """
    check(rotations=(rotations, "B J 3 3"), joints_rest=(joints_rest, "B J 3"))
    tables = _tables_for(rotations, parents)
    turned = _compose(rotations, tables)
    rest = joints_rest.permute(1, 2, 0)
    # Each bone as its parent has turned it; a joint is where the bones on its way from the root add up.
    bones = (turned.index_select(0, tables.parent) * (rest - rest.index_select(0, tables.parent))[:, None]).sum(2)
    bones = torch.where(tables.root, rest, bones)
    positions = (tables.path @ bones.flatten(1)).unflatten(1, (3, -1))
    return turned.permute(3, 0, 1, 2), positions.permute(2, 0, 1)


def local_to_global(rotations: Float[Tensor, "B J 3 3"], parents: Sequence[int]) -> Float[Tensor, "B J 3 3"]:
    """Rotations relative to the parent → rotations relative to the world.

    Args:
        rotations: each joint's rotation relative to its parent; the root's is relative to the world.
        parents: for each joint the index of its parent, -1 for the root.

    Raises:
        ValueError: shapes that do not fit, or parents that are no tree.
    """
    check(rotations=(rotations, "B J 3 3"))
    return _compose(rotations, _tables_for(rotations, parents)).permute(3, 0, 1, 2)


@exercise("07_nbf")
def global_to_local(rotations: Float[Tensor, "B J 3 3"], parents: Sequence[int]) -> Float[Tensor, "B J 3 3"]:
    """Rotations relative to the world → rotations relative to the parent: R_parentᵀ R; the root's stays.

    Args:
        rotations: each joint's rotation relative to the world.
        parents: for each joint the index of its parent, -1 for the root.

    Raises:
        ValueError: shapes that do not fit, or parents that are no tree.
    """
    check(rotations=(rotations, "B J 3 3"))
    tables = _tables_for(rotations, parents)
    return torch.where(tables.root, rotations, rotations.index_select(1, tables.parent).mT @ rotations)


_Index = Tensor | None


@dataclass(frozen=True)
class _Tables:
    """A chain's indices as tensors of one dtype and device."""

    order: _Index
    """(J,) the joints sorted by level."""
    place: _Index
    """(J,) where each joint stands in that order."""
    sizes: tuple[int, ...]
    """How many joints each level has."""
    above: tuple[_Index, ...]
    """For each level but the first: its joints' parents, as places within the level above."""
    parent: Tensor
    """(J,) each joint's parent; the root's is itself."""
    root: Tensor
    """(J, 1, 1) true for the root."""
    path: Tensor
    """(J, J) one where the column's joint lies between the row's and the root, both included."""


def _tables_for(rotations: Tensor, parents: Sequence[int]) -> _Tables:
    tables = _tables(tuple(parents), rotations.dtype, rotations.device)
    check(rotations=(rotations, f"B {len(tables.parent)} 3 3"))
    return tables


def _tables(parents: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> _Tables:
    return _make_tables(parents, dtype, device)


# The compiler takes them as they are; it could not trace how they are made. This is what
# `torch.compiler.assume_constant_result` sets; to call that would import the compiler, which takes as long as torch.
_tables._dynamo_marked_constant = True  # type: ignore[attr-defined]


@functools.lru_cache(maxsize=64)
def _make_tables(parents: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> _Tables:
    chain = Chain(parents)
    count, levels = len(parents), chain.levels
    # These outlive the call: made under somebody's inference mode they would be barred from every later gradient.
    with torch.inference_mode(False):
        order = [joint for level in levels for joint in level]
        path = torch.zeros(count, count, dtype=dtype)
        for joint in range(count):
            path[joint, list(chain.ancestors(joint))] = 1
        above = tuple(
            _index([upper.index(parents[joint]) for joint in level], len(upper), device)
            for upper, level in itertools.pairwise(levels)
        )
        parent = torch.tensor([joint if up == -1 else up for joint, up in enumerate(parents)], device=device)
        root = torch.tensor([up == -1 for up in parents], device=device)[:, None, None]
        place = sorted(range(count), key=order.__getitem__)
        return _Tables(
            order=_index(order, count, device),
            place=_index(place, count, device),
            sizes=tuple(map(len, levels)),
            above=above,
            parent=parent,
            root=root,
            path=path.to(device),
        )


def _compose(rotations: Tensor, tables: _Tables) -> Tensor:
    """World rotations, (J, 3, 3, B)."""
    batch_last = rotations.permute(1, 2, 3, 0).contiguous()
    first, *rest = _take(batch_last, tables.order).split(tables.sizes)
    levels = [first]
    for above, local in zip(tables.above, rest, strict=True):
        levels.append((_take(levels[-1], above).unsqueeze(3) * local.unsqueeze(1)).sum(2))
    return _take(torch.cat(levels), tables.place)


def _index(rows: Sequence[int], count: int, device: torch.device) -> _Index:
    """Which rows of `count`; none where it is all of them in their order, as between the levels of an arm."""
    return None if list(rows) == list(range(count)) else torch.tensor(rows, device=device)


def _take(values: Tensor, index: _Index) -> Tensor:
    return values if index is None else values.index_select(0, index)
