"""Whose phone a leg rings, and what has to be seen before that is believed. Pure.

Owns what is known of the extensions: the members' and those registered. The Request-URI says who is asked
for; where it is a phone's own name for itself (an opaque contact), the place it is sent to or To says it
(signalling.md cases 30, 31, 36, 44, 48, 49).
"""

from typing import NamedTuple

from packetwave.server.calls.call import Proof
from packetwave.server.calls.events import Direction
from packetwave.server.calls.leg import Leg
from packetwave.server.calls.registrations import Registrations
from packetwave.server.calls.roles import Roles
from packetwave.server.sip.numbers import is_number


class Aim(NamedTuple):
    """Whose phone a leg rings, as far as is known.

    called: the extension, "" where a leg rings nobody's phone. needs: what proves that it does. doubtful:
    nothing at all is known of who is who, so that it may as well be a leg on its way to the PBX.
    """

    called: str
    direction: Direction = Direction.IN
    needs: Proof = Proof.NONE
    doubtful: bool = False


_NOBODY = Aim("")


class Towards:
    """Tells whose phone a leg rings.

    members: normalised extensions, to be replaced when they change.
    """

    def __init__(self, members: frozenset[str], registrations: Registrations, roles: Roles) -> None:
        self.use_members(members, roles)
        self._registrations = registrations
        self._roles = roles
        self._known = members
        self._known_parts: tuple[frozenset[str], frozenset[str]] = (members, registrations.extensions())

    def use_members(self, members: frozenset[str], roles: Roles) -> None:
        self.members = roles.members = members

    def known(self) -> frozenset[str]:
        """The extensions known to be ones: members' and those registered."""
        parts = (self.members, self._registrations.extensions())
        if parts[0] is not self._known_parts[0] or parts[1] is not self._known_parts[1]:
            self._known_parts = parts
            self._known = parts[0] | parts[1]
        return self._known

    def extension(self, leg: Leg, at_s: float) -> str:
        """The extension that a leg asks for, "" for none that is known."""
        known = self.known()
        if leg.called in known:
            return leg.called
        registered = self._registrations.extension_at(leg.called, leg.destination, at_s)
        if registered:
            return registered
        if leg.dialled in known and not is_number(leg.called):
            return leg.dialled  # an opaque contact whose REGISTER was not seen
        return ""

    def aim(self, leg: Leg, at_s: float) -> Aim:
        """Whom a leg rings."""
        known = self.known()
        doubtful = self._roles.knows_nothing
        if not known:
            return Aim(leg.called, doubtful=doubtful)
        from_inside = leg.caller in known
        extension = self.extension(leg, at_s)
        if not extension:
            out = from_inside and self._roles.is_at_home(leg.caller, leg.source, at_s)
            return Aim(leg.called, Direction.OUT) if out else _NOBODY
        needs = self._roles.proof_needed(leg, extension, at_s)
        if needs is None:
            return _NOBODY
        if self._is_account(extension):
            needs = Proof.RINGING
        return Aim(extension, Direction.INTERNAL if from_inside else Direction.IN, needs, doubtful)

    def _is_account(self, extension: str) -> bool:
        """True if it may be the PBX's account at its carrier: registered, but nobody's in the members
        table."""
        return bool(self.members) and extension not in self.members
