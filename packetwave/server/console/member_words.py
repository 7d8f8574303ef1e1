"""The member table in words, in the person's language. Qt main thread."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from packetwave.server.console.cells import Cell, Tone
from packetwave.server.console.member_rows import FIELD_NAMES, Draft, Field
from packetwave.server.console.words import member_fault

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
