"""The benchmark split: this machine makes its labels, and labels that are off by a little are told apart."""

import dataclasses

import pytest
import torch

from vhlib.core.errors import InputError
from vhlib.data.synthetic import Sample, SyntheticPeople, benchmark, collate, loader, synthetic_sample
from vhlib.data.synthetic.benchmark import BLOCK, CHECKED, Recipe, checksum, differences, write_benchmark


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return benchmark()


@pytest.fixture(scope="module")
def few() -> Sample:
    people = SyntheticPeople("test", seed=2, size=48)
    return collate([people[index] for index in range(4)])


@pytest.fixture(scope="module")
def known(few) -> Recipe:
    return Recipe(seed=2, size=48, counts={"test": 4}, checksums={"test": (checksum(few),)})


def test_the_recipe_is_large_enough_and_checked_whole(recipe):
    assert recipe.counts["train"] >= 50_000
    assert recipe.counts["test"] == 1_000 == BLOCK * len(recipe.checksums["test"])
    assert {split: len(each) for split, each in recipe.checksums.items()} == CHECKED


def test_the_last_bits_of_labels_do_not_matter(few, known):
    values = {name: 1 + 1e-7 * torch.randn_like(each) for name, each in few.keypoints_2d.items()}
    shaken = {name: each * values[name] for name, each in few.keypoints_2d.items()}
    assert differences(known, "test", 0, few) == ()
    assert differences(known, "test", 0, dataclasses.replace(few, keypoints_2d=shaken)) == ()


def test_a_keypoint_a_pixel_off_is_found(few, known):
    moved = {name: each.clone() for name, each in few.keypoints_2d.items()}
    moved["lsp14"][2, 5, 0] += 1
    assert differences(known, "test", 0, dataclasses.replace(few, keypoints_2d=moved)) == ("keypoints_2d",)


def test_other_labels_are_found_by_name(few, known):
    wrong = dataclasses.replace(few, gender=(few.gender + 1) % 3, parts=torch.zeros_like(few.parts))
    assert differences(known, "test", 0, wrong) == ("gender, family or garments", "areas")
    with pytest.raises(InputError, match="block: expected 0 to 0 of split test, got 1"):
        differences(known, "test", 1, few)


def test_a_recipe_is_written_and_read(tmp_path):
    write_benchmark(tmp_path / "few.json", seed=5, size=32, counts={"val": 3})
    found = benchmark(tmp_path / "few.json")
    assert (found.seed, found.size, found.counts) == (5, 32, {"val": 3})
    people = found.people("val")
    assert differences(found, "val", 0, collate([people[index] for index in range(3)])) == ()


def test_the_samples_that_come_with_the_kit_are_the_generators():
    samples = synthetic_sample()
    people = SyntheticPeople("val", seed=0, size=112)
    assert len(samples) == 64
    for index in (0, 40):
        made, kept = people[index], samples[index]
        torch.testing.assert_close(kept.keypoints_2d["lsp14"], made.keypoints_2d["lsp14"], atol=0.02, rtol=0)
        assert torch.equal(kept.garments, made.garments)
        assert (kept.parts != made.parts).float().mean() < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_this_machine_makes_the_benchmark(recipe, split):
    stop = BLOCK * len(recipe.checksums[split])
    for block, samples in enumerate(loader(recipe.people(split, pictures=False), batch=BLOCK, stop=stop, workers=2)):
        assert differences(recipe, split, block, samples) == ()


def test_this_machine_makes_the_beginning_of_the_benchmark(recipe):
    """One block, of the smallest split of work; the others are slow tests."""
    samples = next(iter(loader(recipe.people("val", pictures=False), batch=BLOCK, stop=BLOCK)))
    assert differences(recipe, "val", 0, samples) == ()
