import pytest
import torch
from torch import nn
from torch.testing import assert_close

from vhlib.core.errors import InputError
from vhlib.nets import fill, read_tensors, write_tensors


def test_what_is_written_is_read_back(tmp_path):
    tensors = {"b": torch.arange(3.0), "a": torch.ones(2, 2).half(), "n": torch.tensor(7)}
    about = {"config": {"width": 4}, "words": ["ä", None]}
    write_tensors(tmp_path / "deep" / "x.safetensors", tensors, about)
    read, told = read_tensors(tmp_path / "deep" / "x.safetensors")
    assert told == about
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert_close(read[name], tensor, rtol=0, atol=0)


def test_the_same_content_makes_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_tensors(tmp_path / name, {"a": torch.ones(3), "b": torch.zeros(2)}, {"x": 1, "y": 2, "z": 3})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["one", "two"]  # nothing half written is left


def test_a_network_keeps_its_own_precision(tmp_path):
    net = nn.Linear(2, 3)
    fill(net, {name: weight.half() for name, weight in net.state_dict().items()}, tmp_path)
    assert net.weight.dtype == torch.float32
    assert_close(net.weight, net.weight.half().float(), rtol=0, atol=0)


def test_refusals(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_tensors(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("no tensors here")
    with pytest.raises(InputError, match=r"text.safetensors: not a .safetensors file"):
        read_tensors(tmp_path / "text.safetensors")
    with pytest.raises(InputError, match=r"not the weights of this Linear; it differs in bias, weight"):
        fill(nn.Linear(2, 3), {"weight": torch.zeros(3, 3)}, tmp_path)
