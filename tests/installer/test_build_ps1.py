"""build.ps1, which no PowerShell has run here: what can be read off its text is held."""

import re
from pathlib import Path

import pytest

from installer.__main__ import parser

TOP = Path(__file__).parents[2]
TEXT = (TOP / "build.ps1").read_text("utf-8")
CMDLETS = {  # of Windows PowerShell 5.1
    "Get-Command",
    "Join-Path",
    "Pop-Location",
    "Push-Location",
    "Set-StrictMode",
    "Write-Host",
}
AUTOMATIC = {"ErrorActionPreference", "LASTEXITCODE", "PSScriptRoot", "null"}


def code() -> str:
    """The script without comments, and strings emptied: neither has a quote in the other."""
    found = re.sub(r"<#.*?#>", "", TEXT, flags=re.S)
    found = re.sub(r"'[^'\n]*'", "''", found)
    return re.sub(r"(^|\s)#.*", "", found)


def argument_lists() -> list[list[str]]:
    """What it hands to `python -m installer`, list by list."""
    lists = re.findall(r"@\('-m', 'installer'((?:, '[^']*')+)\)", TEXT)
    return [re.findall("'([^']*)'", each) for each in lists]


def test_each_windows_reads_it_alike() -> None:
    assert TEXT.isascii()
    assert "\t" not in TEXT


@pytest.mark.parametrize("pair", ["()", "{}", "[]"])
def test_brackets_are_balanced(pair: str) -> None:
    depth = 0
    for letter in code():
        depth += (letter == pair[0]) - (letter == pair[1])
        assert depth >= 0
    assert depth == 0
    assert code().count("'") % 2 == 0


def test_the_steps_are_commands_of_ours() -> None:
    found = argument_lists()
    assert [arguments[0] for arguments in found] == ["native", "assets"]
    options = re.findall("'(--skip-msi|--check)'", TEXT)
    assert sorted(options) == ["--check", "--skip-msi"]
    for arguments in found:
        parser().parse_args(arguments)
    parser().parse_args(["native", *options])


def test_the_files_that_it_names_are_there() -> None:
    named = [name.replace("\\", "/") for name in re.findall(r"[\w.\\-]+\\[\w.\\-]+\.(?:txt|md|py)\b", TEXT)]
    assert {"installer/windows/requirements.txt", "docs/windows.md"} <= set(named)
    assert [name for name in named if not (TOP / name).is_file()] == []
    ignored = (TOP / ".gitignore").read_text("utf-8").split()
    assert ".venv-windows/" in ignored
    assert "'.venv-windows'" in TEXT


def test_commands_are_those_of_windows_powershell_or_its_own() -> None:
    own = set(re.findall(r"^function ([\w-]+)", code(), re.M))
    used = set(re.findall(r"(?<![\w-])([A-Z][a-z]+-[A-Z]\w+)", code()))
    assert own == {"Find-Python", "Invoke-Step"}
    assert used == own | CMDLETS


def test_variables_have_a_value_before_they_are_read() -> None:
    """Strict mode would stop at one that has none."""
    given = AUTOMATIC | set(re.findall(r"\[(?:switch|string(?:\[\])?)\]\$(\w+)", code()))
    for line in code().splitlines():
        assigned = set(re.findall(r"^\s*\$(\w+) \+?= |foreach \(\$(\w+) in", line))
        names = {name for pair in assigned for name in pair if name}
        read = set(re.findall(r"[$@](\w+)", line)) - names
        assert read <= given, line
        given |= names


def test_the_version_of_python_is_the_one_of_the_wheels() -> None:
    from installer.native import PYTHON

    assert "(3, 13)" in TEXT
    assert PYTHON == (3, 13)
    assert "'-3.13'" in TEXT
