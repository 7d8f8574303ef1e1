"""The member table in words, in the person's language. Qt main thread."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from packetwave.server.console.cells import Cell, Tone
from packetwave.server.console.member_rows import FIELD_NAMES, Draft, Field
from packetwave.server.console.words import member_fault, plain
from packetwave.server.store.tables import Problem

translate = QCoreApplication.translate


def columns() -> Sequence[str]:
    """Headings in the order of `Field`, then the state."""
    return (
        translate("members", "Extension"),
        translate("members", "Name"),
        translate("members", "Department"),
        translate("members", "PC IP"),
        translate("members", "Note"),
        translate("members", "State"),
    )


def cell(which: Field, text: str) -> Cell:
    """A field: the extension stands out, what is only for people is faint."""
    match which:
        case Field.EXTENSION:
            return Cell(strong=text)
        case Field.DEPARTMENT | Field.NOTE:
            return Cell(faint=text)
        case _:
            return Cell(text=text)


def state(draft: Draft, *, connected: bool) -> Cell:
    """What is wrong with a row; else whether it is saved and its PC connected."""
    if draft.is_blank():
        return Cell(faint=translate("members", "New: type an extension and the PC's IP"))
    for which, code in draft.faults.items():
        return Cell(symbol="warning", text=member_fault(FIELD_NAMES[which], code), tone=Tone.BAD)
    if draft.held:
        return Cell(symbol="warning", text=translate("members", "Not saved"), tone=Tone.NOTICE)
    if draft.is_changed():
        return Cell(faint=translate("members", "Saving…"))
    if connected:
        return Cell(symbol="check", text=translate("members", "Connected"), tone=Tone.GOOD)
    return Cell(faint=translate("members", "Not connected"))


def added() -> str:
    """Name of the undo step."""
    return translate("members", "Add a row")


def removed() -> str:
    """Name of the undo step."""
    return translate("members", "Delete rows")


def changed() -> str:
    """Name of the undo step."""
    return translate("members", "Change cells")


def file_problem(problem: Problem) -> str:
    """Why a file cannot be imported, with its line."""
    what = _file_fault(problem)
    if not problem.line:
        return what
    return translate("members", "Line {line}: {what}").format(line=problem.line, what=what)


def _file_fault(problem: Problem) -> str:
    value = plain(problem.value)
    match problem.code:
        case "missing" | "bad_extension" | "bad_ip":
            fault = member_fault(problem.column, problem.code)
            return f"{fault}: {value}" if value else fault
        case "doubled":
            return translate("members", "The same extension and IP as in line {line}").format(line=value)
        case "empty_row":
            return translate("members", "The row is empty")
        case "no_header":
            heading = columns()[Field(FIELD_NAMES.index(problem.column))]
            return translate("members", "The first row has no column '{column}'").format(column=heading)
        case "doubled_column":
            return translate("members", "Two columns '{column}'").format(column=plain(problem.column))
        case "no_heading":
            return translate("members", "A cell under no heading: {value}").format(value=value)
        case "bad_encoding":
            return translate("members", "The text is neither UTF-8 nor CP949. Save it as 'CSV UTF-8'.")
        case "bad_csv":
            return translate("members", "Not readable as CSV")
        case "not_a_table":
            return translate("members", "This is neither a CSV nor an XLSX file.")
        case "old_excel":
            return translate("members", "An old or locked Excel file. Save it as .xlsx without a password.")
        case "too_big":
            return translate("members", "The file is too big.")
        case code:
            return plain(code)
