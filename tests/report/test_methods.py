"""The ways of ``vh fit`` on the person that comes with the kit."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from vhlib.data.images import read_image
from vhlib.data.sample import load_sample
from vhlib.fitting import SMPLIFY
from vhlib.report import methods, write_fit
from vhlib.report.methods import Request, by_hmr, by_nbf, by_smplify


@pytest.fixture(scope="module")
def request_(body):
    sample = load_sample()
    # Around the keypoints, which lie inside the skin.
    low, high = sample.keypoints.positions.amin(0) - 20, sample.keypoints.positions.amax(0) + 20
    return Request(
        image=sample.image,
        name="sample",
        body=body,
        keypoints=sample.keypoints,
        box=(*low.tolist(), *(high - low).tolist()),
        focal_length=float(sample.focal_length[0]),
    )


def test_the_network_needs_no_keypoints_and_puts_the_body_over_the_person(request_, tmp_path):
    blind = by_hmr(replace(request_, keypoints=None))
    assert blind.reprojection_px is None
    assert (blind.overlay() != request_.image).any()
    seen = by_hmr(request_)
    for name, value in seen.parameters.items():
        np.testing.assert_allclose(blind.parameters[name].numpy(), value.numpy(), atol=1e-6)
    assert seen.reprojection_px is not None
    assert seen.reprojection_px < 0.25 * seen.person_height_px
    assert 250 < seen.person_height_px < 550  # SMPLify says 400
    page = write_fit(blind, tmp_path)["report.html"].read_text()
    assert "Energy at the end of each stage" not in page
    assert json.loads((tmp_path / "fit.json").read_text())["reprojection_share_of_height"] is None


def test_smplify_goes_on_from_the_network_and_the_page_shows_both(request_, tmp_path):
    refined = by_hmr(replace(request_, refine=True))
    assert refined.before is not None
    assert refined.before.reprojection_px is not None
    assert refined.reprojection_px is not None
    assert refined.before.settings["method"] == "hmr"
    assert refined.settings["method"] == "hmr, refined by smplify"
    assert refined.reprojection_px < min(refined.before.reprojection_px, 0.05 * refined.person_height_px)
    assert list(refined.energy) == [stage.name for stage in SMPLIFY]
    assert "Where the fit began: hmr" in write_fit(refined, tmp_path)["report.html"].read_text()


def test_nbf_shows_the_parts_and_smplify_goes_on_from_its_body(request_, tmp_path):
    blind = by_nbf(replace(request_, keypoints=None))
    assert blind.reprojection_px is None
    assert blind.parts is not None
    outside = blind.parts == request_.image
    assert outside.any()
    assert not outside.all()
    files = write_fit(blind, tmp_path)
    np.testing.assert_array_equal(read_image(files["parts.png"]), blind.parts)
    assert "What it sees." in files["report.html"].read_text()
    refined = by_nbf(replace(request_, refine=True))
    assert refined.before is not None
    assert refined.parts is not None
    assert refined.settings["method"] == "nbf, refined by smplify"
    assert refined.reprojection_px is not None
    assert refined.reprojection_px < 0.05 * refined.person_height_px


def test_without_keypoints_nbf_goes_on_to_its_parts_and_joints(request_, tmp_path, monkeypatch):
    short = tuple(replace(stage, iterations=4) for stage in methods.PARTS_AND_JOINTS)
    monkeypatch.setattr(methods, "PARTS_AND_JOINTS", short)
    refined = by_nbf(replace(request_, keypoints=None, refine=True))
    assert refined.before is not None
    assert refined.settings["method"] == "nbf, refined by its parts and joints"
    assert all("silhouette" in terms for terms in refined.energy.values())
    assert not torch.equal(refined.parameters["body_pose"], refined.before.parameters["body_pose"])
    assert "Where the fit began: nbf." in write_fit(refined, tmp_path)["report.html"].read_text()


def test_smplify_needs_keypoints(request_):
    with pytest.raises(ValueError, match="SMPLify needs keypoints"):
        by_smplify(replace(request_, keypoints=None))
