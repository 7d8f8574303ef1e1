"""Phone numbers as a user would dial them. Pure.

One caller has one form: `01012345678` for +82-10-1234-5678, 821012345678 and 010-1234-5678; other countries
in E.164 with the plus; what is no number stays the user part as it stands (signalling.md case 22).
"""

import re
from functools import lru_cache

KOREA = "82"

_SEPARATORS = re.compile(r"[\s\-.()/]+")
_NUMBER = re.compile(r"\(?\+?[\s\-.()/]*[0-9][0-9\s\-.()/]*")
_WITHOUT_TRUNK_ZERO = re.compile(r"1[568][0-9]{6}")  # 1588-xxxx and its kin are dialled without a leading 0
_LONGEST = 64  # characters; nothing longer is a number of anybody


def normalise(user: str, country: str = KOREA) -> str:
    """The number in digits as dialled inside `country` (calling code), `+` and digits for others; a user part
    that is no number unchanged, extensions unchanged. Done twice it changes nothing more."""
    user = user.strip()
    return _normalised(user, country) if len(user) <= _LONGEST else user


def is_number(normalised: str) -> bool:
    """True for digits, with a plus or without."""
    digits = normalised.removeprefix("+")
    return digits.isascii() and digits.isdecimal()


@lru_cache(maxsize=8192)
def _normalised(user: str, country: str) -> str:
    if not _NUMBER.fullmatch(user):
        return user
    digits = _SEPARATORS.sub("", user)
    if digits.startswith("+"):
        digits = digits[1:]
        return _domestic(digits[len(country) :]) if digits.startswith(country) else "+" + digits
    if digits.startswith("00" + country) and len(digits) >= 12:
        return _domestic(digits[2 + len(country) :])
    # A calling code without its plus: long enough to be no extension and no subscriber number.
    if digits.startswith(country) and 10 <= len(digits) <= 13:
        return _domestic(digits[len(country) :])
    return digits


def _domestic(national: str) -> str:
    national = national.lstrip("0")
    return national if _WITHOUT_TRUNK_ZERO.fullmatch(national) else "0" + national
