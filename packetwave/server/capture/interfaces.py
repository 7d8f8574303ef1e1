"""The interfaces of this machine that frames can be captured on. Any thread."""

import ctypes
import locale
import socket
import struct
import sys
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from packetwave.server.capture import handle, windows_adapters
from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode
from packetwave.server.capture.windows_adapters import Adapter

_LOOPBACK, _UP, _DISCONNECTED, _CONNECTION = 0x01, 0x02, 0x20, 0x30
# Devices that libpcap lists and that carry no network frames (or, `any`, copies of all the others').
_NO_NETWORK = ("any", "nflog", "nfqueue", "usbmon", "bluetooth", "dbus-")
_GET_FLAGS = 0x8913  # SIOCGIFFLAGS (netdevice(7))
_SWITCHED_ON, _RUNNING = 0x1, 0x40
_NETWORK_KEY = (
    r"SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}\%s\Connection"
)


@dataclass(frozen=True, slots=True)
class Interface:
    """A capture interface."""

    name: str
    """Stable, for settings; on Windows `\\Device\\NPF_{GUID}`."""

    description: str
    """For people, never empty."""

    addresses: tuple[str, ...]
    """As text, IPv4 before IPv6."""

    up: bool
    """Whether it is switched on and has a link, as far as the system tells."""

    loopback: bool
    connection: str = ""
    """What Windows' own windows call it ("이더넷 2"), "" elsewhere."""


def list_interfaces() -> list[Interface]:
    """All interfaces, in the system's order. CaptureFault no_driver."""
    return [found for found in _all() if not found.name.startswith(_NO_NETWORK)]


def resolve_interface(text: str) -> Interface:
    """The interface that has this name, or exactly this description or Windows name (case does not matter).

    CaptureFault no_interface where there is none, or several with the description.
    """
    everything = _all()
    for found in everything:
        if found.name == text:
            return found
    wanted = text.casefold()
    described = [
        found
        for found in everything
        if wanted in (found.description.casefold(), found.connection.casefold()) and wanted
    ]
    if len(described) == 1:
        return described[0]
    raise CaptureFault(
        CaptureFaultCode.NO_INTERFACE, text, "several have this description" if described else ""
    )


def has_link(name: str) -> bool:
    """False where the system says that nothing is connected to this interface, or that it is switched off;
    True also where it does not say. Quick: for a thread that reads frames."""
    if handle.WINDOWS:
        adapter = windows_adapters.adapters().get(_guid(name))
        return adapter is None or adapter.has_link
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking, _GET_FLAGS, struct.pack("16sH14x", name.encode(), 0))
        except OSError:  # gone, which reading from it says; or one of libpcap's own, such as `any`
            return True
    (flags,) = struct.unpack_from("@H", answer, 16)
    return bool(flags & _SWITCHED_ON and flags & _RUNNING)


def _all() -> list[Interface]:
    adapters = windows_adapters.adapters()
    return [_interface(device, adapters) for device in handle.devices()]


def _guid(name: str) -> str:
    return name.rpartition("NPF_")[2].upper()


def _interface(device: Any, adapters: dict[str, Adapter]) -> Interface:
    name = _text(device.name)
    description = _text(device.description) or name
    adapter = adapters.get(_guid(name))
    connection = (adapter.name if adapter is not None else "") or _connection_name(name)
    connected = bool(device.flags & _UP) and device.flags & _CONNECTION != _DISCONNECTED
    return Interface(
        name,
        f"{connection} ({description})" if connection else description,
        tuple(sorted(_addresses(device.addresses), key=lambda address: ":" in address)),
        adapter.has_link if adapter is not None else connected,
        bool(device.flags & _LOOPBACK),
        connection,
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
    """The same name from the registry, for an adapter that is not in Windows' list; "" for none."""
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
