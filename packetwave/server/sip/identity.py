"""Who is calling, who is called, who forwarded: read from an INVITE. Pure.

Which header is believed first is a setting, since PBXs differ (signalling.md case 21): `IDENTITY_HEADERS`
is the default order. A withheld caller is `anonymous` (RFC 3323, RFC 3325 section 7), whatever other headers
say, unless the setting allows the asserted number.
"""

import re
from typing import NamedTuple

from packetwave.server.sip.address import NameAddress, SipSyntaxError, Uri, parse_name_address, parse_uri
from packetwave.server.sip.message import Message
from packetwave.server.sip.numbers import normalise
from packetwave.server.sip.text import readable

ANONYMOUS = "anonymous"

IDENTITY_HEADERS = ("p-asserted-identity", "remote-party-id", "p-preferred-identity", "from")

_WITHHOLDING = {"id", "user", "header"}  # privacy values that hide the caller (RFC 3323 section 4.2)


class Caller(NamedTuple):
    """number: as `numbers.normalise` gives it, or `anonymous`. name: unproven, "" for none."""

    number: str
    name: str


def caller(
    message: Message,
    *,
    order: tuple[str, ...] = IDENTITY_HEADERS,
    show_withheld: bool = False,
) -> Caller:
    """The caller of an INVITE."""
    withheld = is_withheld(message)
    if withheld and not show_withheld:
        return Caller(ANONYMOUS, "")
    for name in order:
        for address in _addresses(message, name):
            number = readable(normalise(address.uri.user))
            if number and not _is_anonymous(address):
                return Caller(number, _useful_name(address))
    return Caller(ANONYMOUS, "")


def is_withheld(message: Message) -> bool:
    """True if the caller asked not to be shown."""
    privacy = {value.strip().lower() for value in re.split(r"[;,]", message.header("privacy"))}
    if privacy & _WITHHOLDING:
        return True
    sender = message.address("from")
    if sender is not None and _is_anonymous(sender):
        return True
    party = message.address("remote-party-id")
    return party is not None and (party.param("privacy") or "").lower() in ("full", "uri", "name")


def called(message: Message) -> str:
    """Whose phone an INVITE asks for: the user of the Request-URI, of To where that has none; "" for
    neither. Numbers are normalised."""
    try:
        user = parse_uri(message.request_uri).user if message.request_uri else ""
    except SipSyntaxError:
        user = ""
    return readable(normalise(user)) if user else dialled(message)


def dialled(message: Message) -> str:
    """What the caller dialled: the user of To, normalised; "" for none."""
    to = message.address("to")
    return readable(normalise(to.uri.user)) if to is not None else ""


def forwarded_by(message: Message) -> str:
    """Who forwarded the call last (Diversion, RFC 5806: the topmost; else History-Info, RFC 7044: the entry
    before the last with a cause), normalised; "" for nobody."""
    for address in _addresses(message, "diversion"):
        if address.uri.user:
            return readable(normalise(address.uri.user))
    entries = list(_addresses(message, "history-info"))
    for position in range(len(entries) - 1, 0, -1):
        if _redirected(entries[position]) and entries[position - 1].uri.user:
            return readable(normalise(entries[position - 1].uri.user))
    return ""


def _redirected(entry: NameAddress) -> bool:
    return entry.uri.param("cause") is not None or entry.param("mp") is not None


def _addresses(message: Message, name: str) -> list[NameAddress]:
    values = message.headers.get(name, []) if name == "from" else message.values(name)
    found = []
    for value in values:
        try:
            found.append(parse_name_address(value))
        except SipSyntaxError:
            continue
    return found


def _is_anonymous(address: NameAddress) -> bool:
    uri: Uri = address.uri
    return (
        uri.host.endswith("anonymous.invalid")
        or uri.user.lower() in ("anonymous", "unavailable", "restricted", "unknown")
        or address.name.lower() == "anonymous"
    )


def _useful_name(address: NameAddress) -> str:
    """A name that only repeats the number says nothing."""
    return "" if normalise(address.name) == normalise(address.uri.user) else address.name
