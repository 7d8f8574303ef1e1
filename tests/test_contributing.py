"""CONTRIBUTING.md leads somewhere: what it names is there, and what it says of commands is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
CHANGES = [
    "A field of a member", "A language", "A store", "A finding", "A page of the console", "A link type",
    "A message on the wire", "A package format", "A REST door", "A corner for popups",
]  # fmt: skip


def recipe(target: str) -> list[str]:
    """The commands of a make target."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found is not None, target
    return [line.strip().lstrip("@") for line in found[1].splitlines()]


def test_every_file_it_names_is_there() -> None:
    named = set(
        re.findall(r"`((?:packetwave|tests|installer|docs|assets|\.ci)/[\w./-]*|[A-Z][\w.]+\.md)`", GUIDE)
    )
    named |= set(re.findall(r"\]\(([\w./-]+)\)", GUIDE))
    assert len(named) > 50
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_make_target_it_names_is_there() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", GUIDE, re.MULTILINE))
    assert {"setup-tests", "test", "lint", "coverage", "signalling"} <= named
    assert all(recipe(target) for target in named)


def test_the_ten_changes_each_have_their_files_and_the_test_that_tells() -> None:
    text = GUIDE.partition("## Where ten typical changes go")[2].partition("\n## ")[0]
    parts = re.split(r"^### (.*)$", text, flags=re.MULTILINE)[1:]
    assert parts[::2] == CHANGES
    for title, part in zip(parts[::2], parts[1::2], strict=True):
        files, told, tests = part.partition("*Told by*")
        assert re.search(r"`(packetwave|installer)/", files), title
        assert told and re.search(r"`tests/.*\.py`", tests), title


@pytest.mark.parametrize("command", recipe("lint"))
def test_each_check_of_make_lint_is_done_before_a_commit(command: str) -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    entries = [entry.strip() for entry in re.findall(r"^ *entry: (.*)$", hooks, re.MULTILINE)]
    assert command.replace("$(BIN)", ".venv/bin").removesuffix(" .") in entries
