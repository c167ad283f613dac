import json

import pytest
from typer.testing import CliRunner

from vhlib import bench
from vhlib.bench import Case
from vhlib.cli import app
from vhlib.core.errors import InputError


@pytest.fixture
def quick(monkeypatch):
    """Two cases that take no time."""
    two = [
        Case("first", lambda: None, "nobody", lambda: None),
        Case("second", lambda: None, "nobody", lambda: None, meaning=lambda ours, other: "as good as the first"),
    ]
    monkeypatch.setattr(bench, "cases", lambda name: iter(two))


def run(*arguments):
    return CliRunner().invoke(app, ["bench", *arguments])


def test_without_a_name_it_lists_what_there_is():
    result = run()
    assert result.exit_code == 0
    assert "lbs" in result.stdout
    assert "smplx" in result.stdout


def test_json_has_the_agreed_fields(quick):
    result = run("lbs", "--json", "--seconds", "0")
    report = json.loads(result.stdout)
    assert set(report) == {"bench", "machine", "rows"}
    assert report["bench"] == "lbs"
    assert [row["case"] for row in report["rows"]] == ["first", "second"]
    first, second = report["rows"]
    assert set(first) == {"case", "ours_ms", "against", "against_ms", "ratio"}
    assert set(second) - set(first) == {"meaning"}


def test_the_table_shows_the_chosen_cases(quick):
    result = run("lbs", "--only", "sec", "--seconds", "0")
    assert "second" in result.stdout
    assert "first " not in result.stdout
    assert result.stdout.endswith("\nas good as the first\n")


def test_bad_names_are_answered_in_a_sentence(quick):
    assert isinstance(run("lbs", "--only", "third").exception, InputError)
    assert "no case of lbs" in str(run("lbs", "--only", "third").exception)


def test_an_unknown_benchmark_is_named():
    assert "'nothing' is no benchmark" in str(run("nothing").exception)
