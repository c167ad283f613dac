"""`vh lab` opens JupyterLab on the first notebook. JupyterLab itself is run by the browser tests."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from vhlib.cli import app, lab
from vhlib.core.errors import InputError

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def launched(monkeypatch):
    calls: list[list[str]] = []
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", lambda argv: calls.append(argv))
    return calls


def test_it_opens_the_first_notebook_and_serves_the_folder_above(launched):
    assert CliRunner().invoke(app, ["lab"]).exit_code == 0
    assert launched == [[str(HERE / "notebooks" / lab.FIRST), f"--ServerApp.root_dir={HERE}"]]


def test_the_working_folder_s_notebooks_come_first(tmp_path, monkeypatch):
    mine = tmp_path / "notebooks" / lab.FIRST
    mine.parent.mkdir()
    mine.touch()
    monkeypatch.chdir(tmp_path)
    assert lab.first_notebook() == mine
    monkeypatch.chdir(tmp_path / "notebooks")
    assert lab.first_notebook() == HERE / "notebooks" / lab.FIRST


def test_another_notebook_without_a_browser(launched, tmp_path):
    other = tmp_path / "course" / "x.ipynb"
    other.parent.mkdir()
    other.touch()
    CliRunner().invoke(app, ["lab", str(other), "--no-browser"])
    assert launched == [[str(other), f"--ServerApp.root_dir={tmp_path}", "--no-browser"]]


def test_as_root_jupyter_is_allowed_to_start(launched, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert CliRunner().invoke(app, ["lab"]).exit_code == 0
    assert launched[0][-1] == "--allow-root"


def test_a_notebook_that_is_not_there_is_refused():
    with pytest.raises(InputError, match=r"nowhere\.ipynb: no such notebook"):
        CliRunner().invoke(app, ["lab", "nowhere.ipynb"], catch_exceptions=False)


def test_without_notebooks_it_says_where_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lab, "FIRST", "99_not_written.ipynb")
    with pytest.raises(InputError, match="run `vh lab` in the course's folder"):
        lab.first_notebook()
