"""What of the calls wants to be seen: which calls, since when, and which few of them first. Pure.

Owns one card for each call that was told and not closed; the windows only show some of them. However many
there are, telling of one, changing one and asking for those to be seen costs the same: counts are kept, never
taken again. Times are seconds of one steady clock.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from packetwave.client.calls import Call, CallState

MOST_SEEN = 3
"""Popups on the screen at once; what is beyond is a number."""

ELSEWHERE_S = 3.0
"""How long it is said that somebody else answered."""

MOST_OVER = 5_000
"""Calls kept that are over; beyond, the oldest is forgotten (a flood, never a holiday)."""


class Kind(Enum):
    """What there is to say about a call."""

    RINGING = "ringing"
    DOUBTFUL = "doubtful"
    ELSEWHERE = "elsewhere"
    MISSED = "missed"


def kind_of(call: Call) -> Kind | None:
    """What to say about the call; None when there is nothing to say any more."""
    if call.state is CallState.RINGING:
        return Kind.DOUBTFUL if call.doubtful else Kind.RINGING
    if call.state is CallState.ENDED:
        return {"answered_elsewhere": Kind.ELSEWHERE, "missed": Kind.MISSED}.get(call.outcome)
    return None


@dataclass(slots=True, eq=False)
class Card:
    """What is to be seen of one call."""

    call: Call

    number: int
    """It grows from one call to the next."""

    since_s: float
    """When it began to ring here."""

    kind: Kind = Kind.RINGING

    rang_s: int | None = None
    """How long it rang, once it was missed; None before that."""

    goes_s: float | None = None
    """When it goes by itself; None where it stays."""

    announced: Kind | None = None
    """What was last said to who cannot see; None for nothing yet."""

    was_shown: bool = False
    """Whether it was on the screen."""


_Group = OrderedDict[str, Card]


class Cards:
    """All cards of one client. keep_missed: whether a missed call stays.

    Attribute: missed, how many missed calls there are.
    """

    def __init__(self, *, keep_missed: bool = True) -> None:
        self.missed = 0
        self._keep_missed = keep_missed
        self._last = 0
        self._ringing: _Group = OrderedDict()  # each group in the order in which its cards came to it
        self._resting: _Group = OrderedDict()  # the phone stopped; it is not known yet why
        self._over: _Group = OrderedDict()
        self._going: _Group = OrderedDict()  # of those that are over: the ones that go by themselves
        self._groups: dict[str, _Group] = {}

    def __len__(self) -> int:
        """How many there are, those among them that are not to be seen now."""
        return len(self._groups)

    @property
    def wanted(self) -> int:
        """How many are to be seen, if there were room."""
        return len(self._ringing) + len(self._over)

    @property
    def over(self) -> int:
        """How many of the wanted are over."""
        return len(self._over)

    @property
    def next_due_s(self) -> float | None:
        """When `expire` has something to do; None when nothing is pending."""
        return next((card.goes_s for card in self._going.values()), None)

    def has(self, call_id: str) -> bool:
        """Whether there is a card for a call."""
        return call_id in self._groups

    def missed_ids(self) -> list[str]:
        """The missed calls, the oldest first."""
        return [call_id for call_id, card in self._over.items() if card.kind is Kind.MISSED]

    def first(self, most: int = MOST_SEEN) -> list[Card]:
        """Those to be seen, the most urgent first: the newest that ring, then the newest that are over."""
        chosen = list(islice(reversed(self._ringing.values()), most))
        return [*chosen, *islice(reversed(self._over.values()), most - len(chosen))]

    def ring(self, call: Call, now_s: float) -> None:
        """A call begins to ring."""
        self.close(call.call_id)
        self._last += 1
        self._put(Card(call, self._last, now_s), self._ringing)

    def change(self, call: Call, now_s: float) -> None:
        """What became of a call. One that was closed does not come back."""
        kind = kind_of(call)
        if call.state is CallState.STOPPED:
            self._move(call, None, self._resting)
        elif kind is None or (kind is Kind.MISSED and not self._keep_missed):
            self.close(call.call_id)
        elif kind in (Kind.RINGING, Kind.DOUBTFUL):
            self._move(call, kind, self._ringing)
        else:
            self._end(call, kind, now_s)

    def close(self, call_id: str) -> None:
        """Forget a card, if there is one."""
        self._take(call_id)

    def close_over(self) -> None:
        """Forget all that are over."""
        for call_id in list(self._over):
            self.close(call_id)

    def close_all(self) -> None:
        """Forget all."""
        for call_id in list(self._groups):
            self.close(call_id)

    def expire(self, now_s: float) -> None:
        """Forget those that go by themselves."""
        while (due_s := self.next_due_s) is not None and now_s >= due_s:
            self.close(next(iter(self._going)))

    def _end(self, call: Call, kind: Kind, now_s: float) -> None:
        card = self._take(call.call_id)
        if card is None:
            return
        card.call, card.kind = call, kind
        if kind is Kind.MISSED:
            card.rang_s = _rang_s(call, now_s - card.since_s)
        else:
            card.goes_s = now_s + ELSEWHERE_S
            self._going[call.call_id] = card
        self._put(card, self._over)
        if len(self._over) > MOST_OVER:
            self.close(next(iter(self._over)))

    def _move(self, call: Call, kind: Kind | None, group: _Group) -> None:
        """To another group; a card that stays in its own keeps its place there. kind: None for as it was."""
        there = self._groups.get(call.call_id)
        card = self._take(call.call_id) if there is not group else group[call.call_id]
        if card is None:
            return
        card.call, card.kind = call, kind or card.kind
        if there is not group:
            self._put(card, group)

    def _put(self, card: Card, group: _Group) -> None:
        group[card.call.call_id] = card
        self._groups[card.call.call_id] = group
        self.missed += group is self._over and card.kind is Kind.MISSED

    def _take(self, call_id: str) -> Card | None:
        group = self._groups.pop(call_id, None)
        if group is None:
            return None
        card = group.pop(call_id)
        self._going.pop(call_id, None)
        card.goes_s = None
        self.missed -= group is self._over and card.kind is Kind.MISSED
        return card


def _rang_s(call: Call, here_s: float) -> int:
    """How long it rang: by the server's times, else as long as it was known here."""
    rang_at, ended_at = call.incoming.rang_at, call.ended_at
    if rang_at is not None and ended_at is not None:
        return max(0, round((ended_at - rang_at).total_seconds()))
    return round(here_s)
