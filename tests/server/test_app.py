"""The command line as users and scripts meet it: arguments, exit codes, what goes to stdout and stderr."""

import argparse
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from packetwave import __version__
from packetwave.server.app import _Start, main
from packetwave.server.faults import StartFault
from packetwave.server.settings import SETTINGS_FILE, ServerSettings
from tests.server.engine.test_engine import KIM, T0, missed_call, with_members
from tests.server.wire import Leg, write_pcap

CAPTURES = Path(__file__).parents[2].parent / "shared" / "data" / "pcap"
ANY_PORT = ("--listen", "127.0.0.1:0")


def replay(folder: Path, path: Path, *more: str) -> int:
    return main(
        ["--headless", "--replay", str(path), "--speed", "max", "--data-dir", str(folder), *ANY_PORT, *more]
    )


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "packetwave.server", "--headless", "--data-dir", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_line(stream: object, words: str) -> str:
    for line in stream:  # type: ignore[attr-defined]
        if words in line:
            return str(line)
    raise AssertionError(f"the program ended without '{words}'")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"PacketWave {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["--speed", "max"],
        ["--replay", "x", "--interface", "y"],
        ["--replay", "x", "--speed", "slow"],
        ["--ports", "5060,0"],
        ["--ports", "sip"],
        ["--listen", "8765"],
        ["--listen", "nowhere:8765"],
        ["--listen", "127.0.0.1:99999"],
        ["--mongodb", "mongodb://somebody:secret@localhost/"],
        ["members"],
        ["members", "import"],
    ],
)
def test_wrong_usage_is_2_and_says_why(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err
    assert "secret" not in captured.err


def test_events_on_stdout_are_only_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_members(tmp_path, KIM)
    assert replay(tmp_path, missed_call(tmp_path), "--events", "-") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["event"], line.get("outcome")) for line in lines] == [
        ("ringing", None),
        ("ended", "missed"),
    ]
    assert lines[0]["call_id"] == lines[1]["call_id"]


def test_events_are_added_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "이벤트 기록.jsonl"
    for _ in range(2):
        assert replay(tmp_path, missed_call(tmp_path), "--events", str(out)) == 0
    assert len(out.read_text("utf-8").splitlines()) == 4


def test_file_that_is_no_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"", b"hello, this is a text", b"\xd4\xc3\xb2\xa1"):
        path = tmp_path / "letter.pcap"
        path.write_bytes(content)
        assert replay(tmp_path, path) == 1
        assert "cannot be read as a capture file" in capsys.readouterr().err
    assert replay(tmp_path, tmp_path / "absent.pcap") == 1
    assert "absent.pcap" in capsys.readouterr().err


def test_a_file_of_another_kind_is_named_with_the_way_to_convert_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "office.cap"
    for begin, said in ((b"GMBU", "editcap -F pcap"), (b"\x28\xb5\x2f\xfd", "unpack it first")):
        path.write_bytes(begin + bytes(100))
        assert replay(tmp_path, path) == 1
        assert said in capsys.readouterr().err


def test_a_compressed_capture_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = missed_call(tmp_path)
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert replay(tmp_path, path, "--events", "-") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["outcome"] == "missed"


def test_cut_file_is_used_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = missed_call(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    assert replay(tmp_path, path, "--events", "-") == 0
    captured = capsys.readouterr()
    assert "cut short" in captured.err
    assert json.loads(captured.out.splitlines()[-1])["outcome"] == "missed"


def test_interface_that_does_not_exist_is_3_and_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--headless", "--interface", "no-such-thing", "--data-dir", str(tmp_path), *ANY_PORT]
    assert main(arguments) == 3
    assert "--list-interfaces" in capsys.readouterr().err


def test_no_interface_chosen_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--headless", "--data-dir", str(tmp_path), *ANY_PORT]) == 3
    assert "--interface" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="gives its rights away, so needs root")
def test_no_rights_is_3_and_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    done = subprocess.run(
        [
            *("setpriv", "--bounding-set", "-all", "--inh-caps", "-all"),
            *(sys.executable, "-m", "packetwave.server", "--headless", "--interface", "lo"),
            *("--data-dir", str(tmp_path), *ANY_PORT),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3, done.stderr
    assert "CAP_NET_RAW" in done.stderr


def test_port_taken_is_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert replay(tmp_path, missed_call(tmp_path), "--listen", listen) == 4
    assert listen in capsys.readouterr().err


def test_bad_settings_fall_back_and_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / SETTINGS_FILE).write_text('{"version": 1, "ports": ["sip"], "own": 7}', encoding="utf-8")
    assert replay(tmp_path, missed_call(tmp_path)) == 0
    assert "'ports'" in capsys.readouterr().err
    (tmp_path / SETTINGS_FILE).write_text("{ half", encoding="utf-8")
    assert replay(tmp_path, missed_call(tmp_path)) == 0
    assert "damaged" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["first page", "middle"])
def test_a_damaged_database_is_put_aside_and_said(
    where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "데이터 폴더 1"
    folder.mkdir()
    # Whether members can be taken over or not, 1001 is one.
    with_members(folder, *(replace(KIM, extension_num=str(number)) for number in range(1001, 2001)))
    database = folder / "packetwave.db"
    content = bytearray(database.read_bytes())
    start = 0 if where == "first page" else len(content) // 2
    content[start : start + 4096] = b"\xff" * 4096
    database.write_bytes(content)
    assert replay(folder, missed_call(tmp_path), "--events", "-") == 0
    captured = capsys.readouterr()
    assert "it was put aside as packetwave.db.damaged-1" in captured.err
    assert len(captured.out.splitlines()) == 2
    assert (folder / "packetwave.db.damaged-1").read_bytes() == content
    assert main(["members", "list", "--data-dir", str(folder)]) == 0
    assert replay(folder, missed_call(tmp_path)) == 0
    assert "damaged" not in capsys.readouterr().err


def test_mongodb_away_at_start_is_said_and_the_replay_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    uri = f"mongodb://127.0.0.1:{port}"
    assert replay(tmp_path, missed_call(tmp_path), "--mongodb", uri, "--events", "-") == 0
    captured = capsys.readouterr()
    assert f"127.0.0.1:{port}" in captured.err
    assert len(captured.out.splitlines()) == 2


def test_self_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--self-test", "--headless", "--data-dir", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    assert json.loads((tmp_path / "self-test.json").read_text("utf-8"))["ok"] is True


def test_list_interfaces(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list-interfaces"]) == 0
    names = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert "lo" in names or os.name == "nt"


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    leg = Leg("01012345678", "1001")
    path = write_pcap(tmp_path / "long.pcap", [leg.request(T0, "INVITE"), leg.request(T0 + 3600, "CANCEL")])
    with start(tmp_path, "--replay", str(path), *ANY_PORT, "--events", "-") as program:
        assert program.stdout is not None
        wait_for_line(program.stdout, "ringing")
        program.send_signal(number)
        assert program.wait(20) == 0
        assert program.stderr is not None
        assert "Traceback" not in program.stderr.read()


def test_second_start_with_the_same_folder_is_told(tmp_path: Path) -> None:
    with start(tmp_path, "--interface", "lo", *ANY_PORT) as first:
        try:
            assert first.stderr is not None
            try:
                wait_for_line(first.stderr, "clients connect to")
            except AssertionError:
                pytest.skip("cannot capture here")
            with start(tmp_path, "--interface", "lo", *ANY_PORT) as second:
                _, said = second.communicate(timeout=20)
                assert second.returncode == 4
                assert str(tmp_path) in said
        finally:
            first.terminate()
            assert first.wait(20) == 0


def test_headless_needs_no_gui(tmp_path: Path) -> None:
    script = (
        "import sys; from packetwave.server.app import main; "
        f"code = main(['--headless', '--replay', {str(missed_call(tmp_path))!r}, '--speed', 'max', "
        f"'--data-dir', {str(tmp_path)!r}, '--listen', '127.0.0.1:0']); "
        "gui = [name for name in sys.modules if name.startswith(('PySide6', 'scapy.all'))]; "
        "sys.exit(str(gui) if gui else code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="../shared/data, the captures made by others, is not here")
@pytest.mark.parametrize(
    "name", sorted(path.name for path in CAPTURES.glob("*")) if CAPTURES.is_dir() else []
)
def test_every_capture_of_others_replays_to_its_end(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(tmp_path, CAPTURES / name, "--events", "-") == 0
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    events = [json.loads(line) for line in captured.out.splitlines()]
    rang = [event["call_id"] for event in events if event["event"] == "ringing"]
    ended = [event["call_id"] for event in events if event["event"] == "ended"]
    assert sorted(rang) == sorted(ended)
    assert len(set(rang)) == len(rang)


def test_a_data_folder_that_cannot_be_used_is_1_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "한글 폴더"
    folder.write_text("in the way")
    for arguments in (
        ["--headless", "--interface", "lo", "--data-dir", str(folder)],
        ["members", "list", "--data-dir", str(folder / "server")],
        ["members", "import", str(folder), "--data-dir", str(folder / "server")],
    ):
        assert main(arguments) == 1
        said = capsys.readouterr().err
        assert "한글 폴더" in said
        assert "cannot be used" in said
        assert "--data-dir" in said


def test_a_double_clicked_program_says_it_in_a_dialog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_text("in the way")
    shown: list[StartFault] = []
    monkeypatch.setattr("packetwave.server.console.run.show_fault", shown.append)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["--data-dir", str(tmp_path / "data")]) == 1
    assert main(["--headless", "--data-dir", str(tmp_path / "data")]) == 1
    assert len(shown) == 1
    assert shown[0].code == "folder"
    assert str(tmp_path / "data") in shown[0].detail


CRASHES = """
import os, signal, sys, threading
from packetwave.server import app
from packetwave.server.console import run

def show(text, detail):
    print(text, detail, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

def crash(self):
    for _ in range(3):
        threading.Thread(target=lambda: 1 / 0).start()

def fail(*_):
    raise LookupError("while starting")

run.fault_box.show = show
if sys.argv[2] == "thread":
    run.ConsoleWindow.ask_for_history = crash
else:
    run.ConsoleWindow = fail
sys.stderr = None
signal.signal(signal.SIGTERM, lambda *_: None)
sys.exit(app.main(["--data-dir", sys.argv[1], "--listen", "127.0.0.1:0"]))
"""


@pytest.mark.skipif(os.name != "posix", reason="ended by a signal")
@pytest.mark.parametrize(("where", "code"), [("thread", 0), ("start", 1)])
def test_a_bug_of_the_double_clicked_program_is_told_with_the_logs_place(
    where: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / SETTINGS_FILE).write_text('{"language": "ko"}')
    done = subprocess.run(
        [sys.executable, "-c", CRASHES, str(tmp_path), where],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    journal = tmp_path / "logs" / "server.log"
    assert done.returncode == code
    assert done.stdout.count(str(journal)) == 1
    error = "ZeroDivisionError" if where == "thread" else "LookupError: while starting"
    assert error in journal.read_text("utf-8")


def test_setting_windows_up_is_a_command_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup", "everything"]) == 2
    assert "no-firewall" in capsys.readouterr().err


def test_what_was_chosen_in_the_window_is_kept_beside_the_rest(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text('{"interface": "eth2", "of_a_later_version": 1}')
    options = argparse.Namespace(replay=None, headless=False, speed=None)
    _Start(options, tmp_path, ServerSettings(), None, None).keep("theme", "dark")
    kept = json.loads((tmp_path / SETTINGS_FILE).read_text())
    assert (kept["theme"], kept["interface"], kept["of_a_later_version"]) == ("dark", "eth2", 1)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounts, so needs root")
def test_members_of_a_data_folder_that_can_only_be_read_are_refused(tmp_path: Path) -> None:
    """The server itself serves all the same: `tests/e2e/test_full_disk.py`."""
    folder = tmp_path / "데이터 폴더"
    folder.mkdir()
    with_members(folder, KIM)
    # Root may write anywhere but on a read-only mount; this one is in a mount namespace of its own.
    read_only = 'mount --bind -o ro "$1" "$1" || exit 77; folder="$1"; shift; exec "$@" --data-dir "$folder"'
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            read_only,
            "sh",
            str(folder),
            sys.executable,
            "-m",
            "packetwave.server",
            "members",
            "list",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode == 77:
        pytest.skip(f"cannot mount here: {done.stderr}")
    assert done.returncode == 1
    assert f"{folder} cannot be used: Read-only file system" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_task_at_system_start_speaks_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has neither stdout nor stderr, and nobody sees a dialog."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["--headless", "--data-dir", str(tmp_path), *ANY_PORT]) == 3
    (tmp_path / SETTINGS_FILE).write_text('{"interface": "no-such-thing"}')
    assert main(["--headless", "--data-dir", str(tmp_path), *ANY_PORT]) == 3
    said = (tmp_path / "logs" / "server.log").read_text("utf-8")
    assert "no interface to capture on" in said
    assert "no-such-thing" in said
