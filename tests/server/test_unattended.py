"""The states of the unattended server, with a watch that only waits. The real processes: tests/e2e."""

import contextlib
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.common.instance import Instance, Second, wait_gone
from packetwave.common.signals import StopSignals
from packetwave.server.unattended import Unattended


class Program:
    """An unattended server on a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.signals = StopSignals()
        self.unattended = Unattended(folder, self.signals)
        self.did: queue.Queue[str] = queue.Queue()
        self._codes: list[int | None] = []
        self.watch_code = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self._codes.append(self.unattended.run(self._watch, on_stand_by=lambda: self.did.put("stands by")))

    def _watch(self) -> int:
        self.did.put("watches")
        while not (self.watch_code or self.unattended.has_to_give_way or self.signals.wait()):
            pass
        return self.watch_code

    def next(self) -> str:
        return self.did.get(timeout=20)

    def signal(self) -> None:
        self.signals._sender.send(b"\x0f")

    def code(self) -> int | None:
        """What it ended with."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self._codes[0]

    def end(self) -> int | None:
        self.signal()
        return self.code()


@contextlib.contextmanager
def unattended(folder: Path) -> Iterator[Program]:
    program = Program(folder)
    try:
        yield program
    finally:
        program.end()
        program.signals.restore()


def console(folder: Path) -> Instance:
    """A console that has taken over."""
    instance = Instance(folder)
    assert instance.claim_or_ask(lambda _: None, "raise") is Second.CLAIMED
    return instance


def test_a_console_takes_over_and_hands_back_round_after_round(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with unattended(tmp_path) as program:
        for _ in range(3):
            assert program.next() == "watches"
            window = console(tmp_path)
            assert program.next() == "stands by"
            window.release()
        assert program.next() == "watches"
        assert program.end() == 0
    assert caplog.text.count("a console takes over") == 3
    assert caplog.text.count("the console is gone") == 3


def test_a_start_beside_a_console_stands_by(tmp_path: Path) -> None:
    window = console(tmp_path)
    with unattended(tmp_path) as program:
        assert program.next() == "stands by"
        window.release()
        assert program.next() == "watches"
        assert program.end() == 0


def test_a_second_unattended_one_is_refused_in_every_state(tmp_path: Path) -> None:
    with unattended(tmp_path) as first:
        assert first.next() == "watches"
        with unattended(tmp_path) as second:
            assert second.code() is None
        window = console(tmp_path)
        assert first.next() == "stands by"
        with unattended(tmp_path) as third:
            assert third.code() is None
        window.release()
        assert first.next() == "watches"


def test_a_signal_ends_it_in_every_state(tmp_path: Path) -> None:
    window = console(tmp_path)
    with unattended(tmp_path) as program:
        assert program.next() == "stands by"
        assert program.end() == 0
    window.release()
    with unattended(tmp_path) as program:
        assert program.next() == "watches"
        assert program.end() == 0
    assert wait_gone(tmp_path, 0)


def test_a_signal_counts_although_a_console_asks(tmp_path: Path) -> None:
    with unattended(tmp_path) as program:
        assert program.next() == "watches"
        program.signal()
        window = console(tmp_path)
        assert program.code() == 0
        window.release()


def test_what_cannot_watch_ends_with_its_code(tmp_path: Path) -> None:
    with unattended(tmp_path) as program:
        assert program.next() == "watches"
        program.watch_code = 3
        program.signals.ask()
        assert program.code() == 3
    assert wait_gone(tmp_path, 0)


def test_one_that_asks_and_goes_changes_nothing(tmp_path: Path) -> None:
    with unattended(tmp_path) as program:
        assert program.next() == "watches"
        assert Instance(tmp_path).claim_or_ask(lambda _: None, "raise", timeout_s=0) is Second.UNANSWERED
        window = console(tmp_path)
        assert program.next() == "stands by"
        window.release()
        assert program.next() == "watches"
