"""Members as CSV and XLSX: what people's files look like, what is wrong with them, and Excel's formulas."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime, timezone, tzinfo
from types import SimpleNamespace
from typing import Self

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packetwave.server.office.values import DefectCode, Member
from packetwave.server.store import tables
from packetwave.server.store.tables import (
    FileProblemCode,
    Problem,
    TableFile,
    TableRow,
    describe,
    read_file,
    to_csv,
    to_xlsx,
)
from tests.server.store.samples import HONG, KIM

HEADER = "extension_num,default_ip,name,department,note,company"


def _read(text: str, encoding: str = "utf-8") -> TableFile:
    return read_file(text.encode(encoding))


def _members(file: TableFile) -> list[Member]:
    assert file.problems == ()
    return [row.member for row in file.rows]


def _written_on_one_day(members: list[Member]) -> bytes:
    """What `to_xlsx` writes, but for the second it was written in: the same bytes in every run."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(to_xlsx(members))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-11-23T09:00:00Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, (2026, 11, 23, 9, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_Cell = str | int | float | None  # what these tests put into one


def _workbook(*rows: list[_Cell], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_least_file() -> None:
    file = _read("extension_num,default_ip\n1001,192.168.0.101\n")
    assert file.rows == (
        TableRow(2, Member("1001", "192.168.0.101"), frozenset({"extension_num", "default_ip"})),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(encoding: str, delimiter: str, line_end: str) -> None:
    rows = [HEADER.split(","), ["1001", "192.168.0.101", "홍길동", "영업부", "2층", "한빛상사"]]
    text = line_end.join(delimiter.join(row) for row in rows) + line_end
    assert _members(_read(text, encoding)) == [replace(HONG, company="한빛상사")]


@pytest.mark.parametrize(
    "header",
    [
        *("default_ip,EXTENSION_NUM,Name", "PC IP,내선번호,이름", "아이피,내선,성명", "IP 주소,번호,이름"),
        *("ip,ext,name", " Ip , Extension , NAME ", "IP주소,Ext.,성명", '"ip","ext","name"'),
    ],
)
def test_headings_in_any_order_and_language(header: str) -> None:
    assert _members(_read(f"{header}\n10.0.0.1,1001,홍길동\n")) == [Member("1001", "10.0.0.1", "홍길동")]


@pytest.mark.parametrize("heading", ["회사", "회사명", "company", "Company "])
def test_a_company_has_its_headings(heading: str) -> None:
    (member,) = _members(_read(f"ext,ip,{heading}\n1001,10.0.0.1,한빛상사\n"))
    assert (member.company, member.extra) == ("한빛상사", {})


def test_a_running_number_is_no_extension_where_there_is_one() -> None:
    (member,) = _members(_read("번호,내선번호,IP\n1,1001,10.0.0.1\n"))
    assert (member.extension_num, dict(member.extra)) == ("1001", {"번호": "1"})


def test_unknown_columns_are_kept_under_names_every_store_can_write() -> None:
    (member,) = _members(_read("ext,ip,자리,a.b,$x,_id\n1001,10.0.0.1, 창가 ,1,2,3\n"))
    assert member.extra == {"자리": "창가", "a_b": "1", "x": "2", "id": "3"}


def test_cells_are_trimmed_and_addresses_have_one_form() -> None:
    assert _members(_read("ext,ip\n 1001 , FE80:0::1 \n")) == [Member("1001", "fe80::1")]


def test_excels_hint_and_empty_lines_around_the_table() -> None:
    file = _read("\n;;\nsep=;\next;ip\n1001;10.0.0.1\n;\n\n")
    assert [(row.line, row.member.extension_num) for row in file.rows] == [(5, "1001")]
    assert file.problems == ()


def test_every_problem_is_told_with_its_line() -> None:
    file = _read(
        "ext,ip,note\n"
        "1001,10.0.0.1,\n"
        "1002,10.0.0,\n"  # 3
        ",10.0.0.3,\n"  # 4
        ",,\n"  # 5
        '1004,10.0.0.4,"two\nlines"\n'  # 6, 7
        "1001,10.0.0.1,again\n"  # 8
        "대표,,\n"  # 9
        "1005,10.0.0.5,a,b\n"  # 10
        "1006,10.0.0.6,\n"
    )
    assert file.problems == (
        Problem(3, DefectCode.BAD_IP, "default_ip", "10.0.0"),
        Problem(4, DefectCode.MISSING, "extension_num", ""),
        Problem(5, FileProblemCode.EMPTY_ROW),
        Problem(8, DefectCode.DOUBLED, value="2"),
        Problem(9, DefectCode.BAD_EXTENSION, "extension_num", "대표"),
        Problem(9, DefectCode.MISSING, "default_ip", ""),
        Problem(10, FileProblemCode.NO_HEADING, value="b"),
    )
    for problem in file.problems:
        assert describe(problem).startswith(f"line {problem.line}: ")


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"", [(0, FileProblemCode.NO_HEADER, "extension_num")]),
        (b"\n\n", [(0, FileProblemCode.NO_HEADER, "extension_num")]),
        (
            b"1001,10.0.0.1\n",
            [(1, FileProblemCode.NO_HEADER, "extension_num"), (1, FileProblemCode.NO_HEADER, "default_ip")],
        ),
        (b"ext,name\n1001,x\n", [(1, FileProblemCode.NO_HEADER, "default_ip")]),
        (b"ext,ip,EXT\n", [(1, FileProblemCode.DOUBLED_COLUMN, "extension_num")]),
        (b"ext,ip,seat,seat\n", [(1, FileProblemCode.DOUBLED_COLUMN, "seat")]),
        (b'ext,ip\n1001,"10.0.0.1\n1002,10.0.0.2\n', [(2, FileProblemCode.BAD_CSV, "")]),
        (b'ext,ip\n1001,10.0.0.1\n"1002"x,10.0.0.2\n', [(3, FileProblemCode.BAD_CSV, "")]),
        (b"ext,ip\n1001,10.0.0.1\n1002,\xff\xff\n", [(3, FileProblemCode.BAD_ENCODING, "")]),
        (
            b"ext,ip,name\n1,10.0.0.1," + "é".encode("latin-1") + b"\n",
            [(2, FileProblemCode.BAD_ENCODING, "")],
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff", [(0, FileProblemCode.NOT_A_TABLE, "")]),
        (b"ext,ip\n1001,\0\n", [(0, FileProblemCode.NOT_A_TABLE, "")]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", [(0, FileProblemCode.OLD_EXCEL, "")]),
        (b"PK\x03\x04 no zip", [(0, FileProblemCode.NOT_A_TABLE, "")]),
    ],
)
def test_files_that_cannot_be_read(content: bytes, problems: list[tuple[int, str, str]]) -> None:
    file = read_file(content)
    assert [(problem.line, problem.code, problem.column) for problem in file.problems] == problems
    assert all(describe(problem) for problem in file.problems)


def test_files_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_file(b" " * (tables.MAX_FILE_BYTES + 1)).problems == (Problem(0, FileProblemCode.TOO_BIG),)
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert _members(_read("ext,ip\n1,::1\n2,::1\n3,::1\n"))
    assert _read("ext,ip\n1,::1\n2,::1\n3,::1\n4,::1\n").problems == (Problem(5, FileProblemCode.TOO_BIG),)
    rows: list[list[_Cell]] = [[n, "::1"] for n in range(1, 5)]
    too_big = (Problem(4, FileProblemCode.TOO_BIG),)
    assert read_file(_workbook(["ext", "ip"], *rows)).problems == too_big
    monkeypatch.setattr(tables, "_MAX_UNPACKED_BYTES", 100)
    assert read_file(_workbook(["ext", "ip"])).problems == (Problem(0, FileProblemCode.TOO_BIG),)


# XLSX


def test_numbers_in_a_workbook_are_texts() -> None:
    content = _workbook(
        ["내선", "IP", "비고", "층"],
        [1001, "10.0.0.1", 5.5, 2.0],
        [1002.0, "10.0.0.2", None, True],
        [101, "10.0.0.3", "=1+1", None],
        formats={"A4": "0000"},
    )
    members = _members(read_file(content))
    assert [member.extension_num for member in members] == ["1001", "1002", "0101"]
    assert [member.note for member in members] == ["5.5", "", ""]
    assert [dict(member.extra) for member in members] == [{"층": "2"}, {"층": "True"}, {"층": ""}]


def test_problems_in_a_workbook_have_the_numbers_of_its_rows() -> None:
    content = _workbook(
        [], ["ext", "ip"], [1001, "10.0.0.1"], [None, " "], [], [1002, "10.0.0.999"], [None, None]
    )
    assert read_file(content).problems == (
        Problem(4, FileProblemCode.EMPTY_ROW),
        Problem(6, DefectCode.BAD_IP, "default_ip", "10.0.0.999"),
    )


def test_another_zip_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert read_file(stream.getvalue()).problems == (Problem(0, FileProblemCode.NOT_A_TABLE),)


def test_the_workbook_to_break_is_the_same_in_every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _written_on_one_day([HONG, KIM])

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(2031, 2, 3, 4, 5, 6, tzinfo=tz)

    for part in ("openpyxl.writer.excel", "openpyxl.packaging.core"):
        monkeypatch.setattr(f"{part}.datetime", SimpleNamespace(datetime=Later, timezone=timezone))
    with zipfile.ZipFile(io.BytesIO(to_xlsx([HONG, KIM]))) as book:
        assert b"2031-02-03T04:05:06Z" in book.read("docProps/core.xml")
    assert _written_on_one_day([HONG, KIM]) == first
    assert _members(read_file(first)) == [HONG, KIM]


@settings(max_examples=60)
@given(st.data())
def test_a_broken_workbook_never_raises(data: st.DataObject) -> None:
    content = bytearray(_written_on_one_day([HONG, KIM]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(2, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(2, len(content)))
    file = read_file(bytes(content[:cut]))
    assert file.problems or file.rows is not None


@settings(max_examples=60)
@given(
    part=st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"]),
    data=st.data(),
)
def test_a_workbook_with_broken_xml_never_raises(part: str, data: st.DataObject) -> None:
    # Inside the archive, where no checksum catches it.
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(to_xlsx([HONG]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = bytearray(old.read(name))
            if name == part:
                at = data.draw(st.integers(0, len(text) - 1))
                text[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=4))
            new.writestr(name, bytes(text))
    file = read_file(out.getvalue())
    assert all(describe(problem) for problem in file.problems)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_no_bytes_raise(content: bytes) -> None:
    for prefix in (b"", b"ext,ip\n", b"PK", b"\xff\xfe"):
        file = read_file(prefix + content)
        assert all(describe(problem) for problem in file.problems)


# Writing


def test_what_is_written_says_so() -> None:
    text = to_csv([HONG, replace(KIM, company="한빛상사", extra={"자리": "창가"})]).decode("utf-8")
    assert text == (
        f"\ufeff{HEADER},자리\r\n"
        "1001,192.168.0.101,홍길동,영업부,2층,,\r\n"
        "1002,192.168.0.102,김영희,,,한빛상사,창가\r\n"
    )
    assert to_csv([], mark=False) == f"{HEADER}\r\n".encode()


FORMULAS = [
    *("=1+1", "+82", "-1", "@x", '=HYPERLINK("http://x";"y")', "'=1", "''@"),
    *(
        "＝1+1",
        "＋82",
        "－1",
        "＠x",
        "' =1",
        "x;=1",
        "x; =1",
        "x;＝cmd|'/c calc'!A0",
        "x\t=1",
        "x\n=1",
    ),
    *('x";=1', 'x"=1', "x;'=1", "x;' '-1", ";=;=;@", "'x;''=1"),
]


def begins(cell: str) -> list[str]:
    """Where a spreadsheet of any locale may begin a cell in this one, as it stands in a file."""
    return [part.lstrip(" ") for part in re.split(r'[;\t\r\n"]', cell)]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula_and_every_one_comes_back(text: str) -> None:
    member = Member("+1001", "10.0.0.1", text, extra={"seat": text, text: "x"})
    for row in csv.reader(io.StringIO(to_csv([member]).decode("utf-8-sig"))):
        parts = [part for cell in row for part in begins(cell)]
        assert not any(part.startswith(tuple("=+-@＝＋－＠")) for part in parts)
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx([member])))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row if cell.value} == {"s"}
    for written in (to_csv([member]), to_csv([member], mark=False), to_xlsx([member])):
        assert _members(read_file(written)) == [member]


def test_a_formula_on_a_line_of_its_own_comes_back_from_csv() -> None:
    member = Member("1001", "10.0.0.1", "x\r\n+1", note="x\r=1")
    assert b"x\r\n'+1" in to_csv([member])
    assert _members(read_file(to_csv([member]))) == [member]


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12) | st.sampled_from(
    ["=1", "'", "'=", '"', ",", ";", "a\nb", "sep=", "   ", "-", "1001", "0x1", "true", *FORMULAS]
)
_MEMBERS = st.lists(
    st.builds(
        Member,
        extension_num=st.from_regex(r"[0-9A-Za-z*#+._-]{1,32}", fullmatch=True),
        default_ip=st.sampled_from(["10.0.0.1", "10.0.0.2", "fe80::1", "::1"]),
        name=_TEXT.map(str.strip),
        department=_TEXT.map(str.strip),
        note=_TEXT.map(str.strip),
        company=_TEXT.map(str.strip),
        extra=st.dictionaries(st.sampled_from(["자리", "seat", "x y"]), _TEXT.map(str.strip)),
    ),
    max_size=6,
    unique_by=lambda member: (member.extension_num, member.default_ip),
)


def _columns_filled(members: list[Member]) -> list[Member]:
    names = {name for member in members for name in member.extra}
    return [replace(m, extra={**dict.fromkeys(names, ""), **m.extra}) for m in members]


@settings(max_examples=150)
@given(_MEMBERS)
def test_csv_comes_back(members: list[Member]) -> None:
    for mark in (True, False):
        assert _members(read_file(to_csv(members, mark=mark))) == _columns_filled(members)


@settings(max_examples=40)
@given(_MEMBERS)
def test_xlsx_comes_back(members: list[Member]) -> None:
    assert _members(read_file(to_xlsx(members))) == _columns_filled(members)


def test_values_that_a_file_cannot_hold_do_not_stop_the_writing() -> None:
    odd = Member("1001", "10.0.0.1", "a\udcffb\x01c", note="x" * 40_000, extra={"n": None, "list": [1, 2]})
    (from_xlsx,) = _members(read_file(to_xlsx([odd])))
    assert (from_xlsx.name, len(from_xlsx.note)) == ("a?bc", 32_767)
    (from_csv,) = _members(read_file(to_csv([odd])))
    assert (from_csv.name, from_csv.extra) == ("a?b\x01c", {"n": "", "list": "[1, 2]"})
