"""Which call a new leg belongs to. Pure.

Legs under one Call-ID are one call. Behind a B2BUA each leg has its own Call-ID; there the caller, the
addresses, the media and the time tell (signalling.md cases 28, 30), no helper header is needed.
"""

import re
from collections.abc import Iterable

from packetwave.server.calls.call import Call, RingState
from packetwave.server.calls.leg import Leg
from packetwave.server.sip.identity import ANONYMOUS

SIBLING_S = 1.0
"""Phones of one group are rung by their PBX within this time of each other."""

ANONYMOUS_SIBLING_S = 0.1
"""The same where the caller is withheld and so proves little."""

AGAIN_S = 30.0
"""Rings of one caller at one phone, without a trunk leg to tell, are one call within this time (case 35)."""

SWAPPED_S = 0.25
"""A phone leg may be seen this long before the trunk leg that caused it (mirrors swap frames)."""

MAX_LEGS = 64
"""Legs of one call; what would be more is no office's call but a load or a flood."""

_CONNECTION = re.compile(rb"^c=IN IP[46] ([0-9A-Fa-f.:]+)", re.MULTILINE)
_MEDIA = re.compile(rb"^m=audio (\d+)", re.MULTILINE)


def media_of(body: bytes) -> str:
    """`address:port` where an SDP body wants its audio, "" where there is none."""
    connection, media = _CONNECTION.search(body), _MEDIA.search(body)
    if connection is None or media is None or media[1] == b"0":
        return ""
    return f"{connection[1].decode('ascii')}:{media[1].decode('ascii')}"


def find_call(leg: Leg, candidates: Iterable[Call], *, known_phone: bool) -> Call | None:
    """The live call a leg with a new Call-ID belongs to; None for a call of its own.

    known_phone: the leg asks for an extension that is known to be one, so that a second ring of it means
    the same phone; while nothing is known, each call stands for itself.
    """
    best: Call | None = None
    best_rank: tuple[int, int, float] = (0, 0, 0.0)
    for call in candidates:
        if len(call.legs) >= MAX_LEGS:
            continue
        kinship = 0
        for other in call.legs:
            kinship = max(kinship, _kinship(other, leg))
        if not kinship and known_phone and _rings_again(call, leg):
            kinship = 1
        if kinship:
            # The closest kin; then a call that has no phone yet; then the latest.
            rank = (kinship, int(not call.rings), call.started_s)
            if best is None or rank > best_rank:
                best, best_rank = call, rank
    return best


def _kinship(known: Leg, leg: Leg) -> int:
    """How surely `leg` is of `known`'s call: 0 for not at all."""
    same_media = bool(leg.media) and known.media == leg.media
    later_s = leg.started_s - known.started_s
    if not (same_media or known.caller == leg.caller):
        return 0
    if _goes_on(known) and known.destination.is_same(leg.source):
        return 3 if same_media else 2
    if abs(later_s) <= SWAPPED_S and leg.destination.is_same(known.source):
        return 3 if same_media else 2
    if (
        known.source.is_same(leg.source)
        and later_s <= (ANONYMOUS_SIBLING_S if leg.caller == ANONYMOUS else SIBLING_S)
        and not known.over_s
        and (known.target != leg.target or not known.destination.is_same(leg.destination))
    ):
        return 1
    return 0


def _goes_on(known: Leg) -> bool:
    """True if a leg may still be continued: nobody answered yet, or only a queue or an announcement did."""
    if known.is_pending:
        return True
    talks = any(ring.state is RingState.TALKING for ring in known.call.rings.values())
    return known.was_answered and not known.over_s and not talks


def _rings_again(call: Call, leg: Leg) -> bool:
    """True if a phone that rang in vain in this call rings again by `leg`, and no trunk leg tells better."""
    if leg.caller == ANONYMOUS or call.upstream():
        return False
    return any(
        known.caller == leg.caller
        and known.target == leg.target
        and known.ring is not None
        and known.source.is_same(leg.source)
        and known.destination.is_same(leg.destination)
        and known.over_s
        and not known.was_answered
        and 0 <= leg.started_s - known.over_s <= AGAIN_S
        for known in call.legs
    )
