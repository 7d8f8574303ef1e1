"""Call events as short lines without ids and times, for tests to compare."""

from collections.abc import Iterable

from packetwave.server.calls.events import (
    Answered,
    CallerChanged,
    CallEvent,
    Corrected,
    Ended,
    Flooded,
    RangAgain,
    Ringing,
    Stopped,
)


def line(event: CallEvent) -> str:
    """An event in a few words."""
    match event:
        case Ringing():
            words = [f"{event.caller} → {event.called}"]
            if event.direction != "in":
                words.append(event.direction.value)
            if event.dialled:
                words.append(f"dialled {event.dialled}")
            if event.via:
                words.append(f"via {event.via}")
            return " ".join(words)
        case Answered():
            return "answered"
        case Stopped():
            return "stopped"
        case CallerChanged():
            return f"caller {event.caller}"
        case RangAgain():
            return "rings again"
        case Ended() | Corrected():
            words = ["ended" if isinstance(event, Ended) else "corrected", event.outcome.value]
            if event.by:
                words.append(f"by {event.by}")
            if event.via:
                words.append(f"via {event.via}")
            return " ".join(words)
        case Flooded():
            source, over = event.source or "several", ", over" if event.over else ""
            return f"flood of {event.count} from {source} to {event.called or 'nobody'}{over}"


def ringings(events: Iterable[CallEvent]) -> list[list[str]]:
    """What is on the record of each ringing, in order: `010… "홍길동" → 1001`, `answered`, `ended answered`.

    Sorted: which of several ringings was told first does not count, only the order within each.
    """
    told: dict[str, list[str]] = {}
    for event in events:
        if isinstance(event, Stopped | RangAgain):
            continue
        text = line(event)
        if isinstance(event, Ringing):
            if event.caller_name:
                text = text.replace(" →", f' "{event.caller_name}" →', 1)
            text = f"again: {text}" if event.call_id in told else text
        told.setdefault(event.call_id, []).append(text)
    return sorted(told.values())
