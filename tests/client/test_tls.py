import asyncio
import contextlib
import hashlib
import ssl
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.client import tls
from packetwave.client.tls import BadFingerprint, read_fingerprint
from tests.client.tls_servers import certificate

DIGITS = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "text",
    [DIGITS, DIGITS.upper(), f" {DIGITS} ", ":".join(DIGITS[at : at + 2] for at in range(0, 64, 2)),
     "-".join(DIGITS[at : at + 8] for at in range(0, 64, 8))],
)  # fmt: skip
def test_a_fingerprint_is_read_however_it_is_written(text: str) -> None:
    assert read_fingerprint(text).hex() == DIGITS


@pytest.mark.parametrize(
    "text", ["", DIGITS[:-2], DIGITS + "00", DIGITS[:-1] + "g", DIGITS[:-1] + "٣", "AB:CD"]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadFingerprint):
        read_fingerprint(text)


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(BadFingerprint):
        assert len(read_fingerprint(text)) == 32


def test_the_certificate_that_is_seen_is_the_servers_own() -> None:
    async def scene() -> bytes:
        async def bye(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        server = await asyncio.start_server(bye, "127.0.0.1", 0, ssl=certificate().context())
        async with server:
            port = server.sockets[0].getsockname()[1]
            _, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=tls.context(), server_hostname=""
            )
            wrapped = cast(ssl.SSLObject, writer.get_extra_info("ssl_object"))
            assert wrapped.version() == "TLSv1.3"
            seen = tls.fingerprint(wrapped)
            writer.transport.abort()
            return seen

    der = ssl.PEM_cert_to_DER_cert(certificate().pem.read_text().partition("-----END PRIVATE KEY-----\n")[2])
    assert asyncio.run(scene()) == hashlib.sha256(der).digest() == certificate().fingerprint


def test_nothing_older_than_tls_1_3_is_spoken() -> None:
    async def scene() -> None:
        old = certificate().context(ssl.TLSVersion.TLSv1_2)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=old)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(OSError):  # an SSLError, or what comes of the server's leaving
                await asyncio.open_connection("127.0.0.1", port, ssl=tls.context(), server_hostname="")

    asyncio.run(scene())
