"""Losses as TensorBoard's curves while a network learns; the log that stays beside the result is CSV.

``tensorboard --logdir FOLDER`` shows them, those of several runs side by side.
"""

from collections.abc import Mapping
from pathlib import Path

from vhlib.core.errors import MissingDependencyError
from vhlib.training.devices import first
from vhlib.training.loop import Progress


def tensorboard(folder: Path) -> Progress:
    """Write the losses that a training tells of as TensorBoard's events, one curve each.

    A run that goes on after an interruption goes on with its curves: what was drawn of the steps that it does again is
    dropped. Of several processes the first one writes.

    Args:
        folder: of one run; curves of folders beside it are compared.

    Raises:
        MissingDependencyError: the package tensorboard is not installed.
    """
    try:
        from torch.utils.tensorboard.writer import SummaryWriter
    except ImportError as error:
        raise MissingDependencyError("tensorboard: not installed; pip install tensorboard") from error
    writer: SummaryWriter | None = None

    def progress(done: int, losses: Mapping[str, float]) -> None:
        nonlocal writer
        if not first():
            return
        if writer is None:
            writer = SummaryWriter(str(folder), purge_step=done + 1)
        for name, value in losses.items():
            writer.add_scalar(name, value, done)
        writer.flush()

    return progress
