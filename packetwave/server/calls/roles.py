"""Who is who on the wire, learnt from what hosts do: PBX or proxy, phone, stranger. Pure, bounded.

A *relay* is what calls go through: a registrar, a host at which one leg of a call ends and the next begins, a
host that rings phones for several callers. All ports of such a host are one PBX, and two addresses that one
call goes through are one too (two network cards). A phone is a place that registered, or that rang.
Knowledge may be stale: it says how much proof is needed that a phone rings, it never forbids.
"""

from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from packetwave.server.calls.call import Proof
from packetwave.server.calls.leg import Leg, Place
from packetwave.server.calls.registrations import Registrations
from packetwave.server.sip.message import Message

MAX_HOSTS = 4_000
"""Hosts remembered of each kind; beyond it the one longest unheard of goes."""

MAX_PLACES = 8
"""Places remembered of one extension's phones that were not seen to register."""

_OWN = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))

_SCANNERS = ("friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sipsak", "vaxsipuseragent", "pplsip")


class Known:
    """A set of which the longest unheard of goes when it is full."""

    def __init__(self, most: int = MAX_HOSTS) -> None:
        self._known: OrderedDict[object, None] = OrderedDict()
        self._most = most

    def __contains__(self, one: object) -> bool:
        return one in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, one: object) -> None:
        if one in self._known:
            self._known.move_to_end(one)
            return
        self._known[one] = None
        if len(self._known) > self._most:
            self._known.popitem(last=False)


class Roles:
    """Tells who is a phone, who the PBX, and who outside.

    registrations: bindings learnt elsewhere, read here. members: set by the owner; while there are any,
    what else is registered may be the PBX's account at its carrier, and no phone.
    """

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations
        self.members: frozenset[str] = frozenset()
        self._relays = Known()
        self._relay_places = Known()
        self._shared = Known()
        self._pairs = Known()
        self._ringers = Known()
        self._callers: OrderedDict[str, str] = OrderedDict()
        self._rang: OrderedDict[str, list[Place]] = OrderedDict()

    # What is learnt

    def saw_registrar(self, registrar: Place) -> None:
        """A host answered a REGISTER that was sent to it."""
        self._relays.add(registrar.host)
        self._relay_places.add((registrar.host, registrar.port))

    def saw_leg(self, leg: Leg) -> None:
        """A leg that stays on one host: several programs are there, told apart by their ports."""
        if leg.source.host == leg.destination.host:
            self._shared.add(leg.source.host)

    def saw_chain(self, known: Leg, leg: Leg) -> None:
        """`leg` continues `known`: the host between them is a relay, and both its addresses are. Two
        addresses are not believed of strangers, nor where a phone rang: a scanner's calls, all of one caller,
        would make phones relays."""
        apart = known.destination.host != leg.source.host
        if apart and (
            known.destination.host in self._ringers
            or not (self.is_trusted(known.destination) or self.is_trusted(leg.source))
        ):
            return
        for place in (known.destination, leg.source):
            self._relays.add(place.host)
            self._relay_places.add((place.host, place.port))
        if apart:
            self._pairs.add(_pair(known.destination.host, leg.source.host))

    def saw_phone(self, leg: Leg, extension: str) -> None:
        """A phone said by itself that it rings: it is one, and who rings phones for several callers is a
        relay."""
        self._ringers.add(leg.destination.host)
        places = self._rang.pop(extension, [])
        if leg.destination not in places:
            places = [*places, leg.destination][-MAX_PLACES:]
        self._rang[extension] = places
        if len(self._rang) > MAX_HOSTS:
            self._rang.popitem(last=False)
        host = leg.source.host
        before = self._callers.setdefault(host, leg.caller)
        if before != leg.caller:
            self._relays.add(host)
            self._relay_places.add((host, leg.source.port))
        if len(self._callers) > MAX_HOSTS:
            self._callers.popitem(last=False)

    # What follows

    @property
    def knows_nothing(self) -> bool:
        """True while no host has shown to be a relay."""
        return not len(self._relays)

    def is_relay(self, place: Place) -> bool:
        """True if calls go through this place."""
        if place.host not in self._relays:
            return False
        if place.host in self._shared:
            return place.stream or (place.host, place.port) in self._relay_places
        return True

    def is_same(self, one: Place, other: Place) -> bool:
        """True if both are one PBX, proxy or phone."""
        if one.host != other.host:
            return bool(self._pairs) and _pair(one.host, other.host) in self._pairs
        return one.host not in self._shared or one.is_same(other)

    def may_be_same(self, one: Place, other: Place) -> bool:
        """True if nothing says that two addresses are not one PBX: neither is a phone."""
        return not (self.is_phone(one) or self.is_phone(other))

    def is_phone(self, place: Place) -> bool:
        """True if a phone registered at this place, and no calls go through it."""
        if self.is_relay(place):
            return False
        there = self._registrations.extensions_at(place)
        return bool(there) and (not self.members or not self.members.isdisjoint(there))

    def is_at_home(self, extension: str, place: Place, at_s: float) -> bool:
        """False where an extension calls from elsewhere than its phone: the PBX's own leg, or a scanner that
        guessed an extension."""
        places = self._registrations.places(extension, at_s)
        if places:
            return any(known.host == place.host for known in places)
        return not self.is_relay(place)

    def proof_needed(self, leg: Leg, extension: str, at_s: float) -> Proof | None:
        """What must be seen before the leg is believed to ring the extension's phone; None where it has not
        come to a phone yet."""
        registered = self._registrations.places(extension, at_s)
        host = leg.destination.host
        if any(place.host == host for place in registered):
            if self.is_relay(leg.destination) and any(place.host != host for place in registered):
                return None  # an SBC that registers for its phones: one of them is seen behind it
        elif self.is_relay(leg.destination):
            return None
        elif self._is_elsewhere(host, registered, extension):
            return Proof.RINGING
        return Proof.NONE if self.is_trusted(leg.source) else Proof.REPLY

    def is_trusted(self, place: Place) -> bool:
        """True if INVITEs from there ring phones: a relay; anybody while nothing is known."""
        return self.knows_nothing or self.is_relay(place)

    def _is_elsewhere(self, host: str, registered: Iterable[Place], extension: str) -> bool:
        places = [*registered, *self._rang.get(extension, ())]
        return bool(places) and all(place.host != host for place in places)


def is_scanner(message: Message) -> bool:
    """True for the programs that look for open PBXs, by the name they give themselves."""
    agent = message.header("user-agent").lower()
    return bool(agent) and any(name in agent for name in _SCANNERS)


@lru_cache(maxsize=4096)
def is_inside(host: str) -> bool:
    """True for an address that only the office's own network has (RFC 1918, RFC 4193)."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _OWN)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
