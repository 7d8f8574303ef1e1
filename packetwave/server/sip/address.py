"""URIs and name-addrs (RFC 3261 sections 19.1 and 20.10, RFC 3966). Pure; Latin-1 text to frozen values."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from packetwave.server.sip.text import display_name, unescape


class SipSyntaxError(ValueError):
    """A text that is not what the grammar asks for; the message is a short reason for the counters."""


class Uri(NamedTuple):
    """A URI. For `tel:` the number is the user, and the phone-context, if any, the host. For `urn:` the user
    is what it names (`service:sos`). Other schemes name no phone: user and host are ""."""

    scheme: str
    user: str
    """Unescaped, without parameters or password; "" for none."""

    host: str
    """In lower case, IPv6 without brackets."""

    port: int = 0
    """0 where none is given."""

    params: tuple[tuple[str, str], ...] = ()
    headers: str = ""
    """What follows `?`, not read any further."""

    def param(self, name: str) -> str | None:
        """The value of a parameter (lower-case name), "" for one without a value, None for none."""
        for key, value in self.params:
            if key == name:
                return value
        return None


class NameAddress(NamedTuple):
    """A From, To, Contact or identity header value. name: as people should read it, "" for none."""

    name: str
    uri: Uri
    params: tuple[tuple[str, str], ...] = ()

    def param(self, name: str) -> str | None:
        """The value of a header parameter (lower-case name), "" without a value, None for none."""
        for key, value in self.params:
            if key == name:
                return value
        return None


_BLANK = (
    " \t\r\n"  # not all that `str.strip` takes: 0x85 and 0xA0 are the last bytes of many a Korean syllable
)
_CACHED_CHARS = 256  # longer texts are read anew each time: what is kept stays small

# Every pattern here is linear in the text, whatever it holds: what could give back is possessive.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\]|([A-Za-z0-9_.\-]+))(?::([0-9]{1,5}))?")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NOT_IN_URI = re.compile(r'[ <>"\t\r\n]')
_SUBSCRIBER = re.compile(r"\+?[0-9*#.\-()]+")
_VISUAL = re.compile(r"[.\-()]+")
_QUOTED_OR_OPEN = re.compile(r'\\.|"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_QUOTED_OR_BRACKETED = re.compile(r'\\.|"(?:[^"\\]|\\.)*+"?|<[^>]*+>?', re.DOTALL)
_BLANKS = re.compile(r"[ \t]+")
_TAG = re.compile(r";[ \t]*tag[ \t]*=[ \t]*([^;,> \t]+)", re.IGNORECASE)
_BRANCH = re.compile(r";[ \t]*branch[ \t]*=[ \t]*([^;,\s]+)", re.IGNORECASE)
_SHORTEST_SUBSCRIBER = 7  # digits; what is shorter (119, an extension) is dialled as it stands everywhere
# What stands between two separators: a quoted string or < > that is not closed goes to the end.
_PARTS = {
    separator: re.compile(rf'(?:[^{separator}"<\\]++|\\.?|"(?:[^"\\]|\\.)*+"?|<[^>]*+>?)*+', re.DOTALL)
    for separator in ",;"
}


def parse_params(text: str) -> tuple[tuple[str, str], ...]:
    """`;name=value;flag` as pairs, names in lower case, quotes taken off values."""
    pairs = []
    for part in split_outside_quotes(text, ";"):
        name, _, value = part.partition("=")
        name = name.strip(_BLANK).lower()
        value = value.strip(_BLANK)
        if len(value) > 1 and value[0] == '"' and value[-1] == '"':
            value = _ESCAPED.sub(r"\1", value[1:-1])
        if name:
            pairs.append((name, value))
    return tuple(pairs)


def parse_uri(text: str) -> Uri:
    """A `sip:`, `sips:`, `tel:` or any other URI. Raises SipSyntaxError."""
    return _kept_uri(text) if len(text) <= _CACHED_CHARS else _uri(text)


def _uri(text: str) -> Uri:
    if _NOT_IN_URI.search(text):
        raise SipSyntaxError("white space or brackets in a URI")
    scheme_end = text.find(":")
    scheme = text[:scheme_end].lower()
    if scheme_end < 1 or not _SCHEME.fullmatch(scheme):
        raise SipSyntaxError("no URI scheme")
    rest = text[scheme_end + 1 :]
    if scheme in ("sip", "sips"):
        return _sip_uri(scheme, rest)
    if scheme == "tel":
        number, _, parameters = rest.partition(";")
        params = parse_params(parameters)
        context = next((value for name, value in params if name == "phone-context"), "")
        if not number:
            raise SipSyntaxError("tel URI without a number")
        return Uri(scheme, unescape(_in_context(number, context)), context, 0, params)
    if scheme == "urn":
        return Uri(scheme, unescape(rest.partition("?")[0].partition(";")[0]), "")
    return Uri(scheme, "", "")


_kept_uri = lru_cache(maxsize=4096)(_uri)


def _sip_uri(scheme: str, rest: str) -> Uri:
    # The user part may hold ; ? and =, so the @ is looked for first; it must be escaped inside a user.
    before, at, after = rest.partition("@")
    user_info, host_part = (before, after) if at else ("", rest)
    host_part, _, headers = host_part.partition("?")
    host_port, _, parameters = host_part.partition(";")
    found = _HOST.fullmatch(host_port)
    if found is None:
        raise SipSyntaxError("no host in a SIP URI")
    if at and not user_info:
        raise SipSyntaxError("empty user before @")
    port = int(found.group(3) or 0)
    if port > 65535:
        raise SipSyntaxError("port over 65535")
    user, _, _password = user_info.partition(":")
    params = parse_params(parameters)
    number, separator, user_params = user.partition(";")
    if separator and _SUBSCRIBER.fullmatch(number):
        # A telephone-subscriber with its own parameters (RFC 3261 section 19.1.1, RFC 3966).
        user = _in_context(number, dict(parse_params(user_params)).get("phone-context", ""))
    return Uri(scheme, unescape(user), (found.group(1) or found.group(2)).lower(), port, params, headers)


def _in_context(number: str, context: str) -> str:
    """A telephone-subscriber with the global prefix of its phone-context (RFC 3966 section 5.1.5)."""
    is_local = context.startswith("+") and not number.startswith("+")
    if is_local and len(_VISUAL.sub("", number)) >= _SHORTEST_SUBSCRIBER:
        return context + number.lstrip("0")
    return number


def parse_name_address(text: str) -> NameAddress:
    """One name-addr or addr-spec with its header parameters. Raises SipSyntaxError.

    Unquoted names of any characters before `<` are taken as they stand, though the grammar allows tokens
    only: PBXs send colons, commas and Korean there.
    """
    return _kept_name_address(text) if len(text) <= _CACHED_CHARS else _name_address(text)


def _name_address(text: str) -> NameAddress:
    text = text.strip(_BLANK)
    name = ""
    if text.startswith('"'):
        quoted = _QUOTED.match(text)
        if quoted is None:
            raise SipSyntaxError("unbalanced quotes")
        name = _ESCAPED.sub(r"\1", quoted.group(1))
        bracket = text.find("<", quoted.end())
        if bracket < 0 or text[quoted.end() : bracket].strip(_BLANK):
            raise SipSyntaxError("no address after a quoted name")
    else:
        bracket = text.find("<")
        if bracket >= 0:
            name = text[:bracket].strip(_BLANK)
            if name.count('"') % 2:
                raise SipSyntaxError("unbalanced quotes")
            # Phones that escape the quotes themselves: \"Kim\" <sip:…> (sip-sdp-sdp.pcap)
            name = name.replace('\\"', '"').strip('"')
    if bracket >= 0:
        close = text.find(">", bracket)
        if close < 0:
            raise SipSyntaxError("no > after an address")
        uri = parse_uri(text[bracket + 1 : close])
        rest = text[close + 1 :].strip(_BLANK)
        if rest and not rest.startswith(";"):
            raise SipSyntaxError("text after an address")
        return NameAddress(display_name(name), uri, parse_params(rest))
    # An addr-spec without <>: what follows ; are header parameters (RFC 3261 section 20.10).
    address, _, parameters = text.partition(";")
    if "?" in address or "," in address:
        raise SipSyntaxError("? or , in an address without < >")
    return NameAddress("", parse_uri(address.strip(_BLANK)), parse_params(parameters))


_kept_name_address = lru_cache(maxsize=4096)(_name_address)


def tag_of(text: str) -> str:
    """The tag of a From or To as it stands, "" for none; also of one whose address cannot be read."""
    if '"' in text:
        text = _QUOTED_OR_OPEN.sub("", text)
    address = text.find("<")
    found = _TAG.search(text, text.find(">", address) + 1 if address >= 0 else 0)
    return found[1] if found else ""


def branch_of(text: str) -> str:
    """The branch of the first value in a Via line, "" for none."""
    if '"' in text:
        text = _QUOTED_OR_OPEN.sub("", text)
    found = _BRANCH.search(text.partition(",")[0])
    return found[1] if found else ""


def split_outside_quotes(text: str, separator: Literal[",", ";"]) -> list[str]:
    """The parts of a header value between `separator`s that stand outside quotes and < >, stripped, without
    empty ones."""
    if separator not in text:
        parts = [text]
    elif '"' not in text and "<" not in text:
        parts = text.split(separator)
    else:
        parts = _PARTS[separator].findall(text)
    return [stripped for part in parts if (stripped := part.strip(_BLANK))]


def has_empty_part(text: str, separator: Literal[",", ";"]) -> bool:
    """True if two separators follow one another outside quotes and < >. One more at the end is passed
    over: phones send it, and PBXs take it."""
    bare = _QUOTED_OR_BRACKETED.sub("x", text) if '"' in text or "<" in text else text
    return separator * 2 in _BLANKS.sub("", bare)
