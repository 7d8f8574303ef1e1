"""What the status line and the banner say of the database and of files. Pure but for Qt's translator."""

from PySide6.QtCore import QCoreApplication

from packetwave.common.supervision import Failure
from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.words import Matter
from packetwave.server.engine.notices import FileFault, Status
from packetwave.server.store.base import StoreState
from packetwave.ui.plain import plain

translate = QCoreApplication.translate


def store_state(status: Status) -> tuple[Tone, str]:
    """The database's state as tone and word."""
    match status.store:
        case StoreState.EMBEDDED:
            return Tone.GOOD, translate("words", "embedded")
        case StoreState.MONGODB:
            return Tone.GOOD, "MongoDB"
        case StoreState.AWAY:
            return Tone.BAD, translate("words", "away")


def store_matter(status: Status) -> Matter | None:
    """What is wrong with the database, None while nothing is."""
    if status.store is not StoreState.AWAY:
        return None
    what = translate("words", "The database cannot be reached. Calls are told from the last known members.")
    if status.unwritten_calls:
        waiting = translate("words", "Calls waiting to be written: {count}.")
        what = f"{what} {waiting.format(count=status.unwritten_calls)}"
    return Matter(what, translate("words", "Start the database again; PacketWave goes on by itself."), "")


def failure_matter(failure: Failure | None) -> Matter | None:
    """What failed in the program itself, None for nothing."""
    if failure is None:
        return None
    what = translate("words", "There was an internal error: {error}")
    return Matter(
        what.format(error=plain(f"{failure.work}: {failure.error}")),
        translate("words", "PacketWave goes on. If this comes again, the log says what happened."),
        can_retry=True,
    )


def file_matter(status: Status) -> Matter | None:
    """What was wrong with files at the start, None for nothing."""
    found = [_file_matter(fault) for fault in status.file_faults]
    if not found:
        return None
    return Matter(" ".join(what for what, _ in found), " ".join(then for _, then in found), can_retry=True)


def _file_matter(fault: FileFault) -> tuple[str, str]:
    match fault:
        case FileFault.SETTINGS_WRONG_VALUES:
            return (
                translate("words", "Some settings had wrong values. Their defaults are used."),
                translate("words", "Which ones they are is in the log."),
            )
        case FileFault.SETTINGS_PUT_ASIDE:
            return (
                translate(
                    "words", "The settings file was damaged. It was put aside, and default settings are used."
                ),
                translate("words", "Choose the network interface again."),
            )
        case FileFault.SETTINGS_UNUSABLE:
            return (
                translate("words", "The settings file cannot be used. Default settings are used."),
                translate("words", "Why is in the log."),
            )
        case FileFault.DATABASE_PUT_ASIDE:
            return (
                translate("words", "The database was damaged. It was put aside, and an empty one is used."),
                translate("words", "Import the members again. The damaged file is still in the data folder."),
            )
