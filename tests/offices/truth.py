"""What must come of a flow, as data. It is known by construction, never read off the program's answer."""

from dataclasses import dataclass, field

Frame = tuple[float, bytes]
"""Packet time in seconds, an Ethernet frame."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One popup at one extension, and how it ended.

    callers: the spellings of the caller that are right, the best first. outcomes: those that are right.
    by: who took the call, each spelling that is right; None where it is not looked at. dialled, direction:
    "" where they are not looked at. handed_over: who is shown in the end, where a transfer changed that.
    because: why more than one answer is right, where it is so. gone_s: the packet time at which the popup has
    to go, since the phone rings no more; None where it is not looked at.
    """

    callers: tuple[str, ...]
    called: str
    outcomes: tuple[str, ...]
    by: tuple[str, ...] | None = None
    dialled: str = ""
    direction: str = ""
    handed_over: tuple[str, ...] = ()
    because: str = ""
    gone_s: float | None = None

    def __str__(self) -> str:
        parts = [f"{' or '.join(self.callers)} → {self.called}"]
        if self.direction:
            parts.append(self.direction)
        if self.dialled:
            parts.append(f"dialled {self.dialled}")
        if self.handed_over:
            parts.append(f"then from {' or '.join(self.handed_over)}")
        parts.append(" or ".join(self.outcomes))
        if self.by is not None:
            parts.append(f"by {' or '.join(who or 'nobody named' for who in self.by)}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Flow:
    """Frames of an office, and the truth about them.

    name: kind and seed, enough to make it again. members: extensions in the table. office: what the office
    is like, why: what happens in it, both in words. cases: those of docs/signalling.md it stands on.
    """

    kind: str
    seed: int
    members: tuple[str, ...]
    alerts: tuple[Alert, ...]
    frames: tuple[Frame, ...] = field(repr=False)
    office: str = ""
    why: str = ""
    cases: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.seed}"
