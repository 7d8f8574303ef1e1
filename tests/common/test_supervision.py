"""Nothing that runs on a loop ends unheard."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from packetwave.common import supervision
from packetwave.common.supervision import Failure, Supervisor


def run(work: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await work

    asyncio.run(bounded())


def test_work_that_fails_begins_again(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[Failure] = []
    runs: list[int] = []
    went_on = asyncio.Event()

    async def work() -> None:
        runs.append(len(runs))
        if len(runs) < 3:
            raise ZeroDivisionError("first two")
        went_on.set()
        await asyncio.Event().wait()

    async def scene() -> None:
        supervisor = Supervisor(failures.append, pauses_s=(0.0,))
        supervisor.keep("the work", work)
        await went_on.wait()
        await supervisor.end()

    run(scene())
    assert runs == [0, 1, 2]
    assert [failure.count for failure in failures] == [1, 2]
    assert failures[0] == Failure("the work", "ZeroDivisionError: first two", 1)
    assert "the work failed" in caplog.text and "Traceback" in caplog.text


def test_pauses_grow_and_shrink_again_after_a_healthy_run(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    now_s = 0.0

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 5:
            raise asyncio.CancelledError

    async def scene() -> None:
        nonlocal now_s
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "time", lambda: now_s)
        monkeypatch.setattr(asyncio, "sleep", sleep)

        async def work() -> None:
            nonlocal now_s
            now_s += supervision.HEALTHY_S if len(slept) == 3 else 1
            raise ZeroDivisionError

        supervisor = Supervisor(pauses_s=(1.0, 2.0, 5.0))
        task = supervisor.keep("the work", work)
        await asyncio.gather(task, return_exceptions=True)
        monkeypatch.undo()

    asyncio.run(scene())
    assert slept == [1.0, 2.0, 5.0, 1.0, 2.0]


def test_work_that_returns_is_over() -> None:
    async def scene() -> None:
        supervisor = Supervisor()

        async def work() -> None:
            return

        await supervisor.keep("the work", work)
        await supervisor.end()

    run(scene())


def test_a_command_that_fails_is_heard_and_not_repeated() -> None:
    failures: list[Failure] = []

    async def scene() -> None:
        supervisor = Supervisor(failures.append)

        async def command() -> None:
            raise KeyError("x")

        await supervisor.spawn("a command", command())
        await supervisor.end()

    run(scene())
    assert [failure.error for failure in failures] == ["KeyError: 'x'"]


def test_what_fails_in_a_callback_is_heard() -> None:
    failures: list[Failure] = []

    async def scene() -> None:
        supervisor = Supervisor(failures.append)
        supervisor.watch_loop()
        asyncio.get_running_loop().call_soon(lambda: 1 // 0)
        while not failures:
            await asyncio.sleep(0)

    run(scene())
    assert failures[0].work == "a callback"


def test_what_fails_all_the_time_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[Failure] = []
    supervisor = Supervisor(failures.append)
    for _ in range(100):
        with supervisor.guard("a frame"):
            raise ValueError
    assert failures[-1].count == 100
    assert len(caplog.records) == 20


def test_the_end_waits_for_what_runs() -> None:
    ended: list[str] = []

    async def scene() -> None:
        supervisor = Supervisor()
        begun = asyncio.Event()

        async def work() -> None:
            try:
                begun.set()
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                ended.append("work")

        supervisor.keep("the work", work)
        await begun.wait()
        await supervisor.end()
        assert ended == ["work"]

    run(scene())
