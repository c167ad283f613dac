"""Shape checks at the door: the message names the argument, what was wanted and what came (style rule 3)."""

import numpy as np
from torch import Tensor


def check(**arguments: tuple[Tensor | np.ndarray, str]) -> dict[str, int]:
    """Check the shapes of several arguments that share axis letters.

    Args:
        arguments: name=(array, shape). A shape is words divided by spaces: a number is a fixed size, a letter or
            word an axis whose size must agree between all arguments, a leading ``...`` any number of axes.

    Returns:
        The size of each named axis.

    Raises:
        ValueError: a rank or size differs; names the argument, the wanted and the given shape.

    >>> import torch
    >>> check(betas=(torch.zeros(2, 10), "B S"), transl=(torch.zeros(2, 3), "B 3"))
    {'B': 2, 'S': 10}
    >>> check(transl=(torch.zeros(2, 4), "B 3"))
    Traceback (most recent call last):
    ValueError: transl: expected (B, 3), got (2, 4)
    """
    sizes: dict[str, int] = {}
    owners: dict[str, str] = {}
    for name, (array, shape) in arguments.items():
        wanted, got = shape.split(), tuple(array.shape)
        fits_rank = len(got) == len(wanted)
        if wanted and wanted[0] == "...":
            wanted = wanted[1:]
            fits_rank = len(got) >= len(wanted)
        text = f"({shape.replace(' ', ', ')})"
        if not fits_rank:
            raise ValueError(f"{name}: expected {text}, got {got}")
        for axis, size in zip(wanted, got[len(got) - len(wanted) :], strict=True):
            if axis.isdigit():
                if size != int(axis):
                    raise ValueError(f"{name}: expected {text}, got {got}")
            elif sizes.setdefault(axis, size) != size:
                raise ValueError(f"{name}: expected {text} with {axis} = {sizes[axis]} as in {owners[axis]}, got {got}")
            else:
                owners.setdefault(axis, name)
    return sizes
