"""The experiments on priors, with few people and a small network: what they measure, not how good it is."""

from dataclasses import replace
from functools import partial

import pytest
import torch

from vhlib.data.crowd import crowd
from vhlib.experiments import interpenetration, prepare, priors, vae_terms
from vhlib.experiments.table import run
from vhlib.fitting import PRIORS, SMPLIFY
from vhlib.nets import VAEConfig
from vhlib.training.vae import VAETraining


@pytest.mark.parametrize("prior", ["none", "vae"])
def test_fits_are_measured_with_each_prior(body, prior):
    values = priors.measure(body, crowd(body, 2, seed=0), prior)
    assert set(values) == set(priors.COLUMNS)
    assert all(value is not None and value >= 0 for value in values.values())


def test_every_prior_meets_every_condition():
    names = [row.name for row in prepare("priors").rows]
    assert {f"{prior}, {condition}" for prior in PRIORS for condition in priors.CONDITIONS} <= set(names)


def test_the_truths_own_depth_is_measured_without_a_fit(body):
    people = crowd(body, 3, seed=0, families=interpenetration.FAMILIES)
    values = interpenetration.measure(body, people, None)
    assert values["PA-MPJPE, mm"] == pytest.approx(0, abs=1e-2)
    assert (interpenetration.measure(body, people, SMPLIFY)["PA-MPJPE, mm"] or 0) > 1


def test_each_term_is_switched_off_once():
    config = VAETraining(net=VAEConfig(latent=3, width=8), batch=16, steps=3)
    variants = vae_terms.variants(config)
    off = {name: {term for term, weight in vars(v.weights).items() if weight == 0} for name, v in variants.items()}
    assert off["all four terms"] == off["KL × 30"] == off["6-D output"] == set()
    assert off["no KL"] == {"kl"}
    assert off["neither L_orth nor L_det"] == {"orthogonality", "determinant"}
    poses = 0.1 * torch.randn(40, 23, 3, generator=torch.Generator().manual_seed(0))
    found = vae_terms.measure(config, poses, poses[:20])
    assert set(found) == set(vae_terms.COLUMNS)
    assert found["coverage"] is not None
    assert 0 <= found["coverage"] <= 1


def test_the_figures_can_be_drawn(tmp_path):
    for name in ("priors", "interpenetration", "vae-terms"):
        experiment = prepare(name)
        values = dict.fromkeys(experiment.columns, 1.0)
        rows = tuple(replace(row, measure=partial(dict, values)) for row in experiment.rows)
        run(replace(experiment, rows=rows), tmp_path / name)
        assert (tmp_path / name / "figure.png").stat().st_size > 5000
