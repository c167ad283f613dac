"""What a body is best read from: the picture, its parts, its joints, or joints and parts.

After Omran et al. (3DV 2018). The same network and losses, and the same dressed people; parts and joints are the true
ones, joints as a heat map each.
"""

from dataclasses import replace
from typing import Final

from vhlib.experiments.nbf import bars, compared
from vhlib.experiments.table import Experiment
from vhlib.training.nbf import DRESSED
from vhlib.training.nbf_inputs import Input

SHOWN: Final[tuple[Input, ...]] = ("picture", "parts", "joints", "joints and parts")


def experiment(profile: str) -> Experiment:
    """A row for each input."""
    return compared("nbf-input", profile, {what: replace(DRESSED[profile], shown=what) for what in SHOWN}, bars)
