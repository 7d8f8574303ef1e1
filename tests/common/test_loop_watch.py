import asyncio
import queue
import threading
from collections.abc import Callable

import pytest

from packetwave.common.loop_watch import LoopWatch, Stalls


def test_a_loop_that_stands_still_is_noticed_and_so_is_its_going_on(caplog: pytest.LogCaptureFixture) -> None:
    told: queue.Queue[Stalls] = queue.Queue()
    may_go = threading.Event()

    def stands_in_the_way() -> None:
        may_go.wait(30)

    def post(function: Callable[[], None]) -> None:
        loop.call_soon_threadsafe(function)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    watch = LoopWatch(post, thread.ident, told.put, pace_s=0.01, looks=5)
    watch.start()
    for number in (1, 2):
        may_go.clear()
        loop.call_soon_threadsafe(stands_in_the_way)
        while caplog.text.count("has stood still") < number:
            threading.Event().wait(0.005)
        may_go.set()
        stalls = told.get(timeout=20)
        assert stalls.count == number
        assert 0.05 <= stalls.last_s <= stalls.longest_s
    watch.stop()
    watch.stop()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()
    assert caplog.text.count("in stands_in_the_way") == 2  # where it stood, once each time
    assert "the loop goes on" in caplog.text


def test_a_loop_that_works_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    told: list[Stalls] = []
    answers: list[Callable[[], None]] = []

    def post(function: Callable[[], None]) -> None:
        function()
        answers.append(function)

    watch = LoopWatch(post, None, told.append, pace_s=0.001, looks=50)
    watch.start()
    while len(answers) < 50:
        threading.Event().wait(0.001)
    watch.stop()
    assert told == [] and caplog.text == ""


def test_a_loop_that_is_stuck_is_asked_once(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[Callable[[], None]] = []
    watch = LoopWatch(asked.append, None, lambda _stalls: None, pace_s=0.001, looks=20)
    watch.start()
    while "has stood still" not in caplog.text:
        threading.Event().wait(0.001)
    watch.stop()
    assert len(asked) == 1
