"""What clients say to be paired, and to be known by their pairing: messages in, messages out.

Owns the limits on it, and the conversations that are under way. What a pairing is, and who may ask when, is
the trust's. The loop thread only; keys, nonces and digits are in no log.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from packetwave.protocol import CLOSE_POLICY, Message
from packetwave.protocol.messages import (
    Enrol,
    EnrolAnswer,
    EnrolProof,
    Hello,
    Pair,
    Paired,
    PairNonce,
    PairRefused,
    PairReveal,
)
from packetwave.protocol.pairing import NONCE_BYTES, Side, nonce, proof, read_hex
from packetwave.server.hub.budget import Budget, Budgets
from packetwave.server.hub.limits import Limits
from packetwave.server.hub.session import Session, outgoing
from packetwave.server.office.validation import check_extension
from packetwave.server.sip.numbers import normalise
from packetwave.server.trust.asking import NotPaired
from packetwave.server.trust.enrolment import EnrolmentKey
from packetwave.server.trust.pairings import BookError, Pairing, Refusal, new_pairing
from packetwave.server.trust.trust import Trust

log = logging.getLogger(__name__)

Asked = Pair | PairReveal | Enrol | EnrolAnswer
_PC_LENGTH = 64


@dataclass(frozen=True, slots=True)
class _Enrolment:
    """A PC that was given the server's proof."""

    key_id: str
    client_nonce: bytes
    server_nonce: bytes
    pc: str
    extension: str


class Pairer:
    """Pairs the clients of one hub.

    extensions_at: those that the members table has at an address. is_connected: whether a pairing's PC is.
    on_change: what waits for the manager is another now.
    """

    def __init__(
        self,
        limits: Limits,
        trust: Trust,
        *,
        extensions_at: Callable[[str], tuple[str, ...]],
        is_connected: Callable[[str], bool],
        on_change: Callable[[], None],
    ) -> None:
        self._trust = trust
        self._extensions_at = extensions_at
        self._is_connected = is_connected
        self._on_change = on_change
        self._wrong_keys = Budgets(limits.wrong_keys_of_address)
        self._enrolments_of = Budgets(limits.enrolments_of_address)
        self._all_enrolments = Budget(limits.enrolments)
        self._enrolments: dict[Session, _Enrolment] = {}

    # Who is paired

    def recognise(self, session: Session, hello: Hello) -> Pairing | Refusal | None:
        """The pairing whose key a client has, or why the one that it names does not count; None where it
        names none. Only over TLS is a key looked at."""
        if not hello.pairing or not session.is_tls:
            return None
        found = self._trust.keeper.book.find(hello.pairing, hello.key)
        if isinstance(found, Pairing):
            self._trust.keeper.note_seen(found.id, session.address, datetime.now(UTC))
        elif found is Refusal.UNKNOWN and not self._wrong_keys.of(session.address).take(_now_s()):
            session.close(CLOSE_POLICY, "too many wrong keys")
        return found

    # Who asks

    async def hear(self, session: Session, message: Asked) -> None:
        """What a client says to be paired."""
        if not session.is_tls:
            self._refuse(session, NotPaired.PLAIN)
            return
        try:
            match message:
                case Pair():
                    self._ask(session, message)
                case PairReveal():
                    self._reveal(session, message)
                case Enrol():
                    self._prove(session, message)
                case EnrolAnswer():
                    await self._enrol(session, message)
        except ValueError:  # no hexadecimal digits
            self._trust.asking.gone(session)
            self._refuse(session, NotPaired.WRONG)

    def _ask(self, session: Session, message: Pair) -> None:
        answer = self._trust.asking.ask(
            session,
            session.address,
            message.pc.strip()[:_PC_LENGTH],
            _extension(message.extension),
            read_hex(message.commitment, 32),
            _now_s(),
            datetime.now(UTC),
        )
        if isinstance(answer, NotPaired):
            self._refuse(session, answer)
        else:
            _say(session, PairNonce(answer.hex()))

    def _reveal(self, session: Session, message: PairReveal) -> None:
        request = self._trust.asking.reveal(session, read_hex(message.nonce, NONCE_BYTES), _now_s())
        if isinstance(request, NotPaired):
            self._refuse(session, request)
        else:
            log.info("a PC at %s asks to be paired", session.address)
            self._on_change()

    async def approve(self, request_id: str, retired: tuple[str, ...], *, extension: str = "") -> None:
        """The manager has compared the digits: the PC is paired, and these pairings are over. extension: for
        whom, where the manager says so."""
        taken = self._trust.asking.take(request_id, _now_s())
        self._on_change()
        if taken is None:
            return
        who, request = taken
        assert isinstance(who, Session)
        typed = _extension(extension)
        extensions = (typed,) if typed else self._extensions_of(request.address, request.extension)
        await self._pair(who, request.pc, extensions, retired)

    def deny(self, request_id: str) -> None:
        """The manager does not pair this PC."""
        taken = self._trust.asking.take(request_id, _now_s())
        self._on_change()
        if taken is not None and isinstance(taken[0], Session):
            self._refuse(taken[0], NotPaired.DENIED)

    def gone(self, session: Session) -> None:
        """The session is over."""
        self._enrolments.pop(session, None)
        if self._trust.asking.gone(session):
            self._on_change()

    def beat(self) -> None:
        """Now and then: who has waited for too long is told."""
        over = self._trust.asking.expire(_now_s())
        for who in over:
            if isinstance(who, Session):
                self._refuse(who, NotPaired.EXPIRED)
        if over:
            self._on_change()

    # A roll-out

    def _prove(self, session: Session, message: Enrol) -> None:
        now_s = _now_s()
        client_nonce = read_hex(message.nonce, NONCE_BYTES)
        self._enrolments.pop(session, None)
        if not self._enrolments_of.of(session.address).take(now_s) or not self._all_enrolments.take(now_s):
            self._refuse(session, NotPaired.LIMITED)
            return
        key = self._key(message.key_id)
        if key is None:
            self._refuse(session, NotPaired.EXPIRED)
            return
        enrolment = _Enrolment(
            key.id, client_nonce, nonce(), message.pc.strip()[:_PC_LENGTH], _extension(message.extension)
        )
        self._enrolments[session] = enrolment
        said = self._proof(Side.SERVER, key, enrolment)
        _say(session, EnrolProof(enrolment.server_nonce.hex(), said.hex()))

    async def _enrol(self, session: Session, message: EnrolAnswer) -> None:
        enrolment = self._enrolments.pop(session, None)
        key = self._key(enrolment.key_id) if enrolment is not None else None
        said = read_hex(message.proof, 32)
        if enrolment is None:
            self._refuse(session, NotPaired.WRONG)
        elif key is None:
            self._refuse(session, NotPaired.EXPIRED)
        elif not hmac.compare_digest(said, self._proof(Side.CLIENT, key, enrolment)):
            self._refuse(session, NotPaired.WRONG)
        else:
            extensions = self._extensions_of(session.address, enrolment.extension)
            await self._pair(session, enrolment.pc, extensions, self._stale(session, enrolment.pc), key)

    def _key(self, key_id: str) -> EnrolmentKey | None:
        """The enrolment key, None where it is unknown or over."""
        key = self._trust.keeper.book.keys.get(key_id)
        return key if key is not None and key.serves(datetime.now(UTC)) else None

    def _proof(self, side: Side, key: EnrolmentKey, enrolment: _Enrolment) -> bytes:
        return proof(
            side,
            bytes.fromhex(key.key),
            self._trust.identity.fingerprint,
            enrolment.client_nonce,
            enrolment.server_nonce,
        )

    def _stale(self, session: Session, pc: str) -> tuple[str, ...]:
        """The pairings that this PC itself had before it was set up anew: of its name, made and last seen at
        its address, and not connected."""
        return tuple(
            each.id
            for each in self._trust.keeper.book.pairings.values()
            if (each.pc, each.made_from, each.address) == (pc, session.address, session.address)
            and not self._is_connected(each.id)
        )

    # Both

    def _extensions_of(self, address: str, extension: str) -> tuple[str, ...]:
        """Whose calls a PC is told: those of its address, else the one that it was installed for."""
        return self._extensions_at(address) or ((extension,) if extension else ())

    async def _pair(
        self,
        session: Session,
        pc: str,
        extensions: tuple[str, ...],
        retired: tuple[str, ...],
        key: EnrolmentKey | None = None,
    ) -> None:
        if not extensions:
            self._refuse(session, NotPaired.NO_EXTENSION)
            return
        pairing, secret = new_pairing(pc, extensions, datetime.now(UTC), session.address)
        keeper = self._trust.keeper
        try:
            for each in retired:
                keeper.change(lambda book, each=each: book.revoke(each))  # type: ignore[misc]
            if key is not None:
                keeper.change(lambda book: book.use_key(key.id))
            keeper.change(lambda book: book.add(pairing))
        except BookError as error:
            log.warning("a PC cannot be paired: %s", error)
            self._refuse(session, NotPaired.LIMITED)
            return
        await keeper.write()  # the PC is told once the disk has it, so that a crash costs no pairing
        log.info("pairing %s is made with a PC at %s", pairing.id, session.address)
        _say(session, Paired(pairing.id, secret, extensions))

    def _refuse(self, session: Session, reason: NotPaired) -> None:
        _say(session, PairRefused(reason))


def _extension(said: str) -> str:
    """The extension that a PC was installed for, "" for none."""
    wanted = said.strip()
    return normalise(wanted) if wanted and check_extension(wanted) is None else ""


def _say(session: Session, message: Message) -> None:
    session.put(outgoing(message, 0.0))


def _now_s() -> float:
    return asyncio.get_running_loop().time()
