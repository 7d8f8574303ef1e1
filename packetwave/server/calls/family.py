"""The call that a new leg is of: by its Call-ID, by a transfer, by kinship, asked in this order. Pure."""

from collections.abc import Callable

from packetwave.server.calls.call import Call
from packetwave.server.calls.kinship import Kin, Kinship
from packetwave.server.calls.leg import Leg
from packetwave.server.calls.table import CallTable
from packetwave.server.calls.towards import Towards
from packetwave.server.calls.transfers import Transfers


class Family:
    """Finds it.

    new_call: makes a call for a leg.
    """

    def __init__(
        self,
        table: CallTable,
        kinship: Kinship,
        transfers: Transfers,
        towards: Towards,
        new_call: Callable[[Leg, float], Call],
    ) -> None:
        self._table = table
        self._kinship = kinship
        self._transfers = transfers
        self._towards = towards
        self._new_call = new_call

    def of(self, leg: Leg, at_s: float) -> Kin | None:
        """Where a leg belongs that replaces none; None for a call of its own. A transfer may say that
        somebody else is calling."""
        known = self._table.legs_of(leg.sip_call_id)
        if known:
            call = self._table.call_of(known[0])
            of_call_id = Kin(call, self._kinship.parent_in(leg, call))
            self._hand_over(leg, of_call_id)
            return of_call_id
        kin = self._find(leg, at_s)
        if self._transfers and (kin is None or kin.parent is None or not kin.parent.is_pending):
            transfer = self._transfers.of(leg, self._towards.extension(leg, at_s))
            if transfer is not None:
                leg.hand_over(*transfer.caller)
                kin = self._find(leg, at_s) or kin or Kin(self._new_call(leg, at_s))
                transfer.made = kin.call
                return kin
        if kin is not None:
            self._hand_over(leg, kin)
        return kin

    def _hand_over(self, leg: Leg, kin: Kin) -> None:
        """Who calls by a transferred leg calls by those that continue it, and those beside it."""
        handed_over = self._kinship.handed_over(leg, kin)
        if handed_over is not None:
            leg.hand_over(handed_over.caller, handed_over.caller_name)

    def _find(self, leg: Leg, at_s: float) -> Kin | None:
        table = self._table
        rings = bool(self._towards.extension(leg, at_s))
        kin = self._kinship.find(leg, table.of_caller(leg), table.ending_at(leg.source.host), rings=rings)
        if kin is None:
            call = table.named_in(leg.sip_call_id)
            kin = Kin(call, self._kinship.parent_in(leg, call)) if call is not None else None
        return kin
