"""Configuration: every type read from TOML and from text, unknown keys refused with the names that exist."""

import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vhlib.core.config import from_mapping, from_toml, to_mapping, with_overrides
from vhlib.core.errors import InputError


@dataclass(frozen=True)
class Optimiser:
    rate: float = 1e-3
    steps: int = 10
    kind: Literal["adam", "lbfgs"] = "adam"
    order: Literal[1, 2] = 1


@dataclass(frozen=True)
class Range:
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ValueError("low must be below high")


@dataclass(frozen=True)
class Config:
    name: str = "run"
    fast: bool = False
    seed: int | None = 0
    out: Path = Path("out")
    weights: tuple[float, ...] = (1.0, 2.0)
    size: tuple[int, int] = (224, 224)
    optimiser: Optimiser = field(default_factory=Optimiser)
    range: Range = field(default_factory=Range)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("name", "baseline", "baseline"),
        ("fast", "yes", True),
        ("fast", "0", False),
        ("seed", "17", 17),
        ("seed", "none", None),
        ("out", "a/b", Path("a/b")),
        ("weights", "1,2.5", (1.0, 2.5)),
        ("weights", "", ()),
        ("size", "64,32", (64, 32)),
        ("optimiser.rate", "1e-4", 1e-4),
        ("optimiser.steps", 5.0, 5),
        ("optimiser.kind", "lbfgs", "lbfgs"),
        ("optimiser.order", "2", 2),
        ("optimiser", Optimiser(steps=3), Optimiser(steps=3)),
    ],
)
def test_text_is_read_as_the_field_s_type(key: str, text: Any, value: Any):
    found: Any = with_overrides(Config(), {key: text})
    for name in key.split("."):
        found = getattr(found, name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("nam", "x", "nam: Config has no 'nam'; it has name, fast, seed"),
        ("optimiser.speed", 1, "optimiser.speed: Optimiser has no 'speed'; it has rate, steps"),
        ("name.first", 1, "name.first: name has no parts; set name itself"),
        ("fast", "perhaps", "fast: expected bool, got 'perhaps'"),
        ("seed", 1.5, "seed: expected int, got 1.5"),
        ("seed", True, "seed: expected int, got True"),
        ("seed", math.inf, "seed: expected int, got inf"),
        ("optimiser.rate", "quick", "optimiser.rate: expected float, got 'quick'"),
        ("optimiser.rate", [1], r"optimiser.rate: expected float, got \[1\]"),
        ("optimiser.kind", "sgd", "optimiser.kind: expected one of adam, lbfgs, got 'sgd'"),
        ("name", ["a"], r"name: expected str, got \['a'\]"),
        ("out", 3, "out: expected Path, got 3"),
        ("weights", 3, "weights: expected tuple.*, got 3"),
        ("weights", "1,x", "weights: expected float, got 'x'"),
        ("size", [1, 2, 3], "size: expected 2 values, got 3"),
        ("optimiser", "adam", "optimiser: expected Optimiser, got 'adam'"),
    ],
)
def test_refuses_in_one_sentence_that_names_the_key(key: str, value: Any, sentence: str):
    with pytest.raises(InputError, match=f"^{sentence}"):
        with_overrides(Config(), {key: value})


def test_fields_that_depend_on_each_other_are_set_together():
    assert with_overrides(Config(), {"range.low": 5, "range.high": 9}).range == Range(5.0, 9.0)
    with pytest.raises(ValueError, match="low must be below high"):
        with_overrides(Config(), {"range.low": 5})


def test_the_original_stays_as_it_was():
    config = Config()
    with_overrides(config, {"optimiser.steps": 99, "name": "other"})
    assert config == Config()


@given(
    st.builds(
        Config,
        name=st.text(),
        fast=st.booleans(),
        seed=st.integers(),
        weights=st.lists(st.floats(allow_nan=False)).map(tuple),
        optimiser=st.builds(Optimiser, rate=st.floats(allow_nan=False), steps=st.integers()),
    )
)
def test_a_mapping_gives_the_same_configuration_again(config: Config):
    assert from_mapping(Config, to_mapping(config)) == config


def test_toml_files(tmp_path: Path):
    path = tmp_path / "run.toml"
    path.write_text('name = "b"\nweights = [3, 4.5]\n[optimiser]\nrate = 1\nkind = "lbfgs"\n', encoding="utf-8")
    expected = Config(name="b", weights=(3.0, 4.5), optimiser=Optimiser(rate=1.0, kind="lbfgs"))
    assert from_toml(Config, path) == expected
    assert dataclasses.asdict(from_toml(Config, path)) == to_mapping(expected)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name = ", r"not a TOML file \(Invalid value"),
        (b"speed = 1", "speed: Config has no 'speed'"),
        (b"name = '\xff'", r"not a TOML file \(byte 8 is no UTF-8\)"),
        (None, r"cannot read this configuration \(No such file or directory\)"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, content: bytes | None, sentence: str):
    path = tmp_path / "run.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=rf"run\.toml: {sentence}"):
        from_toml(Config, path)
