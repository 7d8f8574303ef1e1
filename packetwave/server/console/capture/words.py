"""What the capture page says: the capture's state, what is wrong with it, rates.

A code without its own words is shown as it is, so that nothing is hidden.
"""

import sys

from PySide6.QtCore import QCoreApplication

from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.words import Matter, refused
from packetwave.server.engine.notices import Status
from packetwave.server.watch.states import CaptureState, InterfacesChanged
from packetwave.ui.plain import plain

translate = QCoreApplication.translate

NPCAP_URL = "https://npcap.com/#download"


WINDOWS: bool = sys.platform == "win32"


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
        case "bad_file":
            return Matter(
                translate("words", "This is not a capture file: {name}").format(name=detail),
                translate("words", "Choose a file saved as pcap or pcapng."),
            )
        case "cut_file":
            return Matter(
                translate("words", "The capture file is cut short: {name}").format(name=detail),
                translate("words", "Everything before the cut was read."),
            )
        case "no_link":
            return Matter(
                translate("words", "Nothing is connected to the interface: {name}").format(name=detail),
                translate("words", "Check its cable and the switch's port. Watching goes on by itself."),
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
        case "internal":
            return Matter(
                translate("words", "An internal error has interrupted the watching."),
                translate("words", "PacketWave begins again by itself. What happened is in the log."),
            )
        case code:
            return Matter(translate("words", "The capture failed."), f"{plain(code)} {detail}".strip())


def listing_matter(listed: InterfacesChanged) -> Matter | None:
    """Why no interface can be listed, None where they can."""
    return capture_refused(listed.code, listed.detail) if listed.code else None


def capture_refused(code: str, detail: str) -> Matter:
    """Why a command to the capture was not done."""
    if code not in ("no_rights", "no_interface", "no_driver", "lost"):
        return refused(code, detail)
    status = Status(capture=CaptureState.FAILED, capture_code=code, capture_detail=detail)
    return capture_matter(status) or Matter(plain(code))


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
