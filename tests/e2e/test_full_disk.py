"""Neither program needs a disk that can be written: started on one that is full, or may only be read."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.server import EXTENSIONS, Chaos
from tests.chaos.traffic import calls, schedule
from tests.e2e.programs import Lines
from tests.netns import needs_namespaces
from tests.small_disk import SmallDisk, needs_mounts, small_disk

CAPTURES = Path(__file__).parents[1] / "data" / "recorded"

pytestmark = [needs_namespaces, needs_mounts, pytest.mark.timeout(120)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 16_384) as disk:
        yield disk


@pytest.fixture
def chaos(disk: SmallDisk, tmp_path: Path) -> Iterator[Chaos]:
    with Chaos(tmp_path, with_client=True, data=disk.folder / "data") as chaos:
        yield chaos


def test_the_server_starts_on_a_full_disk_and_writes_once_there_is_room(
    chaos: Chaos, disk: SmallDisk
) -> None:
    chaos.start()
    assert chaos.stop() == 0
    disk.fill()
    chaos.start()
    assert chaos.connected.wait(30)
    planned = list(calls(7, 60, EXTENSIONS))
    chaos.send(schedule(planned, per_s=60))
    chaos.wait_until(lambda: len(chaos.alerted) == 60, "the last call is told")
    chaos.wait_until(lambda: chaos.books_of_lines().ends.total() == 60, "all ends are said")
    assert "disk is full" in chaos.stderr() or "disk does not do what it should" in chaos.stderr()
    disk.make_room()
    chaos.wait_until(lambda: "the local file is written again" in chaos.stderr(), "it is written")
    assert chaos.stop() == 0
    assert chaos.books().disagreements() == []
    assert len(chaos.rows()) == 60


def test_the_first_start_of_the_server_is_on_a_full_disk(tmp_path: Path, disk: SmallDisk) -> None:
    disk.fill()
    folder = disk.folder / "new"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "packetwave.server", "--headless", "--data-dir", str(folder)),
            *("--replay", str(CAPTURES / "attended_transfer.pcap"), "--speed", "max"),
            *("--listen", "127.0.0.1:0", "--events", "-"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"ringing"' in done.stdout
    assert "Traceback" not in done.stderr


def test_the_server_starts_in_a_folder_that_may_only_be_read(chaos: Chaos, disk: SmallDisk) -> None:
    chaos.start()
    assert chaos.stop() == 0
    disk.protect()
    server = chaos.start()
    assert chaos.connected.wait(30)
    planned = list(calls(8, 20, EXTENSIONS))
    chaos.send(schedule(planned, per_s=60))
    chaos.wait_until(lambda: len(chaos.alerted) == 20, "the last call is told")
    disk.protect(False, server.pid)
    chaos.wait_until(lambda: "the local file is written again" in chaos.stderr(), "it is written")
    chaos.wait_until(lambda: not chaos.open_callers(), "all calls have ended")
    assert chaos.stop() == 0
    assert chaos.books().disagreements() == []


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_the_client_starts_too(tmp_path: Path, disk: SmallDisk, how: str) -> None:
    folder = disk.folder / "client"
    folder.mkdir()
    if how == "full":
        disk.fill()
    else:
        disk.protect()
    with Chaos(tmp_path) as chaos:
        chaos.start()
        client = chaos.probe.start(
            *(sys.executable, "-m", "packetwave.client", "--headless", "--server", "ws://127.0.0.1:8765"),
            *("--data-dir", str(folder), "--events", "-"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines, said = Lines(client.stdout), Lines(client.stderr)
        lines.wait_for_event("connected")
        chaos.send(schedule(list(calls(9, 1, EXTENSIONS)), per_s=1))
        lines.wait_for_event("incoming_call")
        client.terminate()
        assert client.wait(30) == 0
        assert not any("Traceback" in line for line in said.rest())


def test_a_database_that_is_removed_under_the_server_is_written_anew(chaos: Chaos) -> None:
    chaos.start()
    assert chaos.connected.wait(30)
    first, second = list(calls(10, 10, EXTENSIONS)), list(calls(10, 10, EXTENSIONS, first=10))
    chaos.send(schedule(first, per_s=60))
    chaos.wait_until(lambda: len(chaos.alerted) == 10, "the first calls are told")
    for part in chaos.folder.glob("packetwave.db*"):
        part.unlink()
    chaos.wait_until(lambda: (chaos.folder / "packetwave.db").exists(), "it is there again", timeout_s=5)
    chaos.send(schedule(second, per_s=60))
    chaos.wait_until(lambda: len(chaos.alerted) == 20, "the others are told")
    chaos.wait_until(lambda: not chaos.open_callers(), "all calls have ended")
    assert chaos.stop() == 0
    assert chaos.books().disagreements() == []
    assert len(chaos.rows()) == 20
