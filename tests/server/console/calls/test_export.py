import csv
from dataclasses import replace
from pathlib import Path

import pytest

from packetwave.server.calls.events import Outcome
from packetwave.server.console.calls.export import write_calls
from packetwave.server.office.values import Told
from tests.server.console.conftest import Clock, answered, call


def read(path: Path) -> list[list[str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_calls_become_rows_that_spreadsheets_read(tmp_path: Path, clock: Clock) -> None:
    told = (Told("192.168.0.101", clock.at, 0.84),)
    record = replace(
        answered("a", clock.at),
        caller_name="홍길동",
        caller_company="한빛상사",
        called_name="김영희",
        told=told,
    )
    write_calls(tmp_path / "calls.csv", [record])
    heading, row = read(tmp_path / "calls.csv")
    assert len(heading) == len(row) == 12
    assert row[2:7] == ["010-1234-5678", "홍길동", "한빛상사", "1001", "김영희"]
    assert row[8:] == ["Answered", "", "48", "0.8"]


def test_cells_never_run(tmp_path: Path, clock: Clock) -> None:
    hostile = call("a", clock.at, caller="=cmd()", caller_name='@SUM(1)"\r\n', outcome=Outcome.MISSED)
    write_calls(tmp_path / "calls.csv", [hostile])
    row = read(tmp_path / "calls.csv")[1]
    assert row[2] == "'=cmd()"
    assert row[3] == "'@SUM(1)\""


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "calls.csv").mkdir()
    with pytest.raises(OSError, match=r"calls\.csv"):
        write_calls(tmp_path / "calls.csv", [answered("a", clock.at)])
    assert [path.name for path in tmp_path.iterdir()] == ["calls.csv"]
