"""What can be the matter with the machine when frames are to be read: no bug, so it says what to do."""

import sys
from enum import StrEnum


class CaptureFaultCode(StrEnum):
    """What is the matter with a capture, for windows, which have their own words for each."""

    NO_DRIVER = "no_driver"
    """There is no capture library (Npcap, libpcap) on this PC."""

    NO_RIGHTS = "no_rights"
    """The program may not read the interface."""

    NO_INTERFACE = "no_interface"
    """There is no such interface, or it cannot be opened."""

    LOST = "lost"
    """The interface went away while it was read."""

    NO_LINK = "no_link"
    """Nothing is connected to the interface."""

    NO_DOOR = "no_door"
    """Nothing can be received at any of the UDP ports that are to be watched."""

    BAD_FILE = "bad_file"
    """The file cannot be read, or is no capture file."""

    PACKED_FILE = "packed_file"
    """The file is compressed in a way that is not read."""

    FOREIGN_FILE = "foreign_file"
    """A capture file of a kind that is not read."""

    NO_INTERFACE_BLOCK = "no_interface_block"
    """A pcapng file that does not describe what it was captured on."""

    CUT_FILE = "cut_file"
    """The capture file ends too early or is damaged from there on; what was readable was used."""

    INTERNAL = "internal"
    """The program itself failed while it was watching; it begins again."""

    HUNG = "hung"
    """The reading stands still, in a driver or in the program itself; it begins again beside it."""


FILE_FAULTS = frozenset(
    (
        CaptureFaultCode.BAD_FILE,
        CaptureFaultCode.PACKED_FILE,
        CaptureFaultCode.FOREIGN_FILE,
        CaptureFaultCode.NO_INTERFACE_BLOCK,
    )
)
"""What may be the matter with a capture file; the others are the machine's."""


_NO_DRIVER = (
    "Npcap is not installed: get it from https://npcap.com, then try again. All but live capture works."
    if sys.platform == "win32"
    else "libpcap is not installed: install it (Debian: 'apt install libpcap0.8'). "
    "All but live capture works."
)
_NO_RIGHTS = (
    "No rights to capture on '{detail}': start the program as administrator, or install Npcap again without "
    "'Restrict Npcap driver's access to Administrators only'."
    if sys.platform == "win32"
    else "No rights to capture on '{detail}': start the program as root, or give its Python the capabilities "
    "CAP_NET_RAW and CAP_NET_ADMIN."
)
_SENTENCES: dict[CaptureFaultCode, str] = {
    CaptureFaultCode.NO_DRIVER: _NO_DRIVER,
    CaptureFaultCode.NO_RIGHTS: _NO_RIGHTS,
    CaptureFaultCode.NO_INTERFACE: "Cannot capture on '{detail}': --list-interfaces shows what there is.",
    CaptureFaultCode.LOST: "The interface '{detail}' went away: plug it in or switch it on again.",
    CaptureFaultCode.NO_LINK: "Nothing is connected to the interface '{detail}': check its cable and the "
    "switch's port. Watching goes on by itself.",
    CaptureFaultCode.NO_DOOR: "Nothing can be received: {detail}. It is tried again by itself.",
    CaptureFaultCode.BAD_FILE: "'{detail}' cannot be read as a capture file (pcap, pcapng or snoop).",
    CaptureFaultCode.PACKED_FILE: "'{detail}' is compressed: unpack it first (only gzip is read as it is).",
    CaptureFaultCode.FOREIGN_FILE: "'{detail}' is a capture file of another kind: Wireshark ('Save As') or "
    "'editcap -F pcap FROM TO' makes a pcap file of it.",
    CaptureFaultCode.NO_INTERFACE_BLOCK: "'{detail}' does not say what its packets were captured on (a "
    "pcapng file without an interface description block), so that nothing in it can be read: save it anew "
    "as pcap with the program that wrote it.",
    CaptureFaultCode.CUT_FILE: "'{detail}' is cut short or damaged: what was readable was used",
    CaptureFaultCode.INTERNAL: "Watching failed because of an error in PacketWave itself",
    CaptureFaultCode.HUNG: "Reading '{detail}' stands still. Watching begins anew by itself; where it stands "
    "is in the log.",
}


class CaptureFault(Exception):
    """An environment fault. str() is an English sentence that says what to do.

    code: for windows, which translate it. detail: interface or file name, "" for no_driver.
    reason: what the system said, "" where it said nothing.
    """

    def __init__(self, code: CaptureFaultCode, detail: str = "", reason: str = "") -> None:
        sentence = _SENTENCES[code].replace("{detail}", detail)
        super().__init__(f"{sentence} ({reason})" if reason else sentence)
        self.code = code
        self.detail = detail
        self.reason = reason
