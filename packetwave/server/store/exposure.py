"""How well a database elsewhere is protected on its way and at its door, as its URI says. Pure.

Of a database on this PC nothing is said: no network carries what goes to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

from packetwave.common.addresses import is_loopback
from packetwave.server.diagnosis import Code, Finding
from packetwave.server.store.mongo_uri import SRV, without_srv

_SHOWN = 8
"""Hosts that are named, as of every finding."""

_CERTIFICATE_LOGIN = "MONGODB-X509"


@dataclass(frozen=True, slots=True)
class Exposure:
    """What protects a database elsewhere. hosts: by name or address."""

    hosts: tuple[str, ...]
    has_login: bool
    has_tls: bool
    is_checked: bool
    """Whether the certificate of the database is looked at."""


def exposure_of(uri: str) -> Exposure | None:
    """What protects the database at `uri`; None where it is on this PC, or the URI is none. Asks no name
    server: of `mongodb+srv` the name itself is the host, and TLS is on unless it is switched off."""
    is_srv = uri.startswith(SRV)
    try:
        parsed = parse_uri(without_srv(uri) if is_srv else uri, validate=True, warn=False)
    except (PyMongoError, ValueError, OSError):
        return None  # said by who is to use it
    hosts = tuple(host for host, port in parsed["nodelist"] if port is not None and not _is_here(host))
    if not hosts:
        return None
    options = parsed["options"]
    mechanism = str(options.get("authMechanism", ""))
    return Exposure(
        hosts,
        has_login=bool(parsed["username"]) or mechanism.upper() == _CERTIFICATE_LOGIN,
        has_tls=bool(options.get("tls", is_srv)),
        is_checked=not (
            options.get("tlsAllowInvalidCertificates") or options.get("tlsAllowInvalidHostnames")
        ),
    )


def findings_of(uri: str, now: datetime) -> tuple[Finding, ...]:
    """What is the matter with the way to the database at `uri`, and with its door."""
    exposure = exposure_of(uri) if uri else None
    if exposure is None:
        return ()
    figures = (("hosts", exposure.hosts[:_SHOWN]), ("count", len(exposure.hosts)))
    return tuple(Finding(code, now, figures) for code in _codes(exposure))


def _codes(exposure: Exposure) -> Iterable[Code]:
    if not exposure.has_login:
        yield Code.DATABASE_NO_LOGIN
    if not exposure.has_tls:
        yield Code.DATABASE_NO_TLS
    elif not exposure.is_checked:
        yield Code.DATABASE_UNCHECKED


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or is_loopback(host)
