import json

import torch
from torch import nn

from vhlib.nets import read_tensors
from vhlib.training.checkpoints import finish, finished, write_network

CONFIG = {"steps": 3, "rates": (0.1, 0.2)}


def test_a_network_is_written_in_half_precision_and_its_counters_whole(tmp_path):
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    write_network(tmp_path / "net.safetensors", net, CONFIG)
    tensors, about = read_tensors(tmp_path / "net.safetensors")
    assert about == {"network": "Sequential", "config": json.loads(json.dumps(CONFIG))}
    assert tensors["0.weight"].dtype == torch.float16
    assert tensors["1.num_batches_tracked"].dtype == torch.int64
    torch.testing.assert_close(tensors["0.weight"].float(), net.state_dict()["0.weight"], atol=1e-3, rtol=1e-3)


def test_a_run_is_finished_once_its_card_and_its_network_are_there(tmp_path):
    (tmp_path / "net.state").touch()
    assert finished(tmp_path, "net", CONFIG) is None
    finish(tmp_path, "net", {"config": CONFIG, "seconds": 1.0})
    assert not (tmp_path / "net.state").exists()
    assert finished(tmp_path, "net", CONFIG) is None, "a card without its network"
    (tmp_path / "net.safetensors").touch()
    card = finished(tmp_path, "net", CONFIG)
    assert card is not None
    assert card["seconds"] == 1.0
    assert finished(tmp_path, "net", {**CONFIG, "steps": 4}) is None
