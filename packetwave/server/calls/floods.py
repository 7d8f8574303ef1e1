"""How many calls may begin, and ring at once, out of each share; what is more is counted, and said as one
flood. Pure, bounded.

Shares are by source and extension (see `share.py`), so that a flood takes from nobody but itself: not from
other sources, and not from other extensions of the same one. Who may not begin is not lost by that: see
`gate.py`.
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from weakref import WeakValueDictionary

from packetwave.server.calls.events import Flooded
from packetwave.server.calls.share import (
    ELSEWHERE,
    OF_EXTENSION,
    OF_PHONE_AT_EXTENSION,
    STRANGERS,
    TOGETHER,
    Phone,
    Share,
)

MAX_SHARES = 20_000
"""Shares remembered; the one longest unused goes, and begins anew with all it may have."""

LEAST = 20
"""Fewer calls that were only counted are no flood worth a word."""

SAY_S = 1.0
"""How soon after its begin a flood is said, and how often more of it at most."""

SAY_AGAIN_S = 60.0
"""How often it is said although it has not doubled."""

OVER_S = 10.0
"""A flood of which nothing came for so long is over."""


class Floods:
    """All shares, and the floods that go on.

    Attribute going: shares that are flooded; always the same dict, read for each message.
    """

    def __init__(self) -> None:
        self._shares: OrderedDict[tuple[str, str], Share] = OrderedDict()
        self.going: dict[Share, None] = {}
        self._strangers = Share(STRANGERS, "", TOGETHER, None)
        self._others = Share("", "", TOGETHER, None)
        self._phones: WeakValueDictionary[str, Phone] = WeakValueDictionary()
        self._look_s = 0.0

    def share(self, source: str, called: str, *, is_relay: bool) -> Share:
        """The share of what a source sends to an extension, "" for what is none."""
        key = (source, called)
        share = self._shares.get(key)
        if share is not None:
            self._shares.move_to_end(key)
            return share
        if not called:
            budget = ELSEWHERE
        elif is_relay or source == STRANGERS:
            budget = OF_EXTENSION
        else:
            budget = OF_PHONE_AT_EXTENSION
        within = None if is_relay else self._strangers if source == STRANGERS else self._others
        share = self._shares[key] = Share(source, called, budget, self._phone(called), within)
        if len(self._shares) > MAX_SHARES:
            self._shares.popitem(last=False)
        return share

    def count(self, share: Share, at_s: float, host: str) -> None:
        """A call out of this share is only counted. host: where it came from."""
        if not share.count:
            share.since_s, share.said, share.said_s, share.host = at_s, 0, at_s, host
            self.going[share] = None
        elif host != share.host:
            share.host = ""
        share.count += 1
        share.last_s = at_s

    def take_back(self, share: Share) -> None:
        """One that was counted is followed after all."""
        if share.count:
            share.count -= 1
            if not share.count:
                self.going.pop(share, None)

    def said(self, at_s: float) -> Iterator[Flooded]:
        """What is to be said of floods by now."""
        if not self.going or 0 <= at_s - self._look_s < SAY_S:
            return
        self._look_s = at_s
        for share in list(self.going):
            if share.last_s + OVER_S <= at_s:
                yield from self._end(share)
            elif share.count >= LEAST and share.said_s + SAY_S <= at_s and _has_grown(share, at_s):
                share.said, share.said_s = share.count, at_s
                yield _flooded(share)

    def end_all(self) -> Iterator[Flooded]:
        """Nothing more will come: what is to be said of floods that went on."""
        for share in list(self.going):
            yield from self._end(share)

    def _end(self, share: Share) -> Iterator[Flooded]:
        del self.going[share]
        if share.count >= LEAST:
            yield _flooded(share, over=True)
        share.count = 0

    def _phone(self, called: str) -> Phone | None:
        """The extension's, for as long as anything remembers it; None for what is none."""
        if not called:
            return None
        phone = self._phones.get(called)
        if phone is None:
            phone = self._phones[called] = Phone()
        return phone


def _has_grown(share: Share, at_s: float) -> bool:
    """True if there is more to say than was said."""
    return share.count >= 2 * share.said or share.said_s + SAY_AGAIN_S <= at_s


def _flooded(share: Share, *, over: bool = False) -> Flooded:
    text = "\0".join((share.source, share.called, str(share.since_s)))
    return Flooded(
        call_id=blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=b"flood").hexdigest(),
        from_at=datetime.fromtimestamp(share.since_s, UTC),
        source=share.host,
        called=share.called,
        count=share.count,
        over=over,
        at=datetime.fromtimestamp(share.last_s, UTC),
    )
