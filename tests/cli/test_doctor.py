"""`vh doctor` tells what is here, and fails only when something needed does not work."""

import json

import pytest
from typer.testing import CliRunner

from vhlib.cli import app, doctor
from vhlib.core import paths


def run(*arguments: str):
    return CliRunner().invoke(app, ["doctor", *arguments], env={"COLUMNS": "200"})


def findings() -> dict[str, dict[str, str]]:
    return {finding["name"]: finding for finding in json.loads(run("--json").stdout)["findings"]}


def test_here_all_that_is_needed_is_ok():
    result = run("--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["ok"] is True
    assert {f["name"] for f in report["findings"] if f["needed"]} >= {
        "Python",
        "torch",
        "stand-in bodies",
        "pose prior",
    }
    assert findings()["stand-in bodies"]["found"] == "neutral, female, male"


def test_every_lack_has_a_next_step():
    for finding in findings().values():
        assert (finding["state"] == "ok") or finding["next_step"], finding
        assert finding["found"], finding


def test_the_table_says_the_same():
    result = run()
    assert result.exit_code == 0
    for name, finding in findings().items():
        assert name in result.stdout
        assert finding["found"].split()[0] in result.stdout


def test_a_package_that_is_not_here_is_absent(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert doctor._package("smplx", "smplx", "pip install it").state == "absent"


def test_a_package_that_does_not_import_is_broken_and_says_why(tmp_path, monkeypatch):
    (tmp_path / "builtforanothertorch.py").write_text("raise OSError('undefined symbol: _ZN3c10\\nat line 2')")
    monkeypatch.syspath_prepend(tmp_path)
    finding = doctor._package("PyTorch3D", "builtforanothertorch", "conda install it")
    assert finding.state == "broken"
    assert "undefined symbol" in finding.found
    assert "\n" not in finding.found


def test_a_damaged_official_body_is_reported_and_is_not_fatal(tmp_path, monkeypatch):
    monkeypatch.setenv("VH_HOME", str(tmp_path))
    paths.user("body").mkdir()
    paths.user("body", "smpl_female.pkl").write_bytes(b"<html>log in first")
    finding = findings()["official SMPL"]
    assert finding["state"] == "broken"
    assert "smpl_female.pkl" in finding["found"]
    assert run("--json").exit_code == 0


def test_without_its_own_bodies_the_kit_is_broken(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "vhlib")
    result = run("--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["ok"] is False
    broken = [f for f in report["findings"] if f["name"] == "stand-in bodies"]
    assert broken[0]["state"] == "broken"
    assert "install the kit again" in broken[0]["next_step"]
    assert "does not run until this is mended: stand-in bodies" in run().stdout


@pytest.mark.parametrize("state", ["absent", "broken"])
def test_what_is_optional_does_not_make_it_unhealthy(state):
    needed = doctor.Finding("torch", "ok", "2.13", needed=True)
    assert doctor.healthy((needed, doctor.Finding("GPU", state, "none", "buy one")))
    assert not doctor.healthy((needed, doctor.Finding("body", state, "none", "get one", needed=True)))
