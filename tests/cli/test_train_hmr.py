"""``vh train hmr``: its options, and that a finished run is not run again."""

import json

import pytest
from typer.testing import CliRunner

from vhlib.cli import app
from vhlib.core.errors import InputError
from vhlib.training import hmr as training


@pytest.fixture
def trained(monkeypatch):
    """In place of the training: what it was asked for, and a card."""
    asked = []

    def train(out, config, *, command, devices, making, progress):
        asked.append((config, command, devices))
        making(config.people)
        progress(config.steps, {"reprojection": 0.2})
        figures = {"pckh": 0.5, "pa_mpjpe_mm": 80.0, "mpjpe_mm": 130.0, "implausible_joints": 0.012}
        card = {"config": json.loads(json.dumps(training.asdict(config))), "figures": figures}
        out.mkdir(parents=True, exist_ok=True)
        (out / "hmr.safetensors").touch()
        (out / "hmr.json").write_text(json.dumps(card))
        return card

    monkeypatch.setattr(training, "train_hmr", train)
    return asked


def run(*arguments):
    return CliRunner().invoke(app, ["train", "hmr", *map(str, arguments)])


def test_options_reach_the_training_and_the_card_says_how_to_get_it_again(trained, tmp_path):
    weights = tmp_path / "resnet18.pth"
    weights.touch()
    result = run(
        *("--steps", 7, "--people", 40, "--paired", 0.5, "--seed", 2, "--imagenet", weights, "--devices", 2),
        *("--capture", tmp_path / "cmu.npz"),
        *("--depth", 50, "--size", 96, "--out", tmp_path / "a"),
    )
    assert result.exit_code == 0, result.output
    assert "PCKh 50%, PA-MPJPE 80 mm, MPJPE 130 mm; 1.2% of joints outside the limits" in " ".join(
        result.stdout.split()
    )
    [(config, command, devices)] = trained
    assert (config.steps, config.people, config.paired, config.seed) == (7, 40, 0.5, 2)
    assert (config.depth, config.width, config.size, config.start, devices) == (50, 64, 96, str(weights), 2)
    assert config.capture == str(tmp_path / "cmu.npz")
    assert command == (
        f"vh train hmr --profile fast --seed 2 --steps 7 --people 40 --paired 0.5 --depth 50 --size 96 "
        f"--capture {tmp_path / 'cmu.npz'} "
        f"--imagenet {weights} --devices 2 --out {tmp_path / 'a'}"
    )


def test_what_is_finished_is_read_back_unless_told_otherwise(trained, tmp_path):
    for extra in ((), (), ("--fresh",), ("--seed", 1)):
        assert run("--out", tmp_path, *extra).exit_code == 0
    assert [config.seed for config, *_ in trained] == [0, 0, 1]
    assert {config.start for config, *_ in trained} == {"parts"}


def test_refusals(trained, tmp_path):
    (tmp_path / "file").touch()
    for arguments, message in (
        (("--profile", "slow", "--out", tmp_path), "--profile slow: expected fast or full"),
        (("--out", tmp_path / "file"), "this is a file; name a folder"),
        (("--depth", 19, "--out", tmp_path), "--depth 19: expected one of 18, 34, 50"),
        (("--imagenet", tmp_path / "none.pth", "--out", tmp_path), "none.pth: no such file"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, InputError)
        assert message in str(result.exception)
    assert not trained
