from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from packetwave.server.calls.events import Direction, Outcome
from packetwave.server.console.calls import log as call_log
from packetwave.server.console.calls.log import CallFilter, CallLog, Column, Period
from packetwave.server.console.parts.cells import HIGHLIGHT
from packetwave.server.office.values import Told
from tests.server.console.conftest import Clock, answered, call, missed


@pytest.fixture
def log(qtbot: QtBot, clock: Clock) -> Iterator[CallLog]:
    model = CallLog(clock)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    tester.deleteLater()
    model.deleteLater()


class Watched:
    """Counts what a model tells its views."""

    def __init__(self, model: QAbstractItemModel) -> None:
        self.resets = self.inserted = self.removed = self.changed = 0
        model.modelReset.connect(self._reset)
        model.layoutChanged.connect(self._reset)
        model.rowsInserted.connect(self._insert)
        model.rowsRemoved.connect(self._remove)
        model.dataChanged.connect(self._change)

    def _reset(self) -> None:
        self.resets += 1

    def _insert(self) -> None:
        self.inserted += 1

    def _remove(self) -> None:
        self.removed += 1

    def _change(self) -> None:
        self.changed += 1


def ids(log: CallLog) -> list[str]:
    return [log.record(row).call_id for row in range(log.rowCount())]


def text(log: CallLog, row: int, column: Column) -> str:
    shown = log.index(row, column).data()
    assert isinstance(shown, str)
    return shown


def test_the_newest_call_is_on_top_whatever_the_order_of_notices(log: CallLog, clock: Clock) -> None:
    for call_id, ago in (("b", 20), ("a", 30), ("d", 0), ("c", 10)):
        log.put(call(call_id, clock.ago(ago)))
    assert ids(log) == ["d", "c", "b", "a"]


def test_a_change_is_put_over_its_call(log: CallLog, clock: Clock) -> None:
    log.put(call("a", clock.ago(3)))
    log.put(call("b", clock.ago(2)))
    watched = Watched(log)
    log.put(missed("a", clock.ago(3)))
    assert ids(log) == ["b", "a"]
    assert (watched.resets, watched.inserted, watched.removed, watched.changed) == (0, 0, 0, 1)
    assert text(log, 1, Column.STATE) == "Missed"


def test_a_change_of_its_time_moves_the_call(log: CallLog, clock: Clock) -> None:
    log.put(call("a", clock.ago(30)))
    log.put(call("b", clock.ago(20)))
    log.put(call("a", clock.ago(10)))
    assert ids(log) == ["a", "b"]
    assert log.tally.calls == 2


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "Ringing 4 s"),
        ({"direction": Direction.OUT}, "Calling 4 s"),
        ({"outcome": Outcome.MISSED}, "Missed"),
        ({"outcome": Outcome.MISSED, "direction": Direction.OUT}, "No answer"),
        ({"outcome": Outcome.BUSY}, "Was busy"),
        ({"outcome": Outcome.DECLINED}, "Declined"),
        ({"outcome": Outcome.ANSWERED_ELSEWHERE, "by": "1004"}, "Taken elsewhere · 1004"),
        ({"outcome": Outcome.ANSWERED_ELSEWHERE}, "Taken elsewhere"),
        ({"outcome": Outcome.FORWARDED}, "Forwarded"),
        ({"outcome": Outcome.FAILED}, "Failed"),
        ({"outcome": Outcome.UNKNOWN}, "Unknown"),
        ({"outcome": Outcome.ANSWERED}, "Answered"),
    ],
)
def test_each_state_has_its_words(log: CallLog, clock: Clock, record: dict[str, Any], said: str) -> None:
    log.put(call("a", clock.at, **record))
    clock.move(4)
    assert text(log, 0, Column.STATE) == said


def test_talks_are_timed(log: CallLog, clock: Clock) -> None:
    log.put(answered("done", clock.ago(100), talked_s=3723))
    log.put(call("now", clock.ago(9)))
    log.put(call("now", clock.ago(9), answered_at=clock.at))
    clock.move(72)
    assert text(log, 0, Column.STATE) == "Talking 1:12"
    assert text(log, 1, Column.STATE) == "Answered 1:02:03"


def test_a_replayed_call_counts_from_when_it_was_heard_of(log: CallLog, clock: Clock) -> None:
    long_ago = clock.at - timedelta(days=900)
    log.put(call("a", long_ago))
    clock.move(4)
    assert text(log, 0, Column.STATE) == "Ringing 4 s"
    assert text(log, 0, Column.TIME).startswith("2024-")
    assert log.today.calls == 1


def test_the_row_that_rings_is_highlighted_until_it_is_answered(log: CallLog, clock: Clock) -> None:
    log.put(call("a", clock.at))
    assert log.index(0, 0).data(HIGHLIGHT) is True
    log.put(call("a", clock.at, answered_at=clock.at))
    assert log.index(0, 0).data(HIGHLIGHT) is False


def test_the_timer_runs_only_while_something_is_open(log: CallLog, clock: Clock, qtbot: QtBot) -> None:
    assert not log.is_ticking()
    log.put(call("a", clock.at))
    assert log.is_ticking()
    with qtbot.waitSignal(log.dataChanged) as ticked:
        pass
    first, last = ticked.args[0], ticked.args[1]
    assert (first.row(), first.column()) == (last.row(), last.column()) == (0, Column.STATE)
    log.put(missed("a", clock.at))
    assert not log.is_ticking()


def test_caller_called_and_alert(log: CallLog, clock: Clock) -> None:
    told = (Told("192.168.0.101", clock.at, 1.31), Told("192.168.0.102", clock.at, 0.84))
    log.put(call("a", clock.ago(2), caller_name="홍길동", called_name="김영희", told=told))
    log.put(call("b", clock.ago(1), caller="anonymous", offline=("192.168.0.105",)))
    log.put(call("c", clock.at, caller="+14155550100", told=(Told("192.168.0.101", clock.at, 1640.0),)))
    assert text(log, 2, Column.CALLER) == "010-1234-5678 홍길동"
    assert text(log, 2, Column.CALLED) == "1001 김영희"
    assert text(log, 2, Column.ALERT) == "0.8 ms"
    assert text(log, 1, Column.CALLER) == "Number withheld"
    assert text(log, 1, Column.ALERT) == "PC offline"
    assert text(log, 0, Column.CALLER) == "+14155550100"
    assert text(log, 0, Column.ALERT) == "1.6 s"


def test_text_from_the_network_is_one_plain_line(log: CallLog, clock: Clock) -> None:
    log.put(call("a", clock.at, caller="01012345678", caller_name="a\r\nb\x00\u202egnp" + "x" * 999))
    shown = text(log, 0, Column.CALLER)
    assert not any(char in shown for char in "\r\n\x00\u202e")
    assert len(shown) < 230


def test_periods(log: CallLog, clock: Clock) -> None:
    log.load([answered(str(days), clock.at - timedelta(days=days)) for days in (0, 1, 6, 7, 100)])
    assert ids(log) == ["0"]
    log.set_filter(CallFilter(Period.WEEK))
    assert ids(log) == ["0", "1", "6"]
    assert log.tally.calls == 3
    assert log.today.calls == 1
    log.set_filter(CallFilter(Period.ALL))
    assert ids(log) == ["0", "1", "6", "7", "100"]


def test_search_and_missed_only_hide_rows_but_count_all(log: CallLog, clock: Clock) -> None:
    log.put(replace(missed("a", clock.ago(3)), caller_name="홍길동"))
    log.put(missed("b", clock.ago(2), Direction.OUT))
    log.put(answered("c", clock.ago(1)))
    log.set_filter(CallFilter(missed_only=True))
    assert ids(log) == ["a"]
    log.set_filter(CallFilter(text="ㅎㄱㄷ"))
    assert ids(log) == ["a"]
    assert log.is_filtered()
    assert (log.tally.calls, log.tally.missed, log.tally.answered) == (3, 1, 1)


def test_a_call_leaves_and_enters_the_filter_as_it_changes(log: CallLog, clock: Clock) -> None:
    log.set_filter(CallFilter(missed_only=True))
    log.put(call("a", clock.at))
    assert ids(log) == []
    log.put(missed("a", clock.at))
    assert ids(log) == ["a"]
    log.put(call("a", clock.at, outcome=Outcome.ANSWERED_ELSEWHERE))
    assert ids(log) == []


def test_figures_follow_each_change(log: CallLog, clock: Clock) -> None:
    log.put(call("a", clock.at))
    log.put(call("a", clock.at, answered_at=clock.at))
    assert (log.tally.calls, log.tally.talking, log.tally.answered) == (1, 1, 0)
    log.put(answered("a", clock.at))
    assert (log.tally.calls, log.tally.talking, log.tally.answered) == (1, 0, 1)
    assert sum(log.tally.hours) == 1
    assert log.tally.hours[clock.at.astimezone().hour] == 1


def test_yesterday_leaves_at_midnight(log: CallLog, clock: Clock) -> None:
    log.put(answered("a", clock.at))
    log.follow_date()
    assert ids(log) == ["a"]
    clock.move(24 * 3600)
    log.follow_date()
    assert ids(log) == []
    assert log.tally.calls == log.today.calls == 0


def test_history_does_not_undo_what_was_heard_live(log: CallLog, clock: Clock) -> None:
    log.put(missed("a", clock.ago(5)))
    log.load([call("a", clock.ago(5)), call("b", clock.ago(60), answered_at=clock.ago(50))])
    assert ids(log) == ["a", "b"]
    assert text(log, 0, Column.STATE) == "Missed"
    assert text(log, 1, Column.STATE) == "Talking 0:50"
    assert log.is_ticking()


def test_a_full_log_forgets_the_oldest(log: CallLog, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_log, "MAX_SHOWN", 3)
    for number in range(5):
        log.put(call(str(number), clock.ago(100 - number)))
    assert ids(log) == ["4", "3", "2"]
    assert log.tally.calls == 3


def test_a_hundred_thousand_calls_cost_one_row_a_notice(qtbot: QtBot, clock: Clock) -> None:
    log = CallLog(clock)  # without the tester, which reads every row at every change
    log.set_filter(CallFilter(Period.ALL))
    log.load(answered(str(number), clock.ago(200_000 - number)) for number in range(99_990))
    watched = Watched(log)
    asked: list[int] = []
    original = log.data
    log.data = lambda *given: asked.append(1) or original(*given)  # type: ignore[method-assign, func-returns-value]
    for number in range(20):
        log.put(call(f"new {number}", clock.at))
        clock.move(1)
    log.put(missed("new 3", log.record(16).rang_at))
    assert log.rowCount() == call_log.MAX_SHOWN
    assert watched.resets == 0
    assert watched.inserted == 20
    assert watched.removed == 10
    assert watched.changed == 1
    assert asked == []
    assert text(log, 16, Column.STATE) == "Missed"
    log.deleteLater()


def test_hints_say_more(log: CallLog, clock: Clock) -> None:
    log.put(call("a", clock.at, dialled="0212345678", via="1003", offline=("192.168.0.9",)))
    role = Qt.ItemDataRole.ToolTipRole
    assert log.index(0, Column.CALLED).data(role) == "Dialled: 02-1234-5678\nForwarded by: 1003"
    assert log.index(0, Column.ALERT).data(role) == "192.168.0.9  PC offline"


def test_what_was_removed_from_the_history_goes_from_the_window(log: CallLog, clock: Clock) -> None:
    removed, stays = missed("removed", clock.ago(60)), missed("stays", clock.ago(50))
    for record in (removed, stays, call("rings", clock.ago(70)), missed("a moment ago", clock.ago(3))):
        log.put(record)
    log.load([stays])
    assert set(ids(log)) == {"removed", "stays", "rings", "a moment ago"}
    log.load([stays], anew=True)
    assert set(ids(log)) == {"stays", "rings", "a moment ago"}
    assert log.today.calls == 3
    clock.move(60)
    log.load([stays], anew=True)
    assert set(ids(log)) == {"stays", "rings"}
