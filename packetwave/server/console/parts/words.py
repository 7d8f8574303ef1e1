"""Words that several pages share, and the form of a matter that a person should know.

Pure but for Qt's translator.
"""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from packetwave.server.capture import CaptureFaultCode
from packetwave.server.engine.notices import RefusalCode
from packetwave.ui.plain import plain

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Matter:
    """Something a person should know. next_step: what to do about it; link: where, "" for none;
    can_retry: whether trying again by a button makes sense."""

    what: str
    next_step: str = ""
    link: str = ""
    can_retry: bool = False


def refused(code: RefusalCode | CaptureFaultCode, detail: str) -> Matter:
    """Why a command was not done."""
    match code:
        case RefusalCode.AWAY:
            return Matter(
                translate("words", "Not saved: the database cannot be reached."),
                translate("words", "What you typed is kept here. Save again once it is back."),
                can_retry=True,
            )
        case RefusalCode.CONFLICT:
            return Matter(
                translate("words", "Not saved: somebody else changed or removed this row meanwhile."),
                translate("words", "What you typed is kept here. Look at it, then save again."),
                can_retry=True,
            )
        case RefusalCode.UNWRITABLE:
            return Matter(
                translate("words", "Not saved: the database's file cannot be written now."),
                translate("words", "What you typed is kept here. Save again once there is room on the disk."),
                can_retry=True,
            )
        case RefusalCode.FAILED | CaptureFaultCode():
            said = f"{plain(code)} {plain(detail)}".strip()
            return Matter(translate("words", "That was not done."), said, can_retry=True)


def written(path: Path, error: OSError | None) -> str:
    """What became of a file that was to be written."""
    if error is None:
        return translate("words", "Exported to {file}").format(file=path)
    return translate("words", "{file} could not be written: {reason}").format(
        file=path, reason=error.strerror or error
    )


def unreadable(path: Path, error: OSError) -> str:
    """Why a file could not be read."""
    return translate("words", "{file} could not be read: {reason}").format(
        file=path, reason=error.strerror or error
    )
