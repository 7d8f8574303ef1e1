"""TLS as a client uses it: version 1.3, and a certificate that is known by its fingerprint alone.

Nobody signs a server's certificate (docs/decisions/trust.md), so the library checks none: whoever connects
compares the fingerprint itself, before it says anything. Owns nothing; any thread.
"""

import functools
import hashlib
import ssl

FINGERPRINT_BYTES = 32

_PUT_BETWEEN = str.maketrans("", "", " :-\t")


class BadFingerprint(ValueError):
    """What was given cannot be a certificate's fingerprint."""


def read_fingerprint(text: str) -> bytes:
    """The fingerprint in 64 hexadecimal digits, with whatever people and programs put between them. Raises
    BadFingerprint."""
    digits = text.translate(_PUT_BETWEEN)
    if len(digits) != 2 * FINGERPRINT_BYTES or not (digits.isascii() and digits.isalnum()):
        raise BadFingerprint(text)
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise BadFingerprint(text) from error


def fingerprint(connection: ssl.SSLObject) -> bytes:
    """The SHA-256 of the certificate that the other side has shown, b"" where it has shown none."""
    certificate = connection.getpeercert(binary_form=True)
    return hashlib.sha256(certificate).digest() if certificate else b""


@functools.cache
def context() -> ssl.SSLContext:
    """What connections are made with."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    return made
