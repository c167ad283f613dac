import numpy as np
import pytest

from vhlib.body import GENDERS, standin_file, verify
from vhlib.core.errors import InputError


def results(path):
    return {check.name: check.passed for check in verify(path)}


@pytest.mark.parametrize("gender", GENDERS)
def test_the_stand_ins_pass(gender):
    checks = verify(standin_file(gender))
    assert {check.name for check in checks} == {"schema", "weights", "regressors", "mesh", "mirror", "stance"}
    assert all(check.passed for check in checks)


def test_a_file_that_cannot_be_read_fails_with_its_reason(tmp_path):
    path = tmp_path / "body.pkl"
    path.write_bytes(b"nothing of the kind")
    (check,) = verify(path)
    assert (check.name, check.passed) == ("schema", False)
    assert "body.pkl: not a pickle" in check.found


def one_face_turned(faces):
    return np.concatenate([faces[:1, ::-1], faces[1:]])


@pytest.mark.parametrize(
    ("name", "change", "failing"),
    [
        ("weights", lambda weights: 0.9 * weights, {"weights"}),
        ("weights", lambda weights: weights - 0.5 * np.eye(24)[:1] + 0.5 * np.eye(24)[1:2], {"weights"}),
        ("J_regressor_lsp14", lambda rows: 2 * rows, {"regressors"}),
        ("f", one_face_turned, {"mesh"}),
        ("f", lambda faces: faces[:, ::-1], {"mesh"}),
        ("v_template", lambda vertices: 100 * vertices, {"mesh", "stance"}),
        ("v_template", lambda vertices: vertices[:, [0, 2, 1]] * [1, 1, -1], {"stance"}),
        ("v_template", lambda vertices: vertices * [-1, 1, -1], {"stance"}),
        ("mirror", lambda mirror: np.roll(mirror, 1), {"mirror"}),
    ],
    ids=["sums", "negative", "regressor", "face", "inside out", "centimetres", "z up", "backwards", "mirror"],
)
def test_each_promise_is_looked_at(tmp_path, name, change, failing):
    with np.load(standin_file("neutral")) as arrays:
        changed = {**arrays, name: change(arrays[name])}
    np.savez(tmp_path / "body.npz", **changed)
    assert {check for check, passed in results(tmp_path / "body.npz").items() if not passed} == failing


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"absent\.npz: no such file"):
        verify(tmp_path / "absent.npz")
