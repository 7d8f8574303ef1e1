"""Requests inside a call that change who calls: a phone hands its call over, the calling side is somebody
else now. Pure.
"""

from packetwave.server.calls.early import Early
from packetwave.server.calls.rings import Rings
from packetwave.server.calls.table import CallTable
from packetwave.server.calls.transfers import Transfer, Transfers, parties, refer_to
from packetwave.server.sip.identity import IDENTITY_HEADERS, caller

ASSERTED = tuple(name for name in IDENTITY_HEADERS if name != "from")


class Within:
    """Takes such requests to the rings and transfers that they are about.

    show_withheld: see `sip.identity.caller`.
    """

    def __init__(self, table: CallTable, rings: Rings, transfers: Transfers, *, show_withheld: bool) -> None:
        self._table = table
        self._rings = rings
        self._transfers = transfers
        self._show_withheld = show_withheld

    def refer(self, now: Early) -> None:
        """A phone hands its call over: to a target that will be called, or to a call it has already."""
        message = now.message
        leg = next((leg for leg in self._table.legs_of(message.call_id) if leg.was_answered), None)
        if leg is None:
            return
        referrer, handed_over = parties(leg, self._table.call_of(leg).ring_of(leg), message)
        target, sip_call_id = refer_to(message)
        if not sip_call_id:
            self._transfers.note(Transfer(now.at_s, referrer, target, handed_over, [now.destination]))
            return
        for other in self._table.legs_of(sip_call_id)[:1]:
            for ring in self._table.call_of(other).rings.values():
                if ring.called == target:
                    self._rings.change_caller(now.at_s, ring, handed_over)

    def identity(self, now: Early) -> None:
        """A request whose calling side says that it is somebody else now (RFC 3325, 4916)."""
        message = now.message
        if not any(name in message.headers for name in ASSERTED):
            return
        for leg in self._table.legs_of(message.call_id):
            ring = self._table.call_of(leg).ring_of(leg)
            if ring is not None and message.from_tag == leg.from_tag and now.source.is_same(leg.source):
                calling = caller(message, order=ASSERTED, show_withheld=self._show_withheld)
                self._rings.change_caller(now.at_s, ring, calling)
