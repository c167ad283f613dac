"""``vh train nbf``: its options, and that a finished run is not run again."""

import json

import pytest
from typer.testing import CliRunner

from vhlib.cli import app
from vhlib.core.errors import InputError
from vhlib.training import nbf as training
from vhlib.training import nbf_chain


@pytest.fixture
def trained(monkeypatch):
    """In place of the training: what it was asked for, and a card."""
    asked = []

    def train(out, config, *, command, making, progress):
        asked.append((config, command))
        length = getattr(config, "nbf", config)
        making(length.people)
        progress(length.steps, {"loss": 0.2})
        figures = {"joints_mm": 90.0, "pckh": 88.0, "rotation_rad": 0.5}
        card = {"config": json.loads(json.dumps(training.asdict(config))), "figures": figures}
        out.mkdir(parents=True, exist_ok=True)
        (out / "nbf.safetensors").touch()
        (out / "nbf.json").write_text(json.dumps(card))
        return card

    monkeypatch.setattr(training, "train_nbf", train)
    return asked


def run(*arguments):
    return CliRunner().invoke(app, ["train", "nbf", *map(str, arguments)])


def test_options_reach_the_training_and_the_card_says_how_to_get_it_again(trained, tmp_path):
    result = run(
        *("--steps", 7, "--people", 40, "--parts", 6, "--paired", 0.5, "--camera", "predicted"),
        *("--seed", 2, "--out", tmp_path / "a"),
    )
    assert result.exit_code == 0, result.output
    assert "3D error 90 mm, PCKh 88%, rotation error 0.50 rad" in " ".join(result.stdout.split())
    [(config, command)] = trained
    assert (config.steps, config.people, config.parts, config.paired, config.camera) == (7, 40, 6, 0.5, "predicted")
    assert command == (
        f"vh train nbf --profile fast --seed 2 --parts 6 --paired 0.5 --camera predicted --steps 7 --people 40 "
        f"--out {tmp_path / 'a'}"
    )


def test_a_first_network_is_named_and_may_learn_too(trained, monkeypatch, tmp_path):
    monkeypatch.setattr(nbf_chain, "train_chain", training.train_nbf)
    result = run("--segmentation", "first.safetensors", "--end-to-end", "--steps", 7, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    [(config, command)] = trained
    assert (config.segmentation, config.together, config.nbf.steps) == ("first.safetensors", 0.5, 7)
    assert config.nbf.camera == "predicted"
    assert command == (
        f"vh train nbf --profile fast --seed 0 --steps 7 --segmentation first.safetensors --out {tmp_path} --end-to-end"
    )


def test_what_is_finished_is_read_back_unless_told_otherwise(trained, tmp_path):
    for extra in ((), (), ("--fresh",), ("--seed", 1)):
        assert run("--out", tmp_path, *extra).exit_code == 0
    assert [config.seed for config, _ in trained] == [0, 0, 1]


def test_refusals(trained, tmp_path):
    (tmp_path / "file").touch()
    for arguments, message in (
        (("--profile", "slow", "--out", tmp_path), "--profile slow: expected fast or full"),
        (("--out", tmp_path / "file"), "this is a file; name a folder"),
        (("--parts", 5, "--out", tmp_path), "--parts 5: expected one of 24, 14, 12, 6, 3, 1"),
        (("--end-to-end", "--out", tmp_path), "--end-to-end: two networks learn together; name the first"),
        (("--camera", "none", "--out", tmp_path), "camera: expected one of given, predicted"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, InputError)
        assert message in str(result.exception)
    assert trained == []
