import os
import subprocess
import sys
import threading
import time

import pytest

from packetwave.common.behind import Behind, Straight


def test_pieces_are_done_in_order_on_a_thread_of_their_own() -> None:
    done: list[tuple[int, str]] = []
    behind = Behind[int](lambda piece: done.append((piece, threading.current_thread().name)), name="x")
    assert all(behind.put(number) for number in range(100))
    assert behind.close(10)
    assert done == [(number, "x") for number in range(100)]
    assert not behind.put(100)


def test_whoever_hands_over_never_waits_and_what_is_too_much_is_counted() -> None:
    may_go = threading.Event()
    done: list[int] = []

    def work(piece: int) -> None:
        may_go.wait()
        done.append(piece)

    behind = Behind[int](work, name="x", limit=10)
    taken = [behind.put(number) for number in range(30)]
    assert behind.lost == taken.count(False) >= 19
    assert not behind.flush(0)
    may_go.set()
    assert behind.close(10)
    assert len(done) + behind.lost == 30


def test_what_stands_still_does_not_keep_the_close() -> None:
    never = threading.Event()

    def stand_still(_piece: int) -> None:
        never.wait(30)

    behind = Behind[int](stand_still, name="x")
    behind.put(1)
    assert not behind.close(0.05)
    never.set()


def test_text_goes_straight_to_the_file_behind_a_stream() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as reader, os.fdopen(writing, "w", encoding="utf-8") as stream:
        straight = Straight(stream)
        straight.write("전화\n")
        assert reader.readline() == "전화\n"
        straight.close()
        stream.write("still open")
        stream.flush()


def test_a_stream_without_a_file_is_written_to_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    straight = Straight(sys.stdout)
    straight.write("x\n")
    straight.close()
    assert capsys.readouterr().out == "x\n"


def test_a_program_ends_though_nobody_reads_its_pipe() -> None:
    script = """
import sys
from packetwave.common.behind import Behind, Straight
straight = Straight(sys.stdout)
behind = Behind(straight.write, name="x")
for _ in range(1000):
    behind.put("x" * 1000)
print(behind.close(0.1), file=sys.stderr)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "False\n"
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert process.returncode == 0
