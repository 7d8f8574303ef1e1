import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from packetwave.client.bond import BondState, Standing
from packetwave.client.calls import Call, CallChanged, CallMissed, CallRinging, MissedKept, MissedSeen
from packetwave.client.engine import BondChanged, LinkChanged, Notice, WatchingChanged
from packetwave.client.events import EventLines
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.trust import Keeping
from packetwave.protocol import CallUpdate, IncomingCall, Missed, Watching

NOW = datetime(2026, 11, 23, 9, 0, 1, 5000, tzinfo=UTC)
RANG = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CALL = Call(IncomingCall("01012345678", "1001", "a", RANG, "홍길동", dialled="0212345678"))
URL = "ws://127.0.0.1:8765"

Write = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*notices: Notice) -> list[dict[str, Any]]:
        lines = EventLines(str(tmp_path / "events.jsonl"), now=lambda: NOW)
        for notice in notices:
            lines.write(notice)
        lines.close()
        return [json.loads(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]

    return write


def test_a_call(write: Write) -> None:
    ended = Call(CALL.incoming, CallUpdate("a", "ended", "answered_elsewhere", "1004", "최지우", NOW))
    assert write(CallRinging(CALL), CallChanged(replace(CALL, doubtful=True)), CallChanged(ended)) == [
        {
            "event": "incoming_call", "call_id": "a", "from": "01012345678", "from_name": "홍길동",
            "to": "1001", "dialled": "0212345678", "direction": "in", "at": "2026-11-23T09:00:00.000Z",
        },
        {
            "event": "call_update", "call_id": "a", "state": "ended", "outcome": "answered_elsewhere",
            "by": "1004", "by_name": "최지우", "at": "2026-11-23T09:00:01.005Z",
        },
    ]  # fmt: skip


def test_what_became_of_a_call_is_told_with_its_own_time_or_else_with_now(write: Write) -> None:
    stopped = Call(CALL.incoming, CallUpdate("a", "stopped", at=RANG))
    lapsed = Call(CALL.incoming, CallUpdate("a", "lapsed"))
    assert write(CallChanged(stopped), CallChanged(lapsed)) == [
        {"event": "call_update", "call_id": "a", "state": "stopped", "at": "2026-11-23T09:00:00.000Z"},
        {"event": "call_update", "call_id": "a", "state": "lapsed", "at": "2026-11-23T09:00:01.005Z"},
    ]


def test_whether_the_server_sees_calls(write: Write) -> None:
    assert write(WatchingChanged(Watching(False, RANG, "lost")), WatchingChanged(Watching(True))) == [
        {"event": "watching", "is_watching": False, "since": "2026-11-23T09:00:00.000Z", "reason": "lost"},
        {"event": "watching", "is_watching": True, "since": "2026-11-23T09:00:01.005Z"},
    ]


def test_the_least_call_keeps_its_three_keys(write: Write) -> None:
    [line] = write(CallRinging(Call(IncomingCall("", "", "x"))))
    assert (line["from"], line["to"], line["at"]) == ("", "", "2026-11-23T09:00:01.005Z")


def test_the_link_is_said_when_it_changes(write: Write) -> None:
    def waiting(reason: Reason, close_code: int | None = None) -> LinkChanged:
        return LinkChanged(LinkState(Phase.WAITING, URL, reason, 1.0, close_code))

    connecting = LinkChanged(LinkState(Phase.CONNECTING, URL))
    connected = LinkChanged(LinkState(Phase.CONNECTED, URL))
    at = "2026-11-23T09:00:01.005Z"
    lines = write(
        connecting, waiting(Reason.REFUSED), connecting, waiting(Reason.REFUSED), connecting, connected,
        waiting(Reason.CLOSED, 1001), connecting, waiting(Reason.REFUSED),
        LinkChanged(LinkState(Phase.STOPPED, URL)),
    )  # fmt: skip
    assert lines == [
        {"event": "disconnected", "server": URL, "reason": "refused", "at": at},
        {"event": "connected", "server": URL, "tls": False, "paired": False, "at": at},
        {"event": "disconnected", "server": URL, "reason": "closed", "close_code": 1001, "at": at},
        {"event": "disconnected", "server": URL, "reason": "refused", "at": at},
    ]


def test_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    lines = EventLines("-")
    lines.write(CallRinging(CALL))
    lines.close()
    lines.write(CallRinging(CALL))
    assert json.loads(capsys.readouterr().out)["from_name"] == "홍길동"


def test_pairing_is_said_with_its_digits_which_test_rigs_need(write: Write) -> None:
    at = "2026-11-23T09:00:01.005Z"
    tls = LinkState(Phase.CONNECTED, URL, is_tls=True, is_paired=True)
    assert write(
        BondChanged(BondState(Standing.ASKING)),
        BondChanged(BondState(Standing.COMPARING, "042817")),
        BondChanged(BondState(Standing.UNPAIRED, reason="denied", keeping=Keeping.UNWRITABLE)),
        BondChanged(BondState(Standing.PAIRED, is_known=True)),
        LinkChanged(tls),
    ) == [
        {"event": "pairing", "state": "asking", "at": at},
        {"event": "pairing", "state": "comparing", "digits": "042817", "at": at},
        {"event": "pairing", "state": "unpaired", "reason": "denied", "keeping": "unwritable", "at": at},
        {"event": "pairing", "state": "paired", "at": at},
        {"event": "connected", "server": URL, "tls": True, "paired": True, "at": at},
    ]


MISSED = Missed("01012345678", "1001", "m", RANG, NOW, "missed", caller_name="홍길동", seq=3, epoch="e")


def test_each_missed_call_is_in_the_file_once_also_after_a_restart(write: Write, tmp_path: Path) -> None:
    other = replace(MISSED, call_id="n", outcome="answered")
    write(CallMissed(MISSED, is_listed=True), CallMissed(MISSED, is_listed=True))
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'{"event":"missed"\n')  # of whatever program
    (tmp_path / "events.jsonl").write_bytes((tmp_path / "events.jsonl").read_bytes()[:-18])
    lines = write(
        CallMissed(MISSED, is_listed=True),
        CallMissed(other, is_listed=False),
        MissedKept(()),
        MissedSeen(("m",)),
    )
    assert [(each["event"], each["call_id"], each["outcome"]) for each in lines] == [
        ("missed", "m", "missed"),
        ("missed", "n", "answered"),
    ]
    assert lines[0]["ended_at"] == "2026-11-23T09:00:01.005Z"
    assert (lines[0]["from"], lines[0]["from_name"]) == ("01012345678", "홍길동")


def test_who_waits_for_a_line_hears_once_it_is_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    heard: list[tuple[Notice, int]] = []
    is_out = threading.Semaphore(0)

    def on_out(notice: Notice) -> None:
        heard.append((notice, len(path.read_bytes().splitlines())))
        is_out.release()

    lines = EventLines(str(path), now=lambda: NOW)
    lines.on_out = on_out
    told: list[Notice] = [
        CallRinging(CALL),
        CallMissed(MISSED, is_listed=True),
        CallMissed(MISSED, is_listed=True),
    ]
    for notice in told:
        lines.write(notice)
    for _ in told[:2]:
        assert is_out.acquire(timeout=10)
    lines.close()
    assert [notice for notice, _ in heard] == told[:2]
    assert [there for _, there in heard] == [1, 2] or heard[0][1] == 2, "the line was there already"
    again = EventLines(str(path), now=lambda: NOW)
    again.on_out = on_out
    again.write(told[1])
    again.close()
    assert len(heard) == 3, "what an earlier run wrote is out"
