import asyncio
import queue
import threading
from collections.abc import Callable

import pytest

from packetwave.common.loop_watch import LoopWatch


def test_a_loop_that_stands_still_is_noticed_and_so_is_its_going_on(caplog: pytest.LogCaptureFixture) -> None:
    told: queue.Queue[bool] = queue.Queue()
    may_go = threading.Event()

    def stands_in_the_way() -> None:
        may_go.wait(30)

    async def scene() -> None:
        loop = asyncio.get_running_loop()

        def post(function: Callable[[], None]) -> None:
            loop.call_soon_threadsafe(function)

        watch = LoopWatch(post, told.put, pace_s=0.01, limit_s=0.05)
        watch.start()
        loop.call_soon(stands_in_the_way)

        def let_go() -> None:
            told.get(timeout=20)
            may_go.set()

        release = threading.Thread(target=let_go)
        release.start()
        await asyncio.to_thread(release.join)
        assert await asyncio.to_thread(told.get, timeout=20) is False
        watch.stop()
        watch.stop()

    asyncio.run(scene())
    assert "stands_in_the_way" in caplog.text  # where it stood
    assert "the loop goes on" in caplog.text


def test_a_loop_that_works_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    told: list[bool] = []
    answers: list[Callable[[], None]] = []

    def post(function: Callable[[], None]) -> None:
        function()
        answers.append(function)

    watch = LoopWatch(post, told.append, pace_s=0.001, limit_s=60)
    watch.start()
    while len(answers) < 50:
        threading.Event().wait(0.001)
    watch.stop()
    assert told == [] and caplog.text == ""
