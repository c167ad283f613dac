"""A user's folder of its own for each file of tests: nothing is read from, or left in, the real one."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VH_HOME", str(tmp_path_factory.mktemp("home")))
        yield
