"""The set-up cell: installs the pinned kit on Colab, never torch, and does nothing elsewhere."""

import subprocess
import sys
import types

import pytest
import torch

from vhlib.course import colab


def run(source: str) -> None:
    exec(compile(source, "<cell>", "exec"), {})


@pytest.fixture
def commands(monkeypatch):
    """What the cell ran, instead of running it."""
    seen: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: seen.append(command))
    return seen


def test_elsewhere_it_does_nothing(commands, capsys):
    run(colab.cell())
    assert commands == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("gpu", "says"), [(False, "No GPU"), (True, "GPU: Tesla T4")])
def test_on_colab_it_installs_the_commit_and_says_whether_there_is_a_gpu(gpu, says, commands, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    run(colab.cell("0123abc"))
    (command,) = commands
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert f"vhlib @ git+{colab.REPOSITORY}@0123abc" in command
    assert command[-1] == f"torch=={torch.__version__}", "the installed torch is named, so pip leaves it"
    assert capsys.readouterr().out.startswith(says)


def test_pin_changes_the_setup_cell_and_nothing_else():
    other = {"cell_type": "code", "source": ["x = 1\n", "y = 2"]}
    text = {"cell_type": "markdown", "source": "# Colab setup is explained here"}
    setup = {"cell_type": "code", "id": "colab-setup", "source": colab.cell()}
    pinned = colab.pin({"cells": [text, setup, other], "nbformat": 4}, "0123abc")
    assert "".join(pinned["cells"][1]["source"]) == colab.cell("0123abc")
    assert pinned["cells"][1]["id"] == "colab-setup"
    assert pinned["cells"][0] is text
    assert pinned["cells"][2] is other
    assert pinned["nbformat"] == 4
