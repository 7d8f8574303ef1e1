"""The server's address as people type it, completed to a WebSocket URL. Pure."""

from urllib.parse import urlsplit

from packetwave.common.addresses import is_ipv6
from packetwave.protocol import DEFAULT_PLAIN_PORT, DEFAULT_TLS_PORT

_PORTS = {"ws": DEFAULT_PLAIN_PORT, "wss": DEFAULT_TLS_PORT}


class BadAddress(ValueError):
    """What was typed cannot be a server's address."""


def complete(typed: str) -> str:
    """`ws://host:port/…` from `host`, `host:port`, an IP address or a URL. Raises BadAddress, also for ""."""
    text = typed.strip()
    if is_ipv6(text):
        text = f"[{text}]"
    if "://" not in text:
        text = f"ws://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        if not is_ipv6(host):
            host.encode("idna")
    except ValueError as error:  # an unclosed bracket, a port out of range, a label too long
        raise BadAddress(typed) from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or port == 0 or parts.username is not None:
        raise BadAddress(typed)
    if not host or any(sign.isspace() or not sign.isprintable() or sign in '\\"<>|%*,;' for sign in text):
        raise BadAddress(typed)
    shown = f"[{host}]" if is_ipv6(host) else host
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{shown}:{port or _PORTS[scheme]}{parts.path}{query}"
