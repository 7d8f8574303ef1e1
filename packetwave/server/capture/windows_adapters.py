"""What Windows itself says of its network adapters: the name people know them by, and whether a cable is in.

Npcap tells only the driver's name ("Intel(R) Ethernet ... #2"). Any thread. `read` walks the list as it lies
in memory, on any system.
"""

import ctypes
import sys
from dataclasses import dataclass

_FLAGS = 0x01 | 0x02 | 0x04 | 0x08 | 0x100
"""No addresses of any kind, but all interfaces: at a mirror port's adapter all protocols may be taken off."""

_TOO_SMALL = 111  # ERROR_BUFFER_OVERFLOW
_DOWN, _NOT_PRESENT, _LOWER_LAYER_DOWN = 2, 6, 7  # IF_OPER_STATUS
_FIRST_BYTES = 64 * 1024
_MOST_BYTES = 4 * 1024 * 1024
_MOST_ADAPTERS = 1_000
_MOST_CHARACTERS = 512


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter as Windows knows it.

    name: as in Windows' own windows ("이더넷 2"). has_link: False where Windows says that nothing is
    connected or that it is switched off."""

    name: str
    has_link: bool


class AdapterEntry(ctypes.Structure):
    """The beginning of IP_ADAPTER_ADDRESSES (iptypes.h). Texts: adapter_name in ASCII, the others UTF-16."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("index", ctypes.c_uint32),
        ("next", ctypes.c_void_p),
        ("adapter_name", ctypes.c_void_p),
        ("first_unicast", ctypes.c_void_p),
        ("first_anycast", ctypes.c_void_p),
        ("first_multicast", ctypes.c_void_p),
        ("first_dns_server", ctypes.c_void_p),
        ("dns_suffix", ctypes.c_void_p),
        ("description", ctypes.c_void_p),
        ("friendly_name", ctypes.c_void_p),
        ("physical_address", ctypes.c_ubyte * 8),
        ("physical_address_length", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("mtu", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("state", ctypes.c_uint32),
    )


def read(first: int | None) -> dict[str, Adapter]:
    """The adapters of a list whose first entry lies at this address, by GUID in capitals, with its braces."""
    found: dict[str, Adapter] = {}
    place = first
    while place and len(found) < _MOST_ADAPTERS:
        entry = AdapterEntry.from_address(place)
        guid = ctypes.string_at(entry.adapter_name).decode("ascii", "replace") if entry.adapter_name else ""
        has_link = entry.state not in (_DOWN, _NOT_PRESENT, _LOWER_LAYER_DOWN)
        found[guid.upper()] = Adapter(_text(entry.friendly_name), has_link)
        place = entry.next
    return found


def _text(place: int | None) -> str:
    raw = bytearray()
    while place and len(raw) < 2 * _MOST_CHARACTERS:
        unit = ctypes.string_at(place, 2)
        if unit == b"\0\0":
            break
        raw += unit
        place += 2
    return raw.decode("utf-16-le", "replace")


def adapters() -> dict[str, Adapter]:
    """All adapters as `read` gives them; none on another system, or where Windows does not say."""
    if sys.platform == "win32":
        ask = ctypes.WinDLL("iphlpapi").GetAdaptersAddresses
        size = ctypes.c_ulong(_FIRST_BYTES)
        while size.value <= _MOST_BYTES:
            buffer = ctypes.create_string_buffer(size.value)
            code = ask(0, _FLAGS, None, buffer, ctypes.byref(size))
            if code == 0:
                return read(ctypes.addressof(buffer))
            if code != _TOO_SMALL:
                break
            size.value *= 2  # there may be more by the next time
    return {}
