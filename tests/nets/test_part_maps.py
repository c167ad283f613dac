import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.nets import coloured, from_colours, one_hot, resized


@settings(deadline=None)
@given(seed=st.integers(0, 2**31), classes=st.integers(2, 25))
def test_channels_and_colours_say_which_label_it_was(seed, classes):
    numbers = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, classes, (2, 4, 5), generator=numbers)
    channels = one_hot(labels, classes)
    assert channels.shape == (2, classes, 4, 5)
    assert torch.equal(channels.argmax(1), labels)
    assert torch.equal(channels.sum(1), torch.ones(2, 4, 5))
    colours = torch.rand(classes, 3, generator=numbers)
    assert torch.equal(from_colours(coloured(labels, colours), colours), labels)


def test_a_coarser_grid_has_each_cells_mean():
    labels = torch.tensor([[[0, 1], [1, 1]]], dtype=torch.uint8)
    assert resized(one_hot(labels, 2), 1).flatten().tolist() == [0.25, 0.75]
    channels = one_hot(labels, 2)
    assert resized(channels, 2) is channels


def test_a_gradient_comes_through_the_coarser_grid(generator):
    channels = torch.rand(1, 2, 4, 4, dtype=torch.float64, generator=generator, requires_grad=True)
    assert torch.autograd.gradcheck(lambda c: resized(c, 2), channels)


def test_labels_without_a_channel_are_refused():
    for encode in (lambda labels: one_hot(labels, 3), lambda labels: coloured(labels, torch.zeros(3, 3))):
        with pytest.raises(ValueError, match="labels: expected 0 to 2, got 0 to 3"):
            encode(torch.tensor([[[0, 3]]]))
