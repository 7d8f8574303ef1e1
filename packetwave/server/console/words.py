"""Codes from the engine in words: what is the matter, and what to do next, in the person's language.

Pure but for Qt's translator. The only place in the console where a code becomes a sentence; a code without
its own words is shown as it is, so that nothing is hidden.
"""

import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from packetwave.server.console.cells import Tone
from packetwave.server.diagnosis import Finding, Severity, sentences
from packetwave.server.notices import CaptureState, FileFault, InterfacesChanged, Status, StoreState
from packetwave.server.store.base import Defect

translate = QCoreApplication.translate

NPCAP_URL = "https://npcap.com/#download"
WINDOWS: bool = sys.platform == "win32"
_MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Matter:
    """Something a person should know. next_step: what to do about it; link: where, "" for none;
    can_retry: whether trying again by a button makes sense."""

    what: str
    next_step: str = ""
    link: str = ""
    can_retry: bool = False


def plain(text: str) -> str:
    """Text from outside on one line, without control or direction characters, cut at 200 characters."""
    kept = "".join(
        char if unicodedata.category(char)[0] != "C" else " " for char in text[: _MAX_TEXT + 1]
    ).strip()
    return kept if len(kept) <= _MAX_TEXT else kept[: _MAX_TEXT - 1] + "…"


def rate_text(per_s: float) -> str:
    """A rate: with its tenth while it is small."""
    return f"{per_s:,.1f}" if 0 < per_s < 10 else f"{per_s:,.0f}"


def capture_matter(status: Status) -> Matter | None:
    """What is wrong with the capture, None while nothing is."""
    detail = plain(status.capture_detail)
    match status.capture_code:
        case "":
            if status.capture is not CaptureState.FAILED:
                return None
            return Matter(translate("words", "The capture failed."), detail)
        case "no_driver" if WINDOWS:
            return Matter(
                translate("words", "The capture driver Npcap is not installed on this PC."),
                translate("words", "Install Npcap, then check again. Only this PC needs it."),
                NPCAP_URL,
                can_retry=True,
            )
        case "no_driver":
            return Matter(
                translate("words", "The capture library libpcap is not installed on this PC."),
                translate("words", "Install the package libpcap0.8, then check again."),
                can_retry=True,
            )
        case "no_rights":
            return Matter(
                translate("words", "PacketWave may not read this network interface."),
                translate("words", "Start PacketWave as an administrator, then check again."),
                can_retry=True,
            )
        case "no_interface":
            return Matter(
                translate("words", "The interface is not there: {name}").format(name=detail or "–"),
                translate("words", "Plug its cable or adapter in, or choose another interface."),
                can_retry=True,
            )
        case "lost":
            return Matter(
                translate("words", "The interface was lost while watching."),
                translate("words", "PacketWave goes on by itself once it is back."),
            )
        case "no_link":
            return Matter(
                translate("words", "Nothing is connected to the interface: {name}").format(name=detail),
                translate("words", "Check its cable and the switch's port. Watching goes on by itself."),
            )
        case "bad_file":
            return Matter(
                translate("words", "This is not a capture file: {name}").format(name=detail),
                translate("words", "Choose a file saved as pcap or pcapng."),
            )
        case "packed_file":
            return Matter(
                translate("words", "This file is compressed: {name}").format(name=detail),
                translate("words", "Unpack it first. Only files packed by gzip are read as they are."),
            )
        case "foreign_file":
            return Matter(
                translate("words", "This capture file is of another kind: {name}").format(name=detail),
                translate("words", "Open it in Wireshark and save it as pcap or pcapng."),
            )
        case "no_interface_block":
            return Matter(
                translate("words", "This file does not say what it was captured on: {name}").format(
                    name=detail
                ),
                translate("words", "Save it anew as pcap with the program that wrote it."),
            )
        case "cut_file":
            return Matter(
                translate("words", "The capture file is cut short: {name}").format(name=detail),
                translate("words", "Everything before the cut was read."),
            )
        case code:
            return Matter(translate("words", "The capture failed."), f"{plain(code)} {detail}".strip())


def listing_matter(listed: InterfacesChanged) -> Matter | None:
    """Why no interface can be listed, None where they can."""
    return refused(listed.code, listed.detail) if listed.code else None


def capture_state(status: Status) -> tuple[Tone, str]:
    """The capture's state as tone and word."""
    match status.capture:
        case CaptureState.WATCHING:
            return Tone.GOOD, translate("words", "Watching")
        case CaptureState.NO_LINK:
            return Tone.BAD, translate("words", "No link")
        case CaptureState.REPLAYING:
            return Tone.ACTIVE, translate("words", "Replaying")
        case CaptureState.REPLAYED:
            return Tone.QUIET, translate("words", "Replay finished")
        case CaptureState.FAILED:
            return Tone.BAD, translate("words", "Not watching")
        case CaptureState.STOPPED:
            return Tone.NOTICE, translate("words", "Stopped")


def finding_matter(finding: Finding) -> Matter:
    """What is the matter with the mirror, and what to do next."""
    template = sentences.words(finding)
    shown = {name: plain(value) for name, value in sentences.values(finding).items()}
    what, next_step = (translate("findings", text).format(**shown) for text in template)
    return Matter(what, next_step)


def finding_state(finding: Finding) -> tuple[Tone, str]:
    """How bad it is, as tone and word."""
    match finding.severity:
        case Severity.ERROR:
            return Tone.BAD, translate("words", "No calls")
        case Severity.WARNING:
            return Tone.NOTICE, translate("words", "Look here")
        case Severity.INFO:
            return Tone.QUIET, translate("words", "Good to know")


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


def refused(code: str, detail: str) -> Matter:
    """Why a command was not done."""
    match code:
        case "away":
            return Matter(
                translate("words", "Not saved: the database cannot be reached."),
                translate("words", "What you typed is kept here. Save again once it is back."),
                can_retry=True,
            )
        case "conflict":
            return Matter(
                translate("words", "Not saved: somebody else changed or removed this row meanwhile."),
                translate("words", "What you typed is kept here. Look at it, then save again."),
                can_retry=True,
            )
        case "no_rights" | "no_interface" | "no_driver" | "lost":
            status = Status(capture=CaptureState.FAILED, capture_code=code, capture_detail=detail)
            return capture_matter(status) or Matter(plain(code))
        case _:
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


def member_fault(field_name: str, code: str) -> str:
    """What is wrong with a field of a member, short enough for a table cell."""
    match field_name, code:
        case "extension_num", "missing":
            return translate("words", "The extension is missing")
        case "default_ip", "missing":
            return translate("words", "The PC's IP is missing")
        case _, "missing":
            return translate("words", "A value is missing")
        case _, "bad_extension":
            return translate("words", "Not an extension")
        case _, "bad_ip":
            return translate("words", "Not an IP address")
        case _, "doubled":
            return translate("words", "There twice")
        case _, "not_text":
            return translate("words", "Not stored as text")
        case _:
            return plain(code)


def member_defect(defect: Defect) -> str:
    """A stored row that cannot serve, in one line."""
    fault = member_fault(defect.field_name, defect.code)
    value = plain(defect.value)
    return f"{fault}: {value}" if value else fault
