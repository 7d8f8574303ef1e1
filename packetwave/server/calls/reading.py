"""What the tracker reads out of a message: which transaction it is of, what it says, and the leg that an
INVITE begins. Pure.
"""

from typing import NamedTuple

from packetwave.server.calls.early import Early
from packetwave.server.calls.events import Direction
from packetwave.server.calls.kinship import media_of
from packetwave.server.calls.leg import Leg, Place, Signal
from packetwave.server.sip.address import branch_of
from packetwave.server.sip.identity import Caller, dialled, forwarded_by
from packetwave.server.sip.message import Message
from packetwave.server.sip.numbers import normalise
from packetwave.server.sip.text import readable

RETRIED = frozenset((401, 407, 421, 422, 494))
"""Refusals after which a caller's software sends the INVITE again, changed (RFC 3261, 3329, 4028)."""


class OpenCall(NamedTuple):
    """A call that was not over when the program stopped, for `Tracker.restore`. Times in packet seconds."""

    call_id: str
    sip_call_id: str
    from_tag: str
    extension: str
    caller: str
    direction: Direction
    rang_s: float
    answered_s: float | None


def leg_of(now: Early, calling: Caller, called: str) -> Leg:
    """The leg that an INVITE begins."""
    message = now.message
    return Leg(
        key=key_of(message, now.destination),
        sip_call_id=message.call_id,
        from_tag=message.from_tag,
        cseq=message.cseq,
        source=now.source,
        destination=now.destination,
        caller=calling.number,
        caller_name=calling.name,
        called=called,
        dialled=_dialled(message),
        via=forwarded_by(message),
        media=media_of(message.body),
        started_s=now.at_s,
        behind=_behind(message),
        shown=calling.number,
        last_s=now.at_s,
    )


def leg_restored(known: OpenCall) -> Leg:
    """What is remembered of a leg from before a restart: no message of it has been seen since."""
    nowhere = Place("", 0)
    return Leg(
        key=(known.sip_call_id, ""),
        sip_call_id=known.sip_call_id,
        from_tag=known.from_tag,
        cseq=0,
        source=nowhere,
        destination=nowhere,
        caller=known.caller,
        caller_name="",
        called=known.extension,
        dialled="",
        via="",
        media="",
        started_s=known.rang_s,
        shown=known.caller,
    )


def key_of(message: Message, server: Place) -> tuple[str, str]:
    """A transaction's key (RFC 3261 section 17.2.3); without a branch (RFC 2543) the CSeq and the callee."""
    return message.call_id, message.branch or f"{message.cseq}@{server.host}:{server.port}"


def signal_of(status: int) -> Signal:
    """What a response to an INVITE says."""
    if status < 180:
        return Signal.TRYING
    if status < 200:
        return Signal.ALERTING
    if status < 300:
        return Signal.ACCEPTED
    return Signal.CHALLENGE if status in RETRIED else Signal.REFUSAL


def _behind(message: Message) -> str:
    """The branch of the second Via: that of the leg which a proxy made this one of; "" without one."""
    vias = message.values("via")
    return branch_of(vias[1]) if len(vias) > 1 else ""


def _dialled(message: Message) -> str:
    """The number dialled: P-Called-Party-ID (RFC 7315), which a carrier keeps where it puts an account into
    the Request-URI; else To."""
    address = message.address("p-called-party-id") if "p-called-party-id" in message.headers else None
    user = normalise(readable(address.uri.user)) if address is not None else ""
    return user or dialled(message)


def says_elsewhere(message: Message) -> bool:
    """RFC 3326: `SIP;cause=200` or `Q.850;cause=26` ("non-selected user clearing")."""
    for value in message.values("reason"):
        protocol, _, rest = value.partition(";")
        causes = rest.replace(" ", "").lower().split(";")
        wanted = {"SIP": "cause=200", "Q.850": "cause=26"}.get(protocol.strip().upper())
        if wanted in causes:
            return True
    return False
