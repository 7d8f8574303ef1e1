"""Values that several store tests use."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.office.values import CallRecord, Member, MemberTable, Put, Told, ToldHow

NINE = datetime(2026, 11, 23, 0, 0, 0, 123000, tzinfo=UTC)

HONG = Member("1001", "192.168.0.101", "홍길동", "영업부", "2층")
KIM = Member("1002", "192.168.0.102", "김영희")


def call(number: int, *, outcome: Outcome | None = Outcome.MISSED) -> CallRecord:
    """A call that rang `number` minutes after nine."""
    rang_at = NINE + timedelta(minutes=number)
    return CallRecord(f"call-{number}", rang_at, "01012345678", "1001", outcome=outcome)


FULL_CALL = CallRecord(
    call_id="full",
    rang_at=NINE,
    caller="01012345678",
    called="1001",
    caller_name="홍길동",
    caller_company="한빛상사",
    called_name="김영희",
    dialled="0212345678",
    via="1005",
    direction=Direction.INTERNAL,
    answered_at=NINE + timedelta(seconds=3, milliseconds=7),
    ended_at=NINE + timedelta(seconds=60),
    outcome=Outcome.ANSWERED_ELSEWHERE,
    by="1002",
    sip_call_id="a84b4c76e66710@pbx",
    from_tag="1928301774",
    told=(
        Told("192.168.0.101", NINE + timedelta(milliseconds=4), 4.25),
        Told("::1", NINE, 0.5, ToldHow.ARRIVED),
    ),
    offline=("192.168.0.102", "fe80::1"),
    calls=50_000,
    seen_at=NINE + timedelta(minutes=5),
)


def desks(table: MemberTable) -> list[tuple[str, str, str]]:
    """What the rows say, without their ids."""
    return [(member.extension_num, member.default_ip, member.name) for member in table.members]


def add(*members: Member) -> list[Put]:
    return [Put(member) for member in members]


def until(true: Callable[[], bool]) -> None:
    """Ask again and again until it is true."""
    pause = threading.Event()
    for _ in range(1500):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError(f"{true} never came")
