"""Who is told what, as data."""

from dataclasses import fields, replace
from datetime import UTC, datetime

from packetwave.protocol import CallUpdate, IncomingCall
from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    Corrected,
    Direction,
    Ended,
    Outcome,
    RangAgain,
    Stopped,
)
from packetwave.server.hub import alerts as alerts_module
from packetwave.server.hub.alerts import Alerts
from packetwave.server.office.directory import Directory
from packetwave.server.office.values import CallRecord, Member, MemberTable

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DESKS = Directory(
    MemberTable(
        (
            Member("1001", "192.0.2.1", name="김영희"),
            Member("1001", "192.0.2.9"),
            Member("1002", "192.0.2.2", name="박민수", company="한빛상사"),
        )
    )
)


def ringing(alerts: Alerts, *extensions: str) -> list[str]:
    """The calls that a client of these extensions is told of when it connects."""
    return [message.call_id for _, message in alerts.ringing(extensions, 0, 1_000_000)]


RECORD = CallRecord("c1", AT, "01012345678", "1001", called_name="김영희")


def test_the_extension_is_told() -> None:
    told = Alerts().rings(RECORD, DESKS)
    assert told is not None
    assert told.extension == "1001"
    assert isinstance(told.message, IncomingCall)
    assert (told.message.caller, told.message.called, told.message.called_name) == (
        "01012345678",
        "1001",
        "김영희",
    )


def test_the_alert_says_all_that_the_record_knows_of_it() -> None:
    record = replace(
        RECORD,
        caller_name="홍길동",
        caller_company="한빛상사",
        dialled="0212345678",
        via="1000",
        direction=Direction.INTERNAL,
    )
    told = Alerts().rings(record, DESKS)
    assert told is not None
    of_the_delivery = ("seq", "epoch")
    for field in fields(IncomingCall):
        if field.name not in of_the_delivery:
            assert getattr(told.message, field.name) == getattr(record, field.name)


def test_outgoing_calls_and_strangers_are_told_to_nobody() -> None:
    alerts = Alerts()
    assert alerts.rings(replace(RECORD, direction=Direction.OUT), DESKS) is None
    assert alerts.rings(replace(RECORD, called="9999"), DESKS) is None
    assert len(alerts) == 0


def test_who_comes_late_is_told_while_it_rings_and_not_after() -> None:
    alerts = Alerts()
    alerts.rings(RECORD, DESKS)
    assert ringing(alerts, "1001") == ["c1"]
    assert ringing(alerts, "1002") == []
    alerts.goes_on(Stopped("c1", AT), DESKS)
    assert ringing(alerts, "1001") == []
    again = alerts.goes_on(RangAgain("c1", AT), DESKS)
    assert again is not None and isinstance(again.message, IncomingCall)
    assert len(ringing(alerts, "1001")) == 1
    alerts.goes_on(Answered("c1", AT), DESKS)
    assert ringing(alerts, "1001") == []


def test_the_end_names_who_answered_and_forgets_the_call() -> None:
    alerts = Alerts()
    alerts.rings(RECORD, DESKS)
    told = alerts.goes_on(Ended("c1", AT, Outcome.ANSWERED_ELSEWHERE, "1002"), DESKS)
    update = CallUpdate("c1", "ended", "answered_elsewhere", "1002", "박민수", AT)
    assert told is not None
    assert (told.extension, told.message) == ("1001", update)
    assert told.instead is not None, "for who was not told that it rings"
    assert (told.instead.call_id, told.instead.outcome, told.instead.by_name) == (
        "c1",
        "answered_elsewhere",
        "박민수",
    )
    assert (told.instead.rang_at, told.instead.ended_at) == (RECORD.rang_at, AT)
    assert len(alerts) == 0
    assert alerts.goes_on(Ended("unknown", AT, Outcome.MISSED), DESKS) is None


def test_a_verdict_learnt_later_is_told_too() -> None:
    alerts = Alerts()
    alerts.rings(RECORD, DESKS)
    alerts.goes_on(Ended("c1", AT, Outcome.MISSED), DESKS)
    assert ringing(alerts, "1001") == []
    again = alerts.goes_on(RangAgain("c1", AT), DESKS)
    assert again is not None and isinstance(again.message, IncomingCall)
    assert len(ringing(alerts, "1001")) == 1
    told = alerts.goes_on(Corrected("c1", AT, Outcome.ANSWERED), DESKS)
    assert told is not None and isinstance(told.message, CallUpdate)
    assert (told.message.state, told.message.outcome) == ("ended", "answered")


def test_another_caller_is_told_while_it_rings() -> None:
    alerts = Alerts()
    alerts.rings(RECORD, DESKS)
    told = alerts.goes_on(CallerChanged("c1", AT, "1002"), DESKS)
    assert told is not None and isinstance(told.message, IncomingCall)
    assert (told.message.caller, told.message.caller_name, told.message.caller_company) == (
        "1002",
        "박민수",
        "한빛상사",
    )
    alerts.goes_on(Answered("c1", AT), DESKS)
    assert alerts.goes_on(CallerChanged("c1", AT, "025550100"), DESKS) is None


def test_an_extension_that_only_a_pairing_has_is_told() -> None:
    alerts = Alerts(is_paired=lambda extension: extension == "1009")
    assert alerts.rings(replace(RECORD, called="1009"), DESKS) is not None
    assert alerts.rings(replace(RECORD, call_id="c2", called="1008"), DESKS) is None


def test_a_name_given_while_it_rings_is_told_to_who_comes_then() -> None:
    alerts = Alerts()
    alerts.rings(RECORD, DESKS)
    alerts.move(Directory(MemberTable((Member("1001", "192.0.2.50", name="새 자리"),))))
    ((_, message),) = alerts.ringing(("1001",), 0, 10)
    assert message.called_name == "새 자리"


def test_calls_of_several_extensions_come_in_the_order_in_which_they_began_to_ring() -> None:
    alerts = Alerts()
    for number in range(6):
        alerts.rings(replace(RECORD, call_id=f"c{number}", called=f"100{1 + number % 2}"), DESKS)
    first = alerts.ringing(("1002", "1001"), 0, 4)
    assert [message.call_id for _, message in first] == ["c0", "c1", "c2", "c3"]
    assert [m.call_id for _, m in alerts.ringing(("1002", "1001"), first[-1][0], 4)] == ["c4", "c5"]
    assert alerts.ringing((), 0, 4) == []


def test_what_is_on_the_way_are_calls_whose_end_was_not_told() -> None:
    alerts = Alerts()
    for call_id in ("c1", "c2", "c3"):
        alerts.rings(replace(RECORD, call_id=call_id), DESKS)
    alerts.goes_on(Answered("c1", AT), DESKS)
    alerts.goes_on(Ended("c2", AT, Outcome.MISSED), DESKS)
    assert alerts.on_the_way("1001") == ["c1", "c3"]
    assert alerts.on_the_way("1002") == []


def test_a_flood_is_bounded() -> None:
    alerts = Alerts()
    for number in range(alerts_module.MAX_CALLS + 10):
        alerts.rings(replace(RECORD, call_id=str(number)), DESKS)
    assert len(alerts) == alerts_module.MAX_CALLS


def test_ringing_calls_come_in_pages_and_none_that_ended_meanwhile() -> None:
    alerts = Alerts()
    for number in range(7):
        alerts.rings(replace(RECORD, call_id=f"c{number}"), DESKS)
    first = alerts.ringing(("1001",), 0, 3)
    assert [message.call_id for _, message in first] == ["c0", "c1", "c2"]
    alerts.goes_on(Ended("c1", AT, Outcome.MISSED), DESKS)
    alerts.goes_on(Answered("c4", AT), DESKS)
    alerts.goes_on(Ended("c5", AT, Outcome.MISSED), DESKS)
    alerts.rings(replace(RECORD, call_id="c7"), DESKS)
    second = alerts.ringing(("1001",), first[-1][0], 3)
    assert [message.call_id for _, message in second] == ["c3", "c6", "c7"]
    assert alerts.ringing(("1001",), second[-1][0], 3) == []


def test_a_call_that_rings_again_comes_after_those_that_ring() -> None:
    alerts = Alerts()
    for call_id in ("c1", "c2", "c3"):
        alerts.rings(replace(RECORD, call_id=call_id), DESKS)
    alerts.goes_on(Ended("c1", AT, Outcome.MISSED), DESKS)
    assert ringing(alerts, "1001") == ["c2", "c3"]
    alerts.goes_on(RangAgain("c1", AT), DESKS)
    assert ringing(alerts, "1001") == ["c2", "c3", "c1"]
    # The same ringing told twice stays one.
    alerts.rings(replace(RECORD, call_id="c2", caller="5"), DESKS)
    assert ringing(alerts, "1001") == ["c3", "c1", "c2"]


def test_a_page_costs_the_same_after_many_calls() -> None:
    """What ended long ago is not gone through again and again."""
    alerts = Alerts()
    for number in range(5_000):
        alerts.rings(replace(RECORD, call_id=f"c{number}"), DESKS)
        if number >= 3:
            alerts.goes_on(Ended(f"c{number - 3}", AT, Outcome.MISSED), DESKS)
    assert ringing(alerts, "1001") == ["c4997", "c4998", "c4999"]
    assert alerts.rows_held() <= 2 * (2 * 3 + 1)
    for number in (4997, 4998, 4999):
        alerts.goes_on(Ended(f"c{number}", AT, Outcome.MISSED), DESKS)
    assert alerts.rows_held() == 0
