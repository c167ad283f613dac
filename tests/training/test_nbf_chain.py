"""Both of NBF's networks: the first is left alone, then learns with the second, and both are read back."""

from dataclasses import replace

import pytest
import torch

from vhlib.core.errors import InputError
from vhlib.nets import PixelsToBody, resized
from vhlib.training.augmentation import Augmentation
from vhlib.training.nbf import NBFTraining, load_nbf
from vhlib.training.nbf_chain import ChainTask, ChainTraining, found_parts, reads_pictures, train_chain
from vhlib.training.part_people import dressed_people
from vhlib.training.segmentation import Pictures, SegmentationTraining, load_segmentation, train_segmentation

NBF_TINY = NBFTraining(dressed=True, camera="predicted", width=4, size=16, people=4, batch=4, steps=4)


@pytest.fixture(scope="module")
def people():
    return dressed_people("train", 4, size=32)


@pytest.fixture(scope="module")
def config(people, tmp_path_factory):
    folder = tmp_path_factory.mktemp("first")
    first = SegmentationTraining(width=4, decoder=8, size=32, people=4, batch=4, steps=2)
    pictures = Pictures(people.images, people.parts)
    train_segmentation(folder, first, command="vh", pictures=pictures, held_out=pictures)
    return ChainTraining(str(folder / "segmentation.safetensors"), nbf=NBF_TINY, together=0.5)


def test_the_first_network_learns_in_the_second_half_only(people, config):
    task = ChainTask(config, people)
    before = [parameter.clone() for parameter in task.chain.segmentation.state_dict().values()]
    changed = []
    for number in range(4):
        losses = task.step(number)
        now = task.chain.segmentation.state_dict().values()
        changed.append(any(not torch.equal(old, new) for old, new in zip(before, now, strict=True)))
    assert changed == [False, False, True, True]
    assert set(losses) == {"loss", "latent", "joints", "reprojection", "parts"}


def test_parts_are_found_in_advance_as_the_chain_finds_them(people, config):
    chain = ChainTask(replace(config, together=0.0), people).chain
    found = found_parts(chain, people)
    expected = resized(chain.segmentation(people.images.float() / 255).softmax(1), 16)
    torch.testing.assert_close(found.float(), expected, atol=1e-3, rtol=0)


def test_people_whose_parts_are_found_once_do_not_move(people, config):
    moving = replace(config, nbf=replace(NBF_TINY, augmentation=Augmentation()))
    with pytest.raises(ValueError, match=r"nbf\.augmentation: expected STILL"):
        ChainTask(moving, people)


def test_the_bodys_losses_alone_reach_the_pixels_network(people, config):
    task = ChainTask(replace(config, together=1.0, own=0.0), people)
    task.step(0)
    gradient = task.chain.segmentation.encoder.conv1.weight.grad
    assert gradient is not None
    assert gradient.abs().max() > 0


@pytest.mark.parametrize("together", [0.0, 0.5])
def test_both_are_written_with_cards_and_read_back(people, config, tmp_path, together):
    chosen = replace(config, together=together)
    cards = [
        train_chain(tmp_path / name, chosen, command="vh", people=people, held_out=people) for name in ("one", "other")
    ]
    assert cards[0]["figures"] == cards[1]["figures"]
    own = tmp_path / "one" / "segmentation.safetensors"
    assert own.exists() == own.with_suffix(".json").exists() == bool(together)
    first = load_segmentation(own if together else tmp_path.parent / config.segmentation)
    chain = PixelsToBody(first, load_nbf(tmp_path / "one" / "nbf.safetensors"), size=16)
    assert reads_pictures(chain)(people).rotations.shape == (4, 24, 3, 3)


def test_refusals(people, config, tmp_path):
    with pytest.raises(InputError, match="finds 12 parts and the fitting network takes 6; train one of them again"):
        train_chain(tmp_path, replace(config, nbf=replace(NBF_TINY, parts=6)), command="vh", people=people)
    folder = (tmp_path / config.segmentation).parent
    with pytest.raises(InputError, match="this one would be written over; name another folder"):
        train_chain(folder, config, command="vh", people=people)
