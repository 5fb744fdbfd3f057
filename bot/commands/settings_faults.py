"""What is wrong with the settings, in plain words with the likely spelling."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bot.settings import Settings

PREFIX = "MENXIA_"
OTHER_VARIABLES = frozenset({"MENXIA_DATA", "MENXIA_SECRETS"})


def explain_settings(error: Exception, path: Path) -> list[str]:
    """Say what is wrong, a sentence for each fault."""
    name = path.name
    match error:
        case FileNotFoundError():
            return [f"there is no settings file {path}; name it with --settings"]
        case OSError():
            return [f"{path} cannot be read: {error.strerror}"]
        case TOMLDecodeError():
            return [f"{name} is not valid TOML: {error}"]
        case UnicodeDecodeError():
            return [f"{name} or a secret file is not UTF-8; save it as UTF-8"]
        case ValidationError():
            return [_sentence(name, each["loc"], each["type"], each["msg"]) for each in error.errors()]
    return [f"{name} cannot be read: {type(error).__name__}"]


def unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Name the MENXIA_ variables that set nothing, with the likely spelling."""
    known = {"__".join(way).upper() for way in _ways(Settings)}
    routes = "ROUTES__"
    for variable in sorted(environment):
        key = variable.upper().removeprefix(PREFIX)
        if not variable.upper().startswith(PREFIX) or variable in OTHER_VARIABLES:
            continue
        if key in known or key.startswith(routes) or any(way.startswith(f"{key}__") for way in known):
            continue
        meant = [
            *(PREFIX + near for near in difflib.get_close_matches(key, known, 1)),
            *difflib.get_close_matches(variable, OTHER_VARIABLES, 1),
        ]
        yield f"the variable {variable} names no setting{_hint(meant)}"


def _sentence(name: str, way: tuple[int | str, ...], kind: str, said: str) -> str:
    key = ".".join(str(part) for part in way if part != "[key]")
    source = _source(key, name)
    if kind == "extra_forbidden":
        return (
            f"{source}: {key} is unknown{_hint(difflib.get_close_matches(str(way[-1]), _siblings(way), 1))}"
        )
    if kind == "missing":
        return f"{source}: {key} is missing"
    plain = re.sub(r"^(Value|Assertion) error, ", "", said)
    return f"{source}: {key}: {plain[:1].lower()}{plain[1:]}"


def _source(key: str, name: str) -> str:
    """Name the variable where it overrides the file."""
    variable = PREFIX + key.replace(".", "__").upper()
    there = {each.upper(): each for each in os.environ}
    return there.get(variable, name)


def _hint(meant: list[str]) -> str:
    return f"; did you mean {meant[0]}?" if meant else ""


def _siblings(way: tuple[int | str, ...]) -> list[str]:
    model: Any = Settings
    for part in way[:-1]:
        fields = getattr(model, "model_fields", {})
        if part in fields:
            model = _model_in(fields[part].annotation)
        elif model is None:
            return []
    return list(getattr(model, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    """Find the section within an annotation such as dict[RequestKind, RouteSettings]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)


def _ways(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _ways(inner, (*above, name))
        else:
            yield (*above, name)
