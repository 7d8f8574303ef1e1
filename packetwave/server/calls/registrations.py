"""Which phone is where, learnt from the registrar's 200 OK to a REGISTER (RFC 3261 section 10.3). Pure.

A 200 counts only as the answer to a REGISTER that was seen, from the host it was sent to: nobody else can say
where a phone is. It lists all bindings that this registrar has of the address of record, so it replaces what
the same registrar said before; what another one said (behind an SBC there are two) stays.
"""

from collections import OrderedDict
from collections.abc import Collection
from typing import NamedTuple

from packetwave.server.calls.leg import Place
from packetwave.server.sip.address import SipSyntaxError, parse_name_address
from packetwave.server.sip.identity import dialled
from packetwave.server.sip.message import Message

MAX_EXTENSIONS = 10_000
MAX_ASKED = 4_000
"""REGISTERs that wait for their 200."""

ASKED_S = 32.0
"""How long they wait (RFC 3261 timer F)."""

MAX_EXPIRY_S = 24 * 3600
"""No binding is believed longer without being renewed, whatever it says."""

_DEFAULT_EXPIRY_S = 3600


class Binding(NamedTuple):
    """A contact of an extension. registrar: the host that said so."""

    user: str
    until_s: float
    registrar: str


class _Asked(NamedTuple):
    at_s: float
    phone: Place
    registrar: Place


class Registrations:
    """Bindings extension ↔ places, each with its expiry in packet time."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[str, str, int], _Asked] = OrderedDict()
        self._bindings: OrderedDict[str, dict[Place, Binding]] = OrderedDict()
        self._by_user: dict[tuple[str, Place], str] = {}
        self._by_place: dict[Place, set[str]] = {}
        self._extensions: frozenset[str] | None = frozenset()

    def ask(self, message: Message, at_s: float, phone: Place, registrar: Place) -> None:
        """A REGISTER went from `phone` to `registrar`."""
        key = (message.call_id, message.from_tag, message.cseq)
        self._asked.pop(key, None)
        self._asked[key] = _Asked(at_s, phone, registrar)
        while self._asked:
            oldest = next(iter(self._asked.values()))
            if len(self._asked) <= MAX_ASKED and oldest.at_s + ASKED_S > at_s:
                break
            self._asked.popitem(last=False)

    def was_asked(self, message: Message, at_s: float, registrar: Place, phone: Place) -> bool:
        """True if a 200 from `registrar` to `phone` answers a REGISTER that went that way."""
        asked = self._asked.get((message.call_id, message.from_tag, message.cseq))
        if asked is None or asked.at_s + ASKED_S < at_s:
            return False
        return asked.registrar.host == registrar.host and asked.phone.host == phone.host

    def learn(self, message: Message, at_s: float, registrar: Place, phone: Place) -> None:
        """Take in a 200 from `registrar` to `phone` that was asked for."""
        extension = dialled(message)
        if not extension:
            return
        said = self._said(message, at_s, registrar.host, phone)
        kept = {
            place: binding
            for place, binding in self._bindings.get(extension, {}).items()
            if binding.registrar != registrar.host and binding.until_s > at_s
        }
        self._forget(extension)
        if kept or said:
            self._remember(extension, kept | said)

    def places(self, extension: str, at_s: float) -> list[Place]:
        """Where the phones of an extension are; empty where nothing valid is known."""
        bindings = self._bindings.get(extension)
        if not bindings:
            return []
        return [place for place, binding in bindings.items() if binding.until_s > at_s]

    def extension_at(self, user: str, place: Place, at_s: float) -> str:
        """The extension whose phone answers to a contact user at a place; else the only one registered
        there; "" for none."""
        place = Place(place.host, place.port)  # over a stream it is the same phone
        extension = self._by_user.get((user, place), "")
        if extension and place in self.places(extension, at_s):
            return extension
        there = [name for name in self._by_place.get(place, ()) if place in self.places(name, at_s)]
        return there[0] if len(there) == 1 else ""

    def extensions_at(self, place: Place) -> Collection[str]:
        """The extensions that are, or were, registered at a place."""
        return self._by_place.get(Place(place.host, place.port) if place.stream else place, ())

    def extensions(self) -> frozenset[str]:
        """All extensions with a binding, expired or not; the same object while nothing changes."""
        if self._extensions is None:
            self._extensions = frozenset(self._bindings)
        return self._extensions

    def _said(self, message: Message, at_s: float, registrar: str, phone: Place) -> dict[Place, Binding]:
        said: dict[Place, Binding] = {}
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
            until_s = at_s + min(seconds, MAX_EXPIRY_S)
            place = Place(contact.uri.host, contact.uri.port or 5060)
            said[place] = Binding(contact.uri.user, until_s, registrar)
            # Behind an edge proxy the contact is not where this hop of the registration went to.
            said.setdefault(Place(phone.host, phone.port), Binding("", until_s, registrar))
        return said

    def _remember(self, extension: str, bindings: dict[Place, Binding]) -> None:
        self._bindings[extension] = bindings
        for place, binding in bindings.items():
            if binding.user:
                self._by_user[binding.user, place] = extension
            self._by_place.setdefault(place, set()).add(extension)
        self._extensions = None
        if len(self._bindings) > MAX_EXTENSIONS:
            self._forget(next(iter(self._bindings)))

    def _forget(self, extension: str) -> None:
        for place, binding in self._bindings.pop(extension, {}).items():
            self._by_place[place].discard(extension)
            if not self._by_place[place]:
                del self._by_place[place]
            if self._by_user.get((binding.user, place)) == extension:
                del self._by_user[binding.user, place]
        self._extensions = None
