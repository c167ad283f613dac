"""NBF's experiments, with few people and a small network: what they measure, not how good it is."""

from dataclasses import asdict, replace
from functools import partial

import pytest
import torch

from vhlib.data.synthetic import GARMENTS
from vhlib.experiments import nbf as shared
from vhlib.experiments import nbf_appearance, nbf_losses, nbf_segmentation_quality, prepare
from vhlib.experiments.nbf_supervision import SHARES
from vhlib.experiments.table import SPREAD, run
from vhlib.training import nbf, segmentation
from vhlib.training.nbf import PROFILES, NBFTraining
from vhlib.training.part_people import bare_people
from vhlib.training.segmentation import SegmentationTraining

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


def test_a_seed_of_a_row_is_a_training_of_its_own(monkeypatch):
    few = bare_people("train", 6, size=32)
    monkeypatch.setattr(shared, "_people", lambda count, size, dressed: (few, few))
    first, again, other = (shared.measure(TINY, seed) for seed in (0, 0, 1))
    assert set(first) == set(shared.COLUMNS)
    assert first == again != other
    full = prepare("nbf-losses", "full")
    assert {row.seeds for row in full.rows} == {(0, 1, 2)}
    assert full.columns[-1] == "± 3D error, mm"
    assert all(row.config["weights"] for row in full.rows)


def test_shares_go_from_everybody_to_nobody_and_other_rows_differ_by_one_thing():
    assert (SHARES[0], SHARES[-1]) == (100, 0)
    assert [row.name for row in prepare("nbf-parts").rows] == ["1 part", "3 parts", "6 parts", "12 parts", "24 parts"]
    assert len(prepare("nbf-supervision").rows) == len(SHARES)
    assert PROFILES["fast"].paired == 1.0


def test_the_figures_can_be_drawn(tmp_path):
    for name in ("losses", "supervision", "parts", "input", "appearance", "segmentation-quality"):
        experiment = prepare(f"nbf-{name}")
        values = dict.fromkeys(experiment.columns, 1.0)
        rows = tuple(replace(row, measure=partial(measured, values)) for row in experiment.rows)
        run(replace(experiment, rows=rows, share=lambda: None), tmp_path / name)
        assert (tmp_path / name / "figure.png").stat().st_size > 5000


def measured(values, seed=None):
    return {name: value for name, value in values.items() if seed is None or not name.startswith(SPREAD)}


def test_inputs_and_parts_of_one_experiment_are_of_the_same_people():
    rows = prepare("nbf-input").rows
    assert [row.name for row in rows] == ["picture", "parts", "joints", "joints and parts"]
    assert all(row.config["dressed"] for row in rows)
    assert len({str({**row.config, "shown": ""}) for row in rows}) == 1


@pytest.mark.slow
def test_every_row_can_be_measured(monkeypatch, tmp_path):
    tiny = replace(TINY, dressed=True, people=40)
    for profiles, config in ((nbf.PROFILES, TINY), (nbf.DRESSED, tiny)):
        monkeypatch.setitem(profiles, "fast", config)
    monkeypatch.setitem(segmentation.PROFILES, "fast", SegmentationTraining(width=4, decoder=8, size=32))
    monkeypatch.setitem(nbf_segmentation_quality.STEPS, "fast", (1, 4))
    for module in (nbf, shared, nbf_appearance, nbf_segmentation_quality):
        monkeypatch.setattr(module, "HELD_OUT", 40)
    tables = {
        name: run(prepare(name), tmp_path / name)
        for name in ("nbf-input", "nbf-appearance", "nbf-segmentation-quality")
    }
    quality = tables["nbf-segmentation-quality"].column("mean F1")
    assert quality["the truth"] == 1
    for kind in ("frayed", "swapped", "missing"):
        little, much = (value or 0 for name, value in quality.items() if kind in name)
        assert 1 > little > much
    assert all((tmp_path / name / "figure.png").exists() for name in tables)


def test_long_clothes_and_short_ones_are_told_apart():
    outfits = (("trousers", "long-sleeved shirt", "cap"), ("trousers", "t-shirt"), ("dress", "boots"))
    garments = torch.tensor([[garment in outfit for garment in GARMENTS] for outfit in outfits])
    assert nbf_appearance.wearing_long(garments).tolist() == [True, False, False]
    assert nbf_appearance.wearing_short(garments).tolist() == [False, False, True]
