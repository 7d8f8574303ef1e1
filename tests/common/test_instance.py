import contextlib
import json
import queue
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.common import data_folder
from packetwave.common.instance import FolderLock, Instance, Second, ask, has_run, wait_gone
from tests.small_disk import needs_mounts, small_disk

HOLDER = """
import sys
from pathlib import Path
from packetwave.common.instance import Instance, ask, has_run, wait_gone
instance = Instance(Path(sys.argv[1]))
print(instance.claim(lambda request: print("asked", request, flush=True)), flush=True)
sys.stdin.read()
instance.release()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ("아주 긴 이름의 자료 폴더 " * 4) / ("x" * 120)


@pytest.fixture
def first(folder: Path) -> Iterator[Instance]:
    instance = Instance(folder)
    yield instance
    instance.release()


def test_one_holds_the_folder_and_hears_the_other(first: Instance, folder: Path) -> None:
    heard: queue.Queue[str] = queue.Queue()
    assert first.claim(heard.put)
    second = Instance(folder)
    assert not second.claim(heard.put)
    assert second.ask("raise")
    assert heard.get(timeout=20) == "raise"
    assert not wait_gone(folder, 0)
    second.release()
    assert second.ask("quit")
    assert heard.get(timeout=20) == "quit"


def test_after_release_the_next_may_start(first: Instance, folder: Path) -> None:
    assert first.claim(lambda _: None)
    first.release()
    first.release()
    assert "instance" not in {thread.name for thread in threading.enumerate()}
    second = Instance(folder)
    assert wait_gone(folder, 0)
    assert second.claim(lambda _: None)
    second.release()


def test_nobody_answers_where_nobody_runs(folder: Path) -> None:
    assert not Instance(folder).ask("raise", timeout_s=0.05)


def test_wait_gone_sees_the_other_end(first: Instance, folder: Path) -> None:
    second = Instance(folder)

    def on_request(_request: str) -> None:
        threading.Thread(target=first.release).start()

    assert first.claim(on_request)
    assert second.ask("quit")
    assert wait_gone(folder, 5)


def test_a_killed_program_blocks_nobody(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "True\n"
        other = Instance(folder)
        assert not other.claim(lambda _: None)
        assert other.ask("raise")
        assert running.stdout.readline() == "asked raise\n"
        running.kill()
        running.wait()
    assert (folder / "instance.json").exists()  # it had no time to clean up
    heard: queue.Queue[str] = queue.Queue()
    assert other.claim(heard.put)
    assert Instance(folder).ask("raise")
    assert heard.get(timeout=20) == "raise"
    other.release()


@pytest.mark.parametrize(
    "line",
    [b"\n", b"raise\n", b"[]\n", b'{"request": "quit"}\n', b'{"secret": 1, "request": "quit"}\n',
     b'{"secret": "", "request": "quit"}\n', b'{"secret": "\xed\xa0\x80", "request": "quit"}\n',
     b"[" * 1000 + b"\n", b'{"secret": "\\ud800", "request": "quit"}\n', b"x" * 5000],
)  # fmt: skip
def test_who_cannot_read_the_folder_is_not_heard(first: Instance, folder: Path, line: bytes) -> None:
    heard: queue.Queue[str] = queue.Queue()
    assert first.claim(heard.put)
    port = json.loads((folder / "instance.json").read_text())["port"]
    with socket.create_connection(("127.0.0.1", port)) as talk:
        talk.sendall(line)
        talk.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):  # it may close before it has read all of it
            assert talk.recv(10) == b""
    assert Instance(folder).ask("raise")
    assert heard.get(timeout=20) == "raise"
    assert heard.empty()


def test_a_request_that_fails_does_not_end_the_listening(
    first: Instance, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard: queue.Queue[str] = queue.Queue()

    def on_request(request: str) -> None:
        heard.put(request)
        if request == "bad":
            raise LookupError(request)

    assert first.claim(on_request)
    assert Instance(folder).ask("bad")
    assert Instance(folder).ask("raise")
    assert [heard.get(timeout=20), heard.get(timeout=20)] == ["bad", "raise"]
    assert "LookupError" in caplog.text


def test_without_a_loopback_interface_it_is_still_the_only_one(
    first: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_loopback(*_: object) -> socket.socket:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket, "create_server", no_loopback)
    assert first.claim(lambda _: None)
    assert "will not be heard" in caplog.text
    assert not Instance(folder).claim(lambda _: None)


@pytest.mark.skipif(sys.platform == "win32", reason="the user's profile protects it on Windows")
def test_the_secret_is_the_owners_alone(first: Instance, folder: Path) -> None:
    assert first.claim(lambda _: None)
    assert (folder / "instance.json").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_an_oserror(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        Instance(tmp_path / "file" / "folder")


def test_asking_leaves_no_trace_in_a_folder_that_may_be_anothers(tmp_path: Path) -> None:
    missing, empty = tmp_path / "missing", tmp_path / "empty"
    empty.mkdir()
    for folder in (missing, empty):
        assert not has_run(folder)
        assert not ask(folder, "quit", timeout_s=0.01)
        assert wait_gone(folder, 0)
    assert not missing.exists()
    assert list(empty.iterdir()) == []


def test_what_the_lock_holds_stays_as_it_is(first: Instance, folder: Path) -> None:
    assert first.claim(lambda _: None)
    assert has_run(folder)
    assert not wait_gone(folder, 0)
    first.release()
    (folder / "instance.lock").write_text("kept")
    assert wait_gone(folder, 0)
    assert (folder / "instance.lock").read_text() == "kept"


class GivesWay:
    """A program with the folder that leaves it to any other start, and takes it back after that one."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance(folder)
        self.asked: queue.Queue[socket.socket] = queue.Queue()
        assert self.instance.claim(lambda _: None, self.asked.put)

    def leave(self) -> socket.socket:
        talk = self.asked.get(timeout=20)
        self.instance.release()
        return talk


def test_one_that_gives_way_leaves_the_folder_to_another_start(folder: Path) -> None:
    first, second = GivesWay(folder), Instance(folder)
    thread = threading.Thread(target=lambda: talks.append(first.leave()))
    talks: list[socket.socket] = []
    thread.start()
    heard: queue.Queue[str] = queue.Queue()
    assert second.claim_or_ask(heard.put, "raise") is Second.CLAIMED
    thread.join()
    with talks[0] as talk:
        assert talk.recv(1) == b""  # it has the folder: nobody asks any more
    assert not first.instance.claim(lambda _: None)
    # A third start meets one that does not give way, and is heard by it.
    assert Instance(folder).claim_or_ask(heard.put, "raise") is Second.HEARD
    assert heard.get(timeout=20) == "raise"
    second.release()
    assert first.instance.claim(lambda _: None)
    first.instance.release()


def test_the_connection_of_who_asks_tells_how_long_it_may_take(folder: Path) -> None:
    first, second = GivesWay(folder), Instance(folder)
    results: queue.Queue[Second] = queue.Queue()
    asking = threading.Thread(target=lambda: results.put(second.claim_or_ask(lambda _: None, "raise")))
    asking.start()
    with first.asked.get(timeout=20) as talk:
        assert not select.select([talk], [], [], 0)[0]  # it waits for the folder
        assert results.empty()
        first.instance.release()
        assert talk.recv(1) == b""
    assert results.get(timeout=20) is Second.CLAIMED
    asking.join()
    second.release()


def test_one_that_does_not_answer_is_waited_for_only_so_long(folder: Path) -> None:
    first = GivesWay(folder)
    assert Instance(folder).claim_or_ask(lambda _: None, "raise", timeout_s=0.2) is Second.UNANSWERED
    with first.asked.get(timeout=20) as talk:
        assert talk.recv(1) == b""
    assert first.asked.empty()  # asked once only
    first.instance.release()


def test_a_free_folder_is_simply_claimed(first: Instance, folder: Path) -> None:
    assert first.claim_or_ask(lambda _: None, "raise") is Second.CLAIMED


def test_one_that_keeps_the_folder_cannot_be_asked_to_give_way(first: Instance, folder: Path) -> None:
    heard: queue.Queue[str] = queue.Queue()
    assert first.claim(heard.put)
    assert not Instance(folder).ask("give way", timeout_s=0.2)
    assert Instance(folder).ask("raise")
    assert heard.get(timeout=20) == "raise"
    assert heard.empty()


def test_a_folder_lock_is_taken_once(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path / "x.lock"), FolderLock(tmp_path / "x.lock")
    assert first.take()
    assert not second.take()
    first.give_back()
    first.give_back()
    assert second.take()
    second.give_back()


def test_a_start_that_reads_at_this_moment_is_in_nobodys_way(
    first: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows a file that somebody reads can be neither replaced nor removed."""
    replace, refused = Path.replace, iter((True, True, False))

    def busy_twice(self: Path, target: Path) -> Path:
        if next(refused):
            raise PermissionError(13, "in use")
        return replace(self, target)

    def busy(_self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", busy_twice)
    assert first.claim(lambda _: None)
    monkeypatch.undo()
    assert Instance(folder).ask("raise")
    second = Instance(folder)
    monkeypatch.setattr(Path, "unlink", busy)
    first.release()
    monkeypatch.undo()
    assert not Instance(folder).ask("raise", timeout_s=0.1)
    assert second.claim_or_ask(lambda _: None, "raise") is Second.CLAIMED
    assert Instance(folder).ask("raise")
    second.release()


@pytest.fixture
def in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that cannot be made, where the system has a place in memory."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "data").write_text("in the way")
    return tmp_path / "data" / "client"


def test_who_can_do_without_its_folder_is_the_one_all_the_same(in_the_way: Path) -> None:
    with pytest.raises(data_folder.Unusable):
        Instance(in_the_way)
    heard: queue.Queue[str] = queue.Queue()
    first, second = Instance(in_the_way, must_write=False), Instance(in_the_way, must_write=False)
    assert first.trouble is not None
    assert first.claim(heard.put)
    assert not second.claim(heard.put)
    assert second.ask("raise")
    assert heard.get(timeout=20) == "raise"
    assert not wait_gone(in_the_way, 0)
    first.release()
    assert wait_gone(in_the_way, 0)
    assert second.claim(heard.put)
    second.release()


def test_a_folder_that_is_of_use_again_is_still_held(in_the_way: Path) -> None:
    heard: queue.Queue[str] = queue.Queue()
    first = Instance(in_the_way, must_write=False)
    assert first.claim(heard.put)
    in_the_way.parent.unlink()
    second = Instance(in_the_way, must_write=False)
    assert second.trouble is None
    assert not second.claim(heard.put)
    assert second.ask("raise")
    assert heard.get(timeout=20) == "raise"
    first.release()
    assert second.claim(heard.put)
    in_the_way.rename(in_the_way.with_name("away"))
    second.release()


def test_where_there_is_no_such_place_each_runs(in_the_way: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    first, second = Instance(in_the_way, must_write=False), Instance(in_the_way, must_write=False)
    assert first.claim(lambda _: None)
    assert second.claim(lambda _: None)
    assert not second.ask("raise", timeout_s=0.1)
    first.release()
    second.release()


@needs_mounts
def test_a_disk_that_fills_up_later_leaves_the_claim(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        first = Instance(disk.folder)
        disk.fill()
        assert first.claim(lambda _: None)
        assert not Instance(disk.folder, must_write=False).claim(lambda _: None)
        first.release()
