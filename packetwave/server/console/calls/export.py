"""Calls to a CSV file that spreadsheets open as it is meant. No Qt widgets; runs on any thread."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from packetwave.common import files
from packetwave.server.console.calls import words as call_words
from packetwave.server.office.values import CallRecord
from packetwave.server.store.formulas import inert

EXPORT_FILTER = "CSV (*.csv)"


def write_calls(path: Path, records: Iterable[CallRecord]) -> None:
    """Write UTF-8 with its mark, in one step: a file that cannot be finished is not begun. Raises OSError."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(call_words.figure_columns())
    for record in records:
        writer.writerow([inert(cell) for cell in call_words.figures(record)])
    files.replace(path, text.getvalue().encode("utf-8-sig"))
