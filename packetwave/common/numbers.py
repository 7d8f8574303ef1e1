"""Phone numbers as people in Korea read them. Pure; nothing is looked up and nothing is translated."""

import re

ANONYMOUS = "anonymous"
"""The caller's number where it is withheld; the windows put their own words in its place."""

# Numbering plan of the Republic of Korea: prefix, then the lengths of what stands between the hyphens.
# A rule is (prefix, total digits, digits of the first two groups).
_RULES: tuple[tuple[re.Pattern[str], int, tuple[int, int]], ...] = tuple(
    (re.compile(prefix), total, groups)
    for prefix, total, groups in (
        (r"02", 9, (2, 3)),  # Seoul
        (r"02", 10, (2, 4)),
        (r"0[35]0\d", 11, (4, 3)),  # fax and personal numbers: 0303, 0504, 0505
        (r"0[35]0\d", 12, (4, 4)),
        (r"0(?:1\d|3[1-3]|4[1-4]|5[1-5]|6[0-4]|70|80)", 10, (3, 3)),  # mobile, provinces, VoIP, toll free
        (r"0(?:1\d|3[1-3]|4[1-4]|5[1-5]|6[0-4]|70|80)", 11, (3, 4)),
        (r"1[568]\d\d", 8, (4, 0)),  # nationwide service numbers: 1588-0000
    )
)


def display(number: str) -> str:
    """The number with the hyphens of its kind (010-1234-5678); everything else as it stands.

    Extensions, numbers of other countries (+14155550100), names and `anonymous` are not touched.
    """
    if not (number.isascii() and number.isdigit()):
        return number
    for prefix, total, (first, second) in _RULES:
        if len(number) == total and prefix.match(number):
            parts = (number[:first], number[first : first + second], number[first + second :])
            return "-".join(part for part in parts if part)
    return number


def mask(number: str) -> str:
    """The number as a log may hold it: 010****5678. Extensions (up to five characters) are no secret."""
    if len(number) <= 5 or number == ANONYMOUS:
        return number
    if len(number) < 9:
        return f"{number[:2]}****{number[-2:]}"
    return f"{number[:3]}****{number[-4:]}"
