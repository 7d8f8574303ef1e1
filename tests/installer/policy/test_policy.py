"""The group policy templates: whole in both languages, and writing what the client reads."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.client import preset
from packetwave.common.choices import LANGUAGE_CHOICES

FOLDER = Path(__file__).parents[3] / "installer" / "policy"
SPACE = "{http://www.microsoft.com/GroupPolicy/PolicyDefinitions}"
LANGUAGES = ("en-US", "ko-KR")
NAMES = ("Server", "Extension", "Language", "Fingerprint", "EnrollKey")

ADMX = ET.parse(FOLDER / "PacketWave.admx").getroot()
ADML = {language: ET.parse(FOLDER / language / "PacketWave.adml").getroot() for language in LANGUAGES}
POLICIES = {policy.attrib["name"]: policy for policy in ADMX.iter(f"{SPACE}policy")}

each_language = pytest.mark.parametrize("language", LANGUAGES)


def tags(element: ET.Element) -> list[str]:
    return [child.tag.removeprefix(SPACE) for child in element]


def references(kind: str) -> set[str]:
    """What the templates name as `$(kind.…)`."""
    found = re.findall(rf"\$\({kind}\.(\w+)\)", (FOLDER / "PacketWave.admx").read_text("utf-8"))
    assert found
    return set(found)


def strings(language: str) -> dict[str, str]:
    return {string.attrib["id"]: string.text or "" for string in ADML[language].iter(f"{SPACE}string")}


def presentations(language: str) -> dict[str, ET.Element]:
    return {element.attrib["id"]: element for element in ADML[language].iter(f"{SPACE}presentation")}


def elements(policy: ET.Element) -> Iterator[ET.Element]:
    found = policy.find(f"{SPACE}elements")
    assert found is not None
    yield from found


def test_parts_stand_in_the_schemas_order() -> None:
    """Schema: [MS-GPREG] 7.3 and 7.4; the editor refuses another order."""
    assert tags(ADMX) == ["policyNamespaces", "resources", "supportedOn", "categories", "policies"]
    for policy in POLICIES.values():
        assert tags(policy) == ["parentCategory", "supportedOn", "elements"]
    for root in ADML.values():
        assert tags(root) == ["displayName", "description", "resources"]
        resources = root.find(f"{SPACE}resources")
        assert resources is not None
        assert tags(resources) == ["stringTable", "presentationTable"]
    assert {root.attrib["schemaVersion"] for root in (ADMX, *ADML.values())} == {"1.0"}
    needed = ADMX.find(f"{SPACE}resources")
    assert needed is not None
    assert {root.attrib["revision"] for root in ADML.values()} == {needed.attrib["minRequiredRevision"]}


def test_each_value_is_written_where_the_client_reads_it() -> None:
    assert tuple(POLICIES) == NAMES
    assert set(preset.NAMES) <= set(NAMES)
    for name, policy in POLICIES.items():
        assert policy.attrib["key"] == preset.POLICY_KEY
        assert policy.attrib["class"] == "Both"
        assert "valueName" not in policy.attrib
        assert [element.attrib["valueName"] for element in elements(policy)] == [name]
        assert all(element.attrib["required"] == "true" for element in elements(policy))


def test_each_language_that_can_be_chosen_is_one_that_the_client_knows() -> None:
    chosen = [value.text for value in POLICIES["Language"].iter(f"{SPACE}string")]
    assert chosen == list(LANGUAGE_CHOICES)


def test_what_the_templates_refer_to_is_defined() -> None:
    categories = {element.attrib["name"] for element in ADMX.iter(f"{SPACE}category")}
    supported = {element.attrib["name"] for element in ADMX.iter(f"{SPACE}definition")}
    for policy in POLICIES.values():
        parent, on = policy.find(f"{SPACE}parentCategory"), policy.find(f"{SPACE}supportedOn")
        assert parent is not None
        assert on is not None
        assert parent.attrib["ref"] in categories
        assert on.attrib["ref"] in supported


@each_language
def test_every_text_is_there_and_none_is_left_over(language: str) -> None:
    texts = strings(language)
    assert texts.keys() == references("string")
    assert all(text.strip() == text and text for text in texts.values())
    assert len(list(ADML[language].iter(f"{SPACE}string"))) == len(texts)
    for name in ("displayName", "description"):
        assert ADML[language].findtext(f"{SPACE}{name}")


@each_language
def test_every_value_has_its_field(language: str) -> None:
    fields = presentations(language)
    assert fields.keys() == references("presentation") == POLICIES.keys()
    for name, policy in POLICIES.items():
        (element,) = elements(policy)
        (field,) = fields[name]
        assert field.attrib["refId"] == element.attrib["id"]
        kind = {"text": "textBox", "enum": "dropdownList"}[element.tag.removeprefix(SPACE)]
        assert field.tag == SPACE + kind
        label = field.findtext(f"{SPACE}label") if kind == "textBox" else field.text
        assert label
        assert label.endswith(":")


def test_korean_is_korean_and_english_is_english() -> None:
    korean, english = strings("ko-KR"), strings("en-US")
    assert [name for name, text in korean.items() if not re.search("[가-힣]", text)] == ["PacketWave"]
    assert [name for name, text in english.items() if re.search("[가-힣]", text)] == []
    for name, text in english.items():
        assert korean[name].count("\n\n") == text.count("\n\n"), name


@each_language
def test_the_key_is_said_to_be_confidential(language: str) -> None:
    word = {"en-US": "CONFIDENTIAL", "ko-KR": "기밀"}[language]
    assert word in strings(language)["EnrollKey_Help"]


@each_language
def test_what_has_no_effect_yet_says_so(language: str) -> None:
    words = {"en-US": "no effect in this version", "ko-KR": "이 버전에서는 아직 효과가 없습니다"}[language]
    without = {name.removesuffix("_Help") for name, text in strings(language).items() if words in text}
    assert without == set(NAMES) - set(preset.NAMES)
