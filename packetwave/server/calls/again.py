"""The time after a restart: calls of before it, and those of which a kill left nothing. Pure, bounded.

What rang and was not written when the program was killed is shown again by the next message of the call.
Where that is its end, the call is begun with it: a CANCEL or a final response, towards a phone, for an INVITE
that was not seen. At any other time such a message belongs to no call of ours, and begins none.
"""

from collections.abc import Iterable

from packetwave.server.calls.early import Early
from packetwave.server.calls.leg import Signal
from packetwave.server.calls.reading import RETRIED, OpenCall, key_of, leg_restored
from packetwave.server.calls.ring import Ring, RingSignal, RingState
from packetwave.server.calls.roles import Known
from packetwave.server.calls.share import STRANGERS
from packetwave.server.calls.table import CallTable
from packetwave.server.sip.identity import called, dialled

RINGS_S = 300.0
"""How long a phone rings at most whose ringing was cut off; proxies give up after 180 s (RFC 3261 16.6)."""

MAX_IN_DIALOGS = 4_000


class Again:
    """What a restart left behind.

    Attribute over: the ids of rings that had ended lately before it; they are over.
    """

    def __init__(self) -> None:
        self.over: frozenset[str] = frozenset()
        self._until_s = 0.0
        self._in_dialogs = Known(MAX_IN_DIALOGS)
        self._begun = Known(MAX_IN_DIALOGS)

    def after(self, watched_until_s: float, over: Iterable[str]) -> None:
        """It was watched until then, by the program of before."""
        self._until_s = watched_until_s + RINGS_S
        self.over = frozenset(over)

    def note_in_dialog(self, now: Early) -> None:
        """An INVITE inside a call: its end is none of the call's."""
        if now.at_s < self._until_s:
            self._in_dialogs.add(key_of(now.message, now.destination))

    def is_end(self, early: Early, table: CallTable) -> bool:
        """True if a message for which there is no leg ends a call that may have rung before the restart."""
        message = early.message
        if early.at_s >= self._until_s or message.head_whole is False:
            return False
        if message.status:
            of_invite = message.method == "INVITE" and message.status >= 200
            if not of_invite or message.status in RETRIED:
                return False
        elif message.method != "CANCEL" or message.to_tag:
            return False
        if key_of(message, early.source if message.status else early.destination) in self._in_dialogs:
            return False
        # Under a Call-ID that is known this may be of a talk; but for the other phones of such a call.
        return not table.legs_of(message.call_id) or message.call_id in self._begun

    def begin(self, early: Early) -> tuple[Early, str]:
        """The message as if it were the INVITE, and whom that asked for."""
        message = early.message
        self._begun.add(message.call_id)
        if not message.status:
            return early, called(message)
        return early._replace(source=early.destination, destination=early.source), dialled(message)


def restore(table: CallTable, known: OpenCall) -> None:
    """Take up a call of before a restart. One that still rings is announced again, under the same `call_id`,
    by the next message that shows it."""
    leg = leg_restored(known)
    leg.take(Signal.ALERTING, known.rang_s)
    ring = Ring(
        known.call_id,
        known.extension,
        known.direction,
        known.rang_s,
        known.caller,
        state=RingState.RESTORED,
    )
    if known.answered_s is not None:
        leg.take(Signal.ACCEPTED, known.answered_s, 200)
        ring.take(RingSignal.ANSWER, known.answered_s)
    call = table.new_call(known.rang_s, STRANGERS)
    table.add(leg, call)
    call.join(leg, ring)
    table.schedule(call, known.rang_s)
