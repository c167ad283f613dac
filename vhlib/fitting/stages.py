"""The stages of a fit as records: what is free, and how much each term counts.

Weights are of residuals, as in the paper's code: the energy holds their squares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, TypeVar

PARAMETERS: Final = ("global_orient", "body_pose", "betas", "transl")
"""What a stage can set free."""

TERMS: Final = ("torso", "depth", "keypoints", "pose", "angle", "shape", "interpenetration")
"""What a stage of SMPLify can weigh."""


@dataclass(frozen=True)
class Stage:
    """One minimisation.

    Raises:
        ValueError: a parameter or a term that does not exist, or nothing free.
    """

    name: str
    """What reports call it."""
    free: tuple[str, ...]
    """Which of `PARAMETERS` move; the others stay where the stage before left them."""
    weights: Mapping[str, float]
    """Residual weight of each of `terms` that counts."""

    terms: ClassVar[tuple[str, ...]] = TERMS
    """What there is to weigh."""

    def __post_init__(self) -> None:
        for given, known in ((self.free, PARAMETERS), (self.weights, self.terms)):
            if odd := set(given) - set(known):
                unknown, choice = ", ".join(sorted(odd)), ", ".join(known)
                raise ValueError(f"stage {self.name}: there is no {unknown}; there is {choice}")
        if not self.free:
            raise ValueError(f"stage {self.name}: nothing is free; name some of {', '.join(PARAMETERS)}")


def _body_stage(name: str, pose: float, shape: float) -> Stage:
    # The angle prior is tied to the pose prior: 0.317 of it, times 10 for its residuals (SMPLify's code).
    weights = {
        "keypoints": 1.0,
        "pose": pose,
        "angle": 3.17 * pose,
        "shape": shape,
        "interpenetration": 1e3,
    }
    return Stage(name, ("global_orient", "body_pose", "betas"), weights)


SMPLIFY: Final[tuple[Stage, ...]] = (
    Stage("camera", ("global_orient", "transl"), {"torso": 1.0, "depth": 1e2}),
    _body_stage("stage 1", pose=404.0, shape=100.0),
    _body_stage("stage 2", pose=404.0, shape=50.0),
    _body_stage("stage 3", pose=57.4, shape=10.0),
    _body_stage("stage 4", pose=4.78, shape=5.0),
)
"""SMPLify's five stages with the original weights: the camera from the torso, then the body, the priors letting go."""

S = TypeVar("S", bound=Stage)


def without(stages: tuple[S, ...], *terms: str) -> tuple[S, ...]:
    """The same stages with some terms left out.

    Args:
        stages: for example `SMPLIFY`.
        terms: names of what they weigh.

    Raises:
        ValueError: no stage has one of the terms.
    """
    if odd := set(terms) - {name for stage in stages for name in stage.weights}:
        known = dict.fromkeys(name for stage in stages for name in stage.weights)
        raise ValueError(f"no stage has {', '.join(sorted(odd))}; they have {', '.join(known)}")
    return tuple(
        replace(stage, weights={name: weight for name, weight in stage.weights.items() if name not in terms})
        for stage in stages
    )
