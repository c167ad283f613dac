"""``vh data make``, ``contact-sheet`` and ``benchmark``."""

from PIL import Image
from typer.testing import CliRunner

from vhlib.cli import app
from vhlib.core.errors import InputError
from vhlib.data.synthetic import ShardedPeople


def test_make_writes_a_set_and_refuses_another(tmp_path):
    arguments = ["data", "make", "--n", "3", "--size", "32", "--out", str(tmp_path / "set"), "--workers", "0"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "3 samples in 1 shards" in result.stdout
    assert len(ShardedPeople(tmp_path / "set")) == 3
    result = CliRunner().invoke(app, [*arguments, "--seed", "1"])
    assert isinstance(result.exception, InputError)
    assert "holds another set" in str(result.exception)


def test_contact_sheet(tmp_path):
    out = tmp_path / "sheet.png"
    arguments = ["data", "contact-sheet", "--out", str(out), "--n", "3", "--size", "32", "--columns", "2"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    with Image.open(out) as sheet:
        assert sheet.size == (2 * 38 + 6, 2 * 38 + 6)
