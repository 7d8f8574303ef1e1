"""What becomes of a call event, without sockets, threads or a database."""

from datetime import UTC, datetime, timedelta

import pytest

from packetwave.protocol import CallUpdate, IncomingCall
from packetwave.server.calls.events import (
    Answered,
    CallEvent,
    Corrected,
    Direction,
    Ended,
    Flooded,
    Outcome,
    RangAgain,
    RecordedEvent,
    Ringing,
    Stopped,
)
from packetwave.server.engine import switchboard as module
from packetwave.server.engine.notices import CallChanged, MembersChanged, Notice
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.hub import Delivery
from packetwave.server.office.values import CallRecord, Member, MemberTable, ToldHow

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KIM, PARK = Member("1001", "192.0.2.1", name="김영희"), Member("1002", "192.0.2.2", name="박민수")


class Desk:
    """A switchboard and all that it gave away."""

    def __init__(self, *connected: str) -> None:
        self.sent: list[Delivery] = []
        self.written: list[CallRecord] = []
        self.notices: list[Notice] = []
        self.said: list[RecordedEvent] = []
        self.board = Switchboard(
            send=lambda told, _arrived: self.sent.append(told),
            write=self._write,
            notify=self.notices.append,
            is_paired=lambda extension: extension == "1009",
            away=lambda extension: tuple(
                address
                for address in self.board.directory.addresses_of(extension)
                if address not in connected
            ),
        )
        self.board.use_members(MemberTable((KIM, PARK)))

    def take(self, *events: CallEvent) -> None:
        for event in events:
            self.board.take(event, 0.0)

    def _write(self, record: CallRecord | None, event: RecordedEvent | None) -> None:
        if record is not None:
            self.written.append(record)
        if event is not None:
            self.said.append(event)

    @property
    def events(self) -> list[str]:
        return [type(event).__name__.lower() for event in self.said]


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


def test_the_alert_goes_out_before_anything_else_is_said() -> None:
    desk = Desk("192.0.2.1")
    order: list[str] = []
    desk.board = Switchboard(
        send=lambda _told, _arrived: order.append("alert"),
        write=lambda _record, _event: order.append("journal"),
        notify=lambda notice: order.append(type(notice).__name__),
        is_paired=lambda _extension: False,
        away=lambda _extension: (),
    )
    desk.board.use_members(MemberTable((KIM,)))
    order.clear()
    desk.take(rings(), Ended("c1", AT, Outcome.MISSED))
    assert order == ["alert", "journal", "CallChanged"] * 2


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
    desk.board.told("c1", "192.0.2.1", 0.7, ToldHow.WRITTEN)
    on_record = desk.written[-1]
    assert (on_record.offline, on_record.told[0].took_ms) == ((), 0.7)
    desk.board.told("c1", "192.0.2.1", 0.9, ToldHow.ARRIVED)
    assert [(told.took_ms, told.how) for told in desk.written[-1].told] == [(0.7, ToldHow.ARRIVED)]
    # A moment after the end, too; for a call nobody knows, nothing happens.
    desk.take(rings("c2", "1002"), Ended("c2", AT, Outcome.MISSED))
    desk.board.told("c2", "192.0.2.2", 0.5, ToldHow.WRITTEN)
    assert (desk.written[-1].outcome, len(desk.written[-1].told)) == (Outcome.MISSED, 1)
    count = len(desk.written)
    desk.board.told("unknown", "192.0.2.2", 0.5, ToldHow.WRITTEN)
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
    told = [message.call_id for _, message in desk.board.alerts.ringing(("1001",), 0, 10)]
    assert told == ["ringing"]
    assert desk.sent == []  # nobody is connected yet
    desk.take(Ended("ringing", AT, Outcome.MISSED))
    assert isinstance(desk.sent[-1].message, CallUpdate)
    assert desk.board.alerts.ringing(("1001",), 0, 10) == []
    for call_id in ("talking", "old"):  # their clients may have come after they rang
        desk.take(Ended(call_id, AT, Outcome.ANSWERED))
        instead = desk.sent[-1].instead
        assert instead is not None and (instead.call_id, instead.outcome) == (call_id, "answered")
    count = len(desk.sent)
    desk.take(Ended("out", AT, Outcome.ANSWERED))
    assert len(desk.sent) == count


def test_a_call_to_an_extension_that_only_a_pairing_has() -> None:
    desk = Desk()
    desk.take(rings("c1", "1003"))
    assert desk.sent == []
    desk.take(rings("c2", "1009"))
    assert desk.sent[-1].extension == "1009"


def test_a_call_that_was_over_before_the_restart_is_not_said_again() -> None:
    """Its phone is still heard of: it rings again, or the end is seen once more."""
    desk = Desk("192.0.2.1")
    over = CallRecord("c1", AT, "01012345678", "1001", ended_at=AT, outcome=Outcome.MISSED)
    desk.board.take_up([], AT, [over])
    desk.take(rings(), Ended("c1", AT, Outcome.UNKNOWN))
    assert [type(told.message) for told in desk.sent] == [IncomingCall, CallUpdate]
    assert (desk.written, desk.events) == ([], [])


def test_a_detector_that_begins_anew_takes_up_what_is_open_and_ends_nothing_twice() -> None:
    desk = Desk("192.0.2.1")
    desk.take(rings("open"), rings("over", "1002"), Ended("over", AT, Outcome.MISSED))
    assert [record.call_id for record in desk.board.begin_anew()] == ["open"]
    # It sees both again, as after a restart.
    desk.take(rings("open"), rings("over", "1002"), Ended("over", AT, Outcome.UNKNOWN))
    assert desk.events == ["ringing", "ringing", "ended"]
    desk.take(Ended("open", AT, Outcome.UNKNOWN))
    assert desk.events == ["ringing", "ringing", "ended", "ended"]
    assert desk.board.begin_anew() == []


def test_ended_calls_are_kept_in_mind_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RECENT", 3)
    desk = Desk()
    for number in range(6):
        desk.take(rings(f"c{number}"), Ended(f"c{number}", AT, Outcome.MISSED))
    count = len(desk.written)
    desk.board.told("c0", "192.0.2.1", 1.0, ToldHow.WRITTEN)
    assert len(desk.written) == count
    desk.board.told("c5", "192.0.2.1", 1.0, ToldHow.WRITTEN)
    assert len(desk.written) == count + 1


def test_the_log_names_no_number_from_outside(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    outgoing = Ringing("c2", AT, "1001", "01099998888", "홍길동", direction=Direction.OUT)
    Desk().take(rings(caller_name="홍길동"), outgoing)
    assert [record.getMessage() for record in caplog.records] == [
        "1001 rings, called by 010****5678",
        "010****8888 rings, called by 1001",
    ]


def test_a_call_that_was_removed_from_the_history_is_not_written_again() -> None:
    desk = Desk("192.0.2.1")
    desk.take(rings(), Ended("c1", AT, Outcome.MISSED), rings("c2", "1002"))
    desk.board.forget_ended()
    before = len(desk.written)
    desk.take(Corrected("c1", AT, Outcome.ANSWERED_ELSEWHERE))
    desk.board.told("c1", "192.0.2.1", 1.0, ToldHow.ACKNOWLEDGED)
    assert len(desk.written) == before
    assert "corrected" not in desk.events
    desk.take(Ended("c2", AT, Outcome.MISSED))
    assert desk.written[-1].call_id == "c2", "one that went on is written as ever"


def test_a_flood_is_one_row() -> None:
    desk = Desk("192.0.2.1")
    for count in (40, 50_000):
        desk.take(
            Flooded("f1", from_at=AT, source="192.0.2.10", called="1001", count=count, over=False, at=AT)
        )
    assert desk.sent == [], "nobody is alerted"
    assert [(row.call_id, row.caller, row.called, row.calls) for row in desk.written] == [
        ("f1", "192.0.2.10", "1001", 40),
        ("f1", "192.0.2.10", "1001", 50_000),
    ]
    assert {row.outcome for row in desk.written} == {Outcome.UNKNOWN}, "it waits for no end"
    assert desk.events == ["flooded", "flooded"]
    assert [notice for notice in desk.notices if isinstance(notice, CallChanged)][-1].record.calls == 50_000


def test_a_call_that_is_over_when_it_is_first_seen_alerts_nobody() -> None:
    desk = Desk("192.0.2.1")
    desk.take(rings(is_over=True), Ended("c1", AT, Outcome.MISSED))
    # Its end alone, which a paired PC gets as a call that it missed.
    (end,) = desk.sent
    assert isinstance(end.message, CallUpdate) and end.message.state == "ended"
    assert end.instead is not None and end.instead.call_id == "c1"
    assert desk.events == ["ringing", "ended"]
    assert desk.written[-1].outcome is Outcome.MISSED
    desk.board.take_up([], AT, [desk.written[-1]])
    desk.take(rings(is_over=True), Ended("c1", AT, Outcome.MISSED))
    assert desk.events == ["ringing", "ended"]
