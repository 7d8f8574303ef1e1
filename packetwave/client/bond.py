"""What holds between this PC and its server: whether it is paired, becomes so, or may not be any more.

Owns the pairing that is kept and the one attempt that is under way, and decides what is said to which server:
the link asks it (`line.Line`), and it says what is to be done next. On the engine's loop thread only; knows
no sockets. Rules:
- a server whose certificate must be known (from a pairing, or given by the installation or a policy) is
  spoken to by TLS only, and no other one is told anything but a wish to be paired or to enrol;
- whoever is not known to be the right server is not believed: calls over such a line are not shown;
- the old pairing is left only once the new one is made.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from packetwave.client.attempt import UNPROVEN, Asking, Attempt, Step, by_digits, by_key
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import Preset
from packetwave.client.trust import Keeping, Pairing, Trust
from packetwave.protocol import Hello, Message, Welcome

_log = logging.getLogger(__name__)

ENROL_AGAIN_S = 600.0
"""After an enrolment that was refused: many PCs may be enrolling at once, and a server hears so many only."""

LOST = "lost"
"""Beside the reasons of an attempt: the connection broke while it was under way."""

NO_TLS = "no_tls"
"""The server has no protected line, or it is shut off."""

KEY_EXPIRED = "key_expired"
"""The enrolment key serves no more, or the server never had it."""

REVOKED = "revoked"


class Standing(StrEnum):
    """How this PC stands with its server."""

    UNPAIRED = "unpaired"
    ASKING = "asking"
    """The user has asked to be paired; there are no digits yet."""

    COMPARING = "comparing"
    """There are digits to be compared."""

    CONFIRMED = "confirmed"
    """The user has said that they are the same; the manager has not."""

    ENROLLING = "enrolling"
    PAIRED = "paired"
    REFUSED = "refused"
    """There is a pairing, and the server does not count it any more."""


@dataclass(frozen=True, slots=True)
class BondState:
    """How it stands, for the window."""

    standing: Standing = Standing.UNPAIRED
    digits: str = ""
    """Six, while comparing."""

    reason: str = ""
    """Why the last attempt came to nothing, as in `PairRefused`, or `UNPROVEN`, `LOST`, `NO_TLS`,
    `KEY_EXPIRED`; with `refused`, why the pairing does not count."""

    is_known: bool = False
    """Whether the server's certificate must be a certain one."""

    keeping: Keeping = Keeping.WELL


class Then(Enum):
    """What the link is to do after the messages."""

    STAY = "stay"
    ANEW = "anew"
    """Leave the connection and make another: what holds now begins there."""

    WRONG = "wrong"
    """Leave it: this is not the server."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said now, and what is to be done then. reason: with `WRONG`."""

    messages: tuple[Message, ...] = ()
    then: Then = Then.STAY
    reason: Reason = Reason.NONE


class Bond:
    """One PC's side. given: what the installation or a policy gave. hello: what is said to a server that is
    the right one, without the pairing. forget_enrolment: takes the enrolment key off this PC. now_s: of one
    steady clock.

    Attribute: state.
    """

    def __init__(
        self,
        trust: Trust,
        given: Preset,
        asking: Asking,
        hello: Callable[[], Hello],
        on_state: Callable[[BondState], None],
        forget_enrolment: Callable[[], object],
    ) -> None:
        self._trust = trust
        self._given = given
        self._asking = asking
        self._hello = hello
        self._on_state = on_state
        self._forget = forget_enrolment
        self._enrol_key = given.enrol_key
        self._enrol_after_s = 0.0
        self._now_s = 0.0
        self._attempt: Attempt | None = None
        self._wanted = False
        self._refusal = ""
        self._reason = ""
        self._seen: bytes | None = None
        self._port = 0
        self._said_port = 0
        self._is_believed = True
        self.state = self._stands()

    @property
    def is_protected(self) -> bool:
        """Whether nothing but TLS will do, see `line.Line`."""
        return self._wanted or self._pin() is not None or self._enrols(None)

    @property
    def tls_port(self) -> int:
        """Where the server's TLS is, see `line.Line`."""
        kept = self._trust.pairing
        return self._said_port or (0 if kept is None else kept.tls_port)

    def accepts(self, fingerprint: bytes) -> bool:
        """Whether this server may be told anything, see `line.Line`."""
        if self._pin() in (None, fingerprint):
            return True
        return self._given.fingerprint is None and (self._wanted or self._enrols(fingerprint))

    def hello(self, fingerprint: bytes | None) -> Hello | None:
        """What is said first, see `line.Line`."""
        if fingerprint is None:
            return None if self.is_protected else self._named()
        if not self._is_right(fingerprint):
            return None
        kept = self._trust.pairing
        if kept is not None and kept.key and kept.fingerprint == fingerprint:
            return replace(self._named(), pairing=kept.pairing, key=kept.key)
        return self._named()

    def hears(self) -> bool:
        """Whether what the server says of calls is believed."""
        return self._is_believed

    def connected(self, fingerprint: bytes | None, port: int) -> Answer:
        """A connection stands. port: the server's."""
        self._seen, self._port = fingerprint, port
        self._is_believed = fingerprint is None or self._is_right(fingerprint)
        if self._wanted and self._attempt is None:
            return self._begin() if fingerprint is not None else Answer(then=Then.ANEW)
        if fingerprint is not None and self._enrols(fingerprint):
            return self._enrol(fingerprint)
        return Answer()

    def not_connected(self, state: LinkState) -> None:
        """The connection is over, or none came about."""
        self._seen = None
        self._is_believed = True
        if self._attempt is not None:
            self._end(LOST if not self._attempt.is_enrolment else "")
        elif self._wanted and state.phase is Phase.WAITING:
            self._end(NO_TLS if state.reason in _NO_TLS else "")

    def moved(self) -> None:
        """The user has chosen another server: what the last one said of itself means nothing there."""
        self._said_port = 0
        self.not_connected(LinkState(Phase.CONNECTING))

    def take(self, message: Message) -> Answer:
        """A message of the server that may be about pairing; others mean nothing here."""
        if isinstance(message, Welcome):
            return self._welcomed(message)
        attempt = self._attempt
        if attempt is None:
            return Answer()
        said = attempt.take(message)
        if attempt.is_over:
            return self._over(attempt)
        self._tell()
        return Answer(tuple(said))

    def pair(self) -> Answer:
        """The user wants this PC to be paired, or paired anew."""
        if self._wanted or self._attempt is not None:
            return Answer()
        self._wanted = True
        self._reason = ""
        if self._seen is None:
            self._tell()
            return Answer(then=Then.ANEW)
        return self._begin()

    def confirm(self) -> Answer:
        """The user says that the digits are the same at the manager's."""
        if self._attempt is None:
            return Answer()
        self._attempt.confirm()
        if self._attempt.is_over:
            return self._over(self._attempt)
        self._tell()
        return Answer()

    def cancel(self) -> Answer:
        """The user does not want to be paired any more."""
        if not self._wanted:
            return Answer()
        self._end("")
        return Answer(then=Then.ANEW)  # by which the server forgets the request

    def look(self, now_s: float) -> Answer:
        """Time goes on: called at least each few seconds."""
        was_due, self._now_s = self._enrols(self._seen), now_s
        is_due = self._enrols(self._seen) and not was_due and self._attempt is None and not self._wanted
        return Answer(then=Then.ANEW) if is_due else Answer()

    def _begin(self) -> Answer:
        assert self._seen is not None
        self._attempt = by_digits(self._seen, self._asking)
        self._tell()
        return Answer((self._attempt.first,))

    def _enrol(self, fingerprint: bytes) -> Answer:
        self._attempt = by_key(fingerprint, self._enrol_key, self._asking)
        self._tell()
        return Answer((self._attempt.first,))

    def _over(self, attempt: Attempt) -> Answer:
        if attempt.step is Step.PAIRED:
            return self._paired(attempt)
        _log.warning("no pairing came about: %s", attempt.reason)
        key_is_over = attempt.is_enrolment and attempt.reason == "expired"
        self._end(KEY_EXPIRED if key_is_over else attempt.reason)
        if attempt.is_enrolment:
            self._enrol_after_s = self._now_s + ENROL_AGAIN_S
            if attempt.reason == UNPROVEN:
                self._enrol_after_s = 0.0
                return Answer(then=Then.WRONG, reason=Reason.NOT_PROVEN)
        return Answer() if self._is_believed else Answer(then=Then.ANEW)

    def _paired(self, attempt: Attempt) -> Answer:
        given = attempt.paired
        assert given is not None
        made = Pairing(attempt.fingerprint, self._port, given.pairing, given.key)
        _log.info("paired as %s", given.pairing)
        if self._trust.keep(made):
            self._forget_enrolment()
        self._enrol_key = b""
        self._refusal = ""
        self._end("")
        return Answer(then=Then.ANEW)

    def _welcomed(self, said: Welcome) -> Answer:
        if self._seen is None:
            self._said_port = said.tls_port
        kept = self._trust.pairing
        if kept is None or kept.fingerprint != self._seen:
            return Answer()
        before, self._refusal = self._refusal, said.refusal
        if self._refusal and not before:
            _log.warning("the server does not count this PC's pairing: %s", self._refusal)
        self._tell()
        if said.is_paired:
            self._forget_enrolment()
        elif self._enrols(self._seen) and self._attempt is None and not self._wanted:
            return self._enrol(kept.fingerprint)
        return Answer()

    def _forget_enrolment(self) -> None:
        """This PC has a key of its own, on its disk."""
        if self._enrol_key:
            self._enrol_key = b""
            self._forget()

    def _named(self) -> Hello:
        return replace(self._hello(), client=self._trust.client)

    def _pin(self) -> bytes | None:
        """The certificate that the server must have; None where any will do."""
        kept = self._trust.pairing
        return self._given.fingerprint or (None if kept is None else kept.fingerprint)

    def _is_right(self, fingerprint: bytes) -> bool:
        """Whether this is the server, as far as this PC can know. One that is still to prove it is not."""
        pin = self._pin()
        return fingerprint == pin if pin is not None else not self._enrols(fingerprint)

    def _enrols(self, fingerprint: bytes | None) -> bool:
        """Whether this PC has a key to enrol with and reason to, at the server with this certificate, or at
        any where that is None."""
        if not self._enrol_key or self._now_s < self._enrol_after_s or self._refusal == REVOKED:
            return False
        kept = self._trust.pairing
        wanted = fingerprint or self._given.fingerprint
        return kept is None or not kept.key or bool(self._refusal) or wanted not in (None, kept.fingerprint)

    def _end(self, reason: str) -> None:
        self._attempt = None
        self._wanted = False
        self._reason = reason
        self._tell()

    def _tell(self) -> None:
        state = self._stands()
        if state != self.state:
            self.state = state
            self._on_state(state)

    def _stands(self) -> BondState:
        attempt, reason, kept = self._attempt, self._reason, self._trust.pairing
        if attempt is not None and attempt.is_enrolment:
            standing = Standing.ENROLLING
        elif attempt is not None and attempt.step is Step.COMPARING:
            standing = Standing.CONFIRMED if attempt.is_confirmed else Standing.COMPARING
        elif self._wanted:
            standing = Standing.ASKING
        elif kept is None or not kept.key or self._pin() != kept.fingerprint:
            standing = Standing.UNPAIRED
        elif self._refusal:
            standing, reason = Standing.REFUSED, reason or self._refusal
        else:
            standing = Standing.PAIRED
        digits = "" if attempt is None else attempt.digits
        return BondState(standing, digits, reason, self._pin() is not None, self._trust.keeping)


_NO_TLS = (Reason.REFUSED, Reason.NOT_PACKETWAVE, Reason.SILENT, Reason.UNREACHABLE)
