"""Planted answers are read from percent scripts."""

import pytest

from vhlib.core.errors import InputError
from vhlib.course import planted

SCRIPT = """\
# Planted answers to `double`.


# %% wrong, loses 0.5: forgets the sign
def double(x):
    return 2 * abs(x)


# %% alternative: adds
def double(x):
    return x + x


# %% wrong, loses 1.0: nothing at all
double = None
"""


def test_each_cell_is_an_answer(tmp_path):
    (tmp_path / "double.py").write_text(SCRIPT)
    (tmp_path / "another.py").write_text("# %% wrong, loses 1: none\npass\n")
    other, sign, adds, nothing = planted.read(tmp_path)
    assert other == planted.Planted("another", "none", "pass\n", 1.0)
    assert sign == planted.Planted("double", "forgets the sign", "def double(x):\n    return 2 * abs(x)\n", 0.5)
    assert (adds.title, adds.loses) == ("adds", None)
    assert (nothing.source, nothing.loses) == ("double = None\n", 1.0)


@pytest.mark.parametrize("header", ["# %% wrong: how much?", "# %% right: yes", "# %% wrong, loses 1.5: x", "# %%"])
def test_a_cell_that_does_not_say_what_it_loses_is_refused(tmp_path, header):
    (tmp_path / "double.py").write_text(f"{header}\nx = 1\n")
    with pytest.raises(InputError, match=r"double.py: .* should read `# %% wrong, loses SHARE"):
        planted.read(tmp_path)
