"""The lines of `--events`, as docs/protocol.md promises them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    Corrected,
    Diagnosed,
    DiagnosisOver,
    Direction,
    Ended,
    Flooded,
    Outcome,
    Ringing,
    Unwatched,
)
from packetwave.server.calls.lines import to_json

AT = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)


def test_ringing() -> None:
    event = Ringing("c1", AT, "01012345678", "1001", caller_name="홍길동", dialled="0212345678")
    assert json.loads(to_json(event)) == {
        "event": "ringing",
        "call_id": "c1",
        "from": "01012345678",
        "from_name": "홍길동",
        "to": "1001",
        "dialled": "0212345678",
        "direction": "in",
        "at": "2026-11-23T09:00:00.123Z",
    }
    assert "홍길동" in to_json(event)
    line = json.loads(to_json(Ringing("c1", AT, "1002", "1001", via="1003", direction=Direction.INTERNAL)))
    assert (line["dialled"], line["direction"], line["via"], line["from_name"]) == (
        "1001",
        "internal",
        "1003",
        "",
    )


def test_later_events() -> None:
    assert json.loads(to_json(Answered("c1", AT))) == {
        "event": "answered",
        "call_id": "c1",
        "at": "2026-11-23T09:00:00.123Z",
    }
    ended = json.loads(to_json(Ended("c1", AT, Outcome.ANSWERED_ELSEWHERE, by="1004")))
    assert (ended["event"], ended["outcome"], ended["by"]) == ("ended", "answered_elsewhere", "1004")
    assert "by" not in json.loads(to_json(Ended("c1", AT, Outcome.MISSED)))
    corrected = json.loads(to_json(Corrected("c1", AT, Outcome.MISSED)))
    assert (corrected["event"], corrected["outcome"]) == ("corrected", "missed")


def test_unwatched() -> None:
    later = AT.replace(hour=10)
    assert json.loads(to_json(Unwatched(AT, later))) == {
        "event": "unwatched",
        "from_at": "2026-11-23T09:00:00.123Z",
        "to_at": "2026-11-23T10:00:00.123Z",
    }


@pytest.mark.case(40)
def test_diagnosis() -> None:
    figures = (("phones", ("192.168.0.21",)), ("count", 1))
    assert json.loads(to_json(Diagnosed("tls_only", "warning", AT, figures))) == {
        "event": "diagnosis",
        "code": "tls_only",
        "severity": "warning",
        "phones": ["192.168.0.21"],
        "count": 1,
        "at": "2026-11-23T09:00:00.123Z",
    }
    assert json.loads(to_json(DiagnosisOver("tls_only", AT))) == {
        "event": "diagnosis_over",
        "code": "tls_only",
        "at": "2026-11-23T09:00:00.123Z",
    }


def test_no_text_breaks_a_line() -> None:
    event = Ringing("c1", AT, "1\n2", "1001", caller_name='a\r\nb"\u2028')
    assert to_json(event).count("\n") == 0
    assert json.loads(to_json(event))["from"] == "1\n2"


def test_the_keys_stand_in_one_order() -> None:
    ringing = Ringing("c1", AT, "1", "2", "Hong", "3", "4", Direction.OUT, "sip id", "tag")
    assert to_json(ringing) == (
        '{"event":"ringing","call_id":"c1","from":"1","from_name":"Hong","to":"2","dialled":"3",'
        '"direction":"out","via":"4","at":"2026-11-23T09:00:00.123Z"}'
    )
    assert to_json(CallerChanged("c1", AT, "", "")) == (
        '{"event":"caller","call_id":"c1","from":"","from_name":"","at":"2026-11-23T09:00:00.123Z"}'
    )
    assert to_json(Ended("c1", AT, Outcome.FORWARDED, "5", "6")) == (
        '{"event":"ended","call_id":"c1","outcome":"forwarded","by":"5","via":"6","at":"2026-11-23T09:00:00.123Z"}'
    )


def test_a_flood() -> None:
    event = Flooded("f1", from_at=AT, source="192.168.0.10", called="1001", count=500, over=False, at=AT)
    assert json.loads(to_json(event)) == {
        "event": "flood",
        "call_id": "f1",
        "to": "1001",
        "from_at": "2026-11-23T09:00:00.123Z",
        "source": "192.168.0.10",
        "count": 500,
        "at": "2026-11-23T09:00:00.123Z",
    }
    last = json.loads(to_json(replace(event, source="", called="", over=True)))
    assert (last["to"], last["over"], "source" in last) == ("", True, False)


def test_nobody_outside_needs_to_know_who_was_alerted() -> None:
    ringing = Ringing("c1", AT, "01012345678", "1001")
    assert to_json(replace(ringing, is_over=True)) == to_json(ringing)
