"""Where the kit's files and the user's files lie."""

from pathlib import Path

import pytest

from vhlib.core import paths
from vhlib.core.errors import InputError


def test_shipped_files_are_the_repository_s(tmp_path: Path):
    assert paths.shipped() == Path(paths.__file__).parents[2] / "data"


def test_a_wheel_s_own_copy_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "vhlib" / "shipped" / "body").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "vhlib")
    assert paths.shipped("body") == tmp_path / "vhlib" / "shipped" / "body"


def test_a_missing_file_is_named_with_the_way_to_get_it_back():
    with pytest.raises(InputError, match=r"nobody\.npz: this file comes with the kit and is missing; install"):
        paths.shipped("body", "nobody.npz")


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {}, ".local/share/vhlib"),
        ("linux", {"XDG_DATA_HOME": "/somewhere"}, "/somewhere/vhlib"),
        ("darwin", {}, "Library/Application Support/vhlib"),
        ("win32", {}, "AppData/Local/vhlib"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/vhlib"),
        ("linux", {"VH_HOME": "/mine"}, "/mine"),
        ("linux", {"VH_HOME": ""}, ".local/share/vhlib"),
        ("win32", {"VH_HOME": "~/mine"}, "mine"),
    ],
)
def test_user_s_folder(platform: str, variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch):
    for name in ("VH_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/student")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert paths.user("body", "x.pkl") == Path("/home/student") / folder / "body" / "x.pkl"
