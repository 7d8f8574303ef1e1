import json
import socket
import time
from pathlib import Path

import pytest

from installer import demo
from installer.demo import CallLog, EventFile
from packetwave.server.capture import Replay
from packetwave.ui import screenshots


def test_events_are_read_as_they_come(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    events = EventFile(file)
    assert list(events.new()) == []
    file.write_text('{"event": "ringing"}\n{"event": "ans')
    assert list(events.new()) == [{"event": "ringing"}]
    with file.open("a") as more:
        more.write('wered"}\n')
    assert list(events.new()) == [{"event": "answered"}]
    assert list(events.new()) == []


def test_the_recording_is_moved_to_now_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    before = time.time()
    copy, lasts_s = demo.recording_from_now()
    after = time.time()
    with Replay(demo.RECORDING) as recorded, Replay(copy) as moved:
        pairs = list(zip(recorded, moved, strict=True))
    shifts = {round(now_s - then_s, 3) for (then_s, _, _), (now_s, _, _) in pairs}
    assert len(shifts) == 1
    assert before - 1 <= pairs[0][1][0] <= after + 1
    assert all(recorded[1:] == moved[1:] for recorded, moved in pairs)
    assert 55 <= lasts_s <= 62


def test_a_taken_port_is_replaced() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert demo.free_port(port) not in (0, port)


def test_without_a_display_qt_draws_offscreen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    environment = demo.program_environment()
    assert environment["QT_QPA_PLATFORM"] == "offscreen"
    assert environment[screenshots.VARIABLE] == str(demo.LIVE_PICTURES)


def test_the_demo_keeps_away_from_a_real_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKETWAVE_MONGODB_URI", "mongodb://members.example")
    assert "PACKETWAVE_MONGODB_URI" not in demo.program_environment()


def test_a_display_that_does_not_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":6000")
    assert demo.program_environment()["QT_QPA_PLATFORM"] == "offscreen"


def test_the_log_has_one_line_a_call(capsys: pytest.CaptureFixture[str]) -> None:
    log = CallLog()
    ringing = {"event": "ringing", "call_id": "a", "from": "01012345678", "from_name": "홍길동", "to": "1001"}
    at = "2026-11-23T09:00:00.000Z"
    demo.note(log, {**ringing, "direction": "in", "at": at})
    demo.note(log, {"event": "ended", "call_id": "a", "outcome": "missed", "at": at})
    demo.note(log, {"event": "unwatched", "from_at": at, "to_at": at})
    capsys.readouterr()
    demo.print_summary(log)
    printed = capsys.readouterr().out
    assert "010-1234-5678  → 1001   missed             홍길동" in printed
    assert printed.count("→") == 1


def test_language_is_a_setting_of_both_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    assert list(demo.data_folder("client", None).iterdir()) == []
    (settings,) = demo.data_folder("server", "en").iterdir()
    assert settings.name == "settings.json"
    assert json.loads(settings.read_text())["language"] == "en"
