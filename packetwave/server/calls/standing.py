"""Who has shown by what he does that he is one of the office's: each such host has a share of his own, all
others have one together. Pure, bounded.

Places are few and those who came first keep them:
whoever forges hosts by the thousand takes what is left and nothing from those who were there before.
"""

from collections import OrderedDict

from packetwave.server.calls.leg import Place
from packetwave.server.calls.roles import Roles
from packetwave.server.calls.share import STRANGERS

MAX_RELAYS = 16
"""PBXs and proxies, with all their addresses."""

ON_TRIAL_S = 30.0
"""A host has its place so long after it showed for the first time that it is one of them. So the hosts of a
flood that plays both sides share what strangers have, until long after it is known as one."""

FIRST_RELAYS = 1
"""The first PBX needs no trial: it was there before anything else was seen."""

MAX_ON_TRIAL = 1_000

MAX_OTHERS = 512
"""Phones that registered, and carriers whose calls went on through a PBX."""

SILENT_S = 3600.0
"""Whoever was not heard of for so long may lose his place to another."""


class Standing:
    """Tells whose share a message comes out of.

    roles: who is who.
    """

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self._relays: OrderedDict[str, float] = OrderedDict()
        self._others: OrderedDict[str, float] = OrderedDict()
        self._on_trial: OrderedDict[str, float] = OrderedDict()

    def of(self, place: Place, at_s: float) -> str:
        """The host whose share it is; STRANGERS for one that has none."""
        host = place.host
        if host in self._relays:
            _hear(self._relays, host, at_s)
            return host
        if self._roles.is_relay(place) and self._settle(self._relays, host, at_s, MAX_RELAYS):
            return host
        if host in self._others:
            _hear(self._others, host, at_s)
            return host
        if self._roles.is_phone(place) and self._settle(self._others, host, at_s, MAX_OTHERS):
            return host
        return STRANGERS

    def is_relay(self, source: str) -> bool:
        """True if it is a PBX's share."""
        return source in self._relays

    def saw_through(self, caller: Place, at_s: float) -> None:
        """A call from there went on through a relay."""
        if caller.host not in self._relays and caller.host not in self._others:
            self._settle(self._others, caller.host, at_s, MAX_OTHERS)

    def _settle(self, places: OrderedDict[str, float], host: str, at_s: float, most: int) -> bool:
        """Give a host a place, if its time has come and there is one."""
        since_s = self._on_trial.setdefault(host, at_s)
        is_first = places is self._relays and len(places) < FIRST_RELAYS
        if since_s + ON_TRIAL_S > at_s and not is_first:
            self._on_trial.move_to_end(host)
            if len(self._on_trial) > MAX_ON_TRIAL:
                self._on_trial.popitem(last=False)
            return False
        if len(places) >= most:
            longest_silent, heard_s = next(iter(places.items()))
            if heard_s + SILENT_S > at_s:
                return False
            del places[longest_silent]
        places[host] = at_s
        del self._on_trial[host]
        return True


def _hear(places: OrderedDict[str, float], host: str, at_s: float) -> None:
    places[host] = at_s
    places.move_to_end(host)
