"""Which new call is followed at once, and which has to show first that a phone rings. Pure, bounded.

As long as nothing is flooded, all are. Where a share is used up (see `floods.py`), an INVITE is put aside: it
is begun, as of its own time, when the called side says that it rings or is answered; a scanner's never
is. A flood whose forger plays the phone as well has a small budget for that too, and ends there. Nothing
that is put aside costs more than its message.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from packetwave.server.calls.early import Early
from packetwave.server.calls.floods import Floods
from packetwave.server.calls.leg import Leg, Place
from packetwave.server.calls.reading import key_of
from packetwave.server.calls.roles import Known
from packetwave.server.calls.share import STRANGERS, Share
from packetwave.server.calls.standing import Standing
from packetwave.server.sip.message import Message, Rejected, parse

MAX_ASIDE = 2_000
"""INVITEs put aside; the oldest go. A phone says within 0.2 s that it rings: this is enough for floods of
10,000 a second."""

ASIDE_S = 32.0
"""How long they are kept at most (RFC 3261 timer B)."""


class _Aside(NamedTuple):
    """A call that waits."""

    at_s: float
    invite: Early | tuple[Place, Place, bytes]
    """As it was received, or its bytes where they were not read yet, with where it was seen."""

    target: str
    share: Share


class Gate:
    """Lets calls begin, and counts those that may not.

    standing: whose share a message comes out of. is_crowded: whether what the tracker says is taken up too
    slowly at the moment; strangers' calls begin to ring nobody meanwhile, they are counted. Attribute aside:
    what waits, by transaction.
    """

    def __init__(
        self, standing: Standing, floods: Floods, is_crowded: Callable[[], bool] = lambda: False
    ) -> None:
        self._is_crowded = is_crowded
        self._standing = standing
        self._floods = floods
        self._refused = Known(MAX_ASIDE)  # counted already; their phones may say once more that they ring
        self._shown = ""  # the Call-ID of the last that its phone's reply let begin
        self.aside: OrderedDict[tuple[str, str], _Aside] = OrderedDict()

    def __len__(self) -> int:
        return len(self.aside)

    def admits(self, invite: Early, target: str, known: frozenset[str]) -> bool:
        """True if the call of an INVITE may begin; else it is put aside. target: whom it asks for. known: the
        extensions."""
        at_s, source = invite.at_s, invite.source
        share = self._share(source, target, known, at_s)
        if share.take(at_s):
            return True
        key = key_of(invite.message, invite.destination)
        if key not in self.aside:
            self._floods.count(share, at_s, source.host)
            self._put(key, _Aside(at_s, invite, target, share))
        return False

    @property
    def is_flooded(self) -> bool:
        """True while there is a flood."""
        return bool(self._floods.going)

    def puts_aside(
        self,
        at_s: float,
        source: Place,
        destination: Place,
        key: tuple[str, str],
        target: str,
        known: frozenset[str],
        data: bytes,
    ) -> bool:
        """The same for an INVITE that was not read yet: True if it may not begin, and is put aside as its
        bytes. key: its transaction."""
        share = self._share(source, target, known, at_s)
        if not share.is_spent(at_s):
            return False
        if key not in self.aside:
            self._floods.count(share, at_s, source.host)
            self._put(key, _Aside(at_s, (source, destination, data), target, share))
        return True

    def ignores(self, at_s: float, key: tuple[str, str], *, rings: bool) -> bool:
        """True if a provisional response to an INVITE that was put aside changes nothing."""
        aside = self.aside.get(key)
        return aside is not None and not (rings and not aside.share.is_proven_spent(at_s))

    def shows(self, reply: Early) -> tuple[Early, str] | None:
        """The INVITE, and whom it asks for, that a reply which shows a phone belongs to; None where nothing
        was put aside for it, or it may not begin all the same."""
        key = key_of(reply.message, reply.source)
        aside = self.aside.get(key)
        if aside is None:
            return None
        if reply.message.status >= 300:
            del self.aside[key]
            return None
        if not aside.share.take_proven(reply.at_s):
            return None
        del self.aside[key]
        self._floods.take_back(aside.share)
        invite = aside.invite if isinstance(aside.invite, Early) else _read(aside.at_s, *aside.invite)
        if invite is None:
            return None
        self._shown = invite.message.call_id
        return invite, aside.target

    def is_aside(self, message: Message, server: Place) -> bool:
        """True if the INVITE of this transaction was put aside. server: to whom it was sent."""
        return bool(self.aside) and key_of(message, server) in self.aside

    def forget(self, message: Message, server: Place) -> bool:
        """It was taken back; True if it had been put aside."""
        return self.aside.pop(key_of(message, server), None) is not None

    def admits_unseen(self, reply: Early, target: str, known: frozenset[str]) -> bool:
        """True if a call may begin of which only a ringing phone's reply was seen."""
        share = self._share(reply.destination, target, known, reply.at_s)
        if share.take_proven(reply.at_s):
            return True
        self._floods.count(share, reply.at_s, reply.destination.host)
        return False

    def ring(self, leg: Leg, called: str, known: frozenset[str], at_s: float) -> Share | None:
        """The share that a leg's ring at an extension is counted in; None where too many ring already."""
        share = self._share(leg.source, called, known, at_s)
        is_proven = bool(leg.rang_s) or leg.sip_call_id == self._shown
        if (share.source == STRANGERS and self._is_crowded()) or not share.ring(is_proven=is_proven):
            if leg.key not in self._refused:
                self._refused.add(leg.key)
                self._floods.count(share, at_s, leg.source.host)
            return None
        if leg.key in self._refused:
            self._floods.take_back(share)
        return share

    def pass_time(self, at_s: float) -> None:
        """Forget what has waited too long."""
        while self.aside:
            key, oldest = next(iter(self.aside.items()))
            if oldest.at_s + ASIDE_S > at_s:
                return
            del self.aside[key]

    def _put(self, key: tuple[str, str], aside: _Aside) -> None:
        if len(self.aside) >= MAX_ASIDE:
            self.aside.popitem(last=False)
        self.aside[key] = aside

    def _share(self, source: Place, target: str, known: frozenset[str], at_s: float) -> Share:
        host = self._standing.of(source, at_s)
        called = target if target in known else ""
        return self._floods.share(host, called, is_relay=self._standing.is_relay(host))


def _read(at_s: float, source: Place, destination: Place, data: bytes) -> Early | None:
    message = parse(data)
    return None if isinstance(message, Rejected) else Early(at_s, source, destination, message)
