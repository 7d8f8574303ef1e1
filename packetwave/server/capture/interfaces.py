"""The interfaces of this machine that frames can be captured on. Any thread."""

import ctypes
import locale
import socket
import sys
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from packetwave.server.capture import handle
from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode

_LOOPBACK, _UP, _DISCONNECTED, _CONNECTION = 0x01, 0x02, 0x20, 0x30
# Devices that libpcap lists and that carry no network frames (or, `any`, copies of all the others').
_NO_NETWORK = ("any", "nflog", "nfqueue", "usbmon", "bluetooth", "dbus-")
_NETWORK_KEY = (
    r"SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}\%s\Connection"
)


@dataclass(frozen=True, slots=True)
class Interface:
    """A capture interface."""

    name: str
    """Stable, for settings; on Windows `\\Device\\NPF_{GUID}`."""

    description: str
    """For people, never ""."""

    addresses: tuple[str, ...]
    """As text, IPv4 before IPv6."""

    up: bool
    """Whether it is switched on and has a link, as far as the system tells."""

    loopback: bool


def list_interfaces() -> list[Interface]:
    """All interfaces, in the system's order. CaptureFault no_driver."""
    return [found for found in _all() if not found.name.startswith(_NO_NETWORK)]


def resolve_interface(text: str) -> Interface:
    """The interface that has this name, or exactly this description (case does not matter).

    CaptureFault no_interface where there is none, or several with the description.
    """
    everything = _all()
    for found in everything:
        if found.name == text:
            return found
    described = [found for found in everything if found.description.casefold() == text.casefold()]
    if len(described) == 1:
        return described[0]
    raise CaptureFault(
        CaptureFaultCode.NO_INTERFACE, text, "several have this description" if described else ""
    )


def _all() -> list[Interface]:
    return [_interface(device) for device in handle.devices()]


def _interface(device: Any) -> Interface:
    name = _text(device.name)
    description = _text(device.description) or name
    connection = _connection_name(name)
    return Interface(
        name,
        f"{connection} ({description})" if connection else description,
        tuple(sorted(_addresses(device.addresses), key=lambda address: ":" in address)),
        bool(device.flags & _UP) and device.flags & _CONNECTION != _DISCONNECTED,
        bool(device.flags & _LOOPBACK),
    )


def _addresses(entry: Any) -> list[str]:
    pcap = handle.binding()
    found = []
    while entry:
        address = entry.contents.addr
        if address and address.contents.sa_family == socket.AF_INET:
            raw = ctypes.cast(address, ctypes.POINTER(pcap.sockaddr_in)).contents.sin_addr
            found.append(str(ip_address(bytes(raw))))
        elif address and address.contents.sa_family == socket.AF_INET6:
            raw = ctypes.cast(address, ctypes.POINTER(pcap.sockaddr_in6)).contents.sin6_addr
            found.append(str(ip_address(bytes(raw))))
        entry = entry.contents.next
    return found


def _connection_name(name: str) -> str:
    """What Windows' own windows call the interface ("이더넷 2"), "" where they do not name it."""
    if sys.platform == "win32":
        import winreg

        try:
            path = _NETWORK_KEY % name.rpartition("NPF_")[2]
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
                return str(winreg.QueryValueEx(key, "Name")[0])
        except OSError:
            return ""
    return ""


def _text(raw: bytes | None) -> str:
    try:
        return (raw or b"").decode("utf-8")
    except UnicodeDecodeError:  # Npcap gives descriptions in the system's code page (CP949)
        return (raw or b"").decode(locale.getpreferredencoding(False), "replace")
