"""Who the server is: one certificate and its key, made at the first start, kept in `trust/identity.pem`.

The reasons: docs/decisions/trust.md. Blocks on the disk; any thread. Beside `carry`, the only importer of
cryptography.
"""

import contextlib
import hashlib
import logging
import os
import secrets
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from packetwave.common import files
from packetwave.common.terminal import system_words

log = logging.getLogger(__name__)

IDENTITY_FILE = "identity.pem"
_SINCE = datetime(2020, 1, 1, tzinfo=UTC)  # a PC whose clock is wrong may make it
_UNTIL = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)


class IdentityTrouble(StrEnum):
    """What every client, or the manager, will notice of the identity's file."""

    DAMAGED = "damaged"
    """It could not be used and was put aside: the certificate is a new one, and every client refuses it."""

    UNREADABLE = "unreadable"
    """It may not be read now: the certificate is a new one as long as this lasts."""

    NOT_KEPT = "not_kept"
    """It could not be written: at the next start the certificate will be another."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key, in one PEM text. path: where it is kept, None for nowhere."""

    pem: bytes = field(repr=False)
    fingerprint: bytes
    """SHA-256 of the certificate in DER form."""

    path: Path | None = None
    trouble: IdentityTrouble | None = None


class IdentityError(ValueError):
    """The text is no certificate with its key."""


def open_identity(folder: Path) -> Identity:
    """The identity kept in this folder, or a new one. Raises nothing for what is the matter with the disk: it
    is in the identity's `trouble`, and in the log."""
    path = folder / IDENTITY_FILE
    trouble = None
    try:
        return read_identity(path.read_bytes(), path)
    except FileNotFoundError:
        pass
    except OSError as error:
        log.error(
            "%s cannot be read; every client will refuse the new certificate: %s", path, system_words(error)
        )
        return _made(None, IdentityTrouble.UNREADABLE)
    except IdentityError:
        aside = _put_aside(path)
        log.error("%s is damaged; it is now %s. Every client will refuse the new certificate", path, aside)
        trouble = IdentityTrouble.DAMAGED
    identity = _made(path, trouble)
    try:
        keep_identity(folder, identity.pem)
    except OSError as error:
        log.error("the server's certificate cannot be kept, it will be another one: %s", system_words(error))
        return _with(identity, None, trouble or IdentityTrouble.NOT_KEPT)
    return identity


def keep_identity(folder: Path, pem: bytes) -> None:
    """Write it to its place. Raises OSError."""
    make_folder(folder)
    files.replace(folder / IDENTITY_FILE, pem, private=True)
    files.give_to_owner_of_folder(folder / IDENTITY_FILE)


def make_folder(folder: Path) -> None:
    """The folder of certificate and pairings, for the server's own account alone. Raises OSError."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.give_to_owner_of_folder(folder)


def read_identity(pem: bytes, path: Path | None = None) -> Identity:
    """The identity in a PEM text. Raises IdentityError."""
    try:
        key = load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem)
        is_its = certificate.public_key() == key.public_key()
    except (ValueError, TypeError) as error:
        raise IdentityError("no certificate with its key") from error
    if not is_its:
        raise IdentityError("the key is not the certificate's")
    return Identity(pem, certificate.fingerprint(hashes.SHA256()), path)


def server_context(identity: Identity) -> ssl.SSLContext:
    """What TLS needs to serve with this identity. Raises OSError where the system has no place for a file at
    all, which Python's TLS insists on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0  # no session is taken up again: a hello is cheap, two tickets each time are not
    with _as_file(identity) as (path, password):
        context.load_cert_chain(path, password=password)
    return context


def new_pem() -> bytes:
    """A new certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "PacketWave")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_SINCE)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("packetwave")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM) + key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def fingerprint_of(certificate: bytes) -> bytes:
    """The fingerprint of a certificate in DER form."""
    return hashlib.sha256(certificate).digest()


def _made(path: Path | None, trouble: IdentityTrouble | None) -> Identity:
    return _with(read_identity(new_pem()), path, trouble)


def _with(identity: Identity, path: Path | None, trouble: IdentityTrouble | None) -> Identity:
    return Identity(identity.pem, identity.fingerprint, path, trouble)


def _put_aside(path: Path) -> str:
    aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S}.damaged")
    try:
        path.rename(aside)
    except OSError as error:
        return f"left where it is ({system_words(error)})"
    return aside.name


@contextlib.contextmanager
def _as_file(identity: Identity) -> Iterator[tuple[Path, str | None]]:
    """The identity in a file, and the password that opens it. One that is not kept lies for a moment among
    the temporary files, encrypted by a password that nobody has."""
    if identity.path is not None:
        yield identity.path, None
        return
    password = secrets.token_hex(16)
    key = load_pem_private_key(identity.pem, None)
    certificate = x509.load_pem_x509_certificate(identity.pem)
    encrypted = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
    )
    number, name = _temporary()
    try:
        with os.fdopen(number, "wb", closefd=False) as file:
            file.write(certificate.public_bytes(Encoding.PEM) + encrypted)
        yield Path(name), password
    finally:
        os.close(number)
        if not name.startswith("/proc/"):
            Path(name).unlink(missing_ok=True)


def _temporary() -> tuple[int, str]:
    """A file's number and its name; in memory, where the system has that."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        number = os.memfd_create("packetwave")
        return number, f"/proc/self/fd/{number}"
    return tempfile.mkstemp(prefix="packetwave-")
