"""Decodes the texts of SIP headers that people read, such as display names. Pure.

Heads are read as Latin-1, so that no byte is lost and positions are bytes. What people read is decoded here:
UTF-8 as RFC 3261 asks, else CP949, which Korean PBXs still send.
"""

import re
from urllib.parse import unquote_to_bytes

# Nothing that cannot be seen gets through: control characters, what turns the direction of text or joins it
# without a trace (Unicode's Cc, Cf, Cs, Zl, Zp), the replacement character, and blank Hangul fillers, of
# which a name could be made that hides the number.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u180e"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffd"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f]+"
)
_ESCAPED_LETTER = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_MAX_NAME = 128  # characters


def readable(latin: str) -> str:
    """A header text for people: decoded, with a space for what cannot be seen, at most 128 characters; ""
    where the bytes are neither UTF-8 nor CP949."""
    if latin.isascii():
        text = latin
    else:
        raw = latin.encode("latin-1")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            try:
                text = raw.decode("cp949")
            except UnicodeDecodeError:
                return ""
    return _UNSEEN.sub(" ", text).strip()[:_MAX_NAME].rstrip()


def display_name(latin: str) -> str:
    """A display name as people should read it. Percent escapes are no part of the grammar there (RFC 4475
    section 3.1.1.6), but some PBXs escape Korean names: resolved where they hold other than ASCII."""
    if _ESCAPED_LETTER.search(latin):
        resolved = readable(unescape(latin))
        if resolved:
            return resolved
    return readable(latin)


def unescape(latin: str) -> str:
    """A URI part with its percent escapes resolved (RFC 3261 section 19.1.2), still Latin-1."""
    if "%" not in latin:
        return latin
    return unquote_to_bytes(latin.encode("latin-1")).decode("latin-1")
