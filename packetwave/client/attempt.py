"""One attempt to be paired: what is said, and what comes of it. Pure.

By digits: commit, nonce, reveal; both screens then show the same digits, and both people say so: the manager
to the server, this PC's user here, without whom somebody in between could say `paired` unasked. By an
enrolment key: the server proves first that it has the key, then this PC does; neither says it. Both are bound
to the fingerprint of the certificate that this PC sees. The reasons: docs/decisions/trust.md.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum

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
    pairing,
)
from packetwave.protocol.pairing import KEY_BYTES, NONCE_BYTES, Side

UNPROVEN = "unproven"
"""Beside the reasons of `PairRefused`: the server's own proof was wrong."""


class Step(StrEnum):
    """How far an attempt is."""

    ASKED = "asked"
    """The server has not said its nonce yet."""

    COMPARING = "comparing"
    """There are digits to be compared."""

    PROVING = "proving"
    """The server has proved that it has the enrolment key; this PC has answered."""

    PAIRED = "paired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks. pc: the PC's name; extension: the one it was installed for."""

    pc: str = ""
    extension: str = ""


class Attempt:
    """Made by `by_digits` or `by_key`; over with `paired` or `refused`.

    Attributes: first, what is said to begin it; step; digits; is_confirmed, whether this PC's user has said
    that the digits are the same; reason, as in `PairRefused` or `UNPROVEN`; paired, what the server gave,
    None so far; fingerprint; is_enrolment.
    """

    def __init__(self, fingerprint: bytes, nonce: bytes, key: bytes | None, asking: Asking) -> None:
        self.fingerprint = fingerprint
        self.step = Step.ASKED
        self.digits = ""
        self.is_confirmed = False
        self.reason = ""
        self.paired: Paired | None = None
        self.is_enrolment = key is not None
        self._nonce = nonce
        self._key = key
        self.first: Message
        if key is None:
            self.first = Pair(pairing.commitment(nonce).hex(), asking.pc, asking.extension)
        else:
            self.first = Enrol(pairing.enrolment_id(key), nonce.hex(), asking.pc, asking.extension)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.step in (Step.PAIRED, Step.REFUSED)

    def confirm(self) -> None:
        """The user says that the manager's screen shows the same digits."""
        if self.step is Step.COMPARING:
            self.is_confirmed = True
            self._end_if_agreed()

    def take(self, message: Message) -> list[Message]:
        """What is said to a message of the server. What does not belong here, or comes twice, is ignored."""
        if self.is_over:
            return []
        match message:
            case PairRefused(reason=reason):
                self._refuse(reason)
            case PairNonce(nonce=nonce) if self._key is None and self.step is Step.ASKED:
                return self._compare(nonce)
            case EnrolProof() if self._key is not None and self.step is Step.ASKED:
                return self._prove(self._key, message)
            case Paired() if self.step in (Step.COMPARING, Step.PROVING) and self.paired is None:
                self._end(message)
        return []

    def _compare(self, text: str) -> list[Message]:
        try:
            server_nonce = pairing.read_hex(text, NONCE_BYTES)
        except ValueError:
            self._refuse("wrong")
            return []
        self.step = Step.COMPARING
        self.digits = pairing.digits(self.fingerprint, self._nonce, server_nonce)
        return [PairReveal(self._nonce.hex())]

    def _prove(self, key: bytes, said: EnrolProof) -> list[Message]:
        try:
            server_nonce = pairing.read_hex(said.nonce, NONCE_BYTES)
            proof = pairing.read_hex(said.proof, KEY_BYTES)
        except ValueError:
            self._refuse(UNPROVEN)
            return []
        about = key, self.fingerprint, self._nonce, server_nonce
        if not hmac.compare_digest(proof, pairing.proof(Side.SERVER, *about)):
            self._refuse(UNPROVEN)
            return []
        self.step = Step.PROVING
        return [EnrolAnswer(pairing.proof(Side.CLIENT, *about).hex())]

    def _end(self, given: Paired) -> None:
        try:
            pairing.read_hex(given.key, KEY_BYTES)
        except ValueError:
            self._refuse("wrong")
            return
        if not given.pairing:
            self._refuse("wrong")
            return
        self.paired = given
        self._end_if_agreed()

    def _end_if_agreed(self) -> None:
        if self.paired is not None and (self.is_confirmed or self.is_enrolment):
            self.step = Step.PAIRED

    def _refuse(self, reason: str) -> None:
        self.step = Step.REFUSED
        self.reason = reason
        self.digits = ""


def by_digits(fingerprint: bytes, asking: Asking, nonce: bytes | None = None) -> Attempt:
    """To be compared by people. nonce: a new one where None."""
    return Attempt(fingerprint, pairing.nonce() if nonce is None else nonce, None, asking)


def by_key(fingerprint: bytes, key: bytes, asking: Asking, nonce: bytes | None = None) -> Attempt:
    """With an enrolment key. nonce: a new one where None."""
    return Attempt(fingerprint, pairing.nonce() if nonce is None else nonce, key, asking)
