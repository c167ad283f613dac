"""Streams and archives: the same samples in the same order, and a damaged archive refused by name."""

import itertools
import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from vhlib.core.errors import InputError
from vhlib.data.synthetic import PeopleStream, ShardedPeople, SyntheticPeople, loader, write_shards
from vhlib.data.synthetic.shards import MANIFEST, from_arrays, read_manifest, to_arrays

SIZE = 32


@pytest.fixture(scope="module")
def people() -> SyntheticPeople:
    return SyntheticPeople("train", seed=8, size=SIZE)


@pytest.fixture(scope="module")
def folder(people, tmp_path_factory):
    place = tmp_path_factory.mktemp("people")
    write_shards(people, 7, place, shard=3)
    return place


@settings(deadline=None, max_examples=4)
@given(start=st.integers(0, 4), batch=st.integers(1, 4))
def test_a_stream_goes_through_the_indices_from_anywhere(people, start, batch):
    batches = list(PeopleStream(people, batch=batch, start=start, stop=7))
    assert torch.equal(torch.cat([each.index for each in batches]), torch.arange(start, 7))
    assert all(len(each) == batch for each in batches[:-1])
    assert torch.equal(batches[0].image[0], people[start].image)


def test_batches_do_not_depend_on_the_number_of_workers(people):
    alone = list(loader(people, batch=2, stop=7))
    many = list(loader(people, batch=2, stop=7, workers=2))
    assert len(alone) == len(many) == 4
    for ours, other in zip(alone, many, strict=True):
        assert torch.equal(ours.index, other.index)
        assert torch.equal(ours.image, other.image)
        assert torch.equal(ours.keypoints_2d["coco17"], other.keypoints_2d["coco17"])
        assert torch.equal(ours.depth, other.depth)


def test_a_stream_without_end(people):
    stream = PeopleStream(people, batch=1, start=2)
    found = [int(batch.index) for batch in itertools.islice(DataLoader(stream, batch_size=None), 2)]
    assert found == [2, 3]


def test_what_is_written_is_read(people, folder):
    found = ShardedPeople(folder)
    assert len(found) == 7
    for index in (6, 0, 3):
        ours, other = people[index], found[index]
        assert to_arrays(ours).keys() == to_arrays(other).keys()
        assert all((to_arrays(other)[name] == array).all() for name, array in to_arrays(ours).items())
    with pytest.raises(IndexError, match="0 to 6"):
        found[7]


def test_arrays_and_back(people):
    sample = people[0]
    back = from_arrays(to_arrays(sample))
    assert torch.equal(back.depth, sample.depth)
    assert back.keypoints_3d.keys() == sample.keypoints_3d.keys()


def test_an_interrupted_set_is_continued_and_a_damaged_shard_made_again(people, folder, tmp_path):
    done = []

    def interrupt(count: int) -> None:
        done.append(count)
        if count > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shards(people, 7, tmp_path, shard=3, progress=interrupt)
    assert len(ShardedPeople(tmp_path)) == 3
    first = tmp_path / "shard-00000.npz"
    born = first.stat().st_mtime_ns
    write_shards(people, 7, tmp_path, shard=3)
    assert first.stat().st_mtime_ns == born
    assert read_manifest(tmp_path).shards == read_manifest(folder).shards
    first.write_bytes(first.read_bytes()[:-100])
    write_shards(people, 7, tmp_path, shard=3)
    assert first.read_bytes() == (folder / first.name).read_bytes()


def copied(folder, to):
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    return to


@pytest.mark.parametrize("damage", ["truncated", "altered", "missing"])
def test_a_bad_shard_is_refused_by_name(folder, tmp_path, damage):
    place = copied(folder, tmp_path)
    shard = place / "shard-00001.npz"
    content = bytearray(shard.read_bytes())
    if damage == "truncated":
        shard.write_bytes(content[:-1])
    elif damage == "altered":
        content[len(content) // 2] ^= 1
        shard.write_bytes(content)
    else:
        shard.unlink()
    found = ShardedPeople(place)
    assert int(found[0].index) == 0
    with pytest.raises(InputError, match=r"shard-00001\.npz: this shard is (truncated or altered|missing)"):
        found[3]


def test_other_sets_and_bad_manifests_are_refused(people, folder, tmp_path):
    with pytest.raises(InputError, match=r"holds another set \(split train, seed 8, size 32, shards of 3\)"):
        write_shards(SyntheticPeople("train", seed=9, size=SIZE), 7, folder, shard=3)
    with pytest.raises(InputError, match="cannot read it"):
        ShardedPeople(tmp_path)
    place = copied(folder, tmp_path)
    values = json.loads((place / MANIFEST).read_text())
    for text, message in (
        ("{", "damaged"),
        ("[]", "damaged"),
        (json.dumps({**values, "format": 2}), "format 1, got 2"),
    ):
        (place / MANIFEST).write_text(text)
        with pytest.raises(InputError, match=message):
            read_manifest(place)


def test_refusals(people):
    with pytest.raises(InputError, match="batch: expected at least 1, got 0"):
        PeopleStream(people, batch=0)
    with pytest.raises(InputError, match="start, stop"):
        PeopleStream(people, batch=1, start=4, stop=3)
