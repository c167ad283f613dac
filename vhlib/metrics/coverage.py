"""How much of what is real a generator covers (Naeem et al., Reliable fidelity and diversity metrics, ICML 2020)."""

import torch
from jaxtyping import Float
from torch import Tensor

from vhlib.core.shapes import check

_ROWS = 1024  # distances are made in strips: 5000 x 5000 at once would be 100 MB


def coverage(real: Float[Tensor, "N D"], generated: Float[Tensor, "M D"], *, neighbours: int = 5) -> float:
    """The share of real samples that have a generated one closer than their k-th real neighbour (equation 7).

    Convention:
        Two sets of the same size from the same distribution cover each other to 1 - 2⁻ᵏ, 0.97 for k = 5, and not to 1.

    >>> line = torch.arange(10.0)[:, None]
    >>> coverage(line, line[:5] + 0.1, neighbours=1)
    0.6

    Args:
        real: samples as vectors whose Euclidean distance means something.
        generated: what shall cover them.
        neighbours: k.

    Raises:
        ValueError: vectors of another length, or too few real samples to have k neighbours.
    """
    check(real=(real, "N D"), generated=(generated, "M D"))
    if not 0 < neighbours < len(real):
        raise ValueError(f"neighbours: expected 1 to {len(real) - 1} among {len(real)} real samples, got {neighbours}")
    covered = 0
    for some in real.split(_ROWS):
        radius = torch.cdist(some, real).kthvalue(neighbours + 1, dim=1).values  # the nearest of all is itself
        covered += int((torch.cdist(some, generated).amin(1) <= radius).sum())
    return covered / len(real)
