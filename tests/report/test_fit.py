"""The files of a fit: pixels follow from the numbers, and the page needs nothing but itself."""

import base64
import json
import re

import numpy as np
import pytest
import torch
from PIL import Image

from vhlib.data.sample import load_sample
from vhlib.report import FittedPerson, write_fit


@pytest.fixture(scope="module")
def person(body):
    """The person that comes with the kit, "fitted" with the truth."""
    sample = load_sample()
    return FittedPerson(
        image=sample.image,
        keypoints=sample.keypoints,
        body=body,
        parameters=sample.truth,
        focal_length=sample.focal_length,
        principal_point=sample.principal_point,
        reprojection_px=1.5,
        person_height_px=300.0,
        energy={"camera": {"torso": 2.0}, "stage <1>": {"keypoints": 3.0, "pose": -1.0}},
        seconds=0.25,
        settings={"image": "<script>alert(1)</script>", "method": "smplify"},
    )


@pytest.fixture(scope="module")
def written(person, tmp_path_factory):
    return write_fit(person, tmp_path_factory.mktemp("fit") / "new")


def test_pixels_follow_from_the_arrays_alone(person, written):
    with np.load(written["fit.npz"]) as fit:
        joints, focal, centre = fit["joints"], fit["focal_length"], fit["principal_point"]
        vertices = fit["vertices"]
        names = set(fit.files)
    pixels = focal * joints[:, :2] / joints[:, 2:] + centre
    knee = person.keypoints.positions[person.keypoints.skeleton.index("left_knee")]
    assert np.abs(pixels[4] - knee.numpy()).max() < 12  # SMPL's left knee beside LSP's, in a person of some 340 px
    assert vertices.shape == (6890, 3)
    assert (vertices[:, 2] > 1).all(), "OpenCV: in front of the camera is +z"
    assert vertices[:, 1].argmin() in range(6890)
    assert names == {
        *("betas", "body_pose", "global_orient", "transl"),
        *("vertices", "joints", "focal_length", "principal_point"),
    }


def test_the_true_body_covers_the_person_in_the_picture(person, written):
    drawn = np.asarray(Image.open(written["overlay.png"])).astype(int)
    changed = np.abs(drawn - person.image).sum(-1) > 30
    truth = person.keypoints.positions.numpy().astype(int)
    assert changed[truth[:, 1], truth[:, 0]].mean() > 0.9  # every keypoint lies on the drawn body, but for rims
    points = person.posed().vertices[0]
    pixels = person.focal_length * points[:, :2] / points[:, 2:] + person.principal_point
    (left, top), (right, bottom) = pixels.amin(0).long().tolist(), pixels.amax(0).long().tolist()
    changed[top : bottom + 1, left : right + 1] = False
    assert not changed.any()  # nothing beside the body


def test_the_mesh_stands_upright(written):
    rows = [line.split() for line in written["mesh.obj"].read_text().splitlines()]
    vertices = np.array([row[1:] for row in rows if row[0] == "v"], float)
    faces = np.array([row[1:] for row in rows if row[0] == "f"], int)
    assert vertices.shape == (6890, 3)
    assert faces.shape == (13776, 3)
    assert (faces.min(), faces.max()) == (1, 6890)
    assert vertices[411, 1] > vertices[3387, 1] + 1, "the head's top lies above the left heel"


def test_the_numbers_are_those_of_the_fit(person, written):
    numbers = json.loads(written["fit.json"].read_text())
    assert numbers["reprojection_share_of_height"] == pytest.approx(1.5 / 300)
    assert numbers["energy"]["stage <1>"] == {"keypoints": 3.0, "pose": -1.0}
    assert numbers["body"] == person.body.name


def test_the_page_is_whole_and_loads_nothing(written):
    html = written["report.html"].read_text()
    assert not re.search(r"(?:https?:)?//[a-z]+\.", html)
    assert not re.search(r"\$[a-z]+", html), "a place of the template that nobody filled"
    assert "<script>alert" not in html
    assert "stage &lt;1&gt;" in html
    encoded = html.split('bytes("')[1].split('"')[0]
    vertices = np.frombuffer(base64.b64decode(encoded), "<f4").reshape(-1, 3)
    assert vertices.shape == (6890, 3)
    assert torch.isfinite(torch.from_numpy(vertices.copy())).all()
