"""``vh train segmentation``: its options, and that a finished run is not run again."""

import json

import pytest
from typer.testing import CliRunner

from vhlib.cli import app
from vhlib.core.errors import InputError
from vhlib.training import segmentation as training


@pytest.fixture
def trained(monkeypatch):
    """In place of the training: what it was asked for, and a card."""
    asked = []

    def train(out, config, *, command, making, progress):
        asked.append((config, command))
        making(config.people)
        progress(config.steps, {"loss": 0.2})
        figures = {"accuracy": 0.9, "mean_iou": 0.5, "mean_f1": 0.6, "iou": {"background": 0.9}}
        card = {"config": json.loads(json.dumps(training.asdict(config))), "figures": figures}
        out.mkdir(parents=True, exist_ok=True)
        (out / "segmentation.safetensors").touch()
        (out / "segmentation.json").write_text(json.dumps(card))
        return card

    monkeypatch.setattr(training, "train_segmentation", train)
    return asked


def run(*arguments):
    return CliRunner().invoke(app, ["train", "segmentation", *map(str, arguments)])


def test_options_reach_the_training_and_the_card_says_how_to_get_it_again(trained, tmp_path):
    result = run(*("--steps", 7, "--people", 40, "--parts", 6, "--seed", 2, "--out", tmp_path / "a"))
    assert result.exit_code == 0, result.output
    assert "90.0% of the pixels are right, mean IoU 0.500, mean F1 0.600" in " ".join(result.stdout.split())
    [(config, command)] = trained
    assert (config.steps, config.people, config.parts, config.seed) == (7, 40, 6, 2)
    assert command == (
        f"vh train segmentation --profile fast --seed 2 --parts 6 --steps 7 --people 40 --out {tmp_path / 'a'}"
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
    ):
        result = run(*arguments)
        assert isinstance(result.exception, InputError)
        assert message in str(result.exception)
    assert trained == []
