import os
import subprocess
import sys

import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from vhlib.core.errors import InputError
from vhlib.training.checkpoints import read_card
from vhlib.training.devices import average_gradients, best_device, first, launch, share

GRADIENT = """
import sys
import torch
from vhlib.training.devices import average_gradients, first, launch, share

fabric = launch(2)
rank, mine = fabric.global_rank, share(fabric, 4)
layer = torch.nn.Linear(3, 1, bias=False)
torch.nn.init.ones_(layer.weight)
layer(torch.arange(12.0).view(4, 3)[rank * mine :][:mine]).square().mean().backward()
average_gradients(fabric, layer)
torch.save({"gradient": layer.weight.grad, "first": first()}, f"{sys.argv[1]}/{rank}.pt")
"""


def run(*command, **settings):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=True)


def test_two_processes_share_a_batch_and_have_the_gradient_of_the_whole(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(GRADIENT)
    run(sys.executable, str(script), str(tmp_path))
    one, other = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    rows = torch.arange(12.0).view(4, 3)
    torch.testing.assert_close(one["gradient"], (2 * rows.sum(1)[:, None] * rows).mean(0, keepdim=True))
    assert torch.equal(one["gradient"], other["gradient"])
    assert (one["first"], other["first"]) == (True, False)


@pytest.mark.slow
def test_two_processes_train_one_network_and_one_of_them_speaks(tmp_path):
    out = tmp_path / "out"
    options = ["--devices", "2", "--size", "32", "--people", "4", "--steps", "2", "--out", str(out)]
    result = run(sys.executable, "-m", "vhlib", "train", "hmr", *options, VH_HOME=str(tmp_path))
    assert result.stdout.count("hmr.safetensors: on held-out people PCKh") == 1
    card = read_card(out / "hmr.json")
    assert card is not None
    assert "--devices 2" in card["command"]
    assert (out / "hmr.csv").read_text().count("\n") == 2


def test_one_device_changes_no_gradient():
    fabric, layer = launch(), nn.Linear(2, 1)
    layer(torch.ones(3, 2)).sum().backward()
    assert layer.weight.grad is not None
    before = layer.weight.grad.clone()
    average_gradients(fabric, layer)
    assert torch.equal(layer.weight.grad, before)
    assert share(fabric, 3) == 3
    assert first()


@pytest.mark.parametrize(("able", "kind"), [({}, torch.float32), ({"avx512_bf16": True}, torch.bfloat16)])
def test_precision_is_mixed_only_where_the_processor_can(monkeypatch, able, kind):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    with launch(precision="bf16-mixed").autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == kind
    with launch().autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_a_training_begins_without_a_greeting(monkeypatch, caplog, capfd):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    launch(precision="bf16-mixed")
    assert "Automatic Mixed Precision" not in caplog.text + "".join(capfd.readouterr())


def test_one_device_is_the_gpu_where_there_is_one(monkeypatch):
    for there, kind in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert best_device().type == kind


def test_refusals(monkeypatch):
    fabric = launch()
    monkeypatch.setattr(Fabric, "world_size", property(lambda self: 3))
    with pytest.raises(InputError, match="a batch of 4 cannot be shared out among 3"):
        share(fabric, 4)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(InputError, match="expected at most 1, as many GPUs as there are, got 2"):
        launch(2)
