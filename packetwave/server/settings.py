"""The server's settings: what the manager chose, with defaults that work."""

from dataclasses import dataclass
from typing import Any

from packetwave.common import addresses
from packetwave.common.choices import LANGUAGE_CHOICES, THEME_CHOICES, LanguageChoice, ThemeChoice
from packetwave.common.settings import setting
from packetwave.protocol import DEFAULT_PLAIN_PORT
from packetwave.protocol.rules import DEFAULT_TLS_PORT
from packetwave.server.capture.doors import DoorKind
from packetwave.server.sip.identity import IDENTITY_HEADERS

SETTINGS_FILE = "settings.json"

KEEP_DAYS = range(1, 3651)
"""How many days calls may be kept. Not for ever: they are personal data, and are kept for a purpose."""


def _ports(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) > 0
        and all(isinstance(port, int) and not isinstance(port, bool) and 0 < port < 65536 for port in value)
    )


def _addresses(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(address, str) and addresses.normal(address) == address for address in value
    )


def _door(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 65536


def _days(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in KEEP_DAYS


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _address(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    parse_listen(value)  # a ValueError is a bad value too
    return True


def parse_ports(text: str) -> tuple[int, ...]:
    """The port numbers in `5060,5080`. Raises ValueError for what is none."""
    ports = tuple(int(part) for part in text.split(","))
    if not _ports(ports):
        raise ValueError(f"'{text}' are not port numbers, such as 5060,5080")
    return ports


def parse_listen(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT` (IPv6 in brackets; port 0 for any free one). Raises ValueError."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"'{text}' is not HOST:PORT, such as 0.0.0.0:{DEFAULT_PLAIN_PORT}")
    if host != "localhost":
        addresses.parse_address(host)
    return host, int(port)


def _address_or_none(value: Any) -> bool:
    return value == "" or _address(value)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the manager chose."""

    language: LanguageChoice = setting("auto", lambda value: value in LANGUAGE_CHOICES)
    theme: ThemeChoice = setting("system", lambda value: value in THEME_CHOICES)
    interface: str = setting("", _text)
    """What is watched, "" for none yet."""

    ports: tuple[int, ...] = setting((5060,), _ports)
    tunnels: tuple[str, ...] = setting((), _addresses)
    """Confirmed senders: addresses of switches whose mirrored traffic comes in a tunnel (TZSP, ERSPAN, …),
    and of PBXs that report by HEP. From any other a forged packet would be a popup."""

    hep_port: int = setting(0, _door)
    """The UDP port at which a PBX reports its SIP by HEP (usually 9060), from `tunnels` only; 0: none."""

    hep_key: str = setting("", _text, is_secret=True)
    """The password that HEP reports must carry, "" for none."""

    tzsp_port: int = setting(0, _door)
    """The UDP port for a switch's mirror in TZSP (usually 37008), from `tunnels` only; 0: none."""

    vxlan_port: int = setting(0, _door)
    """The same for VXLAN (usually 4789)."""

    listen: str = setting(f"0.0.0.0:{DEFAULT_PLAIN_PORT}", _address)
    """HOST:PORT at which clients connect without TLS."""

    tls_listen: str = setting("", _address_or_none)
    """The same with TLS; "" for the address of `listen` and the next port, which is 8766 for its 8765."""

    plain: bool = setting(True, lambda value: isinstance(value, bool))
    """Whether clients may connect without TLS."""

    mongodb: str = setting("", _text, is_secret=True)
    """A URI, "" for the embedded store."""

    keep_days: int = setting(90, _days)
    """How many days calls are kept after they are over; then they are removed."""

    identity_order: tuple[str, ...] = setting(
        IDENTITY_HEADERS, lambda value: bool(value) and set(value) <= set(IDENTITY_HEADERS)
    )
    """Which header is believed about the caller, first to last (signalling.md case 21)."""

    show_withheld: bool = setting(False, lambda value: isinstance(value, bool))
    """Whether the asserted number is shown of callers who asked not to be shown."""

    @property
    def doors(self) -> dict[DoorKind, int]:
        """The doors that are to be open, and their UDP ports."""
        ports = {
            DoorKind.HEP: self.hep_port,
            DoorKind.TZSP: self.tzsp_port,
            DoorKind.VXLAN: self.vxlan_port,
        }
        return {kind: port for kind, port in ports.items() if port}

    @property
    def tls_address(self) -> tuple[str, int]:
        """Host and port for TLS. Port 0, any free one, where `listen` has that."""
        if self.tls_listen:
            return parse_listen(self.tls_listen)
        host, port = parse_listen(self.listen)
        return host, port and (port + 1 if port < 65535 else DEFAULT_TLS_PORT)
