"""The server's address as people type it, completed to WebSocket URLs. Pure."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from packetwave.common.addresses import is_ipv6
from packetwave.protocol import DEFAULT_PLAIN_PORT, DEFAULT_TLS_PORT

_LAST_PORT = 65535
_PORTS = {"ws": DEFAULT_PLAIN_PORT, "wss": DEFAULT_TLS_PORT}


class BadAddress(ValueError):
    """What was typed cannot be a server's address."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The URLs at which a server may be: the protected one is tried first.

    protected: "" where a plain one was typed. plain: "" where nothing but TLS was typed.
    """

    protected: str
    plain: str
    _host: str
    _rest: str
    _tls_port: int

    def protected_at(self, port: int) -> str:
        """The URL where nothing but TLS will do. port: where the server's TLS is said to be; 0 for where it
        usually is, beside the plain port that was typed. A TLS address that was typed is not moved by it."""
        if self.protected and not self.plain:
            return self.protected
        return f"wss://{self._host}:{port or self._tls_port}{self._rest}"


def ways(typed: str) -> Ways:
    """The URLs of `host`, `host:port`, an IP address or a URL. Raises BadAddress, also for "".

    A bare host may be both; the port of TLS, and `wss://`, are TLS only; other ports, and `ws://`, are plain.
    """
    parts, has_scheme = _parts(typed)
    host, port = parts.hostname or "", parts.port
    shown = f"[{host}]" if is_ipv6(host) else host
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    secure = parts.scheme.lower() == "wss" or (not has_scheme and port == DEFAULT_TLS_PORT)
    is_open = not has_scheme and port is None
    return Ways(
        f"wss://{shown}:{port or _PORTS['wss']}{rest}" if secure or is_open else "",
        "" if secure else f"ws://{shown}:{port or _PORTS['ws']}{rest}",
        shown,
        rest,
        port + 1 if port is not None and not secure and port < _LAST_PORT else DEFAULT_TLS_PORT,
    )


def complete(typed: str) -> str:
    """The one URL that stands for what was typed: the plain one where there is one. Raises BadAddress."""
    found = ways(typed)
    return found.plain or found.protected


def _parts(typed: str) -> tuple[SplitResult, bool]:
    """The parts of a URL, and whether its scheme was typed."""
    text = typed.strip()
    if is_ipv6(text):
        text = f"[{text}]"
    has_scheme = "://" in text
    if not has_scheme:
        text = f"ws://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        if not is_ipv6(host):
            host.encode("idna")
    except ValueError as error:  # an unclosed bracket, a port out of range, a label too long
        raise BadAddress(typed) from error
    if parts.scheme.lower() not in _PORTS or port == 0 or parts.username is not None:
        raise BadAddress(typed)
    if not host or any(sign.isspace() or not sign.isprintable() or sign in '\\"<>|%*,;' for sign in text):
        raise BadAddress(typed)
    return parts, has_scheme
