import json
import sys
from pathlib import Path

import pytest

from packetwave.server.commands import setup as setup_cli
from tests.server.machine.conftest import RULES, Windows


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    return Windows(tmp_path)


def test_a_rule_is_added(windows: Windows, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert setup_cli.main(["firewall", "--ports", "8765,8766", "--report", str(report)], windows) == 0
    assert json.loads(report.read_text()) == {"code": "done", "detail": ""}
    [rule] = windows.registry[RULES].values()
    assert "LPort=8765|LPort=8766|" in str(rule)


def test_without_ports_those_of_the_settings_count(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_cli, "data_dir", lambda _program: tmp_path)
    (tmp_path / "settings.json").write_text('{"listen": "0.0.0.0:9000"}')
    assert setup_cli.main(["firewall"], windows) == 0
    [rule] = windows.registry[RULES].values()
    assert "LPort=9000|LPort=9001|" in str(rule)
    (tmp_path / "settings.json").write_text('{"plain": false, "tls_listen": "0.0.0.0:9443"}')
    assert setup_cli.main(["firewall"], windows) == 0
    [rule] = windows.registry[RULES].values()
    assert "LPort=9443|" in str(rule) and "8765" not in str(rule)


def test_doors_of_the_settings_are_let_in_too(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_cli, "data_dir", lambda _program: tmp_path)
    (tmp_path / "settings.json").write_text('{"hep_port": 9060, "vxlan_port": 4789}')
    assert setup_cli.main(["firewall"], windows) == 0
    _, udp = map(str, windows.registry[RULES].values())
    assert "Protocol=17|" in udp and "LPort=9060|LPort=4789|" in udp
    assert setup_cli.main(["firewall", "--ports", "8765", "--udp-ports", "37008"], windows) == 0
    _, udp = map(str, windows.registry[RULES].values())
    assert "LPort=37008|" in udp and "9060" not in udp
    assert setup_cli.main(["firewall", "--ports", "8765"], windows) == 0  # as the window asks without doors
    assert len(windows.registry[RULES]) == 1


def test_a_reason_is_on_stderr_and_in_the_report(
    windows: Windows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    windows.administrator = False
    report = tmp_path / "report.json"
    assert setup_cli.main(["task", "--ports", "8765", "--report", str(report)], windows) == 1
    assert "an administrator has to run this" in capsys.readouterr().err
    assert json.loads(report.read_text())["code"] == "no_rights"


def test_a_report_never_overwrites(
    windows: Windows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "precious.txt"
    report.write_text("precious")
    assert setup_cli.main(["firewall", "--ports", "8765", "--report", str(report)], windows) == 0
    assert report.read_text() == "precious"
    assert "precious.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv", [[], ["everything"], ["firewall", "--ports", "0"], ["firewall", "--ports", "x"]]
)
def test_wrong_usage(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert setup_cli.main(argv) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="what other systems say")
def test_elsewhere_there_is_nothing_to_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert setup_cli.main(["firewall", "--ports", "8765"]) == 1
    assert "not Windows" in capsys.readouterr().err
