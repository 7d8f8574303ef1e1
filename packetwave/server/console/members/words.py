"""The member table in words, in the person's language. Qt main thread."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from packetwave.server.console.members.rows import FIELD_NAMES, Draft
from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.server.office.values import Defect, DefectCode
from packetwave.server.store.tables import FileProblemCode, Problem
from packetwave.ui.plain import plain

translate = QCoreApplication.translate


def columns() -> Sequence[str]:
    """Headings in the order of `FIELD_NAMES`, then the state."""
    return (*(heading(name) for name in FIELD_NAMES), translate("members", "State"))


def heading(field_name: str) -> str:
    """What the column of a member's field is called."""
    match field_name:
        case "extension_num":
            return translate("members", "Extension")
        case "name":
            return translate("members", "Name")
        case "department":
            return translate("members", "Department")
        case "company":
            return translate("members", "Company")
        case "default_ip":
            return translate("members", "PC IP")
        case "note":
            return translate("members", "Note")
    return field_name


def cell(field_name: str, text: str) -> Cell:
    """A field: the extension stands out, what is only for people is faint."""
    match field_name:
        case "extension_num":
            return Cell(strong=text)
        case "name" | "default_ip":
            return Cell(text=text)
    return Cell(faint=text)


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
        case DefectCode.DOUBLED:
            return translate("members", "The same extension and IP as in line {line}").format(line=value)
        case DefectCode() as code:
            fault = member_fault(problem.column, code)
            return f"{fault}: {value}" if value else fault
        case FileProblemCode.EMPTY_ROW:
            return translate("members", "The row is empty")
        case FileProblemCode.NO_HEADER:
            return translate("members", "The first row has no column '{column}'").format(
                column=heading(problem.column)
            )
        case FileProblemCode.DOUBLED_COLUMN:
            return translate("members", "Two columns '{column}'").format(column=plain(problem.column))
        case FileProblemCode.NO_HEADING:
            return translate("members", "A cell under no heading: {value}").format(value=value)
        case FileProblemCode.BAD_ENCODING:
            return translate("members", "The text is neither UTF-8 nor CP949. Save it as 'CSV UTF-8'.")
        case FileProblemCode.BAD_CSV:
            return translate("members", "Not readable as CSV")
        case FileProblemCode.NOT_A_TABLE:
            return translate("members", "This is neither a CSV nor an XLSX file.")
        case FileProblemCode.OLD_EXCEL:
            return translate("members", "An old or locked Excel file. Save it as .xlsx without a password.")
        case FileProblemCode.TOO_BIG:
            return translate("members", "The file is too big.")


def member_fault(field_name: str, code: DefectCode) -> str:
    """What is wrong with a field of a member, short enough for a table cell."""
    match code:
        case DefectCode.MISSING:
            if field_name == "extension_num":
                return translate("words", "The extension is missing")
            if field_name == "default_ip":
                return translate("words", "The PC's IP is missing")
            return translate("words", "A value is missing")
        case DefectCode.BAD_EXTENSION:
            return translate("words", "Not an extension")
        case DefectCode.BAD_IP:
            return translate("words", "Not an IP address")
        case DefectCode.DOUBLED:
            return translate("words", "There twice")
        case DefectCode.NOT_TEXT:
            return translate("words", "Not stored as text")


def member_defect(defect: Defect) -> str:
    """A stored row that cannot serve, in one line."""
    fault = member_fault(defect.field_name, defect.code)
    value = plain(defect.value)
    return f"{fault}: {value}" if value else fault
