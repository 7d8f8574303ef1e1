import pytest

from packetwave.server.console.members import words as member_words
from packetwave.server.console.members.rows import FIELD_NAMES, IP, Draft, fields_of
from packetwave.server.console.parts.cells import Tone
from packetwave.server.office.values import Defect
from packetwave.server.store.tables import Problem
from tests.server.console.conftest import KIM

CODES = (
    *("missing", "bad_extension", "bad_ip", "doubled", "empty_row", "no_header", "doubled_column"),
    *("no_heading", "bad_encoding", "bad_csv", "not_a_table", "old_excel", "too_big"),
)


@pytest.mark.parametrize("code", CODES)
def test_each_problem_of_a_file_has_its_words_and_line(code: str, korean: None) -> None:
    said = member_words.file_problem(Problem(7, code, "extension_num", "7"))
    assert said.startswith("7행: ")
    assert any("가" <= char <= "힣" for char in said.removeprefix("7행: "))


def test_a_problem_of_the_whole_file_has_no_line() -> None:
    assert member_words.file_problem(Problem(0, "too_big")) == "The file is too big."


def test_the_state_says_what_matters_most() -> None:
    draft = Draft(fields_of(KIM), KIM)
    assert member_words.state(draft, connected=True).tone is Tone.GOOD
    draft.held = True
    assert member_words.state(draft, connected=True).tone is Tone.NOTICE
    draft.faults = {IP: "bad_ip"}
    assert member_words.state(draft, connected=True).tone is Tone.BAD


@pytest.mark.parametrize("code", ["missing", "not_text", "bad_extension", "bad_ip", "doubled"])
def test_each_defect_has_words(code: str) -> None:
    said = member_words.member_defect(Defect("id", "default_ip", code, "192.168.0.999"))
    assert said.endswith(": 192.168.0.999")
    assert said != f"{code}: 192.168.0.999"


def test_each_column_has_a_heading_of_its_own(korean: None) -> None:
    assert member_words.columns() == ("내선", "이름", "부서", "PC IP", "메모", "회사", "상태")
    assert not {member_words.heading(name) for name in FIELD_NAMES} & set(FIELD_NAMES)
    assert member_words.cell("company", "한빛상사").faint == "한빛상사"
