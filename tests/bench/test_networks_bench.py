import torch
from torch import nn

from vhlib.bench import benchmarks
from vhlib.bench.networks import BATCHES, predicting, training


class Counted(nn.Module):
    """A network that remembers how many images it saw, and in which mode."""

    def __init__(self):
        super().__init__()
        self.weight, self.seen = nn.Parameter(torch.ones(1)), []

    def forward(self, images):
        self.seen.append((len(images), self.training, torch.is_grad_enabled()))
        return self.weight * images


def test_prediction_is_of_whole_batches_and_without_gradients():
    net, encoder = Counted(), Counted()
    for case in predicting("tiny", net, encoder, lambda count: torch.ones(count, 3)):
        case.ours()
        case.other()
        assert case.ours_count == case.other_count == net.seen[-1][0]
    assert net.seen == encoder.seen == [(batch, False, False) for batch in BATCHES]


def test_training_is_a_step_beside_the_encoders_way_there_and_back():
    steps, encoder = [], Counted()
    case = training("tiny", lambda: steps.append(1), encoder, torch.ones(5, 3))
    case.ours()
    case.other()
    assert steps == [1]
    assert encoder.seen == [(5, True, True)]
    assert encoder.weight.grad is not None
    assert case.case == "tiny, train, batch 5"


def test_what_benchmarks_share_is_no_benchmark():
    assert {"hmr", "nbf"} <= benchmarks().keys()
    assert not {"timing", "networks"} & benchmarks().keys()
