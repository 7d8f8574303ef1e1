"""Members as CSV and XLSX files: reading with every problem and its line, and writing safely for Excel.

Pure but for reading the given bytes; nothing here changes a store. What is read is all good or comes with
problems, and then none of it may be imported.

What a spreadsheet would run as a formula is guarded when it is written to CSV, and bare again when it is read
(`formulas`).
"""

import csv
import io
import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from packetwave.common import addresses
from packetwave.server.office.validation import CHECKS
from packetwave.server.office.values import COLUMNS, DefectCode, Member, texts_of
from packetwave.server.store.formulas import bare, doubled, inert
from packetwave.server.store.rows import clean

MAX_FILE_BYTES = 20_000_000
MAX_ROWS = 50_000
_MAX_COLUMNS = 200
_MAX_UNPACKED_BYTES = 200_000_000
_MAX_CELL = 32_767  # Excel's own limit

_WIDTHS = {"default_ip": 18, "note": 30}  # of columns in a workbook, in characters
_WIDTH = 16
# Everything that a broken or hostile workbook was seen to raise from inside openpyxl.
_BROKEN_WORKBOOK = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, OSError, EOFError, RuntimeError),
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError, OverflowError),
)


class FileProblemCode(StrEnum):
    """What is wrong with a file of members, beside what is wrong with a member in it (`DefectCode`)."""

    EMPTY_ROW = "empty_row"
    """The row is empty."""

    NO_HEADER = "no_header"
    """A column that must be there is not found; the problem names it."""

    DOUBLED_COLUMN = "doubled_column"
    """Two columns have the same name."""

    NO_HEADING = "no_heading"
    """A cell stands under no heading."""

    BAD_ENCODING = "bad_encoding"
    """The text is in neither of the encodings that are read."""

    BAD_CSV = "bad_csv"
    """The text cannot be read as CSV."""

    NOT_A_TABLE = "not_a_table"
    """The file is no table."""

    OLD_EXCEL = "old_excel"
    """An old or encrypted Excel file."""

    TOO_BIG = "too_big"
    """More rows or bytes than are read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be imported.

    line: its line or row, from 1; 0 for the whole file. column: the known field that it is about, if any.
    value: what stands there; for a doubled row the earlier line.
    """

    line: int
    code: DefectCode | FileProblemCode
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a file. given: the known columns that the file has; the others say nothing."""

    line: int
    member: Member
    given: frozenset[str] = frozenset(COLUMNS)


@dataclass(frozen=True, slots=True)
class TableFile:
    """What a file holds. Only without problems may its rows be imported."""

    rows: tuple[TableRow, ...] = ()
    problems: tuple[Problem, ...] = ()


Line = tuple[int, Sequence[str]]  # line number, cells


class _Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, line: int, code: FileProblemCode, value: str = "") -> None:
        super().__init__(code)
        self.problem = Problem(line, code, value=value[:100])


def read_file(content: bytes) -> TableFile:
    """The rows in the bytes of a CSV file (UTF-8, UTF-16 with its mark, or CP949; `,`, `;` or tab) or of
    an XLSX file (its first sheet), told apart by what they hold. Never raises for what that is."""
    problems: list[Problem] = []
    rows: list[TableRow] = []
    try:
        if len(content) > MAX_FILE_BYTES:
            raise _Unreadable(0, FileProblemCode.TOO_BIG)
        lines = list(_sheet_lines(content) if content.startswith(b"PK") else _csv_lines(content))
    except _Unreadable as unreadable:
        return TableFile((), (unreadable.problem,))
    while lines and not any(lines[-1][1]):
        lines.pop()
    lines = list(itertools.dropwhile(lambda line: not any(line[1]), lines))
    if not lines:
        return TableFile((), (Problem(0, FileProblemCode.NO_HEADER, "extension_num"),))
    header_line, heading = lines[0]
    columns = _columns(heading, header_line, problems)
    if problems:
        return TableFile((), tuple(problems))
    for line, cells in lines[1:]:
        row = _read_row(line, cells, columns, heading, problems)
        if row is not None:
            rows.append(row)
    _find_doubled(rows, problems)
    return TableFile(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.line)))


def describe(problem: Problem) -> str:
    """The problem in plain English, for a terminal."""
    what = _sentence(problem.code, problem.column, problem.value)
    return f"line {problem.line}: {what}" if problem.line else what


def _sentence(code: DefectCode | FileProblemCode, column: str, value: str) -> str:
    match code:
        case DefectCode.MISSING:
            return f"{column} is empty"
        case DefectCode.BAD_EXTENSION:
            return f"{value!r} is no extension (1 to 32 digits, letters or * # + . _ -)"
        case DefectCode.BAD_IP:
            return f"{value!r} is no IP address of a PC"
        case DefectCode.NOT_TEXT:
            return f"{value!r} is no text"
        case DefectCode.DOUBLED:
            return f"the same extension and IP as line {value}"
        case FileProblemCode.EMPTY_ROW:
            return "the row is empty"
        case FileProblemCode.NO_HEADER:
            return f"no column {column} in the first row (needed: extension_num, default_ip)"
        case FileProblemCode.DOUBLED_COLUMN:
            return f"two columns for {column}"
        case FileProblemCode.NO_HEADING:
            return f"{value!r} stands under no heading"
        case FileProblemCode.BAD_ENCODING:
            return "neither UTF-8 nor CP949 text"
        case FileProblemCode.BAD_CSV:
            return f"not readable as CSV: {value}"
        case FileProblemCode.NOT_A_TABLE:
            return "neither a CSV nor an XLSX file"
        case FileProblemCode.OLD_EXCEL:
            return "an old or encrypted Excel file; save it as plain .xlsx or CSV"
        case FileProblemCode.TOO_BIG:
            return f"more than {MAX_ROWS} rows or {MAX_FILE_BYTES // 1_000_000} MB"


def to_csv(members: Iterable[Member], *, mark: bool = True) -> bytes:
    """CSV text in UTF-8. mark: begin with the byte order mark, without which Excel takes it for CP949."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for cells in _cells(members):
        writer.writerow([inert(cell) for cell in cells])
    return clean(text.getvalue()).encode("utf-8-sig" if mark else "utf-8")


def to_xlsx(members: Iterable[Member]) -> bytes:
    """An Excel workbook with one sheet; every cell is a text, so that no cell is a formula."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "members"
    for row, cells in enumerate(_cells(members), start=1):
        for column, text in enumerate(cells, start=1):
            text = ILLEGAL_CHARACTERS_RE.sub("", clean(text))[:_MAX_CELL]
            # A second one for each apostrophe that reading would take off.
            cell = sheet.cell(row, column, doubled(text))
            cell.data_type = "s"
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
    for column, name in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, _WIDTH)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_text(value: object) -> str:
    """A value of an unknown field as it stands in a cell."""
    return "" if value is None else str(value)


def _cells(members: Iterable[Member]) -> Iterator[list[str]]:
    members = list(members)
    extra = list(dict.fromkeys(name for member in members for name in member.extra))
    yield [*COLUMNS, *extra]
    for member in members:
        yield [
            *texts_of(member).values(),
            *(as_text(member.extra.get(name)) for name in extra),
        ]


def _columns(heading: Sequence[str], line: int, problems: list[Problem]) -> Mapping[int, str]:
    """Which column holds which known field; problems for those that must be there and are not."""
    named = [re.sub(r"[\s_.\-]", "", cell).casefold() for cell in heading]
    columns: dict[int, str] = {}
    for field_name, headings in COLUMNS.items():
        best = next((known for known in headings if known in named), None)
        if best is None:
            if field_name in CHECKS:
                problems.append(Problem(line, FileProblemCode.NO_HEADER, field_name))
        elif named.count(best) > 1:
            problems.append(Problem(line, FileProblemCode.DOUBLED_COLUMN, field_name))
        else:
            columns[named.index(best)] = field_name
    others = [_extra_name(cell) for at, cell in enumerate(heading) if at not in columns]
    for other in dict.fromkeys(others):
        if other and others.count(other) > 1:
            problems.append(Problem(line, FileProblemCode.DOUBLED_COLUMN, other))
    return columns


def _extra_name(heading: str) -> str:
    """The name under which a column of no known field is kept; one that every store can write."""
    name = heading.strip().replace("\0", "").replace(".", "_").lstrip("$").strip()
    return "id" if name == "_id" else name


def _read_row(
    line: int,
    cells: Sequence[str],
    columns: Mapping[int, str],
    heading: Sequence[str],
    problems: list[Problem],
) -> TableRow | None:
    if not any(cells):
        problems.append(Problem(line, FileProblemCode.EMPTY_ROW))
        return None
    known: dict[str, str] = {}
    extra: dict[str, object] = {}
    good = True
    # A row that ends early has empty cells there.
    for at, cell in enumerate([*cells, *[""] * (len(heading) - len(cells))]):
        name = _extra_name(heading[at]) if at < len(heading) else ""
        if at in columns:
            known[columns[at]] = cell
        elif name:
            extra[name] = cell
        elif cell:
            problems.append(Problem(line, FileProblemCode.NO_HEADING, value=cell[:100]))
            good = False
    for field_name, check in CHECKS.items():
        text = known.get(field_name, "")
        code = check(text)
        if code is not None:
            problems.append(Problem(line, code, field_name, text[:100]))
            good = False
    if not good:
        return None
    known["default_ip"] = addresses.normal(known["default_ip"])
    return TableRow(line, Member(**known, extra=extra), frozenset(columns.values()))


def _find_doubled(rows: Sequence[TableRow], problems: list[Problem]) -> None:
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        desk = (row.member.extension_num, row.member.default_ip)
        if desk in first:
            problems.append(Problem(row.line, DefectCode.DOUBLED, value=str(first[desk])))
        else:
            first[desk] = row.line


def _plain(cell: str) -> str:
    """The cell trimmed, without the apostrophes that `to_csv` put into it."""
    return bare(cell.strip()).strip()


def _csv_lines(content: bytes) -> Iterator[Line]:
    text = _decode(content)
    if "\0" in text:
        raise _Unreadable(0, FileProblemCode.NOT_A_TABLE)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    # Strict: a quote that is not closed would swallow the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for number, raw in enumerate(reader):
            if number > MAX_ROWS:
                raise _Unreadable(line, FileProblemCode.TOO_BIG)
            cells = [_plain(cell) for cell in raw]
            if cells and cells[0].lower() == "sep=" and not any(cells[1:]):
                cells = []  # Excel's own hint which delimiter the file has
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Unreadable(line, FileProblemCode.BAD_CSV, str(error)) from error


def _decode(content: bytes) -> str:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _Unreadable(0, FileProblemCode.OLD_EXCEL)
    marked_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # Excel's "Unicode text"
    encodings = ("utf-16",) if marked_utf16 else ("utf-8-sig", "cp949")
    furthest = 0
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    if b"\0" in content:
        raise _Unreadable(0, FileProblemCode.NOT_A_TABLE)
    raise _Unreadable(content.count(b"\n", 0, furthest) + 1, FileProblemCode.BAD_ENCODING)


def _sheet_lines(content: bytes) -> list[Line]:
    stream = io.BytesIO(content)
    try:
        with zipfile.ZipFile(stream) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MAX_UNPACKED_BYTES:
                raise _Unreadable(0, FileProblemCode.TOO_BIG)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts of a workbook that openpyxl does not keep
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            try:
                return list(_rows_of(book))
            finally:
                book.close()
    except _BROKEN_WORKBOOK as error:
        raise _Unreadable(0, FileProblemCode.NOT_A_TABLE) from error


def _rows_of(book: openpyxl.Workbook) -> Iterator[Line]:
    """The rows of the first sheet that hold anything, and the first row of each gap between them."""
    if not book.worksheets:
        raise _Unreadable(0, FileProblemCode.NOT_A_TABLE)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # some programs write them wrong
    filled, gap = 0, 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_plain(_cell_text(cell.value, cell.number_format)) for cell in row[:_MAX_COLUMNS]]
        if not any(cells):
            gap = gap or number
            continue
        filled += 1
        if filled > MAX_ROWS:
            raise _Unreadable(number, FileProblemCode.TOO_BIG)
        if gap:
            yield gap, []
        gap = 0
        yield number, cells


def _cell_text(value: object, number_format: str) -> str:
    """What the cell shows: 1001 for the number 1001.0, and 0101 where its format is 0000."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and set(number_format) == {"0"}:
        return str(value).zfill(len(number_format))
    return as_text(value)
