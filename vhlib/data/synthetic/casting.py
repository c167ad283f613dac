"""Who is in the picture: gender, shape and pose of each index, the same alone and in any batch."""

from functools import lru_cache
from typing import Final

import torch

from vhlib.core.random import numpy_generator
from vhlib.data.poses import FAMILIES, PoseBatch, PoseLibrary
from vhlib.data.synthetic.draws import Draws, pick
from vhlib.data.synthetic.figure import Stance, bodies

PAGE: Final = 64
"""Poses of a family are made so many at a time: alone they cost ten times as much."""

_GENDERS: Final = {"female": 0.45, "male": 0.45, "neutral": 0.1}
_LARGEST_BETA: Final = 2.5


def cast(draws: Draws) -> tuple[Stance, str]:
    """Draw a person, upright in the world.

    Every family of motions comes once in as many indices as there are families, in an order of its own each time.

    Args:
        draws: chance.

    Returns:
        The person, y up, and the family of its motion.
    """
    chance = draws.stream("person")
    gender = pick(chance, _GENDERS)
    betas = chance.standard_normal(bodies()[gender].num_betas).clip(-_LARGEST_BETA, _LARGEST_BETA)
    families = tuple(FAMILIES)
    turn, place = divmod(draws.index, len(families))
    order = numpy_generator(draws.seed, "synthetic", draws.split, "families", turn).permutation(len(families))
    family = int(order[place])
    poses, row = _page(draws.split, draws.seed, family, turn // PAGE), turn % PAGE
    stance = Stance(
        gender=gender,
        betas=torch.from_numpy(betas).float(),
        body_pose=poses.body_pose[row],
        global_orient=poses.global_orient[row],
        transl=torch.zeros(3),
    )
    return stance, families[family]


def pose_page(split: str, seed: int, family: int, page: int) -> PoseBatch:
    """A page of a family's poses. Each family has a seed of its own, else they would share their draws.

    Args:
        split: "train", "val" or "test".
        seed: of the set.
        family: index into `FAMILIES`.
        page: poses from page · `PAGE` on.
    """
    library = PoseLibrary(split, families=(tuple(FAMILIES)[family],))  # type: ignore[arg-type]
    return library.sample(PAGE, seed=seed * len(FAMILIES) + family, start=PAGE * page)


_page = lru_cache(maxsize=64)(pose_page)
