"""What this PC has of each call: across ends of the program at any moment, full disks, links and damage."""

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from packetwave.client import shown as module
from packetwave.client.shown import FILE_NAME, Entry, Shown, entry_of
from packetwave.protocol import IncomingCall, Missed
from tests.small_disk import needs_mounts, small_disk

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CALL = Entry("a", "01012345678", "1001", AT, "홍길동", "한빛상사", "0212345678", "in", "e1")


def entry(number: int) -> Entry:
    return replace(CALL, call_id=f"c{number}")


def test_what_is_put_is_there_after_the_program_ended_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    kept = Shown(path)
    kept.put(CALL)
    kept.put(replace(CALL, is_over=True, is_missed=True), entry(2))
    kept.note_until(AT)
    again = Shown(path)  # nothing was closed
    assert again.get("a") == replace(CALL, is_over=True, is_missed=True)
    assert (again.missed(), again.open()) == ((again.get("a"),), (entry(2),))
    assert again.until == AT
    assert again.get("b") is None


def test_only_the_user_may_read_it_and_a_link_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    kept = Shown(path)
    kept.put(CALL)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept.close()
    path.unlink()
    target = tmp_path / "elsewhere"
    path.symlink_to(target)
    kept = Shown(path)
    kept.put(CALL)
    assert kept.trouble and not target.exists()
    kept.close()  # replaces the link itself
    assert not target.exists() and not path.is_symlink()
    assert Shown(path).get("a") == CALL


@pytest.mark.parametrize(
    "end", [b'{"call": {"call_id": "b", "fr', b"\xff\xfe\0\n", b'{"call": 7}\n[1]\n{"until": "x"}\n', b"7\n"]
)
def test_a_line_that_is_cut_or_none_costs_no_other(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / FILE_NAME
    kept = Shown(path)
    kept.put(CALL)
    kept.close()
    with path.open("ab") as file:
        file.write(end)
    kept = Shown(path)
    kept.put(entry(2))
    kept.close()
    again = Shown(path)
    assert (again.get("a"), again.get("c2")) == (CALL, entry(2))


def test_it_is_bounded_in_memory_and_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CALLS", 10)
    monkeypatch.setattr(module, "_MOST_LINES", 30)
    path = tmp_path / FILE_NAME
    kept = Shown(path)
    for number in range(200):
        kept.put(entry(number))
        kept.note_until(AT + timedelta(seconds=number))
        assert len(path.read_bytes().splitlines()) <= 32
    again = Shown(path)
    assert [each.call_id for each in again.open()] == [f"c{number}" for number in range(190, 200)]
    assert again.until == AT + timedelta(seconds=199)


@needs_mounts
def test_a_full_disk_holds_it_in_memory_and_it_is_written_once_there_is_room(tmp_path: Path) -> None:
    now_s = 0.0
    with small_disk(tmp_path / "disk") as disk:
        path = disk.folder / FILE_NAME
        kept = Shown(path, clock=lambda: now_s)
        kept.put(entry(0))
        disk.fill()
        for number in range(1, 200):
            kept.put(entry(number))
        assert kept.trouble
        assert kept.get("c199") == entry(199)
        disk.make_room()
        kept.put(entry(200))
        assert Shown(path).get("c200") is None, "not tried at each call"
        now_s = 10.0
        kept.put(entry(201))
        assert kept.trouble == ""
        again = Shown(path)
        assert len(again.open()) == 202


def test_a_folder_that_is_gone_or_none_at_all_is_memory(tmp_path: Path) -> None:
    for path in (None, tmp_path / "gone" / FILE_NAME):
        kept = Shown(path)
        kept.put(CALL)
        kept.note_until(AT)
        assert (kept.get("a"), kept.until) == (CALL, AT)
        kept.close()


def test_what_the_server_told_becomes_an_entry_and_back() -> None:
    message = IncomingCall("0101", "1001", "a", AT, "n", "c", "k", "02", "v", "internal", 3, "e9")
    made = entry_of(message)
    assert made == Entry("a", "0101", "1001", AT, "n", "c", "02", "internal", "e9")
    assert made.incoming == replace(message, called_name="", via="", seq=0, epoch="")
    missed = Missed("0101", "1001", "a", AT, AT, "missed", epoch="e9")
    assert entry_of(missed, is_over=True, is_missed=True) == Entry(
        "a", "0101", "1001", AT, epoch="e9", is_over=True, is_missed=True
    )


_WRITER = """
import sys
from pathlib import Path
from packetwave.client.shown import Entry, Shown
kept = Shown(Path(sys.argv[1]))
number = len(kept.open())
while True:
    kept.put(Entry(f"c{number}", "0101", "1001"))
    print(number, flush=True)
    number += 1
"""


def test_kill_9_at_any_moment_loses_nothing_that_was_put(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    last = -1
    for round_ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        for _ in range(20 + 37 * round_):
            last = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        last = max([last, *(int(line) for line in writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()
        found = [each.call_id for each in Shown(path).open()]
        assert found[: last + 1] == [f"c{number}" for number in range(last + 1)]
        assert len(found) <= last + 2, "the one that was being put"
