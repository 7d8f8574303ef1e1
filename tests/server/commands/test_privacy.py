"""`packetwave-server privacy`: everything of a person, given or removed; nobody else's touched."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from packetwave.server.commands import privacy
from packetwave.server.store.base import EventLine
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.mongodb import MongoServer, mongodb_server
from tests.server.commands.test_members import Ran
from tests.server.store.samples import HONG, NINE, add, call

WHO = "01055556666"
OTHER = replace(call(9), call_id="another's", caller="0299998888", caller_name="다른 사람")
NAMING = [
    replace(OTHER, call_id="calls", caller=WHO, caller_name="홍길동"),
    replace(OTHER, call_id="is called", called=WHO),
    replace(OTHER, call_id="dialled", dialled=WHO),
    replace(OTHER, call_id="by way of", via=WHO),
    replace(OTHER, call_id="took it", by=WHO),
]
LINES = [
    EventLine(1, json.dumps({"event": "ringing", "from": WHO})),
    EventLine(2, json.dumps({"from": "0299998888"})),
]

Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with calls of a person and of another."""
    data = tmp_path / "data"
    data.mkdir()
    store = SqliteStore(data / FILE_NAME)
    store.journal([OTHER, *NAMING], LINES)
    store.change_members(add(HONG))
    store.close()
    return data


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: object, **keys: Any) -> Ran:
        words = [str(word) for word in (*argv, "--data-dir", folder)]
        code = privacy.main(words, **{"environ": {}, **keys})
        return Ran(code, *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    with mongodb_server(tmp_path_factory.mktemp("mongodb")) as server:
        yield server


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def ids_in(folder: Path) -> set[str]:
    store = SqliteStore(folder / FILE_NAME)
    found = {record.call_id for record in store.load_calls(since=NINE)}
    store.close()
    return found


@pytest.mark.parametrize("who", ["010-5555-6666", "01055556666", "+82 10-5555-6666", "82 10 5555 6666"])
def test_a_person_is_exported_whatever_the_notation(run: Run, tmp_path: Path, who: str) -> None:
    to = tmp_path / "person.json"
    ran = run("export", who, "--to", to)
    assert (ran.code, ran.out) == (0, "")
    assert "5 calls written" in ran.err
    content = json.loads(to.read_text("utf-8"))
    assert {record["call_id"] for record in content["calls"]} == {record.call_id for record in NAMING}
    assert content["calls"][0]["rang_at"] == OTHER.rang_at.isoformat(timespec="milliseconds")
    assert content["event_lines"] == [LINES[0][1]]
    assert datetime.fromisoformat(content["made_at"]) <= datetime.now(UTC)
    if sys.platform != "win32":
        assert to.stat().st_mode & 0o777 == 0o600


def test_as_a_table_for_spreadsheets(run: Run, tmp_path: Path, folder: Path) -> None:
    store = SqliteStore(folder / FILE_NAME)
    store.put_calls([replace(NAMING[0], caller_name="=1+1")])
    store.close()
    to = tmp_path / "person.CSV"
    assert run("export", WHO, "--to", to).code == 0
    rows = list(csv.DictReader(io.StringIO(to.read_text("utf-8-sig"))))
    assert len(rows) == 5
    assert {"'=1+1"} <= {row["caller_name"] for row in rows}


def test_a_member_by_extension_and_by_name(run: Run, tmp_path: Path) -> None:
    to = tmp_path / "person.json"
    for who in (HONG.extension_num, HONG.name):
        assert run("export", who, "--to", to).code == 0
        content = json.loads(to.read_text("utf-8"))
        assert [member["extension_num"] for member in content["members"]] == ["1001"]
        assert len(content["calls"]) == (5 if who == "1001" else 1)


def test_a_link_is_replaced_by_the_export_and_not_followed(run: Run, tmp_path: Path) -> None:
    precious, to = tmp_path / "precious", tmp_path / "person.json"
    precious.write_text("precious")
    to.symlink_to(precious)
    assert run("export", WHO, "--to", to).code == 0
    assert precious.read_text() == "precious"
    assert not to.is_symlink()


def test_a_person_is_removed_also_from_the_bytes_and_nobody_else(run: Run, folder: Path) -> None:
    assert WHO.encode() in bytes_in(folder)
    ran = run("delete", "+82 10 5555 6666", "--yes")
    assert (ran.code, ran.out) == (0, "5 calls and 1 event lines removed\n")
    assert ids_in(folder) == {"another's"}
    assert WHO.encode() not in bytes_in(folder)
    assert b"0299998888" in bytes_in(folder)
    again = run("delete", WHO, "--yes")
    assert (again.code, again.out) == (0, "0 calls and 0 event lines removed\n")


def test_a_call_that_goes_on_stays_and_is_said(run: Run, folder: Path) -> None:
    store = SqliteStore(folder / FILE_NAME)
    store.put_calls([replace(NAMING[0], outcome=None)])
    store.close()
    ran = run("delete", WHO, "--yes")
    assert "1 calls are not over yet and stay" in ran.err
    assert f"still stands in: {folder / FILE_NAME}" in ran.err
    assert ids_in(folder) == {"another's", "calls"}


def test_without_a_terminal_nothing_is_removed_unasked(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    ran = run("delete", WHO)
    assert (ran.code, ran.out) == (2, "")
    assert "--yes" in ran.err
    assert len(ids_in(folder)) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
@pytest.mark.parametrize(("answer", "code", "calls"), [("y", 0, 1), ("네", 0, 1), ("n", 2, 6), ("", 2, 6)])
def test_at_a_terminal_it_asks(folder: Path, answer: str, code: int, calls: int) -> None:
    ours, theirs = os.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [sys.executable, "-m", "packetwave.server", "privacy", "delete", WHO, "--data-dir", str(folder)]
    done = subprocess.run(command, stdin=theirs, capture_output=True, check=False, timeout=60)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == code, done.stderr
    assert b"5 calls are removed for good" in done.stderr
    assert len(ids_in(folder)) == calls


def test_databases_put_aside_and_other_files_that_name_the_person(run: Run, folder: Path) -> None:
    for name in ("damaged-1", "damaged-1-wal", "damaged-2"):
        (folder / f"{FILE_NAME}.{name}").write_bytes(
            b"x" * 2_000_000 + (WHO.encode() * (name != "damaged-2"))
        )
    events = folder / "events.jsonl"
    events.write_text(WHO)
    ran = run("delete", WHO, "--yes")
    assert ran.code == 0
    assert [path.name for path in folder.glob("*damaged*")] == [f"{FILE_NAME}.damaged-2"]
    assert f"still stands in: {events}\n" in ran.err
    assert f"{FILE_NAME}.damaged-2" in run("delete", "1001", "--yes").err, "digits that short are no proof"


def test_a_mongodb_and_the_local_file_behind_it(
    run: Run, folder: Path, tmp_path: Path, mongodb: MongoServer
) -> None:
    remote = MongoStore(mongodb.uri, wait_s=5)
    remote.put_calls([OTHER, replace(NAMING[0], call_id="only there")])
    to = tmp_path / "person.json"
    assert run("export", WHO, "--to", to, "--mongodb", mongodb.uri).code == 0
    assert len(json.loads(to.read_text("utf-8"))["calls"]) == 6
    asked: list[Path] = []

    def in_settings(folder: Path) -> str:
        asked.append(folder)
        return mongodb.uri

    ran = run("delete", WHO, "--yes", uri_in_settings=in_settings)
    assert (ran.code, ran.out) == (0, "6 calls and 1 event lines removed\n")
    assert asked == [folder]
    assert remote.find_calls([WHO]) == []
    assert [record.call_id for record in remote.load_calls(since=NINE)] == ["another's"]
    assert ids_in(folder) == {"another's"}
    remote.close()


def test_while_another_program_reads_the_file_it_is_said_that_bytes_stay(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "_SCRUB_S", 0.01)
    monkeypatch.setattr(privacy, "_WAIT_S", 0.05)
    other = SqliteStore(folder / FILE_NAME)
    other._connection.execute("BEGIN")
    assert other.load_calls(since=NINE)
    ran = run("delete", WHO, "--yes")
    assert ran.code == 1
    assert "another program is reading" in ran.err
    other.close()
    assert run("delete", WHO, "--yes").code == 0
    assert WHO.encode() not in bytes_in(folder)


@pytest.mark.parametrize(
    "words",
    [
        *([], ["export"], ["export", WHO], ["export", WHO, "--to", "x.txt"], ["delete"], ["forget", WHO]),
        *(["delete", "anonymous", "--yes"], ["delete", " ", "--yes"]),
        ["delete", WHO, "--mongodb", "mongodb://u:s3cret@office"],
    ],
)
def test_wrong_usage(run: Run, folder: Path, words: list[str]) -> None:
    ran = run(*words) if words else Ran(privacy.main([], environ={}), "", "")
    assert ran.code == 2
    assert "s3cret" not in ran.err
    assert len(ids_in(folder)) == 6


def test_a_folder_named_wrongly_is_no_success(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert privacy.main(["delete", WHO, "--yes", "--data-dir", str(tmp_path / "absent")], environ={}) == 1
    assert "there is no database" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"x" * 5000)
    assert privacy.main(["delete", WHO, "--yes", "--data-dir", str(tmp_path)], environ={}) == 1
    assert FILE_NAME in capfd.readouterr().err
