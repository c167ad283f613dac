"""Samples as a stream, made by any number of workers: the same batches in the same order, and from anywhere on."""

from collections.abc import Iterator

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from vhlib.core.errors import InputError
from vhlib.data.synthetic.people import SyntheticPeople
from vhlib.data.synthetic.sample import Sample, collate


class PeopleStream(IterableDataset[Sample]):
    """Batches of consecutive samples: batch k holds the samples from start + k · batch on.

    Workers take turns by whole batches and a DataLoader asks them in turn, so neither a batch nor the order depends on
    how many there are. To go on where a run stopped, give the next index as `start`.

    Args:
        people: what makes the samples.
        batch: samples in one; the last may be smaller.
        start: the first index.
        stop: the index after the last; None: without end.

    Raises:
        InputError: no sample in a batch, or a stop before the start.
    """

    def __init__(self, people: SyntheticPeople, *, batch: int, start: int = 0, stop: int | None = None):
        if batch < 1:
            raise InputError(f"batch: expected at least 1, got {batch}")
        if start < 0 or (stop is not None and stop < start):
            raise InputError(f"start, stop: expected 0 <= start <= stop, got {start} and {stop}")
        self.people, self.batch, self.start, self.stop = people, batch, start, stop

    def __iter__(self) -> Iterator[Sample]:
        """This worker's batches."""
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info else (0, 1)
        first = self.start + worker * self.batch
        while self.stop is None or first < self.stop:
            last = first + self.batch if self.stop is None else min(first + self.batch, self.stop)
            yield collate([self.people[index] for index in range(first, last)])
            first += workers * self.batch


def loader(
    people: SyntheticPeople, *, batch: int, start: int = 0, stop: int | None = None, workers: int = 0
) -> DataLoader[Sample]:
    """A DataLoader of the stream.

    Args:
        people: what makes the samples.
        batch: samples in one.
        start: the first index.
        stop: the index after the last; None: without end.
        workers: processes, which stay from one pass to the next; 0: this one.
    """
    stream = PeopleStream(people, batch=batch, start=start, stop=stop)
    return DataLoader(stream, batch_size=None, num_workers=workers, persistent_workers=workers > 0)
