"""The page on personal data: both languages say the same, and what the programs do."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from packetwave.server.commands import privacy
from packetwave.server.settings import KEEP_DAYS, ServerSettings

ROOT = Path(__file__).parents[1]
KOREAN, ENGLISH = ROOT / "docs" / "privacy.ko.md", ROOT / "docs" / "privacy.md"
QUOTED = {KOREAN: r"「([^」]+)」", ENGLISH: r"“([^”]+)”"}

each_page = pytest.mark.parametrize("page", (KOREAN, ENGLISH), ids=lambda path: path.name)


def shape(page: Path) -> list[str]:
    """Headings, tables, lists and quotations, without their words."""
    text = re.sub(r"^```.*?^```", "```", page.read_text("utf-8"), flags=re.M | re.S)
    signs = re.findall(r"^(#+ |\| |[*] |> \d\.|```|> \*\*)", text, re.M)
    return [sign.strip() for sign in signs]


def test_both_languages_have_the_same_parts() -> None:
    assert shape(KOREAN) == shape(ENGLISH)
    articles = [set(re.findall(pattern, page.read_text("utf-8"))) for pattern, page in (
        (r"제(\d+)조", KOREAN), (r"(?:Articles?|,|and) (\d+)\b", ENGLISH)
    )]  # fmt: skip
    assert articles[0] == articles[1]


@each_page
def test_the_days_are_those_of_the_program(page: Path) -> None:
    text = page.read_text("utf-8")
    assert f"{ServerSettings().keep_days}" in text
    assert f"{KEEP_DAYS[-1]:,}" in text


@each_page
def test_its_commands_are_understood_and_its_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    commands = re.findall(r"^packetwave-server privacy (.*)$", text, re.M)
    assert len(commands) == 2
    for command in commands:
        assert privacy._parse(command.split())
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists()


def test_what_it_quotes_is_what_the_windows_say() -> None:
    entries = ET.parse(ROOT / "assets" / "i18n" / "console_ko.ts").getroot().iter("message")
    pairs = [(each.findtext("source", ""), each.findtext("translation", "")) for each in entries]
    for page, said in ((ENGLISH, [pair[0] for pair in pairs]), (KOREAN, [pair[1] for pair in pairs])):
        flat = " ".join(page.read_text("utf-8").split())
        quotes = re.findall(QUOTED[page], flat)
        assert len(quotes) >= 3
        for quote in quotes:
            words = quote.replace("db.example", "{hosts}")
            assert any(words in text for text in said), quote
