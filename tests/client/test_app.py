import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from packetwave import __version__
from packetwave.client import app as app_module
from packetwave.client import ending
from packetwave.client import preset as preset_module
from packetwave.client.app import main
from packetwave.client.preset import Preset, preset
from packetwave.common import instance, paths
from packetwave.common.exit_codes import ExitCode
from packetwave.common.instance import Instance, InstanceRequest
from packetwave.protocol import CallUpdate, IncomingCall, Welcome, pairing
from tests.client.conftest import StartServer
from tests.client.loopback import WAIT_S
from tests.client.tls_servers import Known, PairingServer
from tests.small_disk import needs_mounts, small_disk

WELCOME = Welcome(1, "0.1.0", ("1001",))
CALL = IncomingCall("01012345678", "1001", call_id="a", caller_name="홍길동")
COMMAND = [sys.executable, "-m", "packetwave.client"]


class Running:
    """A real client process, and the event lines it writes to its stdout."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONWARNINGS": "error"}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments, "--events", "-"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def event(self, wanted: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            keys: dict[str, Any] = json.loads(line)
            if keys["event"] == wanted:
                return keys
        raise AssertionError(f"the client ended without {wanted}: {self.process.communicate()[1]}")

    def end(self) -> tuple[int, str]:
        """Its exit code, and what stands on stderr."""
        _, err = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, err


Run = Callable[..., Running]


@pytest.fixture
def run() -> Iterator[Run]:
    started: list[Running] = []

    def make(*arguments: str) -> Running:
        started.append(Running(*arguments))
        return started[-1]

    yield make
    for running in started:
        running.process.kill()
        running.process.communicate()


@pytest.fixture(autouse=True)
def plain_logging() -> Iterator[None]:
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


@pytest.mark.parametrize("headless", [True, False], ids=["headless", "windows"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_call_comes_and_a_signal_ends_it(
    run: Run, start_server: StartServer, tmp_path: Path, number: signal.Signals, headless: bool
) -> None:
    server = start_server(WELCOME, CALL)
    arguments = ["--server", server.url, "--data-dir", str(tmp_path), *(["--headless"] if headless else [])]
    client = run(*arguments)
    assert client.event("connected")["server"] == server.url
    call = client.event("incoming_call")
    assert (call["from"], call["to"], call["call_id"], call["from_name"]) == (
        "01012345678",
        "1001",
        "a",
        "홍길동",
    )
    assert server.said.get(timeout=WAIT_S) == {"type": "ack", "call_id": "a"}  # it is on the screen
    server.send(CallUpdate("a", "ended", "missed"))
    assert client.event("call_update")["outcome"] == "missed"
    client.process.send_signal(number)
    code, err = client.end()
    assert code == ExitCode.FINE
    assert "Traceback" not in err
    assert server.close_codes.get(timeout=WAIT_S) == 1001
    assert "010****5678" in (tmp_path / "logs" / "client.log").read_text("utf-8")


def test_a_server_killed_and_started_again(run: Run, start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(WELCOME)
    client = run("--headless", "--server", server.url, "--data-dir", str(tmp_path))
    client.event("connected")
    server.kill()
    client.event("disconnected")
    start_server(WELCOME, CALL, port=server.port)
    client.event("connected")
    assert client.event("incoming_call")["call_id"] == "a"


@pytest.mark.parametrize("headless", [True, False], ids=["headless", "windows"])
def test_a_second_start_raises_the_first_and_quit_ends_it(
    run: Run, start_server: StartServer, tmp_path: Path, headless: bool
) -> None:
    server = start_server(WELCOME)
    client = run("--server", server.url, "--data-dir", str(tmp_path), *(["--headless"] if headless else []))
    client.event("connected")
    data = ["--data-dir", str(tmp_path)]
    assert main([*data, "--headless"]) == ExitCode.FINE
    assert client.process.poll() is None
    assert main([*data, "--quit"]) == ExitCode.FINE
    assert client.end()[0] == ExitCode.FINE


@pytest.mark.parametrize("headless", [True, False], ids=["headless", "windows"])
def test_a_program_with_an_enrolment_key_pairs_itself_and_the_key_goes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headless: bool
) -> None:
    key = b"k" * 32
    server = PairingServer(known=Known(enrolment={pairing.enrolment_id(key): key}))
    file, data = tmp_path / "client.json", tmp_path / "data"
    file.write_text(json.dumps({"Server": server.url, "EnrollKey": key.hex()}))
    monkeypatch.setenv(preset_module.ENVIRONMENT, str(file))
    try:
        client = run("--data-dir", str(data), *(["--headless"] if headless else []))
        states = [client.event("pairing")["state"] for _ in range(2)]
        assert states == ["enrolling", "paired"]
        connected = client.event("connected")
        assert (connected["tls"], connected["paired"]) == (True, True)
        said = server.hellos.get(timeout=WAIT_S)
        assert said.key == server.known.keys[said.pairing]
        assert json.loads(file.read_text()) == {"Server": server.url}
        client.process.send_signal(signal.SIGTERM)
        code, err = client.end()
        assert code == ExitCode.FINE
        log = (data / "logs" / "client.log").read_text("utf-8")
        assert said.key not in err + log and key.hex() not in err + log
    finally:
        server.close()


def test_a_program_without_windows_is_paired_by_what_another_start_asks(run: Run, tmp_path: Path) -> None:
    server = PairingServer()
    try:
        client = run("--headless", "--server", server.url, "--data-dir", str(tmp_path))
        client.event("connected")
        assert instance.ask(tmp_path, InstanceRequest.PAIR, WAIT_S)
        assert client.event("pairing")["state"] == "asking"
        digits = client.event("pairing")["digits"]
        assert server.asked.get(timeout=WAIT_S) == digits
        server.approve(digits)
        assert instance.ask(tmp_path, InstanceRequest.CONFIRM_PAIRING, WAIT_S)
        while client.event("pairing")["state"] != "paired":
            pass
        assert client.event("connected")["paired"]
        client.process.send_signal(signal.SIGTERM)
        assert digits not in client.end()[1]  # only the lines for other programs have them
    finally:
        server.close()


def test_a_killed_client_starts_again(run: Run, start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(WELCOME, CALL)
    for _ in range(2):
        client = run("--headless", "--server", server.url, "--data-dir", str(tmp_path))
        client.event("incoming_call")
        client.process.kill()
        client.process.wait()


def test_quit_where_none_runs(tmp_path: Path) -> None:
    assert main(["--quit", "--data-dir", str(tmp_path)]) == ExitCode.FINE


def test_a_malformed_address_is_said_and_the_client_goes_on(run: Run, tmp_path: Path) -> None:
    for arguments in (["--headless"], []):
        client = run("--server", "http://not this", "--data-dir", str(tmp_path), *arguments)
        event = client.event("disconnected")
        assert (event["reason"], event["server"]) == ("bad_address", "http://not this")
        client.process.send_signal(signal.SIGTERM)
        assert client.end()[0] == ExitCode.FINE


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--server"], ["--language", "ko"], ["file"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == ExitCode.WRONG_USAGE
    assert "usage" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == ExitCode.FINE
    assert capsys.readouterr().out == f"PacketWave {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--nonsense"], ExitCode.WRONG_USAGE), (["--version"], ExitCode.FINE)]
)
def test_a_program_without_a_console(
    arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(arguments) == code


def test_events_without_a_console_fail_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["--headless", "--events", "-", "--data-dir", str(tmp_path)]) == ExitCode.FAILED
    assert "no standard output" in (tmp_path / "logs" / "client.log").read_text("utf-8")


@pytest.mark.parametrize("headless", [True, False], ids=["headless", "windows"])
def test_a_data_folder_that_cannot_be_used_is_said_and_the_client_goes_on(
    run: Run, start_server: StartServer, tmp_path: Path, headless: bool
) -> None:
    (tmp_path / "file").write_text("in the way")
    server = start_server(WELCOME, CALL)
    data = ["--data-dir", str(tmp_path / "file" / "data")]
    client = run("--server", server.url, *data, *(["--headless"] if headless else []))
    assert client.event("incoming_call")["call_id"] == "a"
    assert server.said.get(timeout=WAIT_S)["call_id"] == "a"
    client.process.send_signal(signal.SIGTERM)
    code, err = client.end()
    assert code == ExitCode.FINE
    assert "--data-dir" in err
    assert "Traceback" not in err


@needs_mounts
@pytest.mark.parametrize("headless", [True, False], ids=["headless", "windows"])
@pytest.mark.parametrize("ran_before", [True, False], ids=["ran before", "new"])
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_disk_that_takes_nothing(
    run: Run,
    start_server: StartServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
    ran_before: bool,
    headless: bool,
) -> None:
    """The client works from memory, and a second start and `--quit` find it all the same."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    server = start_server(WELCOME, CALL)
    with small_disk(tmp_path / "disk") as disk:
        data = ["--data-dir", str(disk.folder / "client")]
        options = ["--server", server.url, *data, *(["--headless"] if headless else [])]
        if ran_before:
            client = run(*options)
            client.event("connected")
            assert main([*data, "--quit"]) == ExitCode.FINE
            client.end()
        if how == "full":
            disk.fill()
        else:
            disk.protect()
        server.on_hello = [WELCOME, replace(CALL, call_id="b")]  # what was shown does not pop up again
        client = run(*options)
        assert client.event("incoming_call")["call_id"] == "b"
        assert main([*data, "--headless"]) == ExitCode.FINE
        assert client.process.poll() is None
        assert main([*data, "--quit"]) == ExitCode.FINE
        code, err = client.end()
        assert code == ExitCode.FINE
        assert "nothing can be kept" in err
        assert ("No space left" if how == "full" else "Read-only") in err
        assert "Traceback" not in err
        if how == "read-only":
            disk.protect(False)
    assert not list((tmp_path / "run").rglob("instance.json"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_no_display_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main(["--data-dir", str(tmp_path)]) == ExitCode.FAILED
    assert "--headless" in capsys.readouterr().err


def test_damaged_settings_are_put_aside_and_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{")
    client = run("--headless", "--data-dir", str(tmp_path))
    assert client.event("disconnected")["reason"] == "no_address"
    client.process.send_signal(signal.SIGTERM)
    code, err = client.end()
    assert code == ExitCode.FINE
    assert "settings.json was damaged" in err
    assert (tmp_path / "settings.json.damaged").read_text() == "{"


def closed(texts: list[str]) -> None:
    """Close the dialog that comes next, and keep what it says."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMessageBox

    def close() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        texts.extend((box.text(), box.informativeText()))
        box.accept()

    QTimer.singleShot(0, close)


@pytest.mark.usefixtures("english_again")
def test_a_double_clicked_client_says_in_a_dialog_that_the_first_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, texts = Instance(tmp_path), list[str]()
    assert held.claim(lambda _: None)
    (tmp_path / "instance.json").unlink()
    monkeypatch.setattr(sys, "stderr", None)
    closed(texts)
    english = preset({}, {}, {"Language": "en"})
    assert main(["--data-dir", str(tmp_path)], lambda: english) == ExitCode.FAILED
    assert texts[0] == "PacketWave is running already, but does not answer."
    held.release()


@pytest.mark.usefixtures("english_again")
def test_a_crash_is_said_in_a_dialog_with_the_logs_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise LookupError("a bug")

    monkeypatch.setattr(app_module, "_run", crash)
    monkeypatch.setattr(sys, "stderr", None)
    texts = list[str]()
    closed(texts)
    assert main(["--data-dir", str(tmp_path)], Preset) == ExitCode.FAILED
    log = tmp_path / "logs" / "client.log"
    assert texts[1].endswith(str(log))
    assert "a bug" in log.read_text("utf-8")


@pytest.mark.parametrize("headless", [True, False], ids=["headless", "windows"])
def test_a_folder_with_korean_and_spaces(
    run: Run, start_server: StartServer, tmp_path: Path, headless: bool
) -> None:
    folder = tmp_path / "홍 길동" / "설정 및 기록"
    data = ["--data-dir", str(folder)]
    server = start_server(WELCOME, CALL)
    client = run("--server", server.url, *data, *(["--headless"] if headless else []))
    assert client.event("incoming_call")["call_id"] == "a"
    assert main([*data, "--quit"]) == ExitCode.FINE
    assert client.end()[0] == ExitCode.FINE
    assert (folder / "logs" / "client.log").stat().st_size > 0


def test_quit_leaves_no_folder_behind(tmp_path: Path) -> None:
    assert main(["--quit", "--data-dir", str(tmp_path / "none")]) == ExitCode.FINE
    assert list(tmp_path.iterdir()) == []


def test_quit_says_who_does_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app_module, "_QUIT_S", 0.1)
    held = Instance(tmp_path)
    assert held.claim(lambda _: None)
    assert main(["--quit", "--data-dir", str(tmp_path)]) == ExitCode.FAILED
    assert str(tmp_path) in capsys.readouterr().err
    held.release()


def test_quit_of_an_administrator_ends_the_clients_of_all_profiles(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kim" / "AppData" / "Local" / "PacketWave" / "client"
    client = run("--headless", "--data-dir", str(folder))
    client.event("disconnected")
    monkeypatch.setattr(ending, "profiles", lambda: [str(tmp_path / "kim"), str(tmp_path / "lee")])
    monkeypatch.setattr(paths, "data_dir", lambda _program: tmp_path / "own")
    assert main(["--quit"]) == ExitCode.FINE
    assert client.end()[0] == ExitCode.FINE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kim"]


def test_settings_that_cannot_be_read_do_not_keep_the_client_from_running(run: Run, tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    client = run("--headless", "--data-dir", str(tmp_path))
    assert client.event("disconnected")["reason"] == "no_address"
    client.process.send_signal(signal.SIGTERM)
    code, err = client.end()
    assert code == ExitCode.FINE
    assert "settings.json cannot be read" in err


def test_what_was_set_beforehand_holds_headless_too(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(WELCOME)
    given = preset({"Server": server.url}, {}, {"Server": "elsewhere", "Extension": "1001"})
    answers: list[str] = []

    def ask_and_quit() -> None:
        answers.append(server.hellos.get(timeout=WAIT_S)["extension"])
        Instance(tmp_path).ask("quit")

    asking = threading.Thread(target=ask_and_quit)
    asking.start()
    assert main(["--headless", "--data-dir", str(tmp_path)], lambda: given) == ExitCode.FINE
    asking.join(WAIT_S)
    assert answers == ["1001"]
