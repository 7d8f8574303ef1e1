"""Which calls and event lines speak of a person, and which are from before a time. Pure.

For what is kept so long and no longer, and for who asks what is known of him.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from packetwave.common.numbers import ANONYMOUS, display
from packetwave.server.sip.numbers import KOREA, is_number, normalise
from packetwave.server.store.base import EventLine

PLACES = ("caller", "called", "dialled", "via", "by", "caller_name", "called_name")
"""Where a call's record may name somebody."""

DIGITS_TO_SEARCH = 7
"""A shorter number is an extension: its digits stand by chance in many a file."""

REMOVED = "calls_removed"
"""The small value of the store that a program changes once it has removed calls beside a running server."""


def forms(who: str) -> tuple[str, ...]:
    """All ways in which records may have written this number, extension or name; () for what is nobody's.

    A number of Korea is found in each notation: 010-1234-5678, 01012345678, +82 10-1234-5678, 821012345678.
    """
    text = who.strip()
    plain = normalise(text)
    if not plain or plain == ANONYMOUS:
        return ()
    found = [plain, text, display(plain)]
    if is_number(plain) and plain.startswith("0"):
        found += [f"+{KOREA}{plain[1:]}", f"{KOREA}{plain[1:]}", f"00{KOREA}{plain[1:]}"]
    elif is_number(plain) and not plain.startswith("+") and len(plain) >= DIGITS_TO_SEARCH:
        found += [f"+{KOREA}{plain}", f"{KOREA}{plain}"]
    return tuple(dict.fromkeys(found))


def searchable(who: Iterable[str]) -> list[bytes]:
    """Those of these forms that can be looked for in the bytes of a file, as they may stand there."""
    texts = [text for text in who if not is_number(text) or len(text) >= DIGITS_TO_SEARCH]
    ascii_ = [json.dumps(text)[1:-1] for text in texts]
    return [text.encode("utf-8", "replace") for text in dict.fromkeys((*texts, *ascii_))]


def lines_of(lines: Iterable[EventLine], who: Iterable[str]) -> list[int]:
    """The numbers of the event lines that name one of these."""
    wanted = set(who)
    return [line.number for line in lines if wanted & _texts_in(line.text)]


def lines_before(lines: Iterable[EventLine], at: datetime) -> list[int]:
    """The numbers of the event lines of before a time; of what is no event line too."""
    return [line.number for line in lines if (said := _time_of(line.text)) is None or said < at]


def _texts_in(line: str) -> set[str]:
    return {value for value in _keys_of(line).values() if isinstance(value, str)}


def _time_of(line: str) -> datetime | None:
    times = [
        found
        for name, value in _keys_of(line).items()
        if name == "at" or name.endswith("_at")
        if (found := _time(value)) is not None
    ]
    return max(times, default=None)


def _time(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _keys_of(line: str) -> dict[str, object]:
    try:
        keys = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return keys if isinstance(keys, dict) else {}


def pieces(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """The items, so many at a time."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
