"""Decides when each finding holds: one function a finding, from what was counted, with the numbers' reasons.

A rule answers with its figures (it is so), None (it is not) or UNKNOWN (too little was seen to tell: what
was found stays found). `active` is whether it is found now: the bar for staying is lower than for coming,
so that nothing flaps. Pure.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Literal, NamedTuple

from packetwave.server.diagnosis.evidence import MIRRORED_FRAMES, NO_EXTENSION, Evidence
from packetwave.server.diagnosis.finding import Code, Figures


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Literal[_Unknown.UNKNOWN] = _Unknown.UNKNOWN
Answer = Figures | Literal[_Unknown.UNKNOWN] | None

NAMED = 8
"""So many names are said; how many there are stands beside them."""

FIRST_SILENCE_S = 180.0
"""A mirror that works shows something within three minutes: switches alone speak every 2 to 30 s."""

LATER_SILENCE_S = 600.0
"""One that has worked may be quieter at night than at the start of the watch by day."""

QUIET_OFFICE_S = 3600.0
"""Where mirrored traffic was seen before, an hour without it is a quiet night: phones register hourly."""

FIRST_SIP_S = 600.0
"""Registrations and keep-alives come every some minutes; ten without any is long for a new mirror."""

NO_SIP_S = 300.0
MID_CALL_S = 900.0
"""Streams that were there from the start may be one long call, begun before the watch."""

ENOUGH_TRAFFIC = 100
ENOUGH_MEDIA = 100
ENOUGH_MESSAGES = 8
ENOUGH_PACKETS = 50
ENOUGH_FRAGMENTS = 10
ENOUGH_CUT = 20
ENOUGH_DROPPED = 10
"""A few frames lost while the PC was busy cost nothing: SIP says everything again."""

ENOUGH_REJECTED = 20
ENOUGH_STRANGER_CALLS = 5
RECENT_S = 60.0
"""What has not happened for a minute is over."""


def _minutes(seconds: float) -> int:
    return int(seconds // 60)


def _named(key: str, names: Sequence[str]) -> Figures:
    return ((key, tuple(names[:NAMED])), ("count", len(names)))


def _since(evidence: Evidence, at_s: float | None) -> float:
    """Seconds since then; since the start where it never was."""
    return evidence.now_s - (evidence.since_s if at_s is None else at_s)


def _is_explained(evidence: Evidence) -> bool:
    """Where the SIP is, or what hides it, is known: then that is said instead of "no SIP"."""
    now_s = evidence.now_s
    tables = (evidence.encrypted, evidence.web_encrypted, evidence.other_ports, evidence.tunnels)
    return any(table.names(now_s) for table in (*tables, evidence.undecoded))


def nothing(evidence: Evidence, _active: bool) -> Answer:
    silence_s = min(_since(evidence, evidence.frame_s), _since(evidence, evidence.sip_s))
    seen = evidence.frame_s is not None or evidence.sip_s is not None
    # A network that was once silent for so long and spoke again may be so twice as long.
    limit_s = max(LATER_SILENCE_S, 2 * evidence.longest_silence_s) if seen else FIRST_SILENCE_S
    if silence_s < limit_s or len(evidence.tunnels):
        return None
    return (("minutes", _minutes(silence_s)),)


def not_mirrored(evidence: Evidence, _active: bool) -> Answer:
    window = evidence.window
    if window["unicast"] >= MIRRORED_FRAMES or window["messages"] or len(evidence.tunnels):
        return None
    if window["undecoded"] >= MIRRORED_FRAMES:
        return None
    if window["group"] < 2 * MIRRORED_FRAMES:
        return UNKNOWN
    without_s = _since(evidence, evidence.mirrored_s)
    if without_s < (FIRST_SILENCE_S if evidence.mirrored_s is None else QUIET_OFFICE_S):
        return None
    return (("frames", window["group"]), ("minutes", _minutes(without_s)))


def no_sip(evidence: Evidence, _active: bool) -> Answer:
    window = evidence.window
    if window["messages"] or window["rtp"] or window["rejected"] or _is_explained(evidence):
        return None
    if window["unicast"] < ENOUGH_TRAFFIC:
        return UNKNOWN
    if _since(evidence, evidence.sip_s) < (FIRST_SIP_S if evidence.sip_s is None else QUIET_OFFICE_S):
        return None
    return (("frames", window["unicast"]), ("minutes", _minutes(_since(evidence, evidence.sip_s))))


def rtp_without_sip(evidence: Evidence, active: bool) -> Answer:
    window = evidence.window
    if window["messages"] or window["rejected"] or _is_explained(evidence):
        return None
    if window["rtp"] < ENOUGH_MEDIA:
        return UNKNOWN
    silence_s = _since(evidence, evidence.sip_s)
    if not active:
        calls_began = window["new_streams"] >= 2 and silence_s >= NO_SIP_S
        if not calls_began and silence_s < (MID_CALL_S if evidence.sip_s is None else QUIET_OFFICE_S):
            return None
    return (("rtp_packets", window["rtp"]), ("minutes", _minutes(silence_s)))


def _encrypted(evidence: Evidence, phones: list[str]) -> Answer:
    phones = [phone for phone in phones if not evidence.plain.holds(phone, evidence.now_s)]
    return _named("phones", phones) if phones else None


def tls_only(evidence: Evidence, _active: bool) -> Answer:
    return _encrypted(evidence, evidence.encrypted.names(evidence.now_s))


def wss_only(evidence: Evidence, _active: bool) -> Answer:
    return _encrypted(evidence, evidence.web_encrypted.names(evidence.now_s))


def other_port(evidence: Evidence, _active: bool) -> Answer:
    ports = evidence.other_ports.names(evidence.now_s)
    if not ports:
        return None
    # Of the two ports of each message the server's comes most often; ephemeral ones are a phone's own.
    most = evidence.other_ports.count(ports[:1])
    shared = [port for port in ports if evidence.other_ports.count([port]) * 4 >= most]
    registered = [port for port in shared if int(port) < 32768] or shared
    return _named("ports", sorted(registered, key=int))


def tunnel_not_trusted(evidence: Evidence, _active: bool) -> Answer:
    tunnels = evidence.tunnels.names(evidence.now_s)
    if not tunnels:
        return None
    kinds, sources = zip(*(name.split(" ") for name in tunnels), strict=True)
    return (("kinds", tuple(sorted(set(kinds)))), *_named("sources", list(dict.fromkeys(sources))))


def not_decoded(evidence: Evidence, _active: bool) -> Answer:
    window, kinds = evidence.window, evidence.undecoded.names(evidence.now_s)
    if not kinds:
        return None
    if "ws-deflate" not in kinds:
        # Beside phones that are seen, or in little, it is somebody's own tunnel (a VPN).
        if evidence.sip_s is not None and _since(evidence, evidence.sip_s) < QUIET_OFFICE_S:
            return None
        if window["undecoded"] < window["unicast"] and _since(evidence, None) < FIRST_SIP_S:
            return None
    return (("kinds", tuple(kinds[:NAMED])), ("frames", window["undecoded"]))


def _one_sided(evidence: Evidence, active: bool) -> tuple[int, int] | Literal[_Unknown.UNKNOWN] | None:
    """Requests without a visible answer, and answers without a visible request; None where they meet."""
    window = evidence.window
    unanswered = max(0, window["requests"] - window["resent"])  # said again: there was no answer to see
    responses, matched = window["responses"], window["matched"]
    if window["rejected"] * 5 > window["messages"]:
        return None  # the other side is there, but cannot be read
    if matched * (5 if active else 20) > unanswered + responses - matched:
        return None
    if unanswered + responses < ENOUGH_MESSAGES:
        return UNKNOWN
    return unanswered, responses


def only_requests(evidence: Evidence, active: bool) -> Answer:
    sides = _one_sided(evidence, active)
    if not isinstance(sides, tuple):
        return sides
    requests, replies = sides
    return (("requests", requests),) if requests >= ENOUGH_MESSAGES and replies * 20 < requests else None


def only_replies(evidence: Evidence, active: bool) -> Answer:
    sides = _one_sided(evidence, active)
    if not isinstance(sides, tuple):
        return sides
    _, replies = sides
    requests = evidence.window["requests"]
    return (("replies", replies),) if replies >= ENOUGH_MESSAGES and requests * 20 < replies else None


def one_direction(evidence: Evidence, active: bool) -> Answer:
    sides = _one_sided(evidence, active)
    if not isinstance(sides, tuple):
        return sides
    requests, replies = sides
    if requests * 20 < replies or replies * 20 < requests or requests + replies < 2 * ENOUGH_MESSAGES:
        return None
    return (("requests", requests), ("replies", replies))


def fragments_missing(evidence: Evidence, _active: bool) -> Answer:
    first, later = evidence.window["fragments_first"], evidence.window["fragments_later"]
    if first + later < ENOUGH_FRAGMENTS:
        return UNKNOWN
    # The largest packet has 45 fragments, so one in a hundred is less than any healthy share.
    if first * 100 < later:
        return (("missing", "first"), ("fragments", later))
    if later * 100 < first:
        return (("missing", "later"), ("fragments", first))
    return None


def frames_cut(evidence: Evidence, active: bool) -> Answer:
    cut, frames = evidence.window["cut"], evidence.window["unicast"]
    if evidence.cut_s is None or _since(evidence, evidence.cut_s) > RECENT_S:
        return UNKNOWN if active and evidence.window.lately("unicast", 6) < ENOUGH_CUT else None
    if not active and (cut < ENOUGH_CUT or cut * 100 < frames):
        return None
    return (("frames", cut), ("bytes", evidence.cut_length))


def dropped(evidence: Evidence, active: bool) -> Answer:
    lost = evidence.window["dropped"]
    if evidence.drop_s is None or _since(evidence, evidence.drop_s) > 2 * RECENT_S:
        return None
    return (("frames", lost),) if active or lost >= ENOUGH_DROPPED else None


def clock_set(evidence: Evidence, _active: bool) -> Answer:
    found = evidence.clock_set
    if found is None or _since(evidence, found.at_s) > RECENT_S:
        return None
    return (("seconds", round(found.by_s)),)


def unreadable(evidence: Evidence, active: bool) -> Answer:
    rejected, read = evidence.window["rejected"], evidence.window["messages"]
    if rejected + read < ENOUGH_REJECTED:
        return UNKNOWN
    if rejected < ENOUGH_REJECTED or rejected * (10 if active else 5) < rejected + read:
        return None
    reason = max(evidence.reasons, key=evidence.reasons.__getitem__, default="")
    return (("messages", rejected), ("percent", 100 * rejected // (rejected + read)), ("reason", reason))


def scanner(evidence: Evidence, _active: bool) -> Answer:
    sources = evidence.dialogue.scanners.names(evidence.now_s)
    return _named("sources", sources) if sources else None


def flood(evidence: Evidence, _active: bool) -> Answer:
    extensions = evidence.flooded.names(evidence.now_s)
    if not extensions:
        return None
    calls = sum(
        known.count for known in evidence.floods.values() if (known.called or NO_EXTENSION) in extensions
    )
    return (*_named("extensions", sorted(extensions)), ("calls", calls))


def no_member_row(evidence: Evidence, active: bool) -> Answer:
    extensions = evidence.strangers.names(evidence.now_s)
    if not extensions or (not active and evidence.stranger_calls < ENOUGH_STRANGER_CALLS):
        return None
    return (*_named("extensions", sorted(extensions)), ("calls", evidence.stranger_calls))


def copies(evidence: Evidence, active: bool) -> Answer:
    window = evidence.window
    counts = {times: window[f"copied_{times}"] for times in (2, 3, 4)}
    packets = window["once"] + sum(counts.values())
    if packets < ENOUGH_PACKETS:
        return UNKNOWN
    percent = 100 * sum(counts.values()) // packets
    if percent < (40 if active else 60):
        return None
    return (("times", max(counts, key=counts.__getitem__)), ("percent", percent))


class Rule(NamedTuple):
    """When a finding begins and ends. Rules that wait for a time or a number of sightings themselves need no
    seconds here."""

    code: Code
    answer: Callable[[Evidence, bool], Answer]
    """Asked with whether it is found now."""

    begin_s: float = 0.0
    """How long it must be so without a break before it is said."""

    end_s: float = 0.0
    """How long it must not be so before it is over."""

    on_wire: bool = True
    """Whether it needs the sampled frames."""


RULES = (
    Rule(Code.NOTHING, nothing),
    Rule(Code.NOT_MIRRORED, not_mirrored),
    Rule(Code.NO_SIP, no_sip),
    Rule(Code.RTP_WITHOUT_SIP, rtp_without_sip),
    Rule(Code.TLS_ONLY, tls_only),
    Rule(Code.WSS_ONLY, wss_only),
    Rule(Code.OTHER_PORT, other_port),
    Rule(Code.TUNNEL_NOT_TRUSTED, tunnel_not_trusted, on_wire=False),
    Rule(Code.NOT_DECODED, not_decoded, begin_s=20.0, end_s=60.0),
    Rule(Code.ONLY_REQUESTS, only_requests, begin_s=30.0, end_s=20.0, on_wire=False),
    Rule(Code.ONLY_REPLIES, only_replies, begin_s=30.0, end_s=20.0, on_wire=False),
    Rule(Code.ONE_DIRECTION, one_direction, begin_s=30.0, end_s=20.0, on_wire=False),
    Rule(Code.FRAGMENTS_MISSING, fragments_missing, begin_s=20.0, end_s=30.0),
    Rule(Code.FRAMES_CUT, frames_cut, begin_s=10.0, end_s=10.0),
    Rule(Code.DROPPED, dropped, begin_s=10.0, on_wire=False),
    Rule(Code.CLOCK_SET, clock_set, on_wire=False),
    Rule(Code.UNREADABLE, unreadable, begin_s=20.0, end_s=30.0, on_wire=False),
    Rule(Code.SCANNER, scanner, on_wire=False),
    Rule(Code.FLOOD, flood, on_wire=False),
    Rule(Code.NO_MEMBER_ROW, no_member_row, on_wire=False),
    Rule(Code.COPIES, copies, begin_s=20.0, end_s=60.0),
)
