"""URIs and name-addrs (RFC 3261 sections 19.1 and 20.10, RFC 3966). Pure; Latin-1 text to frozen values."""

import re
from functools import lru_cache
from typing import NamedTuple

from packetwave.server.sip.text import display_name, unescape


class SipSyntaxError(ValueError):
    """A text that is not what the grammar asks for; the message is a short reason for the counters."""


class Uri(NamedTuple):
    """A URI. user: unescaped, without parameters or password, "" for none; host: lower case, IPv6 without
    brackets; for `tel:` the number is the user and the phone-context, if any, the host. port 0: not given."""

    scheme: str
    user: str
    host: str
    port: int = 0
    params: tuple[tuple[str, str], ...] = ()

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


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)(?:%[^\]]*)?\]|([A-Za-z0-9_.\-]+))(?::(\d{1,5}))?")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


def parse_params(text: str) -> tuple[tuple[str, str], ...]:
    """`;name=value;flag` as pairs, names in lower case, quotes taken off values."""
    pairs = []
    for part in split_outside_quotes(text, ";"):
        name, _, value = part.partition("=")
        name = name.strip().lower()
        value = value.strip()
        if len(value) > 1 and value[0] == '"' and value[-1] == '"':
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if name:
            pairs.append((name, value))
    return tuple(pairs)


@lru_cache(maxsize=4096)
def parse_uri(text: str) -> Uri:
    """A `sip:`, `sips:`, `tel:` or any other URI. Raises SipSyntaxError."""
    scheme_end = text.find(":")
    scheme = text[:scheme_end].lower()
    if scheme_end < 1 or not _SCHEME.fullmatch(scheme):
        raise SipSyntaxError("no URI scheme")
    rest = text[scheme_end + 1 :]
    if any(character in rest for character in ' <>"\t\r\n'):
        raise SipSyntaxError("white space or brackets in a URI")
    if scheme in ("sip", "sips"):
        return _sip_uri(scheme, rest)
    if scheme == "tel":
        number, _, parameters = rest.partition(";")
        params = parse_params(parameters)
        context = next((value for name, value in params if name == "phone-context"), "")
        if context.startswith("+") and not number.startswith("+"):
            number = context + number.lstrip("0")
        if not number:
            raise SipSyntaxError("tel URI without a number")
        return Uri(scheme, unescape(number), context, 0, params)
    return Uri(scheme, unescape(rest.partition("?")[0].partition(";")[0]), "")


def _sip_uri(scheme: str, rest: str) -> Uri:
    # The user part may hold ; ? and =, so the @ is looked for first; it must be escaped inside a user.
    before, at, after = rest.rpartition("@") if rest.count("@") == 1 else rest.partition("@")
    user_info, host_part = (before, after) if at else ("", rest)
    host_part, _, _headers = host_part.partition("?")
    host_port, _, parameters = host_part.partition(";")
    found = _HOST.fullmatch(host_port.strip())
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
    if separator and re.fullmatch(r"\+?[0-9*#.\-()]+", number):
        # A telephone-subscriber with its own parameters (RFC 3261 section 19.1.1, RFC 3966).
        context = dict(parse_params(user_params)).get("phone-context", "")
        user = context + number.lstrip("0") if context.startswith("+") and number[0] != "+" else number
    return Uri(scheme, unescape(user), (found.group(1) or found.group(2)).lower(), port, params)


@lru_cache(maxsize=4096)
def parse_name_address(text: str) -> NameAddress:
    """One name-addr or addr-spec with its header parameters. Raises SipSyntaxError.

    Unquoted names of any characters before `<` are taken as they stand, though the grammar allows tokens
    only: PBXs send colons, commas and Korean there.
    """
    text = text.strip(" \t\r\n")
    name = ""
    if text.startswith('"'):
        quoted = _QUOTED.match(text)
        if quoted is None:
            raise SipSyntaxError("unbalanced quotes")
        name = re.sub(r"\\(.)", r"\1", quoted.group(1), flags=re.DOTALL)
        bracket = text.find("<", quoted.end())
        if bracket < 0 or text[quoted.end() : bracket].strip():
            raise SipSyntaxError("no address after a quoted name")
    else:
        bracket = text.find("<")
        if bracket >= 0:
            name = text[:bracket].strip()
            if '"' in name:
                raise SipSyntaxError("unbalanced quotes")
    if bracket >= 0:
        close = text.find(">", bracket)
        if close < 0:
            raise SipSyntaxError("no > after an address")
        uri = parse_uri(text[bracket + 1 : close])
        rest = text[close + 1 :].strip()
        if rest and not rest.startswith(";"):
            raise SipSyntaxError("text after an address")
        return NameAddress(display_name(name), uri, parse_params(rest))
    # An addr-spec without <>: what follows ; are header parameters (RFC 3261 section 20.10).
    address, _, parameters = text.partition(";")
    if "?" in address or "," in address:
        raise SipSyntaxError("? or , in an address without < >")
    return NameAddress("", parse_uri(address.strip()), parse_params(parameters))


def split_outside_quotes(text: str, separator: str) -> list[str]:
    """The parts of a header value between `separator`s that stand outside quotes and < >, stripped."""
    if separator not in text:
        return [text.strip()] if text.strip() else []
    if '"' not in text and "<" not in text:
        return [part.strip() for part in text.split(separator) if part.strip()]
    parts = []
    start = 0
    quoted = escaped = False
    depth = 0
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            if character == "\\":
                escaped = True
            elif character == '"':
                quoted = False
        elif character == '"':
            quoted = True
        elif character == "<":
            depth += 1
        elif character == ">":
            depth = max(0, depth - 1)
        elif character == separator and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]
