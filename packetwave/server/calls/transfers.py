"""Transfers: who is really calling, when a phone hands its call to another. Pure.

A blind transfer (RFC 3515) makes the PBX call the target, often in the name of the phone that transfers; the
target is to be shown the caller it will talk to. An attended one (RFC 3891) puts another caller into a call
that rings or talks already: `Replaces` replaces, it never adds (signalling.md case 33).
"""

from collections import deque
from dataclasses import dataclass

from packetwave.server.calls.call import Call
from packetwave.server.calls.kinship import likeness
from packetwave.server.calls.leg import Leg, Place
from packetwave.server.calls.ring import Ring
from packetwave.server.calls.roles import Roles
from packetwave.server.sip.address import SipSyntaxError, parse_name_address
from packetwave.server.sip.identity import Caller
from packetwave.server.sip.message import Message
from packetwave.server.sip.numbers import normalise
from packetwave.server.sip.text import readable, unescape

MAX_TRANSFERS = 256

TRANSFER_S = 60.0
"""How long after its REFER the target's leg is still that transfer's, where it says who calls."""

AT_ONCE_S = 5.0
"""The same where it says somebody else: the company's number, `s`."""


HOPS_S = 2.0
"""How long one REFER takes through proxies, retransmissions included."""


@dataclass(slots=True)
class Transfer:
    """A REFER: `referrer` hands `caller` over to `target`."""

    at_s: float
    referrer: str
    target: str
    caller: Caller
    relays: list[Place]
    """Where the REFER went to, hop by hop."""

    made: Call | None = None
    """The call that came of it, None until then."""


class Transfers:
    """The latest blind transfers."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles
        self._latest: deque[Transfer] = deque(maxlen=MAX_TRANSFERS)

    def __len__(self) -> int:
        return len(self._latest)

    def note(self, transfer: Transfer) -> None:
        """Remember a REFER; behind a proxy it is seen once more."""
        for known in self._latest:
            same = (known.referrer, known.target, known.caller) == (
                transfer.referrer,
                transfer.target,
                transfer.caller,
            )
            if same and transfer.at_s - known.at_s <= HOPS_S:
                known.relays += [relay for relay in transfer.relays if relay not in known.relays]
                return
        self._latest.append(transfer)

    def of(self, leg: Leg, extension: str) -> Transfer | None:
        """The transfer that a leg towards `extension` ("" for none) makes good, whatever its From says; None
        for an ordinary leg. One that has made its call is used up."""
        for transfer in reversed(self._latest):
            after_s = leg.started_s - transfer.at_s
            if after_s > TRANSFER_S:
                return None
            if transfer.made is not None or transfer.target not in (leg.called, extension):
                continue
            named = leg.caller == transfer.referrer or bool(likeness(leg.caller, transfer.caller.number))
            if (named or after_s <= AT_ONCE_S) and any(
                self._roles.is_same(relay, leg.source) for relay in transfer.relays
            ):
                return transfer
        return None


def parties(leg: Leg, ring: Ring | None, message: Message) -> tuple[str, Caller]:
    """Who of a leg's two sends this REFER, and the other, who is handed over."""
    called = ring.called if ring is not None else leg.called
    if message.from_tag == leg.from_tag:
        return leg.caller, Caller(called, "")
    return called, Caller(leg.caller, leg.caller_name)


def refer_to(message: Message) -> tuple[str, str]:
    """The target's user, normalised, and the Call-ID of the dialog to be replaced, "" for none."""
    try:
        uri = parse_name_address(message.header("refer-to")).uri
    except SipSyntaxError:
        return "", ""
    headers = (header.partition("=") for header in uri.headers.split("&"))
    replaces = next((value for name, _, value in headers if name.lower() == "replaces"), "")
    return readable(normalise(uri.user)), _call_id(replaces)


def replaced(message: Message) -> str:
    """The Call-ID of the dialog that an INVITE replaces (RFC 3891), "" for none."""
    return _call_id(message.header("replaces"))


def _call_id(replaces: str) -> str:
    return unescape(replaces).partition(";")[0].strip()
