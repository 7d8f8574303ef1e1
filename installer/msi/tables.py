"""An MSI's tables as data, read by msiinfo on the bench; and the summary information beside them.

The parsing is pure. Streams (cabinet, icon) are not read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from installer.windows.bench import Bench

Row = Mapping[str, str]
"""A row's cells by their columns; numbers as text, "" for NULL."""

_NOT_EXPORTED = ("_", "Icon", "Binary")  # msiinfo's own tables; cells that are streams
_ESCAPED = str.maketrans({"\x10": "\r", "\x11": "\t", "\x15": "\0", "\x19": "\n"})


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a package.

    columns: in the package's order; keys: those that name a row.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    rows: tuple[Row, ...]

    def cells(self, column: str) -> dict[str, str]:
        """This column's cells by the first key."""
        return {row[self.keys[0]]: row[column] for row in self.rows}


@dataclass(frozen=True, slots=True)
class Package:
    """What a package consists of, without its streams.

    tables: by name, also those without rows. summary: as msiinfo names it (`Template`: `x64;0`).
    """

    tables: Mapping[str, Table]
    summary: Mapping[str, str]

    def rows(self, table: str) -> tuple[Row, ...]:
        """The table's rows; none where there is no such table."""
        found = self.tables.get(table)
        return found.rows if found else ()

    def cells(self, table: str, column: str) -> dict[str, str]:
        """A column's cells by the row's first key; none where there is no such table."""
        found = self.tables.get(table)
        return found.cells(column) if found else {}


def parse_table(exported: str) -> Table:
    """The table from msiinfo's text: columns, their types, name and keys, then a line a row. ValueError."""
    lines = exported.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) < 3:
        raise ValueError(f"no exported table: {exported[:80]!r}")
    columns = tuple(lines[0].split("\t"))
    names = lines[2].split("\t")
    if names[0].isdecimal():  # a code page, where there is text beyond ASCII
        del names[0]
    rows = []
    for line in lines[3:]:
        cells = [cell.translate(_ESCAPED) for cell in line.split("\t")]
        if len(cells) != len(columns):
            raise ValueError(f"a row of {names[0]} has {len(cells)} cells of {len(columns)}: {line!r}")
        rows.append(dict(zip(columns, cells, strict=True)))
    return Table(names[0], columns, tuple(names[1:]), tuple(rows))


def parse_summary(said: str) -> dict[str, str]:
    """`Name: value` a line."""
    return {name: value for name, mark, value in (line.partition(": ") for line in said.splitlines()) if mark}


def read(msi: str, bench: Bench) -> Package:
    """The package in an MSI file.

    msi: the path as the bench sees it. Raises CalledProcessError, ValueError.
    """
    tables = {name: parse_table(_export(msi, name, bench)) for name in names(msi, bench)}
    return Package(tables, parse_summary(bench.run("msiinfo", "suminfo", msi).stdout))


def names(msi: str, bench: Bench) -> list[str]:
    """The package's tables but those that msiinfo cannot write as text alone (it lays streams into files)."""
    found = bench.run("msiinfo", "tables", msi).stdout.split()
    return [name for name in found if not name.startswith(_NOT_EXPORTED)]


def code_page(msi: str, bench: Bench) -> int:
    """The code page of the tables' text."""
    return int(_export(msi, "_ForceCodepage", bench).split()[0])


def _export(msi: str, table: str, bench: Bench) -> str:
    return bench.run("msiinfo", "export", msi, table).stdout.rstrip("\0")


def updates(table: Table, column: str, new: Mapping[str, str]) -> Iterator[str]:
    """SQL that sets this column's cells to new ones. new: from what they are; others stay. ValueError for
    text that the installer's SQL cannot write (it has no way to quote an apostrophe)."""
    for row in table.rows:
        if row[column] in new:
            where = " AND ".join(f"`{key}` = {quoted(row[key])}" for key in table.keys)
            yield f"UPDATE `{table.name}` SET `{column}` = {quoted(new[row[column]])} WHERE {where}"


def quoted(text: str) -> str:
    """Text as a literal of the installer's SQL. ValueError, see `updates`."""
    if "'" in text:
        raise ValueError(f"the installer's SQL cannot write {text!r}")
    return f"'{text}'"
