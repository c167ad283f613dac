"""Steps that are recorded once and replayed: a small network is done before a GPU has been told what to do next.

A step is a thousand launches, each a matter of microseconds. A CUDA graph is told all of them at once.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

Function = Callable[..., dict[str, Tensor]]

_EAGER: Final = 3  # calls before the recording, in which libraries make their plans and optimisers their moments


class Recorded:
    """A function of tensors that is called again and again; its results by name.

    On a GPU it is recorded in its fourth call. From then on it must do the same for all arguments but their values: no
    `if` on a tensor, no number sent to the GPU or read from it. On a CPU it is called as it is.

    Args:
        function: of tensors on one device, always of the same shapes; it may change others, such as weights.
    """

    def __init__(self, function: Function):
        self._function, self._calls = function, 0

    def __call__(self, *arguments: Tensor) -> dict[str, Tensor]:
        """Do it.

        Args:
            arguments: of the function.
        """
        if not arguments[0].is_cuda:
            return self._function(*arguments)
        self._calls += 1
        if self._calls <= _EAGER:
            return self._eager(*arguments)
        if self._calls == _EAGER + 1:
            self._record(*arguments)
        for mine, given in zip(self._arguments, arguments, strict=True):
            mine.copy_(given)
        self._graph.replay()
        return {name: value.clone() for name, value in self._results.items()}

    def _eager(self, *arguments: Tensor) -> dict[str, Tensor]:
        """As it is, beside the stream of everything else, as recordings have it."""
        ours, theirs = torch.cuda.Stream(), torch.cuda.current_stream()
        ours.wait_stream(theirs)
        with torch.cuda.stream(ours):
            results = self._function(*arguments)
        theirs.wait_stream(ours)
        return results

    def _record(self, *arguments: Tensor) -> None:
        self._arguments = [each.clone() for each in arguments]
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._results = {name: value.detach() for name, value in self._function(*self._arguments).items()}
