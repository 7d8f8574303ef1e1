"""What is told to who shows calls, and what the server is answered, message by message. No sockets."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from packetwave.client.calls import CallChanged, CallMissed, CallRinging, MissedKept, MissedSeen
from packetwave.client.conversation import Conversation
from packetwave.client.shown import Shown
from packetwave.protocol import Ack, CallUpdate, Had, IncomingCall, Message, Missed, Seen, Welcome

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CALL = IncomingCall("01012345678", "1001", "a", AT, epoch="e1")
MISSED = Missed("01012345678", "1001", "m", AT, AT, "missed", epoch="e1")
WELCOME = Welcome(1, at=AT, epoch="e1", is_paired=True)
ENDED = CallUpdate("a", "ended", "missed", at=AT + timedelta(seconds=20))


class Pc:
    """One run of the client after the other, with one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.said: list[Message] = []
        self.told: list[Any] = []
        self.is_connected = True
        self.start()

    def start(self, **keys: Any) -> None:
        """As after a kill: nothing was closed."""
        self.talk = Conversation(
            asyncio.get_running_loop(),
            Shown(self._folder / "shown.jsonl"),
            say=self._say,
            tell=self.told.append,
            ring_limit_s=120,
            **keys,
        )
        self.talk.begin()
        self.talk.connected()

    def take(self, *messages: Message) -> list[Any]:
        """What is told by these."""
        self.told.clear()
        for message in messages:
            self.talk.take(message)
        return list(self.told)

    def _say(self, message: Message) -> bool:
        if self.is_connected:
            self.said.append(message)
        return self.is_connected


def run(work: Callable[[Pc], None], folder: Path) -> None:
    async def inside() -> None:
        pc = Pc(folder)
        work(pc)
        pc.talk.end()

    asyncio.run(inside())


def kinds(told: list[Any]) -> list[type]:
    return [type(each) for each in told]


def test_fifteen_missed_calls_are_told_each_once_and_acknowledged_once_they_are_noted(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        calls = [replace(MISSED, call_id=f"m{number}") for number in range(15)]
        told = pc.take(*calls, WELCOME)
        assert told == [CallMissed(call, is_listed=True) for call in calls]
        assert pc.said == []
        for call in calls:
            pc.talk.noted(call.call_id)
        assert pc.said == [Ack(call.call_id) for call in calls]
        assert pc.talk.until == AT
        pc.start()
        (kept,) = [each for each in pc.told if isinstance(each, MissedKept)]
        assert [kept_call.call_id for kept_call in kept.calls] == [call.call_id for call in calls]
        assert pc.take(*calls, WELCOME) == [], "told again by the server, not by us"
        assert pc.said[15:] == [Ack(call.call_id) for call in calls]

    run(work, tmp_path)


def test_what_was_not_missed_is_told_and_is_on_no_list(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        answered = replace(MISSED, outcome="answered_elsewhere", by="1002")
        assert pc.take(answered) == [CallMissed(answered, is_listed=False)]
        pc.talk.noted("m")
        assert pc.said == [Ack("m")]
        pc.start()
        assert pc.told[-1:] != [MissedKept]
        assert not any(isinstance(each, MissedKept) for each in pc.told)

    run(work, tmp_path)


def test_a_popup_is_told_the_end_that_it_missed(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        pc.take(CALL)
        pc.talk.shown("a")
        pc.talk.lost()
        pc.talk.connected()
        (changed,) = pc.take(replace(MISSED, call_id="a", by_name="n"))
        assert isinstance(changed, CallChanged)
        assert (changed.call.state, changed.call.outcome) == ("ended", "missed")
        assert pc.said == [Ack("a"), Ack("a")]
        assert pc.take(CALL) == [], "over"

    run(work, tmp_path)


def test_a_popup_of_a_call_that_nobody_could_see_is_listed_by_other_ends_too(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        pc.take(CALL)  # one of many, never painted
        told = pc.take(replace(MISSED, call_id="a", outcome="busy"))
        assert kinds(told) == [CallChanged, CallMissed]

    run(work, tmp_path)


def test_a_call_shown_before_a_restart_does_not_pop_up_again_and_its_end_is_news(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        assert kinds(pc.take(CALL, WELCOME)) == [CallRinging]
        pc.talk.shown("a")
        assert pc.said == [Ack("a")]
        pc.start()
        assert pc.take(CALL, WELCOME) == []
        assert pc.said == [Ack("a"), Ack("a")], "the server may not know"
        told = pc.take(ENDED)
        assert kinds(told) == [CallMissed]
        assert (told[0].missed.call_id, told[0].is_listed) == ("a", True)
        pc.start()
        assert kinds(pc.told[-1:]) == [CallMissed] or isinstance(pc.told[-1], MissedKept)
        assert pc.take(CALL, ENDED, replace(MISSED, call_id="a")) == []

    run(work, tmp_path)


def test_a_call_killed_before_its_popup_was_on_record_rings_again(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        pc.take(CALL)
        pc.start()
        assert kinds(pc.take(CALL)) == [CallRinging]

    run(work, tmp_path)


def test_a_live_missed_call_is_its_popups_matter(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        pc.take(CALL)
        pc.talk.shown("a")
        assert kinds(pc.take(ENDED)) == [CallChanged]
        pc.start()
        assert isinstance(pc.told[-1], MissedKept), "still to be looked at after a restart"

    run(work, tmp_path)


def test_who_keeps_no_missed_popups_has_no_list_of_them(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        pc.start(lists_shown=False)
        pc.take(CALL)
        pc.talk.shown("a")
        pc.take(ENDED)
        pc.start(lists_shown=False)
        assert not any(isinstance(each, MissedKept) for each in pc.told)

    run(work, tmp_path)


def test_what_is_looked_at_on_one_pc_is_said_and_taken_off_on_the_other(tmp_path: Path) -> None:
    async def work() -> None:
        pc = Pc(tmp_path)
        pc.take(MISSED, replace(MISSED, call_id="n"))
        pc.talk.noted("m")
        pc.talk.noted("n")
        pc.said.clear()
        pc.talk.look_at(["m"])
        pc.talk.look_at(["n", "m", "unknown"])
        async with asyncio.timeout(10):
            while not pc.said:
                await asyncio.sleep(0.01)
        assert pc.said == [Seen(("m", "n"))], "in one message"
        assert pc.take(Seen(("m", "n"))) == [], "its own word, come back"
        pc.take(replace(MISSED, call_id="o"))
        pc.talk.noted("o")
        assert pc.take(Seen(("o", "of another"))) == [MissedSeen(("o",))]
        pc.take(replace(MISSED, call_id="p"))
        pc.talk.noted("p")
        assert pc.take(replace(MISSED, call_id="p", is_seen=True)) == [MissedSeen(("p",))]
        pc.talk.end()

    asyncio.run(work())


def test_what_was_looked_at_without_a_connection_is_said_after_the_next_welcome(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        pc.take(MISSED)
        pc.talk.noted("m")
        pc.is_connected = False
        pc.talk.lost()
        pc.talk.look_at(["m"])
        pc.said.clear()
        pc.is_connected = True
        pc.talk.connected()
        pc.take(WELCOME)
        assert pc.said == [Seen(("m",))]

    run(work, tmp_path)


def test_a_server_that_was_killed_is_told_what_it_forgot(tmp_path: Path) -> None:
    def work(pc: Pc) -> None:
        pc.take(CALL, WELCOME)
        pc.talk.shown("a")
        pc.take(replace(CALL, call_id="b"))  # told, and never on the screen
        pc.talk.lost()
        pc.talk.connected()
        pc.said.clear()
        told = pc.take(replace(WELCOME, epoch="e2"))
        assert [each.call_id for each in pc.said if isinstance(each, Had)] == ["b", "a"]
        assert [(each.missed.call_id, each.is_listed) for each in told] == [("b", True)]
        assert Had("01012345678", "1001", "a", AT) in pc.said

    run(work, tmp_path)
