import pickle

import numpy as np
import pytest
import torch

from vhlib.body import GENDERS, bodies, install, load_body, official_file, read_body, standin_file
from vhlib.core.errors import InputError


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A data folder of this test's own."""
    monkeypatch.setenv("VH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def download(tmp_path_factory):
    """A file like an official one, a little taller than the stand-in."""
    path = tmp_path_factory.mktemp("download") / "SMPL_FEMALE.pkl"
    files = read_body(standin_file("female"))
    arrays = {
        "v_template": 1.01 * files.v_template,
        "f": files.faces.astype(np.uint32),
        "shapedirs": files.shapedirs,
        "posedirs": files.posedirs,
        "J_regressor": files.joint_regressor,
        "weights": files.weights,
        "kintree_table": np.stack([files.parents, np.arange(24)]).astype(np.uint32),
    }
    path.write_bytes(pickle.dumps(arrays))
    return path


def test_on_a_fresh_machine_there_are_the_stand_ins_alone():
    assert [(entry.source, entry.gender) for entry in bodies()] == [("stand-in", gender) for gender in GENDERS]
    assert all(official_file(gender) is None for gender in GENDERS)
    assert load_body("female").name.startswith("standin")


def test_an_installed_file_is_used_from_then_on_and_only_where_it_was_not_ruled_out(home, download):
    entry = install(download)
    assert (entry.source, entry.gender, entry.path) == ("official", "female", home / "body" / "smpl_female.pkl")
    assert entry in bodies()
    assert load_body("female").name == "smpl_female"
    assert load_body("female", source="standin").name.startswith("standin")
    assert load_body("male").name.startswith("standin")


def test_the_file_itself_can_be_named(download):
    taller = load_body(source=download, dtype=torch.float64)
    expected = 1.01 * read_body(standin_file("female")).v_template.astype(np.float64)
    np.testing.assert_allclose(taller().vertices[0], expected, atol=1e-6)


def test_installing_again_in_another_format_leaves_one_file(tmp_path, home, download):
    install(download)
    archive = tmp_path / "female.npz"
    with download.open("rb") as file:
        np.savez(archive, **pickle.load(file))
    install(archive)
    install(home / "body" / "smpl_female.npz")  # what is installed already may be named too
    assert [path.name for path in (home / "body").iterdir()] == ["smpl_female.npz"]


@pytest.mark.parametrize(
    ("name", "gender"),
    [
        ("SMPL_MALE.pkl", "male"),
        ("SMPL_FEMALE.pkl", "female"),
        ("SMPL_NEUTRAL.pkl", "neutral"),
        ("basicModel_f_lbs_10_207_0_v1.0.0.pkl", "female"),
        ("basicmodel_m_lbs_10_207_0_v1.1.0.pkl", "male"),
        ("basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl", "neutral"),
        ("neutral_smpl_with_cocoplus_reg.pkl", "neutral"),
    ],
)
def test_the_gender_is_read_from_the_official_names(tmp_path, download, name, gender):
    copy = tmp_path / name
    copy.write_bytes(download.read_bytes())
    assert install(copy).gender == gender


def test_a_name_that_says_no_gender_needs_one_said(tmp_path, download):
    copy = tmp_path / "model.pkl"
    copy.write_bytes(download.read_bytes())
    with pytest.raises(InputError, match=r"model\.pkl: its name does not say the gender; add --gender"):
        install(copy)
    assert install(copy, "male").gender == "male"
    with pytest.raises(InputError, match="gender: expected neutral, female, male, got 'child'"):
        install(copy, "child")


def test_an_unsound_file_is_not_installed(tmp_path, home, download):
    broken = tmp_path / "SMPL_MALE.npz"
    with download.open("rb") as file:
        arrays = pickle.load(file)
    np.savez(broken, **{**arrays, "v_template": 100 * arrays["v_template"]})  # centimetres
    with pytest.raises(InputError, match=r"SMPL_MALE\.npz: not a sound SMPL body, mesh: closed, \d+ litres"):
        install(broken)
    assert not (home / "body").exists()


def test_the_stand_in_needs_no_installing():
    with pytest.raises(InputError, match="this is the kit's own stand-in"):
        install(standin_file("male"))


def test_licensed_files_do_not_go_into_the_kit(monkeypatch, download):
    inside = standin_file("male").parents[2] / "somewhere"
    monkeypatch.setenv("VH_HOME", str(inside))
    with pytest.raises(InputError, match="set VH_HOME to a folder of your own for licensed files"):
        install(download)
    assert not inside.exists()


def test_an_unknown_gender_is_refused():
    with pytest.raises(InputError, match="gender: expected neutral, female, male, got 'it'"):
        load_body("it")
