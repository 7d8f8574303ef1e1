"""Settings files: one frozen typed object, declared once with default and check.

A settings class is a frozen dataclass whose fields are made by `setting(default, check)`. The file is JSON
with its `version`; keys this program does not know are kept when it writes; a bad value falls back to its
default and is named in `Loaded.problems`. A file that is no JSON object is put aside as `*.damaged`.
"""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from packetwave.common import files

FILE_VERSION = 1
_CHECK = "check"
_IS_SECRET = "is_secret"

S = TypeVar("S")


class Trouble(StrEnum):
    """What was wrong with a file of settings, for windows, which have their own words."""

    NONE = ""
    WRONG_VALUES = "wrong_values"
    """Some values were wrong; their defaults are used."""

    PUT_ASIDE = "put_aside"
    """It was no settings file. It is kept beside, under another name."""

    UNUSABLE = "unusable"
    """It could not be read, or was no settings file and could not be put aside."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """Settings read from a file."""

    settings: S
    problems: tuple[str, ...] = ()
    """One plain English sentence each, for the log."""

    trouble: Trouble = Trouble.NONE


def setting(default: Any, check: Callable[[Any], bool], *, is_secret: bool = False) -> Any:
    """A dataclass field with its default and the check that a value from the file must pass. is_secret: it
    may hold a password, so no problem repeats it."""
    return dataclasses.field(default=default, metadata={_CHECK: check, _IS_SECRET: is_secret})


def load(kind: type[S], path: Path) -> Loaded[S]:
    """The settings in `path`; defaults where the file, a key or a good value is missing. Never raises
    for what the file holds; OSError where it exists but cannot be read."""
    keys, trouble, problems = _read(path)
    chosen: dict[str, Any] = {}
    for declared in dataclasses.fields(cast(Any, kind)):
        if declared.name not in keys:
            continue
        value = keys[declared.name]
        if isinstance(value, list):
            value = tuple(value)
        if _passes(declared.metadata[_CHECK], value):
            chosen[declared.name] = value
        else:
            trouble = Trouble.WRONG_VALUES
            wrong = "" if declared.metadata[_IS_SECRET] else f" {keys[declared.name]!r}"
            problems.append(
                f"{path.name}: '{declared.name}' has the wrong value{wrong}, using {declared.default!r}"
            )
    return Loaded(kind(**chosen), tuple(problems), trouble)


def save(settings: Any, path: Path) -> None:
    """Write all settings, keeping unknown keys of the file, in one step (a crash leaves old or new)."""
    keys, _, _ = _read(path)
    keys["version"] = FILE_VERSION
    keys.update(dataclasses.asdict(settings))
    path.parent.mkdir(files.PRIVATE_FOLDER, parents=True, exist_ok=True)
    text = json.dumps(keys, ensure_ascii=False, indent=2) + "\n"
    files.replace(path, text.encode())  # a database's password may stand in it


def _read(path: Path) -> tuple[dict[str, Any], Trouble, list[str]]:
    files.narrow(path)  # written by hand, perhaps, with a password
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, Trouble.NONE, []
    except UnicodeDecodeError:
        return _put_aside(path)
    try:
        keys = json.loads(text)
    except (ValueError, RecursionError):
        keys = None
    if not isinstance(keys, dict):
        return _put_aside(path)
    return keys, Trouble.NONE, []


def _put_aside(path: Path) -> tuple[dict[str, Any], Trouble, list[str]]:
    aside = path.with_name(path.name + ".damaged")
    try:
        path.replace(aside)
    except OSError as error:
        said = f"{path.name} was damaged and cannot be put aside ({error}); defaults are used"
        return {}, Trouble.UNUSABLE, [said]
    said = f"{path.name} was damaged; it was put aside as {aside.name} and defaults are used"
    return {}, Trouble.PUT_ASIDE, [said]


def _passes(check: Callable[[Any], bool], value: Any) -> bool:
    try:
        return check(value)
    except (TypeError, ValueError):
        return False
