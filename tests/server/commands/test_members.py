"""`packetwave-server members`: exit codes, what goes to stdout and to stderr, and nothing imported half."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pymongo import MongoClient

from packetwave.server.commands import members as members_cli
from packetwave.server.office.values import MemberTable, Put, Remove
from packetwave.server.store.import_plan import ImportPlan, plan_import
from packetwave.server.store.mongo_uri import ENVIRONMENT_NAME
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.store.tables import TableRow
from tests.mongodb import MongoServer, mongodb_server
from tests.server.store.samples import HONG, KIM, desks

TWO = "내선,IP,이름,자리\n1001,192.168.0.101,홍길동,A\n1002,192.168.0.102,김영희,=B\n"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs the command on a data folder of its own."""

    def run(*argv: object, **keys: object) -> Ran:
        words = [str(word) for word in argv]
        if "--data-dir" not in words:
            words += ["--data-dir", str(tmp_path / "data")]
        code = members_cli.main(words, **{"environ": {}, **keys})  # type: ignore[arg-type]
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode("utf-8"), err.decode("utf-8"))

    return run


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.csv"
    path.write_bytes(TWO.encode("cp949"))
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    with mongodb_server(tmp_path_factory.mktemp("mongodb")) as server:
        yield server


def _stored(tmp_path: Path) -> MemberTable:
    store = SqliteStore(tmp_path / "data" / FILE_NAME)
    table = store.load_members()
    store.close()
    return table


def test_imported_and_listed(run: Run, two: Path, tmp_path: Path) -> None:
    ran = run("import", two)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "+ 1001 192.168.0.101",
        "+ 1002 192.168.0.102",
        "2 added, 0 changed, 0 unchanged, 0 not in the file",
    ]
    ran = run("list")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "extension_num,default_ip,name,department,note,company,자리\r\n"
        "1001,192.168.0.101,홍길동,,,,A\r\n"
        "1002,192.168.0.102,김영희,,,,'=B\r\n"
    )
    again = tmp_path / "again.csv"
    again.write_text(ran.out, encoding="utf-8", newline="")
    assert run("import", again).out.endswith("0 added, 0 changed, 2 unchanged, 0 not in the file\n")


def test_what_an_import_did_is_told(run: Run, two: Path, tmp_path: Path) -> None:
    run("import", two)
    changes = tmp_path / "changes.csv"
    changes.write_text("ext,ip,name\n1001,10.0.0.9,홍길동\n1003,10.0.0.3,\n", encoding="utf-8")
    assert run("import", changes).out.splitlines() == [
        "+ 1003 10.0.0.3",
        "~ 1001 10.0.0.9 (was 192.168.0.101)",
        "1 added, 1 changed, 0 unchanged, 1 not in the file",
    ]
    assert len(_stored(tmp_path).members) == 3


def test_with_any_problem_nothing_is_imported(run: Run, two: Path, tmp_path: Path) -> None:
    run("import", two)
    before = _stored(tmp_path)
    bad = tmp_path / "bad.csv"
    bad.write_text("ext,ip\n1005,10.0.0.5\n1006,10.0.0\n1005,10.0.0.5\n", encoding="utf-8")
    ran = run("import", bad)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        f"{bad}: line 3: '10.0.0' is no IP address of a PC",
        f"{bad}: line 4: the same extension and IP as line 2",
        "nothing was imported",
    ]
    assert _stored(tmp_path) == before


@pytest.mark.parametrize("name", ["export.csv", "export.xlsx", "export.XLSX"])
def test_exported_and_imported_elsewhere(run: Run, two: Path, tmp_path: Path, name: str) -> None:
    run("import", two)
    file = tmp_path / name
    file.write_text("an older one")
    ran = run("export", file)
    assert (ran.code, ran.out) == (0, "")
    assert run("import", file, "--data-dir", tmp_path / "other").code == 0
    assert run("list", "--data-dir", tmp_path / "other").out == run("list").out
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({"data", "other", "two.csv", name})


def test_an_exported_workbook_opens(run: Run, two: Path, tmp_path: Path) -> None:
    run("import", two)
    run("export", tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[3]][:3] == ["1002", "192.168.0.102", "김영희"]


def test_a_folder_without_a_database_is_left_so(run: Run, tmp_path: Path) -> None:
    ran = run("list")
    assert (ran.code, ran.out) == (0, "extension_num,default_ip,name,department,note,company\r\n")
    assert "no database" in ran.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "argv",
    [
        *([], ["steal"], ["import"], ["export"], ["list", "x"], ["list", "--what"]),
        *(["list", "--mongodb", "mongodb://u:s3cret@h"], ["list", "--mongodb", "@/no/such/file"]),
        ["list", "--mongodb", ""],
    ],
)
def test_wrong_usage(run: Run, argv: list[str]) -> None:
    ran = run(*argv)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert "s3cret" not in ran.err


def test_help(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert "import" in ran.out


def test_what_cannot_be_read_or_written(run: Run, two: Path, tmp_path: Path) -> None:
    ran = run("import", tmp_path / "nowhere.csv")
    assert ran.code == 1
    assert "nowhere.csv" in ran.err
    assert run("import", tmp_path).code == 1
    run("import", two)
    assert run("export", tmp_path / "no folder" / "x.csv").code == 1
    assert run("import", two, "--data-dir", two).code == 1


def test_a_damaged_database_is_told_and_left_in_its_place(run: Run, two: Path, tmp_path: Path) -> None:
    run("import", two)
    path = tmp_path / "data" / FILE_NAME
    path.write_bytes(b"nothing of a database" * 100)
    assert run("list").code == 1
    assert run("import", two).code == 1
    assert path.read_bytes() == b"nothing of a database" * 100


def test_beside_a_running_server(run: Run, two: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    server = SqliteStore(tmp_path / "data" / FILE_NAME)
    server.change_members([Put(HONG)])
    assert not server.members_changed()
    assert run("import", two).code == 0
    assert server.members_changed()
    assert [row[:2] for row in desks(server.load_members())] == [
        ("1001", "192.168.0.101"),
        ("1002", "192.168.0.102"),
    ]
    server.close()


def test_a_conflict_imports_nothing(
    run: Run, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    other = SqliteStore(tmp_path / "data" / FILE_NAME)
    table = other.change_members([Put(HONG), Put(KIM)])

    def meanwhile(stored: MemberTable, rows: Sequence[TableRow]) -> ImportPlan:
        other.change_members([Remove(table.members[0].row_id)])
        return plan_import(stored, rows)

    monkeypatch.setattr(members_cli, "plan_import", meanwhile)
    ran = run("import", two)
    assert (ran.code, ran.out) == (1, "")
    assert "try again" in ran.err
    assert desks(other.load_members()) == [("1002", "192.168.0.102", "김영희")]
    other.close()


def test_mongodb_by_argument_file_environment_and_settings(
    run: Run, two: Path, tmp_path: Path, server: MongoServer
) -> None:
    assert run("import", two, "--mongodb", server.uri).code == 0
    assert not (tmp_path / "data").exists()
    file = tmp_path / "uri"
    file.write_text(server.uri)
    listed = run("list", "--mongodb", f"@{file}")
    assert "홍길동" in listed.out
    assert run("list", environ={ENVIRONMENT_NAME: server.uri}) == listed
    asked: list[Path] = []

    def in_settings(folder: Path) -> str:
        asked.append(folder)
        return server.uri

    assert run("list", uri_in_settings=in_settings) == listed
    assert asked == [tmp_path / "data"]
    with MongoClient[Any](server.uri) as client:
        row = f"bad-{uuid.uuid4().hex}"
        client["packetwave"]["members"].insert_one({"_id": row, "extension_num": "1003"})
        ran = run("list", "--mongodb", server.uri)
        client.drop_database("packetwave")
    assert ran.code == 0
    assert ran.err == f"stored row \"{row}\": default_ip '': missing\n"


def test_mongodb_that_is_not_there(
    run: Run, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members_cli, "_WAIT_S", 0.1)
    nobody = MongoServer(tmp_path / "mongodb")
    ran = run("import", two, "--mongodb", nobody.uri)
    assert (ran.code, ran.out) == (1, "")
    assert "cannot be reached" in ran.err
    ran = run("list", "--mongodb", "http://office")
    assert ran.code == 1
    assert "no MongoDB URI" in ran.err
