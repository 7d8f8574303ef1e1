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
        self._bindings: OrderedDict[str, dict[Place, float]] = OrderedDict()
        self._contact_users: dict[tuple[str, Place], str] = {}

    def learn(self, message: Message, at_s: float, phone: Place) -> None:
        """Take in a 200 to REGISTER that was sent to `phone`."""
        extension = dialled(message)
        if not extension:
            return
        self._forget(extension)
        places: dict[Place, float] = {}
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
            self._contact_users[contact.uri.user, place] = extension
            # Behind an edge proxy the contact is not where this hop of the registration went to.
            places.setdefault(phone, at_s + seconds)
        if places:
            self._bindings[extension] = places
            self._bindings.move_to_end(extension)
            if len(self._bindings) > MAX_EXTENSIONS:
                self._forget(next(iter(self._bindings)))

    def places(self, extension: str, at_s: float) -> list[Place]:
        """Where the phones of an extension are; empty where nothing valid is known."""
        return [place for place, until in self._bindings.get(extension, {}).items() if until > at_s]

    def extension_at(self, user: str, place: Place, at_s: float) -> str:
        """The extension whose phone answers to a contact user at a place; else the only one registered
        there; "" for none."""
        extension = self._contact_users.get((user, place), "")
        if extension and place in self.places(extension, at_s):
            return extension
        there = [name for name in self._bindings if place in self.places(name, at_s)]
        return there[0] if len(there) == 1 else ""

    def extensions(self) -> frozenset[str]:
        """All extensions with a binding, expired or not."""
        return frozenset(self._bindings)

    def _forget(self, extension: str) -> None:
        if self._bindings.pop(extension, None) is not None:
            self._contact_users = {
                key: name for key, name in self._contact_users.items() if name != extension
            }
