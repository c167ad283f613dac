"""Compare a result with what was wanted and say in words what is wrong: what an assignment's visible tests call."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


class WrongAnswer(AssertionError):  # noqa: N818  students read this name
    """An answer is not right; the message says in words what is wrong."""


def expect(
    got: object, wanted: Tensor | Mapping[str, Tensor], *, within: float, mistakes: Mapping[str, Tensor] | None = None
) -> None:
    """Refuse a result that is not what was wanted.

    >>> identity = torch.eye(3)
    >>> expect(2 * identity, identity, within=1e-6, mistakes={"it was added twice": 2 * identity})
    Traceback (most recent call last):
    vhlib.course.words.WrongAnswer: at [0, 0] expected 1, got 2 (allowed: 1e-06). It looks as if it was added twice.

    Args:
        got: what an answer returned: a tensor, or as many of them as ``wanted`` has names.
        wanted: what it should be; several results by name.
        within: largest absolute difference allowed.
        mistakes: results of common mistakes, by words that complete "It looks as if …".

    Raises:
        WrongAnswer: it is something else: not a tensor, another shape or dtype, not finite, too far off.
    """
    if isinstance(wanted, Tensor):
        problems = [_problem(got, wanted, within, mistakes or {})]
    elif not isinstance(got, Sequence) or len(got) != len(wanted):
        raise WrongAnswer(f"expected {len(wanted)} results, {' and '.join(wanted)}, got {_describe(got)}")
    else:
        each = zip(got, wanted.items(), strict=True)
        problems = [_problem(result, value, within, mistakes or {}, f"{name}: ") for result, (name, value) in each]
    # A mistake may show in one result only: what explains it is worth more than what comes first.
    found = [problem for problem in problems if problem]
    if found:
        raise WrongAnswer(next((problem for problem in found if _GUESS in problem), found[0]))


_GUESS = "It looks as if "


def _problem(got: object, wanted: Tensor, within: float, mistakes: Mapping[str, Tensor], name: str = "") -> str:
    shape = tuple(wanted.shape)
    if not isinstance(got, Tensor):
        return f"{name}expected a tensor of shape {shape}, got {_describe(got)}"
    if got.shape != wanted.shape:
        return f"{name}expected the shape {shape}, got {tuple(got.shape)}"
    if got.dtype != wanted.dtype:
        return f"{name}expected numbers of type {wanted.dtype}, as the input has, got {got.dtype}"
    if not got.isfinite().all():
        count = int((~got.isfinite()).sum())
        return f"{name}{count} of {got.numel()} numbers are NaN or infinite: a division by 0?"
    off = (got - wanted).detach().abs()
    if off.numel() == 0 or off.max() <= within:
        return ""
    place = tuple(int(index) for index in torch.unravel_index(off.argmax(), shape))
    where = f"{name}at {list(place)} " if place else name
    values = f"{where}expected {wanted[place]:.4g}, got {got[place]:.4g} (allowed: {within:.2g})"
    # A mistake is recognised when it explains the result much better than the right answer does.
    close = max(within, 1e-3 * float(off.max()))
    for words, result in mistakes.items():
        if result.shape == got.shape and (got - result).detach().abs().max() <= close:
            return f"{values}. {_GUESS}{words}."
    return values


def _describe(got: object) -> str:
    if got is None:
        return "None: is there a `return` at the end?"
    if isinstance(got, tuple | list):
        return f"{len(got)} results"
    if isinstance(got, Tensor):
        return f"one tensor of shape {tuple(got.shape)}"
    return f"a {type(got).__name__}"
