import json
from dataclasses import replace

import pytest
import torch

from vhlib.body.parts import PARTS
from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.data.synthetic import synthetic_sample
from vhlib.nets import one_hot, resized
from vhlib.training.augmentation import Augmentation
from vhlib.training.segmentation import (
    Pictures,
    SegmentationTask,
    SegmentationTraining,
    load_segmentation,
    network,
    segmentation_figures,
    synthetic_pictures,
    train_segmentation,
)

TINY = SegmentationTraining(width=4, decoder=8, size=32, people=4, batch=4, steps=3)


@pytest.fixture(scope="module")
def pictures():
    return synthetic_pictures("train", TINY.people, size=TINY.size)


def test_it_learns_the_few_pictures_that_it_sees(pictures):
    config, state = replace(TINY, width=8, decoder=16, steps=120, rate=5e-3), torch.random.get_rng_state()
    task = SegmentationTask(config, pictures)
    before = segmentation_figures(task.net, pictures, parts=12)
    losses = [task.step(number)["loss"].item() for number in range(config.steps)]
    assert torch.equal(torch.random.get_rng_state(), state)
    after = segmentation_figures(task.net, pictures, parts=12)
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])
    assert after["mean_iou"] > before["mean_iou"] + 0.2
    assert set(after["iou"]) >= {"background", "head", "left_shin"}


def test_small_pictures_may_stay_large_and_move(pictures):
    moving = Augmentation(scale=0.1, shift=0.05, turn=10.0, colour=0.2)
    config = replace(TINY, pooled=False, augmentation=moving, precision="bf16-mixed")
    losses = [SegmentationTask(each, pictures).step(0)["loss"].item() for each in (config, config, TINY)]
    assert losses[0] == losses[1] != losses[2]
    assert network(config).encoder.stages(torch.rand(1, 3, 32, 32))[-1].shape[-1] == 2


def test_the_same_seed_trains_the_same_network_and_it_is_read_back(tmp_path, pictures):
    one, other = (
        train_segmentation(tmp_path / name, TINY, command="vh", pictures=pictures, held_out=pictures)
        for name in ("one", "other")
    )
    assert one["figures"] == other["figures"]
    net = load_segmentation(tmp_path / "one" / "segmentation.safetensors")
    assert net(torch.rand(1, 3, 32, 32)).shape == (1, 13, 32, 32)
    assert not (tmp_path / "one" / "segmentation.state").exists()
    with pytest.raises(InputError, match=r"segmentation\.safetensors: no such file"):
        load_segmentation(tmp_path / "segmentation.safetensors")


@pytest.mark.parametrize(
    ("parts", "file"), [(12, "segmentation.safetensors"), (24, "parts-24/segmentation.safetensors")]
)
def test_the_networks_of_the_kit_see_people_of_no_training_as_well_as_their_cards_say(parts, file):
    sample, path = synthetic_sample(), shipped("checkpoints", file)  # of the val split
    maps = resized(one_hot(sample.parts, len(PARTS[24]) + 1), 64).argmax(1).byte()
    strangers = Pictures(resized(sample.image.movedim(-1, 1).float(), 64).byte(), maps)
    card = json.loads(path.with_suffix(".json").read_text())
    found = segmentation_figures(load_segmentation(path), strangers, parts=parts)
    assert card["config"]["parts"] == parts
    for name in ("accuracy", "mean_f1"):
        assert found[name] == pytest.approx(card["figures"][name], abs=0.06)
