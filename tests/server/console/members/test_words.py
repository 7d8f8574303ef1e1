import pytest

from packetwave.server.console.members import words as member_words
from packetwave.server.console.members.rows import FIELD_NAMES, IP, Draft, fields_of
from packetwave.server.console.parts.cells import Tone
from packetwave.server.office.values import Defect, DefectCode
from packetwave.server.store.tables import FileProblemCode, Problem
from tests.server.console.conftest import KIM

CODES: tuple[DefectCode | FileProblemCode, ...] = (
    *(code for code in DefectCode if code is not DefectCode.NOT_TEXT),
    *FileProblemCode,
)


@pytest.mark.parametrize("code", CODES)
def test_each_problem_of_a_file_has_its_words_and_line(
    code: DefectCode | FileProblemCode, korean: None
) -> None:
    said = member_words.file_problem(Problem(7, code, "extension_num", "7"))
    assert said.startswith("7행: ")
    assert any("가" <= char <= "힣" for char in said.removeprefix("7행: "))


def test_a_problem_of_the_whole_file_has_no_line() -> None:
    assert member_words.file_problem(Problem(0, FileProblemCode.TOO_BIG)) == "The file is too big."


def test_the_state_says_what_matters_most() -> None:
    draft = Draft(fields_of(KIM), KIM)
    assert member_words.state(draft, connected=True).tone is Tone.GOOD
    draft.held = True
    assert member_words.state(draft, connected=True).tone is Tone.NOTICE
    draft.faults = {IP: DefectCode.BAD_IP}
    assert member_words.state(draft, connected=True).tone is Tone.BAD


@pytest.mark.parametrize("code", DefectCode)
def test_each_defect_has_words(code: DefectCode) -> None:
    said = member_words.member_defect(Defect("id", "default_ip", code, "192.168.0.999"))
    assert said.endswith(": 192.168.0.999")
    assert said != f"{code}: 192.168.0.999"


def test_each_column_has_a_heading_of_its_own(korean: None) -> None:
    assert member_words.columns() == ("내선", "이름", "부서", "PC IP", "메모", "회사", "상태")
    assert not {member_words.heading(name) for name in FIELD_NAMES} & set(FIELD_NAMES)
    assert member_words.cell("company", "한빛상사").faint == "한빛상사"
