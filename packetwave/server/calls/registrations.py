"""Which phone is where, learnt from the registrar's 200 OK to REGISTER (RFC 3261 section 10.3). Pure.

A 200 lists all bindings of the address of record, so each one replaces what was known of it.
"""

from collections import OrderedDict

from packetwave.server.calls.leg import Place
from packetwave.server.sip.address import SipSyntaxError, parse_name_address
from packetwave.server.sip.identity import dialled
from packetwave.server.sip.message import Message

MAX_EXTENSIONS = 10_000
_DEFAULT_EXPIRY_S = 3600


class Registrations:
    """Bindings extension ↔ places, each with its expiry in packet time."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, dict[Place, float]] = OrderedDict()
        self._users: dict[str, list[tuple[str, Place]]] = {}
        self._by_user: dict[tuple[str, Place], str] = {}
        self._by_place: dict[Place, set[str]] = {}
        self._extensions: frozenset[str] | None = frozenset()

    def learn(self, message: Message, at_s: float, phone: Place) -> None:
        """Take in a 200 to REGISTER that was sent to `phone`."""
        extension = dialled(message)
        if not extension:
            return
        places: dict[Place, float] = {}
        users: list[tuple[str, Place]] = []
        default = message.header("expires")
        for value in message.values("contact"):
            try:
                contact = parse_name_address(value)
            except SipSyntaxError:
                continue
            expires = contact.param("expires") or default
            seconds = int(expires) if expires.isdecimal() and len(expires) < 10 else _DEFAULT_EXPIRY_S
            if seconds == 0:
                continue
            place = Place(contact.uri.host, contact.uri.port or 5060)
            places[place] = at_s + seconds
            # Behind an edge proxy the contact is not where this hop of the registration went to.
            places.setdefault(Place(phone.host, phone.port), at_s + seconds)
            users.append((contact.uri.user, place))
        self._forget(extension)
        if places:
            self._remember(extension, places, users)

    def places(self, extension: str, at_s: float) -> list[Place]:
        """Where the phones of an extension are; empty where nothing valid is known."""
        return [place for place, until in self._places.get(extension, {}).items() if until > at_s]

    def extension_at(self, user: str, place: Place, at_s: float) -> str:
        """The extension whose phone answers to a contact user at a place; else the only one registered
        there; "" for none."""
        place = Place(place.host, place.port)  # over a stream it is the same phone
        extension = self._by_user.get((user, place), "")
        if extension and place in self.places(extension, at_s):
            return extension
        there = [name for name in self._by_place.get(place, ()) if place in self.places(name, at_s)]
        return there[0] if len(there) == 1 else ""

    def extensions(self) -> frozenset[str]:
        """All extensions with a binding, expired or not; the same object while nothing changes."""
        if self._extensions is None:
            self._extensions = frozenset(self._places)
        return self._extensions

    def _remember(self, extension: str, places: dict[Place, float], users: list[tuple[str, Place]]) -> None:
        self._places[extension] = places
        self._users[extension] = users
        for key in users:
            self._by_user[key] = extension
        for place in places:
            self._by_place.setdefault(place, set()).add(extension)
        self._extensions = None
        if len(self._places) > MAX_EXTENSIONS:
            self._forget(next(iter(self._places)))

    def _forget(self, extension: str) -> None:
        for place in self._places.pop(extension, ()):
            self._by_place[place].discard(extension)
            if not self._by_place[place]:
                del self._by_place[place]
        for key in self._users.pop(extension, ()):
            if self._by_user.get(key) == extension:
                del self._by_user[key]
        self._extensions = None
