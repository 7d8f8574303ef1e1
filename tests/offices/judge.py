"""Runs a flow through the program and says where that differs from the truth."""

from dataclasses import dataclass

from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    CallEvent,
    Corrected,
    Direction,
    Ended,
    RangAgain,
    Ringing,
    Stopped,
)
from packetwave.server.calls.tracker import REPLAY_PATIENCE_S, Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector
from tests.offices.mirror import START_S
from tests.offices.truth import Alert, Flow

ETHERNET = 1

LATE_S = 1.5
"""A popup may go so much before or after the phone stops: verdicts wait for what may still come."""


def events_of(flow: Flow) -> list[CallEvent]:
    """What the program says about the flow, read as a replay."""
    tracker = Tracker(frozenset(flow.members), patience_s=REPLAY_PATIENCE_S)
    detector = Detector(FrameDecoder(ports=None), tracker)
    events: list[CallEvent] = []
    for at_s, frame in flow.frames:
        events += detector.frame(at_s, ETHERNET, frame)
    return events + detector.finish(flow.frames[-1][0] if flow.frames else 0.0)


@dataclass(slots=True)
class Told:
    """One alert as the program told it."""

    ringing: Ringing
    caller: str
    outcome: str = ""
    by: str = ""
    ended: int = 0
    answered: int = 0
    gone_s: float | None = None

    def __str__(self) -> str:
        ringing = self.ringing
        words = [f"{ringing.caller} → {ringing.called}", ringing.direction.value]
        words += [f"dialled {ringing.dialled}"] if ringing.dialled else []
        words += [f"then from {self.caller}"] if self.caller != ringing.caller else []
        words += [self.outcome or "never ended"]
        words += [f"by {self.by}"] if self.by else []
        words += [f"ended {self.ended} times"] if self.ended > 1 else []
        words += [f"popup gone at {self.gone_s - START_S:.3f} s"] if self.gone_s is not None else []
        return ", ".join(words)

    def fits(self, alert: Alert) -> bool:
        """True if this is what must come."""
        ringing = self.ringing
        shown = alert.handed_over or alert.callers
        return (
            ringing.called == alert.called
            and ringing.caller in alert.callers
            and self.caller in shown
            and self.outcome in alert.outcomes
            and (alert.by is None or self.by in alert.by)
            and (not alert.dialled or ringing.dialled == alert.dialled)
            and (not alert.direction or ringing.direction.value == alert.direction)
            and (alert.gone_s is None or self._gone_in_time(alert.gone_s))
            and self.ended == 1
            and self.answered <= 1
        )

    def _gone_in_time(self, at_s: float) -> bool:
        return self.gone_s is not None and abs(self.gone_s - at_s) <= LATE_S

    def take(self, event: CallEvent) -> None:
        """What is said about this alert after it was told."""
        match event:
            case Answered():
                self.answered += 1
            case CallerChanged():
                self.caller = event.caller
            case Ended() | Corrected():
                self.outcome, self.by = event.outcome.value, event.by
                self.ended += isinstance(event, Ended)
        if isinstance(event, RangAgain):
            self.gone_s = None
        elif isinstance(event, Stopped | Answered | Ended | Corrected) and self.gone_s is None:
            self.gone_s = event.at.timestamp()


def told(flow: Flow) -> list[Told]:
    """The alerts of members in the order in which they were told. What went out is no alert."""
    alerts: dict[str, Told] = {}
    for event in events_of(flow):
        if isinstance(event, Ringing):
            if event.direction is not Direction.OUT and event.called in flow.members:
                key = event.call_id
                while key in alerts:  # told twice: shown as one too many
                    key += "'"
                alerts[key] = Told(event, event.caller)
            continue
        if event.call_id in alerts:
            alerts[event.call_id].take(event)
    return list(alerts.values())


def difference(flow: Flow) -> str:
    """One block that says what should have come and what came; "" where all is right.

    Those of one extension come in order; those of several may be told in any.
    """
    left = told(flow)
    order = {id(one): number for number, one in enumerate(left)}
    last: dict[str, int] = {}  # of each extension, the place of the last alert found: they come in order
    missing: list[Alert] = []
    for alert in flow.alerts:
        after = last.get(alert.called, -1)
        found = next((one for one in left if one.fits(alert) and order[id(one)] > after), None)
        if found is None:
            missing.append(alert)
        else:
            last[alert.called] = order[id(found)]
            left.remove(found)
    if not missing and not left:
        return ""
    lines = [f"{flow.name}: {flow.why}", f"    ({flow.office}; cases {', '.join(map(str, flow.cases))})"]
    lines += [f"  - {alert}" + (f" ({alert.because})" if alert.because else "") for alert in missing]
    lines += [f"  + {one}" for one in left]
    return "\n".join(lines)
