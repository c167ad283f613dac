"""TensorBoard's curves: the log's numbers, also after an interruption; and what is said where it is missing."""

import csv
import sys

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from typer.testing import CliRunner

from tests.training.test_loop import CONFIG, SCHEDULE, Line
from vhlib.cli import app
from vhlib.core.errors import MissingDependencyError
from vhlib.training import vae
from vhlib.training.board import tensorboard
from vhlib.training.loop import run

FIGURES = ("joint_angle_deg", "vertices_mm", "coverage", "samples_joints_outside_limits")


def curve(folder):
    events = EventAccumulator(str(folder))
    events.Reload()
    return {point.step: point.value for point in events.Scalars("loss")}


def test_the_curve_is_the_log_also_of_a_run_that_was_interrupted(tmp_path):
    # Stopped after the line of step 15, which was drawn; the state is that of step 10.
    with pytest.raises(KeyboardInterrupt):
        run(Line(stop_at=17), SCHEDULE, tmp_path, "line", config=CONFIG, progress=tensorboard(tmp_path / "curves"))
    assert list(curve(tmp_path / "curves")) == [5, 10, 15]
    run(Line(), SCHEDULE, tmp_path, "line", config=CONFIG, progress=tensorboard(tmp_path / "curves"))
    with (tmp_path / "line.csv").open() as file:
        log = {int(row["step"]): float(row["loss"]) for row in csv.DictReader(file)}
    assert curve(tmp_path / "curves") == pytest.approx(log, rel=1e-5)


def test_one_sentence_where_the_package_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", None)
    with pytest.raises(MissingDependencyError, match="pip install tensorboard"):
        tensorboard(tmp_path)


def test_vh_train_draws_them_when_asked(tmp_path, monkeypatch):
    def train(out, config, *, command, making, progress):
        progress(0, {})
        progress(config.steps, {"loss": 0.5})
        return {"figures": dict.fromkeys(FIGURES, 1.0)}

    monkeypatch.setattr(vae, "train_vae", train)
    for folder, asked in (("with", ["--tensorboard"]), ("without", [])):
        result = CliRunner().invoke(app, ["train", "vae", "--steps", "7", *asked, "--out", str(tmp_path / folder)])
        assert result.exit_code == 0, result.output
    assert curve(tmp_path / "with") == {7: 0.5}
    assert not (tmp_path / "without").exists()
