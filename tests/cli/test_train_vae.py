"""``vh train vae``: its options, and that a finished run is not run again."""

import json

import pytest
from typer.testing import CliRunner

from vhlib.cli import app
from vhlib.core.errors import InputError
from vhlib.training import vae as training


@pytest.fixture
def trained(monkeypatch):
    """In place of the training: what it was asked for, and a card."""
    asked = []

    def train(out, config, *, command, making, progress):
        asked.append((config, command))
        making(config.poses)
        progress(config.steps, {"loss": 1.0})
        figures = {"joint_angle_deg": 5.0, "vertices_mm": 40.0, "coverage": 0.5, "samples_joints_outside_limits": 0.01}
        card = {"config": json.loads(json.dumps(training.asdict(config))), "figures": figures}
        out.mkdir(parents=True, exist_ok=True)
        (out / "vae.safetensors").touch()
        (out / "vae.json").write_text(json.dumps(card))
        return card

    monkeypatch.setattr(training, "train_vae", train)
    return asked


def run(*arguments):
    return CliRunner().invoke(app, ["train", "vae", *map(str, arguments)])


def test_options_reach_the_training_and_the_card_says_how_to_get_it_again(trained, tmp_path):
    result = run("--output", "6d", "--steps", 7, "--poses", 1000, "--seed", 2, "--out", tmp_path / "a")
    assert result.exit_code == 0, result.output
    assert "5.00 degrees per joint and 40.0 mm per vertex" in result.stdout
    [(config, command)] = trained
    assert (config.net.output, config.steps, config.poses, config.seed) == ("6d", 7, 1000, 2)
    assert command == f"vh train vae --profile fast --output 6d --seed 2 --steps 7 --poses 1000 --out {tmp_path / 'a'}"


def test_what_is_finished_is_read_back_unless_told_otherwise(trained, tmp_path):
    for extra in ((), (), ("--fresh",), ("--seed", 1)):
        assert run("--out", tmp_path, *extra).exit_code == 0
    assert [config.seed for config, _ in trained] == [0, 0, 1]


def test_refusals(trained, tmp_path):
    (tmp_path / "file").touch()
    for arguments, message in (
        (("--profile", "slow", "--out", tmp_path), "--profile slow: expected fast or full"),
        (("--out", tmp_path / "file"), "this is a file; name a folder"),
        (("--output", "quaternion", "--out", tmp_path), "net.output: expected one of matrix, 6d"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, InputError)
        assert message in str(result.exception)
    assert trained == []
