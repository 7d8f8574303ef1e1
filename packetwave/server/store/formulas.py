"""Cells that a spreadsheet shows and never runs. Pure.

What would begin a formula gets an apostrophe before it: at the beginning of a cell, and behind each character
inside it at which a spreadsheet of another locale begins a new one. Every text comes back as it was.
"""

import re

# The wide forms are what an East Asian keyboard writes, and Excel reads as the plain ones.
_SIGNS = r"=+\-@＝＋－＠"
_RUNS_AT_FIRST, _RUNS_INSIDE = rf"(?=[ ']*[{_SIGNS}\t\r\n])", rf"(?=[ ']*[{_SIGNS}])"
_NEW_CELL = r"(?<=[;\t\r\n\"])"
_FORMULA = re.compile(f"^{_RUNS_AT_FIRST}|{_NEW_CELL}{_RUNS_INSIDE}")
_GUARD = re.compile(f"^'{_RUNS_AT_FIRST}|{_NEW_CELL}'{_RUNS_INSIDE}")
_NUMBER = re.compile(r"[+-]?[0-9][0-9 .-]*")


def inert(cell: str) -> str:
    """The cell, guarded, whatever a spreadsheet splits cells at."""
    return _FORMULA.sub("'", cell)


def bare(cell: str) -> str:
    """The cell without the apostrophes that `inert` put into it."""
    return _GUARD.sub("", cell)


def doubled(cell: str) -> str:
    """The cell so that `bare` makes it what it is now; for files whose cells are never run."""
    return _GUARD.sub("''", cell)


def for_pasting(cell: str) -> str:
    """As `inert`, for the clipboard: a mere number, such as +82 2 555 0100, stays as it is, since it is also
    pasted where it is to be dialled, and as a formula it does nothing."""
    return cell if _NUMBER.fullmatch(cell) else inert(cell)
