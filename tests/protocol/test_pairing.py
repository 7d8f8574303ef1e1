"""Commitment, digits and proofs, against fixed vectors and against somebody in between."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.protocol import pairing
from packetwave.protocol.pairing import Side

FINGERPRINT, OTHER = bytes(range(32)), bytes(range(1, 33))
CLIENT, SERVER, KEY = b"c" * 32, b"s" * 32, b"k" * 32


def test_what_is_computed_stays_the_same_in_every_version() -> None:
    """A client of before is paired by a server of later."""

    def framed(*parts: bytes) -> bytes:
        return b"".join(bytes([0, len(part)]) + part for part in parts)

    def summed(*parts: bytes) -> bytes:
        return hashlib.sha256(framed(*parts)).digest()

    assert pairing.commitment(CLIENT) == summed(b"PacketWave pairing 1", b"commitment", CLIENT)
    number = int.from_bytes(summed(b"PacketWave pairing 1", b"digits", FINGERPRINT, CLIENT, SERVER)[:8])
    assert pairing.digits(FINGERPRINT, CLIENT, SERVER) == f"{number % 1_000_000:06}"
    assert pairing.enrolment_id(KEY) == summed(b"PacketWave enrolment 1", b"id", KEY)[:8].hex()
    assert pairing.key_hash(KEY) == summed(b"PacketWave pairing 1", b"key", KEY)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_digits_are_six_and_depend_on_everything(client: bytes, server: bytes) -> None:
    shown = pairing.digits(FINGERPRINT, client, server)
    assert len(shown) == 6
    assert shown.isdecimal()
    assert shown == pairing.digits(FINGERPRINT, client, server)


def test_somebody_in_between_has_one_chance_in_a_million() -> None:
    """With its own certificate towards the client, and nonces chosen without knowing the others'."""
    same = sum(
        pairing.digits(OTHER, CLIENT, bytes([number % 256, number // 256]) * 16)
        == pairing.digits(FINGERPRINT, bytes([number // 256, number % 256]) * 16, SERVER)
        for number in range(5_000)
    )
    assert same <= 1


def test_a_proof_is_of_one_side_one_certificate_and_one_exchange() -> None:
    proof = pairing.proof(Side.SERVER, KEY, FINGERPRINT, CLIENT, SERVER)
    others = {
        pairing.proof(Side.CLIENT, KEY, FINGERPRINT, CLIENT, SERVER),
        pairing.proof(Side.SERVER, KEY[::-1] + b"x", FINGERPRINT, CLIENT, SERVER),
        pairing.proof(Side.SERVER, KEY, OTHER, CLIENT, SERVER),
        pairing.proof(Side.SERVER, KEY, FINGERPRINT, SERVER, CLIENT),
    }
    assert len(others | {proof}) == 5


def test_nonces_are_new_each_time() -> None:
    assert len({pairing.nonce() for _ in range(100)}) == 100
    assert len(pairing.nonce()) == pairing.NONCE_BYTES


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "g" * 64, " " * 64, "٠" * 64, "0x" + "0" * 62])
def test_what_is_no_hexadecimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hexa|hex"):
        pairing.read_hex(text, 32)


def test_hexadecimal_is_read() -> None:
    assert pairing.read_hex("Ab" * 32, 32) == b"\xab" * 32
