"""NBF's experiments, with few people and a small network: what they measure, not how good it is."""

from dataclasses import asdict, replace
from functools import partial

import pytest

from vhlib.experiments import nbf_losses, prepare
from vhlib.experiments.nbf_supervision import SHARES
from vhlib.experiments.table import run
from vhlib.training.nbf import PROFILES, NBFTraining
from vhlib.training.part_people import bare_people

TINY = NBFTraining(width=4, size=32, people=6, batch=4, steps=2)


def test_each_loss_is_alone_once():
    on = {
        name: {loss for loss, weight in asdict(config.weights).items() if weight}
        for name, config in nbf_losses.variants(TINY).items()
    }
    assert on == {
        "L_2D": {"reprojection"},
        "L_3D": {"joints"},
        "L_lat": {"latent"},
        "L_lat + L_3D + L_2D": {"reprojection", "joints", "latent"},
    }


def test_a_row_is_the_mean_of_its_seeds_with_their_spread(monkeypatch):
    few = bare_people("train", 6, size=32)
    monkeypatch.setattr(nbf_losses, "_people", lambda count, size: (few, few))
    single, other, both = (nbf_losses.measure(TINY, seeds) for seeds in ((0,), (1,), (0, 1)))
    assert set(both) == {*nbf_losses.COLUMNS, nbf_losses.SPREAD}
    assert single[nbf_losses.SPREAD] is None
    errors = [float(each["3D error, mm"] or 0) for each in (single, other)]
    assert both["3D error, mm"] == pytest.approx(sum(errors) / 2)
    assert both[nbf_losses.SPREAD] == pytest.approx(abs(errors[0] - errors[1]) / 2**0.5)


def test_shares_go_from_everybody_to_nobody_and_other_rows_differ_by_one_thing():
    assert (SHARES[0], SHARES[-1]) == (100, 0)
    assert [row.name for row in prepare("nbf-parts").rows] == ["1 part", "3 parts", "6 parts", "12 parts", "24 parts"]
    assert len(prepare("nbf-supervision").rows) == len(SHARES)
    assert PROFILES["fast"].paired == 1.0


def test_the_figures_can_be_drawn(tmp_path):
    for name in ("nbf-losses", "nbf-supervision", "nbf-parts"):
        experiment = prepare(name)
        values = dict.fromkeys(experiment.columns, 1.0)
        rows = tuple(replace(row, measure=partial(dict, values)) for row in experiment.rows)
        run(replace(experiment, rows=rows), tmp_path / name)
        assert (tmp_path / name / "figure.png").stat().st_size > 5000
