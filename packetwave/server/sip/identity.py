"""Who is calling, who is called, who forwarded: read from an INVITE. Pure.

Which header is believed first is a setting, since PBXs differ (signalling.md case 21): `IDENTITY_HEADERS`
is the default order. A withheld caller is `anonymous` (RFC 3323, RFC 3325 section 7), whatever other headers
say, unless the setting allows the asserted number.
"""

import re
from typing import NamedTuple

from packetwave.server.sip.address import NameAddress, SipSyntaxError, Uri, parse_name_address, parse_uri
from packetwave.server.sip.message import Message
from packetwave.server.sip.numbers import is_number, normalise
from packetwave.server.sip.text import readable

ANONYMOUS = "anonymous"

IDENTITY_HEADERS = ("p-asserted-identity", "remote-party-id", "p-preferred-identity", "from")

_WITHHOLDING = {"id", "user", "header"}  # privacy values that hide the caller (RFC 3323 section 4.2)
_NO_ONE = {"anonymous", "unavailable", "restricted", "unknown"}


class Caller(NamedTuple):
    """Who calls.

    number: as `numbers.normalise` gives it, or `anonymous`. name: unproven, "" for none.
    """

    number: str
    name: str


def caller(
    message: Message,
    *,
    order: tuple[str, ...] = IDENTITY_HEADERS,
    show_withheld: bool = False,
) -> Caller:
    """The caller of an INVITE."""
    if is_withheld(message) and not show_withheld:
        return Caller(ANONYMOUS, "")
    groups = [[address for address in _addresses(message, header) if _is_known(address)] for header in order]
    believed = next((group for group in groups if group), None)
    if believed is None:
        return Caller(ANONYMOUS, "")
    # A SIP URI and a tel URI for one caller (RFC 3325 section 9.1): the one that is a number.
    numbers = [_number_of(address) for address in believed]
    number = next((number for number in numbers if is_number(number)), numbers[0])
    # PBXs often give the number in one header and the name in another.
    same = [address for group in groups for address in group if _number_of(address) == number]
    if any((address.param("privacy") or "").lower() == "name" for address in same):
        return Caller(number, "")
    names = map(_useful_name, [*believed, *same])
    return Caller(number, next((name for name in names if name), ""))


def is_withheld(message: Message) -> bool:
    """True if the caller asked not to be shown."""
    privacy = {
        value.strip().lower()
        for line in message.headers.get("privacy", ())
        for value in re.split(r"[;,]", line)
    }
    if privacy & _WITHHOLDING:
        return True
    sender = message.address("from")
    if sender is not None and _is_anonymous(sender):
        return True
    party = message.address("remote-party-id")
    return party is not None and (party.param("privacy") or "").lower() in ("full", "uri")


def called(message: Message) -> str:
    """Whose phone an INVITE asks for: the user of the Request-URI, of To where that has none; "" for
    neither. Numbers are normalised."""
    try:
        user = parse_uri(message.request_uri).user if message.request_uri else ""
    except SipSyntaxError:
        user = ""
    return normalise(readable(user)) if user else dialled(message)


def dialled(message: Message) -> str:
    """What the caller dialled: the user of To, normalised; "" for none."""
    to = message.address("to")
    return _number_of(to) if to is not None else ""


def forwarded_by(message: Message) -> str:
    """Who forwarded the call last, normalised; "" for nobody.

    Diversion (RFC 5806): the topmost; else History-Info: the entry that the last forwarded one was mapped
    from (RFC 7044), or the last entry whose URI carries a Reason and that another follows (RFC 4244).
    """
    for address in _addresses(message, "diversion"):
        if address.uri.user:
            return _number_of(address)
    entries = list(_addresses(message, "history-info"))
    for position in range(len(entries) - 1, 0, -1):
        forwarder = _forwarder_of(entries, position)
        if forwarder is not None and forwarder.uri.user:
            return _number_of(forwarder)
    return ""


def _forwarder_of(entries: list[NameAddress], position: int) -> NameAddress | None:
    entry, before = entries[position], entries[position - 1]
    mapped_from = entry.param("mp")
    if mapped_from is not None:
        return next((other for other in entries if other.param("index") == mapped_from), before)
    if entry.uri.param("cause") is not None or "reason=" in before.uri.headers.lower():
        return before
    return None


def _addresses(message: Message, name: str) -> list[NameAddress]:
    values = message.headers.get(name, []) if name == "from" else message.values(name)
    found = []
    for value in values:
        try:
            found.append(parse_name_address(value))
        except SipSyntaxError:
            continue
    return found


def _number_of(address: NameAddress) -> str:
    return normalise(readable(address.uri.user))


def _is_known(address: NameAddress) -> bool:
    return bool(_number_of(address)) and not _is_anonymous(address)


def _is_anonymous(address: NameAddress) -> bool:
    uri: Uri = address.uri
    return (
        uri.host.endswith("anonymous.invalid")
        or uri.user.lower() in _NO_ONE
        or address.name.lower() == ANONYMOUS
    )


def _useful_name(address: NameAddress) -> str:
    """A name that only repeats the number says nothing."""
    return "" if normalise(address.name) == _number_of(address) else address.name
