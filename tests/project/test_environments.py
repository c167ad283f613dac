"""pyproject.toml, environment.yml and requirements.lock tell one story."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
NOT_IN_THE_ENVIRONMENT = {"anny", "trimesh"}  # the extra `body`: only for building the stand-in body again


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    texts = project["dependencies"] + [text for group in extras.values() for text in group]
    found = [Requirement(text) for text in texts]
    return [r for r in found if r.name not in NOT_IN_THE_ENVIRONMENT]


def conda_environment() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pip_section = next(item["pip"] for item in listed if isinstance(item, dict))
    lines = [item for item in listed if isinstance(item, str)] + [item for item in pip_section if "-e" not in item]
    split = [re.match(r"([a-z0-9-]+)(>=(.*))?$", line) for line in lines]
    return {match[1]: match[3] or "" for match in split if match}


@pytest.mark.parametrize("requirement", requirements(), ids=lambda r: r.name)
def test_conda_has_every_requirement_with_the_same_lower_bound(requirement):
    conda = conda_environment()
    name = CONDA_NAMES.get(requirement.name, requirement.name)
    assert name in conda, f"environment.yml lacks {name}"
    if requirement.url is None:
        assert requirement.specifier == Requirement(f"{name}>={conda[name]}").specifier


def test_conda_has_nothing_that_pyproject_does_not_ask_for():
    asked = {CONDA_NAMES.get(r.name, r.name) for r in requirements()}
    assert set(conda_environment()) - {"python", "pip"} == asked


def test_the_lock_satisfies_pyproject():
    locked = dict(line.split("==") for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line)
    for requirement in requirements():
        if requirement.url is None:
            assert requirement.specifier.contains(Version(locked[requirement.name])), requirement.name
