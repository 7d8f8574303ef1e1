"""What becomes of a call event, without sockets, threads or a database."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from packetwave.protocol import CallUpdate, IncomingCall
from packetwave.server.calls.events import (
    Answered,
    CallEvent,
    Direction,
    Ended,
    Outcome,
    RangAgain,
    Ringing,
    Stopped,
)
from packetwave.server.engine import switchboard as module
from packetwave.server.engine.notices import CallChanged, MembersChanged, Notice
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.hub import Delivery
from packetwave.server.office.values import CallRecord, Member, MemberTable

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KIM, PARK = Member("1001", "192.0.2.1", name="김영희"), Member("1002", "192.0.2.2", name="박민수")


class Desk:
    """A switchboard and all that it gave away."""

    def __init__(self, *connected: str) -> None:
        self.sent: list[Delivery] = []
        self.written: list[CallRecord] = []
        self.notices: list[Notice] = []
        self.lines = io.StringIO()
        self.board = Switchboard(
            send=lambda told, _arrived: self.sent.append(told),
            write=self.written.append,
            notify=self.notices.append,
            is_connected=lambda address: address in connected,
            events=self.lines,
        )
        self.board.use_members(MemberTable((KIM, PARK)))

    def take(self, *events: CallEvent) -> None:
        for event in events:
            self.board.take(event, 0.0)

    @property
    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.lines.getvalue().splitlines()]


def rings(call_id: str = "c1", called: str = "1001", **more: object) -> Ringing:
    return Ringing(call_id, AT, "01012345678", called, **more)  # type: ignore[arg-type]


def test_from_ringing_to_missed() -> None:
    desk = Desk("192.0.2.1")
    desk.take(rings(), Stopped("c1", AT), Ended("c1", AT + timedelta(seconds=3), Outcome.MISSED))
    assert [type(told.message) for told in desk.sent] == [IncomingCall, CallUpdate, CallUpdate]
    assert [told.message.state for told in desk.sent if isinstance(told.message, CallUpdate)] == [
        "stopped",
        "ended",
    ]
    # Stopping alone is no line and no change of the record.
    assert desk.events == ["ringing", "ended"]
    assert [record.outcome for record in desk.written] == [None, Outcome.MISSED]
    assert [type(notice) for notice in desk.notices] == [MembersChanged, CallChanged, CallChanged]


def test_outgoing_calls_are_on_the_record_and_alert_nobody() -> None:
    desk = Desk()
    desk.take(Ringing("c1", AT, "1001", "01099998888", direction=Direction.OUT), Answered("c1", AT))
    assert desk.sent == []
    assert desk.written[0].caller_name == "김영희"
    assert desk.events == ["ringing", "answered"]


def test_who_was_told_and_who_was_off() -> None:
    desk = Desk("192.0.2.2")
    desk.take(rings())
    assert desk.written[-1].offline == ("192.0.2.1",)
    desk.board.told("c1", "192.0.2.1", 0.7)
    on_record = desk.written[-1]
    assert (on_record.offline, on_record.told[0].took_ms) == ((), 0.7)
    # A moment after the end, too; for a call nobody knows, nothing happens.
    desk.take(rings("c2", "1002"), Ended("c2", AT, Outcome.MISSED))
    desk.board.told("c2", "192.0.2.2", 0.5)
    assert (desk.written[-1].outcome, len(desk.written[-1].told)) == (Outcome.MISSED, 1)
    count = len(desk.written)
    desk.board.told("unknown", "192.0.2.2", 0.5)
    assert len(desk.written) == count


def test_ringing_again_tells_the_same_call_again() -> None:
    desk = Desk()
    desk.take(rings(), Stopped("c1", AT), RangAgain("c1", AT))
    assert desk.sent[0] == desk.sent[2]
    assert desk.events == ["ringing"]


def test_a_call_of_before_the_restart_keeps_its_record() -> None:
    desk = Desk()
    old = CallRecord("c1", AT - timedelta(minutes=1), "01012345678", "1001")
    desk.board.take_up([old], AT)
    desk.take(rings(), Ended("c1", AT, Outcome.MISSED))
    assert [record.rang_at for record in desk.written] == [old.rang_at, old.rang_at]
    assert desk.events == ["ended"]  # it was said before the restart that it rings


def test_what_still_rings_after_a_restart_is_told_to_clients_that_come_back() -> None:
    desk = Desk()
    lately, long_ago = AT - timedelta(seconds=20), AT - timedelta(minutes=5)
    desk.board.take_up(
        [
            CallRecord("ringing", lately, "01012345678", "1001"),
            CallRecord("talking", lately, "01012345679", "1001", answered_at=lately),
            CallRecord("old", long_ago, "01012345670", "1001"),
            CallRecord("out", lately, "1001", "01012345670", direction=Direction.OUT),
        ],
        AT,
    )
    told = [message.call_id for _, message in desk.board.alerts.ringing_at(KIM.default_ip, 0, 10)]
    assert told == ["ringing"]
    assert desk.sent == []  # nobody is connected yet
    desk.take(Ended("ringing", AT, Outcome.MISSED))
    assert isinstance(desk.sent[-1].message, CallUpdate)
    assert desk.board.alerts.ringing_at(KIM.default_ip, 0, 10) == []


def test_members_who_come_while_it_rings() -> None:
    desk = Desk()
    desk.take(rings("c1", "1003"))
    assert desk.sent == []
    desk.take(rings("c2", "1001"))
    desk.board.use_members(MemberTable((Member("1001", "192.0.2.9"),)))
    assert desk.sent[-1].addresses == ("192.0.2.9",)


def test_events_that_cannot_be_written_stop_nothing() -> None:
    desk = Desk()
    desk.lines.close()
    desk.take(rings(), Ended("c1", AT, Outcome.MISSED))
    assert len(desk.written) == 2


def test_ended_calls_are_kept_in_mind_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RECENT", 3)
    desk = Desk()
    for number in range(6):
        desk.take(rings(f"c{number}"), Ended(f"c{number}", AT, Outcome.MISSED))
    count = len(desk.written)
    desk.board.told("c0", "192.0.2.1", 1.0)
    assert len(desk.written) == count
    desk.board.told("c5", "192.0.2.1", 1.0)
    assert len(desk.written) == count + 1
