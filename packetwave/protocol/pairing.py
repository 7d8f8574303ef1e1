"""What both sides compute when a client is paired: commitment, digits, proofs. Pure.

The reasons: docs/decisions/trust.md. Nonces and keys are bytes here and hexadecimal digits on the wire;
fingerprint: the SHA-256 of the server's certificate in DER form, as the side that computes sees it.
"""

import hashlib
import hmac
import secrets
from enum import StrEnum

NONCE_BYTES = 32
KEY_BYTES = 32
"""A pairing's key, and an enrolment key made by the server."""

LEAST_ENROLMENT_BYTES = 16
"""An enrolment key shorter than 128 bits is refused."""

DIGITS = 6

_PAIRING = b"PacketWave pairing 1"
_ENROLMENT = b"PacketWave enrolment 1"


class Side(StrEnum):
    """Who proves."""

    SERVER = "server"
    CLIENT = "client"


def nonce() -> bytes:
    """A new one."""
    return secrets.token_bytes(NONCE_BYTES)


def read_hex(text: str, length: int) -> bytes:
    """So many bytes out of hexadecimal digits. Raises ValueError for anything else."""
    if len(text) != 2 * length or not text.isascii() or not text.isalnum():
        raise ValueError(f"not {2 * length} hexadecimal digits")
    return bytes.fromhex(text)


def commitment(client_nonce: bytes) -> bytes:
    """What the client says of its nonce before it has the server's."""
    return _sum(_PAIRING, b"commitment", client_nonce)


def digits(fingerprint: bytes, client_nonce: bytes, server_nonce: bytes) -> str:
    """The digits that both screens show: `"042817"`."""
    number = int.from_bytes(_sum(_PAIRING, b"digits", fingerprint, client_nonce, server_nonce)[:8])
    return f"{number % 10**DIGITS:0{DIGITS}}"


def enrolment_id(key: bytes) -> str:
    """By what an enrolment key is named: 16 hexadecimal digits that tell nothing of it."""
    return _sum(_ENROLMENT, b"id", key)[:8].hex()


def proof(side: Side, key: bytes, fingerprint: bytes, client_nonce: bytes, server_nonce: bytes) -> bytes:
    """That this side has the enrolment key, and which certificate it sees. 32 bytes."""
    said = _framed(_ENROLMENT, side.encode(), fingerprint, client_nonce, server_nonce)
    return hmac.digest(key, said, "sha256")


def key_hash(key: bytes) -> bytes:
    """What the server keeps of a pairing's key. It has 256 random bits: a slow hash would add nothing."""
    return _sum(_PAIRING, b"key", key)


def _sum(*parts: bytes) -> bytes:
    return hashlib.sha256(_framed(*parts)).digest()


def _framed(*parts: bytes) -> bytes:
    """The parts, each after its length, so that no two lists of parts look the same."""
    return b"".join(len(part).to_bytes(2) + part for part in parts)
