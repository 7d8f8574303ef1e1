"""Transfers: who is really calling, when a phone hands its call to another. Pure.

A blind transfer (RFC 3515) makes the PBX call the target, often in the name of the phone that transfers; the
target is to be shown the caller it will talk to. An attended one (RFC 3891) puts another caller into a call
that rings or talks already: `Replaces` replaces, it never adds (signalling.md case 33).
"""

from collections import deque
from typing import NamedTuple

from packetwave.server.calls.leg import Leg
from packetwave.server.sip.address import SipSyntaxError, parse_name_address
from packetwave.server.sip.identity import Caller
from packetwave.server.sip.message import Message
from packetwave.server.sip.numbers import normalise
from packetwave.server.sip.text import readable, unescape

MAX_TRANSFERS = 256
TRANSFER_S = 60.0
"""How long after its REFER the target's leg is still that transfer's."""


class Transfer(NamedTuple):
    """REFER: `referrer` hands `caller` over to `target`."""

    at_s: float
    referrer: str
    target: str
    caller: Caller


class Transfers:
    """The latest blind transfers."""

    def __init__(self) -> None:
        self._latest: deque[Transfer] = deque(maxlen=MAX_TRANSFERS)

    def note(self, transfer: Transfer) -> None:
        self._latest.append(transfer)

    def caller_of(self, leg: Leg) -> Caller | None:
        """Who is handed over by a leg that is called in the name of a phone that transfers; None for an
        ordinary leg."""
        for transfer in reversed(self._latest):
            if leg.started_s - transfer.at_s > TRANSFER_S:
                return None
            if (transfer.referrer, transfer.target) == (leg.caller, leg.target):
                return transfer.caller
        return None


def parties(leg: Leg, message: Message) -> tuple[str, Caller]:
    """Who of a leg's two sends this REFER, and the other, who is handed over."""
    called = leg.ring.extension if leg.ring is not None else leg.target
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
