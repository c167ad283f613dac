"""Into how many parts the body is to be cut: 1, 3, 6, 12 or 24, each with all of NBF's losses.

After Omran et al. (3DV 2018): a silhouette does not say which leg is in front; too many parts are hard to tell apart
for a segmentation network, which perfect part maps do not show.
"""

from dataclasses import replace
from typing import Final

from vhlib.experiments.nbf import bars, compared
from vhlib.experiments.table import Experiment
from vhlib.training.nbf import PROFILES

PARTS: Final = (1, 3, 6, 12, 24)


def experiment(profile: str) -> Experiment:
    """A row for each number of parts."""
    rows = {f"{parts} part{'s' if parts > 1 else ''}": replace(PROFILES[profile], parts=parts) for parts in PARTS}
    return compared("nbf-parts", profile, rows, bars)
