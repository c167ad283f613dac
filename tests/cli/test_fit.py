"""``vh fit`` as a person types it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from vhlib.cli import app
from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.data.images import read_image

PERSON, JOINTS = shipped("samples", "person.png"), shipped("samples", "person_lsp14.npy")


def run(*arguments):
    return CliRunner().invoke(app, ["fit", *map(str, arguments)])


def refusal(*arguments):
    result = run(*arguments)
    assert isinstance(result.exception, InputError), result.output
    return str(result.exception)


def test_the_kits_own_person_is_fitted_without_any_argument(tmp_path):
    result = run("--body", "standin", "--out", tmp_path / "new", "--picture", tmp_path / "three.png")
    assert result.exit_code == 0, result.output
    numbers = json.loads((tmp_path / "new" / "fit.json").read_text())
    assert numbers["reprojection_px"] < 0.05 * numbers["person_height_px"]
    height, width, _ = read_image(PERSON).shape
    assert read_image(tmp_path / "three.png").shape == (height, 3 * width, 3)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        *("fit.json", "fit.npz", "mesh.obj", "overlay.png", "report.html")
    }


def test_a_picture_with_its_keypoints_and_a_box(tmp_path):
    """OpenPose's two people; the box picks the one who is less sure."""
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (400, 300, 3), np.uint8)).save(tmp_path / "photo.jpg")
    stand = np.load(JOINTS)[:2].T  # LSP-14 → those of BODY_25 that both have
    body25 = np.zeros((25, 3))
    for here, there in (
        (0, 11),
        (1, 10),
        (2, 9),
        (3, 12),
        (4, 13),
        (5, 14),
        (6, 4),
        (7, 3),
        (8, 2),
        (9, 5),
        (10, 6),
        (11, 7),
    ):
        body25[there] = *stand[here] * 0.5, 0.9
    other = body25 + [120, 0, -0.5] * (body25[:, 2:] > 0)
    people = [{"pose_keypoints_2d": rows.ravel().tolist()} for rows in (body25, other)]
    (tmp_path / "k.json").write_text(json.dumps({"people": people}))
    box = f"{other[9, 0] - 60},{other[9, 1] - 80},120,160"
    result = run(
        *(tmp_path / "photo.jpg", "--keypoints", tmp_path / "k.json", "--box", box),
        *("--body", "standin", "--out", tmp_path / "out"),
    )
    assert result.exit_code == 0, result.output
    with np.load(tmp_path / "out" / "fit.npz") as fit:
        pelvis = fit["focal_length"] * fit["joints"][0, :2] / fit["joints"][0, 2] + fit["principal_point"]
    assert abs(pelvis[0] - other[[9, 12], 0].mean()) < 15


@pytest.mark.parametrize("method", ["hmr", "nbf"])
def test_a_network_fits_a_picture_without_keypoints(tmp_path, method):
    result = run(PERSON, "--method", method, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "without keypoints there is no error" in result.output
    grey, clear = tmp_path / "grey.png", tmp_path / "clear.png"
    Image.open(PERSON).convert("L").save(grey)
    Image.open(PERSON).convert("RGBA").save(clear)
    for picture in (grey, clear):
        assert run(picture, "--method", method, "--out", tmp_path / "again").exit_code == 0


def test_refusals(tmp_path):
    Image.new("RGB", (300, 400)).save(tmp_path / "p.png")
    np.save(tmp_path / "far.npy", np.vstack([np.full((2, 14), 5000.0), np.ones(14)]))
    missing = tmp_path / "none.png"
    assert "cannot read this picture" in refusal(missing, "--keypoints", JOINTS)
    assert "needs its keypoints" in refusal(PERSON)
    assert "of which picture" in refusal("--keypoints", JOINTS)
    assert "this version fits with smplify, hmr, nbf" in refusal("--method", "magic")
    assert "--refine: smplify starts from nothing" in refusal("--refine")
    assert "--refine needs its keypoints" in refusal(PERSON, "--method", "hmr", "--refine")
    assert "leave --body out" in refusal("--method", "hmr", "--body", "SMPL_NEUTRAL.pkl")
    assert "refine with gmm or none" in refusal("--method", "hmr", "--refine", "--prior", "vae")
    assert "--prior magic: expected one of none, gmm, vae, both" in refusal("--prior", "magic", "--body", "standin")
    assert "expected x,y,w,h" in refusal("--box", "1,2,3")
    assert "positive width" in refusal("--box", "1,2,0,4")
    assert "positive number of pixels" in refusal("--focal-length", "-3")
    assert "this is a file" in refusal("--out", tmp_path / "p.png")
    assert "within its 300 x 400 pixels" in refusal(tmp_path / "p.png", "--keypoints", tmp_path / "far.npy")
    assert "in the box" in refusal(PERSON, "--keypoints", JOINTS, "--box", "0,0,5,5")
    assert "ends in .png" in refusal("--picture", tmp_path / "a.jpg")
    assert "none.pkl" in refusal("--body", tmp_path / "none.pkl")


@pytest.mark.parametrize(("debug", "traceback"), [((), False), (("--debug",), True)])
def test_a_person_sees_one_sentence_and_exit_code_2(debug, traceback):
    command = [sys.executable, "-m", "vhlib", *debug, "fit", "nowhere[1].png", "--keypoints", str(JOINTS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == (1 if traceback else 2)
    assert "nowhere[1].png: cannot read this picture" in result.stderr
    assert ("Traceback" in result.stderr) is traceback
