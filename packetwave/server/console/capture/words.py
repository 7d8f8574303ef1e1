"""What the capture page says: the capture's state, what is wrong with it, rates."""

import sys

from PySide6.QtCore import QCoreApplication

from packetwave.server.capture import CaptureFaultCode, DoorFault
from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.words import Matter, refused
from packetwave.server.engine.notices import RefusalCode, Status
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
    if status.capture_code is CaptureFaultCode.NO_DOOR and (shut := door_matter(status)) is not None:
        return shut
    if status.capture_code is not None:
        return _fault_matter(status.capture_code, detail)
    if status.capture is CaptureState.FAILED:
        return Matter(translate("words", "The capture failed."), detail)
    return None


def _fault_matter(code: CaptureFaultCode, detail: str) -> Matter:
    match code:
        case CaptureFaultCode.NO_DRIVER:
            if WINDOWS:
                return Matter(
                    translate("words", "The capture driver Npcap is not installed on this PC."),
                    translate("words", "Install Npcap, then check again. Only this PC needs it."),
                    NPCAP_URL,
                    can_retry=True,
                )
            return Matter(
                translate("words", "The capture library libpcap is not installed on this PC."),
                translate("words", "Install the package libpcap0.8, then check again."),
                can_retry=True,
            )
        case CaptureFaultCode.NO_RIGHTS:
            return Matter(
                translate("words", "PacketWave may not read this network interface."),
                translate("words", "Start PacketWave as an administrator, then check again."),
                can_retry=True,
            )
        case CaptureFaultCode.NO_INTERFACE:
            return Matter(
                translate("words", "The interface is not there: {name}").format(name=detail or "–"),
                translate("words", "Plug its cable or adapter in, or choose another interface."),
                can_retry=True,
            )
        case CaptureFaultCode.LOST:
            return Matter(
                translate("words", "The interface was lost while watching."),
                translate("words", "PacketWave goes on by itself once it is back."),
            )
        case CaptureFaultCode.NO_DOOR:
            return Matter(
                translate("words", "Nothing can be received at the UDP ports: {ports}").format(ports=detail),
                translate(
                    "words",
                    "End the other program, or choose another port on the capture page. PacketWave tries "
                    "again by itself.",
                ),
            )
        case CaptureFaultCode.BAD_FILE:
            return Matter(
                translate("words", "This is not a capture file: {name}").format(name=detail),
                translate("words", "Choose a file saved as pcap or pcapng."),
            )
        case CaptureFaultCode.CUT_FILE:
            return Matter(
                translate("words", "The capture file is cut short: {name}").format(name=detail),
                translate("words", "Everything before the cut was read."),
            )
        case CaptureFaultCode.NO_LINK:
            return Matter(
                translate("words", "Nothing is connected to the interface: {name}").format(name=detail),
                translate("words", "Check its cable and the switch's port. Watching goes on by itself."),
            )
        case CaptureFaultCode.PACKED_FILE:
            return Matter(
                translate("words", "This file is compressed: {name}").format(name=detail),
                translate("words", "Unpack it first. Only files packed by gzip are read as they are."),
            )
        case CaptureFaultCode.FOREIGN_FILE:
            return Matter(
                translate("words", "This capture file is of another kind: {name}").format(name=detail),
                translate("words", "Open it in Wireshark and save it as pcap or pcapng."),
            )
        case CaptureFaultCode.NO_INTERFACE_BLOCK:
            return Matter(
                translate("words", "This file does not say what it was captured on: {name}").format(
                    name=detail
                ),
                translate("words", "Save it anew as pcap with the program that wrote it."),
            )
        case CaptureFaultCode.INTERNAL:
            return Matter(
                translate("words", "An internal error has interrupted the watching."),
                translate("words", "PacketWave begins again by itself. What happened is in the log."),
            )
        case CaptureFaultCode.HUNG:
            return Matter(
                translate("words", "Reading the network stands still."),
                translate(
                    "words",
                    "PacketWave begins again by itself. If this comes again, start it anew; where it stood "
                    "is in the log.",
                ),
            )


def fault_words(fault: DoorFault, reason: str) -> str:
    """Why a door is closed. reason: as the system says it."""
    match fault:
        case DoorFault.TAKEN:
            return translate("capture", "another program receives at this port")
        case DoorFault.NO_RIGHTS:
            return translate("capture", "the system does not allow this port")
        case DoorFault.FAILED:
            return translate("capture", "cannot be received: {reason}").format(reason=plain(reason))


def door_matter(status: Status) -> Matter | None:
    """Which doors beside the mirror are closed though they are wanted, None for none."""
    said = [
        f"{state.kind.upper()} (UDP {state.port}): {fault_words(state.fault, state.reason)}"
        for state in (door.state for door in status.doors)
        if state.fault is not None
    ]
    return _fault_matter(CaptureFaultCode.NO_DOOR, ", ".join(said)) if said else None


def listing_matter(listed: InterfacesChanged) -> Matter | None:
    """Why no interface can be listed, None where they can."""
    return None if listed.code is None else _fault_matter(listed.code, plain(listed.detail))


def capture_refused(code: RefusalCode | CaptureFaultCode, detail: str) -> Matter:
    """Why a command to the capture was not done."""
    return _fault_matter(code, plain(detail)) if isinstance(code, CaptureFaultCode) else refused(code, detail)


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
