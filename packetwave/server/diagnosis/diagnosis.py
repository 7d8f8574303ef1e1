"""Watches a mirror: takes in what is seen, says what is the matter with it, and when that is over. Pure.

It changes nothing of what it looks at. Packet time is the clock. One thread, that of the detector.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from packetwave.server.calls.events import Diagnosed, DiagnosisOver, Flooded, Ringing
from packetwave.server.diagnosis.evidence import Evidence, Gauges
from packetwave.server.diagnosis.finding import Code, Figures, Finding
from packetwave.server.diagnosis.rules import RULES, UNKNOWN, Rule
from packetwave.server.diagnosis.window import SPAN_S, STEP_S
from packetwave.server.frames.payload import Payload
from packetwave.server.sip.message import Message, Rejected

DiagnosisEvent = Diagnosed | DiagnosisOver

_NEWS_S = 1.0
_STALE_S = 3600.0
"""A finding of which nothing was seen for so long, neither that it is so nor that it is not, is over."""

_NAMED = 64
"""Names of one finding that are said; a scan from forged addresses must not fill the events."""

_COARSE_S = 300.0
_BACK_S = 60.0
_JUMP_S = 7200.0
"""Packet time that jumps further, either way, is no silence but another clock or another recording."""


@dataclass(slots=True)
class _State:
    """What is known of one rule."""

    rule: Rule
    finding: Finding | None = None
    """What the rule says now, None for nothing."""

    named: set[str] = field(default_factory=set)
    """The names said since the finding began."""

    turning_s: float | None = None
    """Since when the rule answers otherwise than the finding says, None while it does not."""

    known_s: float = 0.0
    """When the rule last had an answer."""


class Diagnosis:
    """What is the matter with one mirror, from what is given to it.

    ports, trusted_tunnels: as the `FrameDecoder`'s. own_addresses: this PC's. is_recording: a capture
    file, whose gaps are no silence. is_sampled: frames of every kind are given to `frame`.

    findings: what is the matter now, in the order of the rules (the worst first); frozen, for any thread.
    rtp_per_s: an estimate from the sample.
    """

    def __init__(
        self,
        *,
        ports: Collection[int] | None,
        trusted_tunnels: Collection[str] | None,
        own_addresses: Collection[str] = (),
        is_recording: bool = False,
        is_sampled: bool = True,
    ) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.rtp_per_s = 0.0
        self._evidence = Evidence(ports, trusted_tunnels, own_addresses)
        self._states = [
            _State(rule)
            for rule in RULES
            if (is_sampled or not rule.on_wire) and not (is_recording and rule.code is Code.NOTHING)
        ]
        self._members: frozenset[str] = frozenset()
        self._next_s: float | None = None
        self._judged_s = 0.0

    def frame(self, at_s: float, link_type: int, frame: bytes, wire_length: int) -> None:
        """A sampled frame of any kind. wire_length: before the capture cut it."""
        if self._next_s is None:
            self._begin_at(at_s, Gauges())
        self._evidence.frame(at_s, link_type, frame, wire_length)

    def hear(self, payload: Payload, message: Message | Rejected) -> None:
        """What was read as SIP, or could not be."""
        if self._next_s is None:
            self._begin_at(payload.at_s, Gauges())
        self._evidence.hear(payload, message)

    def rings(self, event: Ringing) -> None:
        """A phone rings."""
        self._evidence.rings(event, self._members)

    def floods(self, event: Flooded) -> None:
        """More calls come than are followed."""
        self._evidence.flood(event)

    def use_members(self, members: frozenset[str]) -> None:
        """The members' extensions are these from now on."""
        if members is not self._members:
            self._members = members
            self._evidence.use_members(members)

    def stranger(self, at_s: float, kind: str, source: str) -> None:
        """Somebody whom nobody has confirmed sends to a door of this kind."""
        self._evidence.stranger(at_s, kind, source)

    def advance(self, at_s: float, gauges: Gauges) -> list[DiagnosisEvent]:
        """Let time pass; what has begun and what is over. Call it at least some times a minute."""
        evidence = self._evidence
        if self._next_s is None or not evidence.now_s - _BACK_S < at_s < evidence.now_s + _JUMP_S:
            self._begin_at(at_s, gauges)
            return []
        evidence.gauge(gauges)
        evidence.rate(at_s)
        self.rtp_per_s = evidence.rtp_per_s
        if at_s < self._next_s:
            if not evidence.has_news or at_s - self._judged_s < _NEWS_S:
                return []
            evidence.now_s = at_s
            return self._judge()
        said: list[DiagnosisEvent] = []
        while self._next_s <= at_s:
            evidence.now_s = self._next_s
            evidence.step(self._next_s)
            said += self._judge()
            is_long = at_s - self._next_s > SPAN_S and evidence.window.is_empty
            self._next_s += _COARSE_S if is_long else STEP_S
        evidence.now_s = at_s
        return said

    def finish(self) -> list[DiagnosisEvent]:
        """End all findings: nobody watches any more."""
        said: list[DiagnosisEvent] = []
        for state in self._states:
            said += self._over(state)
        self.findings = ()
        return said

    def _begin_at(self, at_s: float, gauges: Gauges) -> None:
        self._evidence.begin(at_s, gauges)
        self._next_s = at_s + STEP_S
        self._judged_s = at_s

    def _judge(self) -> list[DiagnosisEvent]:
        self._judged_s = self._evidence.now_s
        self._evidence.looked()
        said: list[DiagnosisEvent] = []
        for state in self._states:
            said += self._judge_one(state)
        self.findings = tuple(state.finding for state in self._states if state.finding is not None)
        return said

    def _judge_one(self, state: _State) -> list[DiagnosisEvent]:
        rule, now_s = state.rule, self._evidence.now_s
        answer = rule.answer(self._evidence, state.finding is not None)
        if answer is UNKNOWN:
            state.turning_s = None
            return self._over(state) if now_s - state.known_s > _STALE_S else []
        state.known_s = now_s
        if (answer is not None) == (state.finding is not None):
            state.turning_s = None
            if answer is not None and state.finding is not None:
                return self._go_on(state, state.finding, answer)
            return []
        if state.turning_s is None:
            state.turning_s = now_s
        if now_s - state.turning_s < (rule.end_s if answer is None else rule.begin_s):
            return []
        state.turning_s = None
        return self._over(state) if answer is None else self._begin(state, answer)

    def _begin(self, state: _State, figures: Figures) -> list[DiagnosisEvent]:
        state.finding = Finding(state.rule.code, _at(self._evidence.now_s), figures)
        state.named = _names(figures)
        return [self._say(state.finding)]

    def _go_on(self, state: _State, finding: Finding, figures: Figures) -> list[DiagnosisEvent]:
        """Fresh figures; said again only where one more name is in them."""
        state.finding = Finding(finding.code, finding.since, figures)
        more = _names(figures) - state.named if len(state.named) < _NAMED else set()
        state.named |= more
        return [self._say(state.finding)] if more else []

    def _over(self, state: _State) -> list[DiagnosisEvent]:
        finding, state.finding = state.finding, None
        state.turning_s = None
        return [DiagnosisOver(finding.code, _at(self._evidence.now_s))] if finding is not None else []

    def _say(self, finding: Finding) -> Diagnosed:
        return Diagnosed(finding.code, finding.severity, _at(self._evidence.now_s), finding.figures)


def _names(figures: Figures) -> set[str]:
    return {name for _, value in figures if isinstance(value, tuple) for name in value}


def _at(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
