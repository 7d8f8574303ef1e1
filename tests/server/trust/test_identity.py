"""The certificate: made once, kept, and what happens when the disk does not do its part."""

import os
import ssl
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from packetwave.common import files
from packetwave.server.trust.identity import (
    IDENTITY_FILE,
    IdentityError,
    IdentityTrouble,
    fingerprint_of,
    new_pem,
    open_identity,
    read_identity,
    server_context,
)


def shakes_hands(context: ssl.SSLContext, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> bytes:
    """The certificate, in DER form, that a client is shown, both ends in memory."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.maximum_version = version
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server),
        context.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    shown = ends[0].getpeercert(True)
    assert shown is not None
    return shown


def test_it_is_made_once_and_only_its_user_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "trust"
    first = open_identity(folder)
    assert first.trouble is None
    assert first.path == folder / IDENTITY_FILE
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    again = open_identity(folder)
    assert (again.pem, again.fingerprint) == (first.pem, first.fingerprint)
    assert b"PRIVATE KEY" not in repr(first).encode()


def test_the_certificate_is_valid_to_the_end_of_2099_and_the_fingerprint_is_its_own() -> None:
    identity = read_identity(new_pem())
    certificate = x509.load_pem_x509_certificate(identity.pem)
    assert certificate.not_valid_after_utc == datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert certificate.not_valid_before_utc < datetime(2024, 1, 1, tzinfo=UTC)
    assert type(certificate.public_key()).__name__.startswith("E")
    shown = shakes_hands(server_context(identity))
    assert fingerprint_of(shown) == identity.fingerprint


def test_tls_before_1_3_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLError):
        shakes_hands(server_context(open_identity(tmp_path / "trust")), ssl.TLSVersion.TLSv1_2)


@pytest.mark.parametrize("content", [b"", b"no certificate", new_pem()[:400], new_pem()[:-200]])
def test_a_damaged_file_is_put_aside_and_said_loudly(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / IDENTITY_FILE).write_bytes(content)
    identity = open_identity(folder)
    assert identity.trouble is IdentityTrouble.DAMAGED
    assert "every client will refuse" in caplog.text.lower()
    (aside,) = folder.glob("identity.pem.*.damaged")
    assert aside.read_bytes() == content
    assert open_identity(folder).fingerprint == identity.fingerprint


def test_a_key_of_another_certificate_is_damage() -> None:
    certificate, key = new_pem(), new_pem()
    mixed = certificate[: certificate.index(b"-----BEGIN PRIVATE")] + key[key.index(b"-----BEGIN PRIVATE") :]
    with pytest.raises(IdentityError):
        read_identity(mixed)


def test_a_disk_that_takes_nothing_costs_the_certificate_at_the_next_start_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "replace", full)
    identity = open_identity(tmp_path / "trust")
    assert (identity.trouble, identity.path) == (IdentityTrouble.NOT_KEPT, None)
    assert "cannot be kept" in caplog.text
    # It serves all the same, and its key is on no disk.
    assert fingerprint_of(shakes_hands(server_context(identity))) == identity.fingerprint
    assert list((tmp_path / "trust").iterdir()) == []


def test_without_memory_files_the_key_is_on_the_disk_encrypted_and_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    load = ssl.SSLContext.load_cert_chain

    def watched(context: ssl.SSLContext, path: Path, password: str | None = None) -> None:
        seen.append(path.read_bytes())
        load(context, path, password=password)

    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    identity = read_identity(new_pem())
    shakes_hands(server_context(identity))
    (content,) = seen
    assert b"ENCRYPTED PRIVATE KEY" in content
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_may_not_be_read_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = open_identity(tmp_path / "trust")

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as refused:
        refused.setattr(Path, "read_bytes", refuse)
        other = open_identity(tmp_path / "trust")
    assert (other.trouble, other.path) == (IdentityTrouble.UNREADABLE, None)
    assert open_identity(tmp_path / "trust").fingerprint == kept.fingerprint != other.fingerprint
