import json

import pytest
from typer.testing import CliRunner

from vhlib.body import standin_file
from vhlib.cli import app
from vhlib.core.errors import InputError


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VH_HOME", str(tmp_path / "home"))


def run(*arguments):
    return CliRunner().invoke(app, ["body", *map(str, arguments)])


def test_info_lists_the_stand_ins():
    rows = json.loads(run("info", "--json").stdout)
    assert [(row["source"], row["gender"], row["verified"], row["betas"]) for row in rows] == [
        ("stand-in", gender, True, 10) for gender in ("neutral", "female", "male")
    ]
    assert rows[0]["file"] == str(standin_file("neutral"))
    table = run("info").stdout
    assert "stand-in" in table
    assert "vh body install" in table


def test_verify_checks_everything_that_is_here():
    result = run("verify")
    assert result.exit_code == 0
    assert result.stdout.count("schema") == 3
    assert "failed" not in result.stdout


def test_verify_exits_1_for_a_file_that_fails_and_says_why(tmp_path):
    broken = tmp_path / "broken.pkl"
    broken.write_bytes(standin_file("male").read_bytes()[:100_000])
    result = run("verify", broken)
    assert result.exit_code == 1
    assert "failed schema" in result.stdout
    assert "damaged" in result.stdout


def test_bad_files_are_answered_in_a_sentence(tmp_path):
    for arguments, sentence in (
        (("verify", tmp_path / "absent.pkl"), "no such file"),
        (("install", tmp_path / "absent.pkl"), "no such file"),
        (("install", standin_file("male")), "the kit's own stand-in"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, InputError)
        assert sentence in str(result.exception)


def test_build_builds_what_was_asked_for(tmp_path, monkeypatch):
    built = []

    def build_standin(out, genders, progress):
        progress("cutting the mesh")
        built.append((out, tuple(genders)))
        return [out / f"{gender}.npz" for gender in genders]

    monkeypatch.setattr("vhlib.body.standin.build_standin", build_standin)
    result = run("build", "--out", tmp_path, "--gender", "male")
    assert result.exit_code == 0
    assert result.stdout.split() == [str(tmp_path / "male.npz")]
    run("build", "--out", tmp_path)
    assert built == [(tmp_path, ("male",)), (tmp_path, ("neutral", "female", "male"))]
