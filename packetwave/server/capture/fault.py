"""What can be the matter with the machine when frames are to be read: no bug, so it says what to do."""

import sys
from typing import Literal

FaultCode = Literal[
    "no_driver",
    "no_rights",
    "no_interface",
    "lost",
    "no_link",
    "bad_file",
    "packed_file",
    "foreign_file",
    "no_interface_block",
]

FILE_FAULTS = frozenset(("bad_file", "packed_file", "foreign_file", "no_interface_block"))
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
_SENTENCES: dict[FaultCode, str] = {
    "no_driver": _NO_DRIVER,
    "no_rights": _NO_RIGHTS,
    "no_interface": "Cannot capture on '{detail}': --list-interfaces shows what there is.",
    "lost": "The interface '{detail}' went away: plug it in or switch it on again.",
    "no_link": "Nothing is connected to the interface '{detail}': check its cable and the switch's port. "
    "Watching goes on by itself.",
    "bad_file": "'{detail}' cannot be read as a capture file (pcap, pcapng or snoop).",
    "packed_file": "'{detail}' is compressed: unpack it first (only gzip is read as it is).",
    "foreign_file": "'{detail}' is a capture file of another kind: Wireshark ('Save As') or "
    "'editcap -F pcap FROM TO' makes a pcap file of it.",
    "no_interface_block": "'{detail}' does not say what its packets were captured on (a pcapng file without "
    "an interface description block), so that nothing in it can be read: save it anew as pcap with the "
    "program that wrote it.",
}


class CaptureFault(Exception):
    """An environment fault. str() is an English sentence that says what to do.

    code: for windows, which translate it. detail: interface or file name, "" for no_driver.
    reason: what the system said, "" where it said nothing.
    """

    def __init__(self, code: FaultCode, detail: str = "", reason: str = "") -> None:
        sentence = _SENTENCES[code].replace("{detail}", detail)
        super().__init__(f"{sentence} ({reason})" if reason else sentence)
        self.code: FaultCode = code
        self.detail = detail
        self.reason = reason
