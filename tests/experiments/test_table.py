"""The frame of experiments: what is written, what is read back after an interruption, what is run again."""

import json
from dataclasses import asdict, replace

import pytest
from matplotlib.figure import Figure
from PIL import Image

from vhlib.core.errors import InputError
from vhlib.core.paths import shipped
from vhlib.experiments import Experiment, Row, experiments, prepare, result, run


class Counted:
    """A measurement that counts how often it runs, and fails when told to."""

    def __init__(self, value):
        self.value, self.runs, self.broken = value, 0, False

    def __call__(self, seed=0):
        if self.broken:
            raise KeyboardInterrupt
        self.runs += 1
        return {"error, mm": self.value + seed, "found": None}


@pytest.fixture
def measures():
    return {"good": Counted(1.25), "bad": Counted(123.4)}


@pytest.fixture
def toy(measures):
    rows = tuple(Row(name, measure) for name, measure in measures.items())
    return Experiment("toy", "fast", (0, 1), ("error, mm", "found"), rows, lambda table: Figure(figsize=(1, 1)))


def test_the_files_follow_the_contract(toy, tmp_path):
    run(toy, tmp_path)
    table = json.loads((tmp_path / "table.json").read_text())
    assert set(table) == {"experiment", "profile", "command", "seeds", "seconds", "columns", "rows"}
    assert table["command"] == "vh experiment toy --profile fast"
    assert table["rows"][1] == {"name": "bad", "values": {"error, mm": 123.4, "found": None}}
    lines = (tmp_path / "table.md").read_text().splitlines()
    assert lines[2:4] == ["| good | 1.25 | – |", "| bad | 123.4 | – |"]
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_an_interrupted_experiment_goes_on(toy, measures, tmp_path):
    measures["bad"].broken = True
    with pytest.raises(KeyboardInterrupt):
        run(toy, tmp_path)
    measures["bad"].broken = False
    table = run(toy, tmp_path)
    assert (measures["good"].runs, measures["bad"].runs) == (1, 1)
    assert table.column("error, mm") == {"good": 1.25, "bad": 123.4}


@pytest.mark.parametrize("change", [{"profile": "full"}, {"seeds": (2,)}])
def test_rows_of_other_settings_are_measured_again(toy, measures, tmp_path, change):
    run(toy, tmp_path)
    run(replace(toy, **change), tmp_path)
    assert measures["good"].runs == 2


def test_a_row_that_is_made_from_something_else_is_measured_again_and_no_other(toy, measures, tmp_path):
    run(toy, tmp_path)
    good, bad = toy.rows
    for _ in range(2):
        run(replace(toy, rows=(good, replace(bad, config={"steps": 7, "sizes": (1, 2)}))), tmp_path)
    assert (measures["good"].runs, measures["bad"].runs) == (1, 2)


def test_each_seed_is_saved_by_itself_and_the_row_is_their_mean_with_its_spread(toy, measures, tmp_path):
    columns = ("error, mm", "± error, mm", "found")
    rows = tuple(replace(row, seeds=(0, 1, 5)) for row in toy.rows)
    seeded = replace(toy, columns=columns, rows=rows)
    assert run(seeded, tmp_path).column("error, mm") == {"good": pytest.approx(3.25), "bad": pytest.approx(125.4)}
    assert run(seeded, tmp_path).column("± error, mm")["good"] == pytest.approx(7**0.5)
    assert run(seeded, tmp_path).column("found")["good"] is None
    assert measures["good"].runs == 3
    run(replace(seeded, rows=tuple(replace(row, seeds=(0, 1, 2)) for row in rows)), tmp_path)
    assert measures["good"].runs == 4


def test_what_rows_share_is_made_once_and_only_for_rows_that_are_missing(toy, tmp_path):
    made, told = [], []
    for _ in range(2):
        run(replace(toy, share=lambda: made.append(1)), tmp_path, progress=lambda *says: told.append(says))
    assert made == [1]
    assert told == [("what all rows share", 0, 2), ("good", 0, 2), ("bad", 1, 2)]


@pytest.mark.slow
def test_several_processes_measure_the_same(tmp_path):
    tables = [run(prepare("pose-library"), tmp_path / str(workers), workers=workers) for workers in (1, 2)]
    assert tables[0].rows == tables[1].rows


def test_a_row_with_other_columns_is_refused_and_not_saved(toy, tmp_path):
    with pytest.raises(ValueError, match="good: measured error, mm, found; the columns are error, mm"):
        run(replace(toy, columns=("error, mm",)), tmp_path)
    assert not list(tmp_path.rglob("*.json"))


def test_every_experiment_says_what_it_shows():
    assert all(text.endswith((".", "?")) for text in experiments().values())


def test_refusals():
    with pytest.raises(InputError, match="'nothing' is no experiment; expected one of"):
        prepare("nothing")


@pytest.mark.parametrize("name", sorted(folder.name for folder in shipped("results").iterdir()))
def test_a_result_that_comes_with_the_kit_is_read_from_its_files(name):
    found = result(name)
    assert found is not None
    table, picture = found
    assert json.loads(json.dumps(asdict(table))) == json.loads(shipped("results", name, "table.json").read_text())
    assert table._repr_markdown_() == shipped("results", name, "table.md").read_text()
    assert picture.tobytes() == Image.open(shipped("results", name, "figure.png")).tobytes()


def test_what_has_not_been_made_has_no_result():
    assert result("nothing-of-the-kind") is None
