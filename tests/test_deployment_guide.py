"""The deployment guide: both languages say the same, and the programs really say what it quotes."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from packetwave.protocol.rules import DEFAULT_PLAIN_PORT, DEFAULT_TLS_PORT
from packetwave.server.machine.firewall import RULE_NAME
from packetwave.server.store.tables import read_file

ROOT = Path(__file__).parents[1]
KOREAN, ENGLISH = ROOT / "docs" / "deployment.ko.md", ROOT / "docs" / "deployment.md"
GUIDES = (KOREAN, ENGLISH)
QUOTES = {KOREAN: re.compile("「([^」]*)」"), ENGLISH: re.compile("“([^”]*)”")}
MARKING_EXPLAINED = {"이런 괄호", "quotation marks like these"}
PACKAGE = ROOT / "installer" / "msi" / "client.wxs"
WIX = "{http://schemas.microsoft.com/wix/2006/wi}"

each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)


def read(guide: Path) -> str:
    return guide.read_text(encoding="utf-8")


def headings(text: str) -> list[tuple[int, str]]:
    """Level and words of each heading."""
    return [(len(signs), words) for signs, words in re.findall(r"^(#+) (.*)$", without_code(text), re.M)]


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def anchors(text: str) -> set[str]:
    """How a heading is named in links."""
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for _, words in headings(text)}


def links(text: str) -> list[str]:
    return re.findall(r"\]\(((?:[^()\s]|\([^()]*\))+)\)", text)


def commands(text: str) -> list[str]:
    """The lines of all code blocks, without comments, drawings and names that are a matter of language."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
    lines = [line for block in blocks[1:] for line in block.splitlines() if not line.startswith(("#", "!"))]
    return [re.sub(r'"[^"]*"|\S+\.(?:xlsx|csv)', "…", line) for line in lines]


def tables(text: str) -> list[int]:
    """How many cells each row of each table has."""
    return [line.count("|") for line in without_code(text).splitlines() if line.startswith("|")]


def quoted(guide: Path) -> set[str]:
    """What the guide says that the programs show."""
    found = {" ".join(words.split()) for words in QUOTES[guide].findall(read(guide))}
    return found - MARKING_EXPLAINED


def shown() -> Iterator[tuple[str, str]]:
    """English and Korean of everything that the windows say."""
    for file in sorted((ROOT / "assets" / "i18n").glob("*_ko.ts")):
        for message in ET.parse(file).getroot().iter("message"):
            yield message.findtext("source", ""), message.findtext("translation", "")


def is_made_from(words: str, template: str) -> bool:
    """Whether the template gives these words with its figures filled in."""
    if "{" not in template:
        return words == template
    parts = re.split(r"\{\w+\}", template)
    if sum(map(len, parts)) < 10:  # "{rate}/s" would fit nearly everything
        return False
    return re.fullmatch(".+?".join(map(re.escape, parts)), words) is not None


def sources(guide: Path, words: str) -> set[str]:
    """The English source strings that the quoted words are."""
    side: Callable[[tuple[str, str]], str] = (lambda pair: pair[1]) if guide is KOREAN else (lambda p: p[0])
    return {pair[0] for pair in shown() if is_made_from(words, side(pair))}


def test_both_languages_have_the_same_structure() -> None:
    korean, english = read(KOREAN), read(ENGLISH)
    assert [level for level, _ in headings(korean)] == [level for level, _ in headings(english)]
    assert tables(korean) == tables(english)
    assert commands(korean) == commands(english)
    outside = [[link for link in links(text) if link.startswith("http")] for text in (korean, english)]
    assert outside[0] == outside[1]


@each_guide
def test_what_is_quoted_is_what_the_programs_say(guide: Path) -> None:
    quotes = quoted(guide)
    assert len(quotes) > 60
    assert [words for words in sorted(quotes) if not sources(guide, words)] == []


def test_both_languages_quote_the_same() -> None:
    korean, english = (
        set().union(*(sources(guide, words) for words in quoted(guide))) for guide in (KOREAN, ENGLISH)
    )
    assert english <= korean
    for words in quoted(KOREAN):
        assert sources(KOREAN, words) & english, words


@pytest.mark.parametrize("page", [*GUIDES, ROOT / "README.md", ROOT / "README.ko.md"], ids=lambda p: p.name)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    inner = [link for link in links(read(page)) if not re.match(r"[a-z]+:", link)]
    assert inner
    for link in inner:
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(read(target)), link


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "README.ko.md"], ids=lambda p: p.name)
def test_the_readme_leads_to_the_guide(page: Path) -> None:
    assert f"docs/{(KOREAN if '.ko.' in page.name else ENGLISH).name}" in links(read(page))


@each_guide
def test_the_rule_by_hand_is_the_one_that_the_console_adds(guide: Path) -> None:
    text = read(guide)
    assert f"TCP {DEFAULT_PLAIN_PORT}" in text
    assert f'name="{RULE_NAME}"' in text
    ports = f"{DEFAULT_PLAIN_PORT},{DEFAULT_TLS_PORT}"
    assert f"protocol=TCP localport={ports} profile=domain,private" in text


@each_guide
def test_the_headings_of_a_members_file_are_understood(guide: Path) -> None:
    rows = re.findall(r"^\|[^|]+\|((?: `[^`]+`,?)+) \| (?:예|아니요|yes|no) \|$", read(guide), re.M)
    columns = [re.findall("`([^`]+)`", row) for row in rows]
    assert len(columns) == 6
    for index in range(max(map(len, columns))):
        heading = [names[min(index, len(names) - 1)] for names in columns]
        content = f"{','.join(heading)}\n1001,192.168.0.101,김영희,영업부,오전 근무,한빛상사\n"
        for encoding in ("utf-8", "cp949"):
            file = read_file(content.encode(encoding))
            assert not file.problems, heading
            member = file.rows[0].member
            assert (member.extension_num, member.default_ip) == ("1001", "192.168.0.101")
            assert (member.name, member.department, member.note) == ("김영희", "영업부", "오전 근무")
            assert member.company == "한빛상사"


@each_guide
def test_the_installers_properties_are_all_explained(guide: Path) -> None:
    given = {
        each.get("Id")
        for each in ET.parse(PACKAGE).getroot().iter(f"{WIX}Property")
        if each.get("Secure") == "yes" and each.find(f"{WIX}RegistrySearch") is None
    }
    explained = re.findall(r"^\| `([A-Z]+)` \|", read(guide), re.M)
    assert len(explained) == len(given)
    assert set(explained) == given


@each_guide
def test_it_stays_short(guide: Path) -> None:
    assert len(read(guide).splitlines()) <= 500
