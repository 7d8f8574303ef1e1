"""Calls to a CSV file that spreadsheets open as it is meant. No Qt widgets; runs on any thread."""

import csv
from collections.abc import Iterable
from pathlib import Path

from packetwave.server.console.calls import words as call_words
from packetwave.server.office.values import CallRecord

EXPORT_FILTER = "CSV (*.csv)"

_FORMULA_STARTS = ("=", "+", "-", "@")


def write_calls(path: Path, records: Iterable[CallRecord]) -> None:
    """Write UTF-8 with its mark, in one step: a file that cannot be finished is not begun. Raises OSError."""
    beside = path.with_name(path.name + ".part")
    try:
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(call_words.figure_columns())
            for record in records:
                writer.writerow([inert(cell) for cell in call_words.figures(record)])
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def inert(cell: str) -> str:
    """A cell that a spreadsheet shows and never runs: what would begin a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
