import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.client.attempt import UNPROVEN, Asking, Attempt, Step, by_digits, by_key
from packetwave.protocol import (
    Enrol,
    EnrolAnswer,
    EnrolProof,
    Message,
    Pair,
    Paired,
    PairNonce,
    PairRefused,
    PairReveal,
    Welcome,
    pairing,
)
from packetwave.protocol.pairing import Side

SEEN, ANOTHER = b"\x01" * 32, b"\x02" * 32
OWN, SERVERS = bytes(range(32)), bytes(range(32, 64))
KEY = b"k" * 32
ASKING = Asking("KIM-PC", "1001")
PAIRED = Paired("c0ffee1234567890", "8f" * 32)


def comparing() -> Attempt:
    attempt = by_digits(SEEN, ASKING, OWN)
    attempt.take(PairNonce(SERVERS.hex()))
    return attempt


def proof(key: bytes = KEY, fingerprint: bytes = SEEN) -> EnrolProof:
    return EnrolProof(SERVERS.hex(), pairing.proof(Side.SERVER, key, fingerprint, OWN, SERVERS).hex())


def test_by_digits_from_the_wish_to_the_key() -> None:
    attempt = by_digits(SEEN, ASKING, OWN)
    assert attempt.first == Pair(pairing.commitment(OWN).hex(), "KIM-PC", "1001")
    assert attempt.take(PairNonce(SERVERS.hex())) == [PairReveal(OWN.hex())]
    assert (attempt.step, attempt.digits) == (Step.COMPARING, pairing.digits(SEEN, OWN, SERVERS))
    attempt.confirm()
    assert not attempt.is_over
    assert attempt.take(PAIRED) == []
    assert (attempt.step, attempt.paired) == (Step.PAIRED, PAIRED)


def test_the_manager_may_be_faster_than_the_user() -> None:
    attempt = comparing()
    attempt.take(PAIRED)
    assert not attempt.is_over
    attempt.confirm()
    assert attempt.step is Step.PAIRED


def test_nobody_is_paired_without_the_user_or_before_there_are_digits() -> None:
    """Somebody in between could say `paired` of his own accord."""
    attempt = by_digits(SEEN, ASKING, OWN)
    attempt.confirm()
    attempt.take(PAIRED)
    assert (attempt.step, attempt.paired) == (Step.ASKED, None)
    attempt.take(PairNonce(SERVERS.hex()))
    assert attempt.step is Step.COMPARING and not attempt.is_confirmed


def test_a_second_nonce_does_not_change_the_digits() -> None:
    """Who may try again after the reveal finds digits that fit."""
    attempt = comparing()
    digits = attempt.digits
    assert attempt.take(PairNonce(ANOTHER.hex())) == []
    assert attempt.digits == digits


def test_a_second_pairing_does_not_replace_the_first() -> None:
    attempt = comparing()
    attempt.take(PAIRED)
    attempt.take(Paired("another", "00" * 32))
    attempt.confirm()
    assert attempt.paired == PAIRED


@pytest.mark.parametrize("reason", ["denied", "expired", "limited", "wrong", "plain", "of the future"])
def test_a_refusal_ends_it_and_its_digits_are_gone(reason: str) -> None:
    attempt = comparing()
    attempt.take(PairRefused(reason))
    assert (attempt.step, attempt.reason, attempt.digits) == (Step.REFUSED, reason, "")
    attempt.confirm()
    assert attempt.take(PAIRED) == []
    assert attempt.step is Step.REFUSED


def test_by_key_the_server_proves_first() -> None:
    attempt = by_key(SEEN, KEY, ASKING, OWN)
    assert attempt.first == Enrol(pairing.enrolment_id(KEY), OWN.hex(), "KIM-PC", "1001")
    assert attempt.take(PAIRED) == [] and attempt.step is Step.ASKED
    assert attempt.take(proof()) == [EnrolAnswer(pairing.proof(Side.CLIENT, KEY, SEEN, OWN, SERVERS).hex())]
    attempt.take(PAIRED)
    assert (attempt.step, attempt.paired) == (Step.PAIRED, PAIRED)


@pytest.mark.parametrize(
    "said",
    [
        proof(b"x" * 32),
        proof(fingerprint=ANOTHER),
        EnrolProof(SERVERS.hex(), pairing.proof(Side.CLIENT, KEY, SEEN, OWN, SERVERS).hex()),
        EnrolProof(OWN.hex(), proof().proof),
        EnrolProof("no nonce", proof().proof),
        EnrolProof(SERVERS.hex(), ""),
    ],
    ids=["another key", "another certificate", "our own proof", "another nonce", "no nonce", "no proof"],
)
def test_a_server_that_cannot_prove_it_is_told_nothing_more(said: EnrolProof) -> None:
    attempt = by_key(SEEN, KEY, ASKING, OWN)
    assert attempt.take(said) == []
    assert (attempt.step, attempt.reason) == (Step.REFUSED, UNPROVEN)
    assert attempt.take(proof()) == []


def test_the_two_ways_do_not_mix() -> None:
    digits, key = by_digits(SEEN, ASKING, OWN), by_key(SEEN, KEY, ASKING, OWN)
    assert digits.take(proof()) == key.take(PairNonce(SERVERS.hex())) == []
    assert digits.step is key.step is Step.ASKED


@pytest.mark.parametrize("given", [Paired("id", "short"), Paired("", "00" * 32), Paired("id", "zz" * 32)])
def test_a_pairing_that_cannot_be_is_none(given: Paired) -> None:
    attempt = comparing()
    attempt.confirm()
    attempt.take(given)
    assert attempt.step is Step.REFUSED


def test_each_attempt_has_a_nonce_of_its_own() -> None:
    assert by_digits(SEEN, ASKING).first != by_digits(SEEN, ASKING).first


@given(
    st.lists(
        st.one_of(
            st.builds(PairNonce, st.text()),
            st.builds(EnrolProof, st.text(), st.text()),
            st.builds(Paired, st.text(), st.text()),
            st.builds(Welcome, st.integers()),
            st.just(PairNonce(SERVERS.hex())),
            st.just(PAIRED),
        )
    ),
    st.booleans(),
)
def test_whatever_a_server_says_there_is_no_pairing_without_consent(
    said: list[Message], by_hand: bool
) -> None:
    attempt = by_digits(SEEN, ASKING) if by_hand else by_key(SEEN, KEY, ASKING)
    for message in said:
        attempt.take(message)
    assert attempt.step is not Step.PAIRED
