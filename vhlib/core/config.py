"""Configuration: frozen dataclasses ⇄ TOML and command line. Unknown keys are errors, never ignored (style rule 8)."""

import contextlib
import dataclasses
import tomllib
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from vhlib.core.errors import InputError

C = TypeVar("C")


def with_overrides(config: C, overrides: Mapping[str, Any]) -> C:
    """A copy of a frozen dataclass with some fields replaced; nested ones by dotted names.

    Args:
        config: a dataclass instance.
        overrides: ``{"steps": 10, "optimiser.rate": "1e-3"}``; text is read as the field's type.

    Raises:
        InputError: a name that is no field, or a value of another type.
    """
    return _replace(config, overrides, "")


def from_mapping(kind: type[C], values: Mapping[str, Any]) -> C:
    """A dataclass from a nested mapping, such as one read from TOML.

    Args:
        kind: the dataclass.
        values: field names to values; fields left out keep their defaults.

    Raises:
        InputError: a name that is no field, or a value of another type.
    """
    flat = dict(_flatten(values))
    return with_overrides(kind(), flat)


def from_toml(kind: type[C], path: Path) -> C:
    """A dataclass from a TOML file.

    Raises:
        InputError: no such file, not TOML, a key that is no field, or a value of another type.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        return from_mapping(kind, tomllib.loads(text))
    except OSError as error:
        raise InputError(f"{path}: cannot read this configuration ({error.strerror})") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not a TOML file ({error})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a TOML file (byte {error.start} is no UTF-8)") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def to_mapping(config: Any) -> dict[str, Any]:
    """A nested dict of a dataclass, ready for JSON or TOML."""
    return dataclasses.asdict(config)


def _flatten(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        pairs += _flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(prefix + key, value)]
    return pairs


def _replace(config: Any, overrides: Mapping[str, Any], prefix: str) -> Any:
    """All of one dataclass's fields at once: a check in its ``__post_init__`` must not meet them half replaced."""
    kinds = typing.get_type_hints(type(config))
    known = [field.name for field in dataclasses.fields(config)]
    values: dict[str, Any] = {}
    inside: dict[str, dict[str, Any]] = {}
    for key, value in overrides.items():
        name, _, rest = key.partition(".")
        if name not in known:
            raise InputError(f"{prefix}{key}: {type(config).__name__} has no {name!r}; it has {', '.join(known)}")
        if rest:
            inside.setdefault(name, {})[rest] = value
        else:
            values[name] = _convert(value, kinds[name], prefix + name)
    for name, parts in inside.items():
        inner = values.get(name, getattr(config, name))
        if not dataclasses.is_dataclass(inner):
            raise InputError(f"{prefix}{name}.{next(iter(parts))}: {name} has no parts; set {name} itself")
        values[name] = _replace(inner, parts, f"{prefix}{name}.")
    return dataclasses.replace(config, **values)


def _convert(value: Any, kind: Any, full: str) -> Any:
    """Read ``value`` as ``kind``: bool, int, float, str, Path, Literal, dataclass, a tuple of these, or None."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if value is None or value == "none":
            return None
        return _convert(value, next(p for p in parts if p is not type(None)), full)
    if origin is typing.Literal:
        for choice in parts:
            if str(choice) == str(value):
                return choice
        raise InputError(f"{full}: expected one of {', '.join(map(str, parts))}, got {value!r}")
    if origin is tuple and isinstance(value, str | list | tuple):
        items = [item for item in value.split(",") if item] if isinstance(value, str) else value
        kinds = parts[:1] * len(items) if parts[-1] is Ellipsis else parts
        if len(kinds) != len(items):
            raise InputError(f"{full}: expected {len(kinds)} values, got {len(items)}")
        return tuple(_convert(item, each, full) for item, each in zip(items, kinds, strict=True))
    if (read := _READERS.get(kind)) is not None:
        with contextlib.suppress(ValueError, KeyError):
            return read(value)
    elif dataclasses.is_dataclass(kind) and isinstance(value, typing.cast(type, kind)):
        return value
    raise InputError(f"{full}: expected {getattr(kind, '__name__', kind)}, got {value!r}")


_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _number(value: Any) -> int | float | str:
    """A number, or text to read one from; ``true`` is neither, although Python counts it as 1."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    return value


def _whole(value: Any) -> int:
    number = _number(value)
    if isinstance(number, float) and not number.is_integer():
        raise ValueError
    return int(number)


def _text(value: Any) -> str:
    if not isinstance(value, str | Path):
        raise ValueError
    return str(value)


_READERS: dict[Any, Callable[[Any], Any]] = {
    bool: lambda value: _TRUTH[str(value).lower()],
    int: _whole,
    float: lambda value: float(_number(value)),
    str: _text,
    Path: lambda value: Path(_text(value)),
}
"""How a field of each type reads a value from TOML or the command line; ValueError or KeyError where it cannot."""
