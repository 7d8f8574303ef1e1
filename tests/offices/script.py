"""What a kind of flow is written with: an office's lines, and beside them what must come of it."""

from collections import Counter
from dataclasses import replace

from tests.offices import noise, registering
from tests.offices.leg import Leg
from tests.offices.lines import Call, Lines
from tests.offices.mirror import START_S
from tests.offices.office import Wishes
from tests.offices.people import Caller
from tests.offices.truth import Alert, Flow

MARKED_ELSEWHERE = (
    'Reason: SIP;cause=200;text="Call completed elsewhere"',
    "Reason: Q.850;cause=26",
    'Reason: Q.850;cause=16\r\nReason: SIP;cause=200;text="Call completed elsewhere"',
)


class Script(Lines):
    """A flow in the making. The first call may begin at `start_s`."""

    def __init__(self, kind: str, seed: int, wishes: Wishes) -> None:
        super().__init__(wishes)
        self.kind, self.seed = kind, seed
        self.alerts: list[Alert] = []
        self.why = ""
        self.cases: tuple[int, ...] = ()
        self.start_s = registering.all_phones(self.tape, self.office) + self.rng.uniform(1, 9)

    def expect(
        self,
        caller: Call | Caller | str,
        extension: str,
        *outcomes: str,
        by: tuple[str, ...] | str | None = None,
        dialled: bool = False,
        internal: bool = False,
        handed_over: tuple[str, ...] = (),
        because: str = "",
    ) -> None:
        """An alert, in order. dialled: the call's number is to be there, if the trunk is on the mirror."""
        who = caller.caller if isinstance(caller, Call) else caller
        number = ""
        if isinstance(caller, Call) and dialled and self.office.trunk_seen and caller.dialled != extension:
            number = caller.dialled
        self.alerts.append(
            Alert(
                who.spellings if isinstance(who, Caller) else (who,),
                extension,
                outcomes,
                by=(by,) if isinstance(by, str) else by,
                dialled=number,
                direction="internal" if internal else "",
                handed_over=handed_over,
                because=because,
            )
        )

    def flow(self) -> Flow:
        """What was written so far, as the mirror shows it."""
        if self.maybe(0.5):
            last_s = max((one.at_s for one in self.tape.sent), default=60.0)
            noise.background(self.tape, self.office, 0.0, last_s)
        return Flow(
            self.kind,
            self.seed,
            tuple(self.extensions),
            tuple(self._timed()),
            self.office.mirror.frames(self.tape.sent, self.rng),
            str(self.office),
            self.why,
            self.cases,
        )

    def _timed(self) -> list[Alert]:
        """The alerts with the time at which each popup has to go, where that is plain: at an extension with
        one alert, all its legs belong to it; with as many alerts as legs, one each in order."""
        timed = []
        places: Counter[str] = Counter()
        wanted = Counter(alert.called for alert in self.alerts)
        for alert in self.alerts:
            legs = self.phone_legs[alert.called]
            if wanted[alert.called] == len(legs):
                legs = legs[places[alert.called] :][:1]
            elif wanted[alert.called] > 1:
                legs = []
            places[alert.called] += 1
            timed.append(replace(alert, gone_s=_gone(legs)))
        return timed


def _gone(legs: list[Leg]) -> float | None:
    """When none of these legs rings any more: one was answered, or all are over; None if that is not seen."""
    answers = [leg.answered_s for leg in legs if leg.answered_s is not None]
    ends = [leg.over_s for leg in legs if leg.over_s is not None]
    if answers:
        return START_S + min(answers)
    return START_S + max(ends) if ends and len(ends) == len(legs) else None
