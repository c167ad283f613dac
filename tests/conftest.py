"""Fixtures of every test: a user's folder, generators, the stand-in body, and one thread per worker."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

if TYPE_CHECKING:
    from vhlib.body import SMPL

if "PYTEST_XDIST_WORKER" in os.environ:
    torch.set_num_threads(1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured with `record_property` and, times depending on the machine, do not assert."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else []:
            terminalreporter.write_line(f"{report.nodeid.split('::')[-1]}: {name} {value}")


LEAVE_THINGS = ("training", "experiments")
"""Folders of tests of what keeps people and networks in the user's folder."""


@pytest.fixture(scope="module", autouse=True)
def _home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For each file of those a folder of its own: nothing is read from, or left in, the real one."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name in LEAVE_THINGS:
            patch.setenv("VH_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture
def generator() -> torch.Generator:
    """A fresh seeded generator for each test."""
    return torch.Generator().manual_seed(0)


@pytest.fixture(scope="session")
def body() -> "SMPL":
    """The neutral stand-in, in single precision."""
    from vhlib.body import load_body  # not above: modules imported before the tests start go without shape checks

    return load_body("neutral", source="standin")


@pytest.fixture(scope="session")
def toy_body() -> "SMPL":
    """SMPL's joints with two vertices each and two shape coefficients, in double precision: quick to differentiate."""
    from vhlib.body import SMPL, BodyFiles, load_body

    person = load_body("neutral", source="standin")
    joints, parents = person.joint_template.double().numpy(), np.array(person.parents)
    numbers = np.random.default_rng(0)
    count = 2 * len(joints)
    owner = np.repeat(np.arange(len(joints)), 2)
    own, above = np.eye(len(joints))[owner], np.eye(len(joints))[parents[owner].clip(min=0)]
    files = BodyFiles(
        name="toy",
        v_template=joints[owner] + 0.05 * numbers.standard_normal((count, 3)),
        faces=np.arange(count).reshape(-1, 3),
        shapedirs=0.02 * numbers.standard_normal((count, 3, 2)),
        posedirs=0.01 * numbers.standard_normal((count, 3, 9 * (len(joints) - 1))),
        joint_regressor=np.eye(len(joints))[:, owner] / 2,
        weights=0.75 * own + 0.25 * above,
        parents=parents,
    )
    return SMPL(files, dtype=torch.float64)
