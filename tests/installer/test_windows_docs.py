"""docs/windows.md: its links lead somewhere, and what it quotes is what the build does."""

import inspect
import re
from pathlib import Path

import pytest

from installer import bundle, signing

TOP = Path(__file__).parents[2]
PAGES = [TOP / "docs" / "windows.md", *sorted((TOP / "docs" / "decisions").glob("*windows*.md"))]
WINDOWS = PAGES[0].read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    inner = [link for link in links if not link.startswith("https://")]
    assert [link for link in inner if not (page.parent / link).exists()] == []


def test_the_limits_are_those_that_are_checked() -> None:
    rows = re.findall(
        r"^\| (?:`([^`]+)`|(the client, installed)) \| ([\d.]+) MB \| (\d+) MB \|", WINDOWS, re.M
    )
    limits = {file or words: int(limit) * bundle.MEGABYTE for file, words, _, limit in rows}
    assert limits == {
        "PacketWave-Server.exe": bundle.SERVER_LIMIT_BYTES,
        "the client, installed": bundle.INSTALLED_LIMIT_BYTES,
        "PacketWave-Client-X.Y.Z.msi": bundle.MSI_LIMIT_BYTES,
    }
    assert all(float(size) < float(limit) for *_, size, limit in rows)


def test_every_variable_for_signing_is_explained() -> None:
    read = set(re.findall(r'"(PACKETWAVE_SIGN_\w+)"', inspect.getsource(signing)))
    assert set(re.findall(r"^\| `(PACKETWAVE_\w+)` \|", WINDOWS, re.M)) == read


def test_the_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"`make ([a-z-]+)`", WINDOWS))
    assert {"windows", "windows-again", "test-windows", "programs"} <= named <= targets
