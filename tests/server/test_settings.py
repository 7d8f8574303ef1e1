"""The server's settings: what a file may hold."""

import json
import sys
from pathlib import Path

import pytest

from packetwave.common import settings as file
from packetwave.server.settings import ServerSettings, parse_listen, parse_ports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0.0.0:8765", ("0.0.0.0", 8765)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::]:8765", ("::", 8765)),
        ("localhost:1", ("localhost", 1)),
    ],
)
def test_listen(text: str, expected: tuple[str, int]) -> None:
    assert parse_listen(text) == expected


@pytest.mark.parametrize(
    "text", ["", "8765", ":8765", "host:8765", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1"]
)
def test_bad_listen(text: str) -> None:
    with pytest.raises(ValueError):
        parse_listen(text)


def test_ports() -> None:
    assert parse_ports("5060,5080") == (5060, 5080)


@pytest.mark.parametrize("text", ["", "0", "65536", "5060,", "sip", "-1"])
def test_bad_ports(text: str) -> None:
    with pytest.raises(ValueError):
        parse_ports(text)


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("language", "fr"),
        ("theme", 3),
        ("interface", None),
        ("ports", []),
        ("ports", [5060, "x"]),
        ("ports", [True]),
        ("ports", 5060),
        ("listen", "nowhere"),
        ("listen", 8765),
        ("mongodb", ["x"]),
        ("keep_days", 0),
        ("keep_days", 3651),
        ("keep_days", True),
        ("keep_days", 30.0),
        ("identity_order", ["x-caller"]),
        ("identity_order", []),
        ("tunnels", ["the switch"]),
        ("tunnels", "192.0.2.1"),
        ("tunnels", [7]),
        ("tunnels", ["FD00::1"]),
        ("show_withheld", "yes"),
    ],
)
def test_a_bad_value_falls_back_and_is_named(key: str, bad: object, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "theme": "dark", key: bad}), encoding="utf-8")
    loaded = file.load(ServerSettings, path)
    assert getattr(loaded.settings, key) == getattr(ServerSettings(), key)
    assert len(loaded.problems) == 1 and f"'{key}'" in loaded.problems[0]
    if key != "theme":
        assert loaded.settings.theme == "dark"


def test_confirmed_tunnels(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"tunnels": ["192.0.2.1", "fd00::1"]}), encoding="utf-8")
    loaded = file.load(ServerSettings, path)
    assert loaded.settings.tunnels == ("192.0.2.1", "fd00::1") and not loaded.problems
    assert ServerSettings().tunnels == ()


@pytest.mark.parametrize("key", ["mongodb", "hep_key"])
def test_a_wrong_value_that_may_be_a_password_is_not_repeated(key: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({key: ["mongodb://u:s3cret@office"]}), encoding="utf-8")
    (said,) = file.load(ServerSettings, path).problems
    assert f"'{key}'" in said and "s3cret" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide")
def test_a_file_written_by_hand_is_the_users_alone_once_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{}")
    path.chmod(0o644)
    file.load(ServerSettings, path)
    assert path.stat().st_mode & 0o777 == 0o600
