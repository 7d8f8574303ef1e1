import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from packetwave.client.ending import end, folders, profiles
from packetwave.common.instance import Instance
from tests.client.loopback import WAIT_S


def data_dir(profile: Path) -> Path:
    return profile / "AppData" / "Local" / "PacketWave" / "client"


def running(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "packetwave.client", "--headless", "--data-dir", str(folder)]
    return subprocess.Popen([*command, "--events", "-"], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def clients(tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Real ones of two users, named as users are."""
    started = {name: running(data_dir(tmp_path / name)) for name in ("홍 길동", "kim")}
    for client in started.values():
        assert client.stdout is not None
        client.stdout.readline()  # no server is set: it says so, and by then holds its folder
    yield started
    for client in started.values():
        client.kill()
        client.communicate()


def test_the_clients_of_all_profiles_end(tmp_path: Path, clients: dict[str, subprocess.Popen[str]]) -> None:
    (tmp_path / "never used").mkdir()
    found = folders(str(tmp_path / name) for name in ("홍 길동", "kim", "never used", "kim", "gone"))
    assert found == [data_dir(tmp_path / "홍 길동"), data_dir(tmp_path / "kim")]
    assert end(found, WAIT_S) == []
    assert [client.wait(WAIT_S) for client in clients.values()] == [0, 0]
    assert list((tmp_path / "never used").iterdir()) == []
    assert not (tmp_path / "gone").exists()


def test_one_that_does_not_end_is_named_and_the_others_end(tmp_path: Path) -> None:
    deaf, good = Instance(tmp_path / "deaf"), Instance(tmp_path / "good")
    assert deaf.claim(lambda _: None)
    assert good.claim(lambda _: threading.Thread(target=good.release).start())
    assert end([tmp_path / "deaf", tmp_path / "good"], 0.5) == [tmp_path / "deaf"]
    deaf.release()


def test_one_that_hangs_holds_nobody_longer_than_allowed(tmp_path: Path) -> None:
    held = Instance(tmp_path)
    assert held.claim(lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = {"port": silent.getsockname()[1], "secret": "x"}
        (tmp_path / "instance.json").write_text(json.dumps(address))
        assert end([tmp_path], 0.1) == [tmp_path]
    held.release()


def test_what_a_killed_client_left_keeps_nobody_waiting(tmp_path: Path) -> None:
    folder = data_dir(tmp_path)
    folder.mkdir(parents=True)
    (folder / "instance.json").write_text('{"port": 1, "secret": "x"}')
    assert folders([str(tmp_path), ""]) == [folder]
    assert end([folder], 0) == []


def test_nobody_to_end(tmp_path: Path) -> None:
    assert end([], 0) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has profiles")
def test_elsewhere_there_are_no_profiles() -> None:
    assert profiles() == []
