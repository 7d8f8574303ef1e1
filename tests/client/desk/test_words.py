import pytest
from PySide6.QtWidgets import QApplication

from packetwave.client.calls import Call
from packetwave.client.desk import words
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import Origin, Setting
from packetwave.protocol import IncomingCall
from packetwave.ui import languages
from tests.client.desk.conftest import CALL, became, saying

URL = "ws://192.168.0.10:8765"
STATES = [LinkState(Phase.CONNECTED, URL), LinkState(Phase.CONNECTING, URL)]
STATES += [LinkState(Phase.WAITING, URL, reason, 1.0) for reason in Reason if reason is not Reason.NONE]
STATES += [LinkState(Phase.WAITING, URL, Reason.CLOSED, 1.0, code) for code in (1001, 1008)]


def test_every_state_of_the_link_has_words_of_its_own(qapp: QApplication) -> None:
    for language in ("ko", "en"):
        languages.install(qapp, language, "client")
        said = [words.link(state) for state in STATES]
        assert len(set(said)) == len(STATES)
        assert all(title and advice for title, advice in said)
        korean = [any("가" <= sign <= "힣" for sign in title) for title, _ in said]
        assert korean == [language == "ko"] * len(said)


def test_a_server_that_was_typed_wrongly_is_quoted_harmlessly() -> None:
    title, _ = words.link(LinkState(Phase.WAITING, "{x}\u202e\n<b>", Reason.BAD_ADDRESS))
    assert title == "서버 주소가 아닙니다: {x} <b>"


@pytest.mark.parametrize("origin", [Origin.INSTALLATION, Origin.POLICY])
def test_who_cannot_change_the_address_is_not_told_to(origin: Origin) -> None:
    for reason in (Reason.NAME_NOT_FOUND, Reason.NOT_PACKETWAVE, Reason.BAD_ADDRESS):
        for text in ("office-pc", "a b"):
            state = LinkState(Phase.WAITING, text, reason)
            free, given = words.link(state), words.link(state, Setting(text, origin))
            is_free = origin is Origin.INSTALLATION and text == "a b" and reason is not Reason.BAD_ADDRESS
            assert (given[1] == free[1]) is is_free


def test_an_address_typed_instead_of_the_malformed_one_is_the_users_own() -> None:
    state = LinkState(Phase.WAITING, "c d", Reason.BAD_ADDRESS)
    assert words.link(state, Setting("a b", Origin.INSTALLATION)) == words.link(state)


@pytest.mark.parametrize(
    ("call", "caller", "called"),
    [
        (CALL, "홍길동", "내선 1001 · 대표번호 02-1234-5678"),
        (saying(CALL, caller_name=""), "010-1234-5678", "내선 1001 · 대표번호 02-1234-5678"),
        (saying(CALL, caller_name=" \u200b", dialled="1001"), "010-1234-5678", "내선 1001"),
        (saying(CALL, via="1003", dialled=""), "홍길동", "내선 1001 · 1003에서 돌려줌"),
        (Call(IncomingCall("anonymous", "1001")), "발신번호표시제한", "내선 1001"),
        (Call(IncomingCall("", "1001")), "발신번호표시제한", "내선 1001"),
        (Call(IncomingCall("+14155550100", "1001")), "+14155550100", "내선 1001"),
    ],
)
def test_who_calls_whom(call: Call, caller: str, called: str) -> None:
    assert (words.caller(call), words.called(call)) == (caller, called)


@pytest.mark.parametrize(
    ("by", "by_name", "said"),
    [
        ("1004", "최지우", "1004 최지우 님이 받았습니다"),
        ("1004", "", "1004에서 받았습니다"),
        ("", "", "다른 사람이 받았습니다"),
        ("", "최지우", "최지우 님이 받았습니다"),
        ("01098765432", "", "010-9876-5432에서 받았습니다"),
    ],
)
def test_who_answered(by: str, by_name: str, said: str) -> None:
    assert words.answered_by(became(CALL, "ended", "answered_elsewhere", by, by_name)) == said


def test_the_clock_is_the_local_one() -> None:
    assert CALL.incoming.rang_at is not None
    assert words.clock(CALL) == CALL.incoming.rang_at.astimezone().strftime("%H:%M")
    assert words.clock(Call(IncomingCall("1", "2"))) == ""
