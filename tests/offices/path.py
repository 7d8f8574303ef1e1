"""The legs between one caller and one called, with what stands between them: what happens at one end is
passed on along them, some milliseconds a hop."""

from tests.offices.leg import Leg


class Path:
    """Legs in the caller's order. Times are seconds from the flow's beginning, where it happens."""

    def __init__(self, legs: list[Leg]) -> None:
        self.legs = legs
        self.tape = legs[0].tape
        self._same_tags()

    @property
    def first(self) -> Leg:
        return self.legs[0]

    @property
    def last(self) -> Leg:
        return self.legs[-1]

    def _hop(self) -> float:
        return self.tape.soon(2, 8)

    def _same_tags(self) -> None:
        """Replies behind a proxy are the phone's own on every leg."""
        for leg, behind in reversed(list(zip(self.legs, self.legs[1:], strict=False))):
            if behind.over is leg:
                leg.stands_for(behind)

    def invite(self, at_s: float) -> float:
        """The INVITE on its way, each hop saying 100: the time at which the last hop has it."""
        for leg in self.legs:
            if leg.over is not None:
                leg.cseq = leg.over.cseq
            leg.invite(at_s)
            leg.trying(at_s + self.tape.soon(4, 12))
            at_s += self.tape.soon(12, 20)
        return at_s

    def reply(self, at_s: float, status: int, *headers: str) -> None:
        self._same_tags()
        for leg in reversed(self.legs):
            leg.reply(at_s, status, *headers)
            at_s += self._hop()

    def ring(self, at_s: float) -> None:
        self.reply(at_s, 180)

    def answer(self, at_s: float) -> None:
        self._same_tags()
        for leg in reversed(self.legs):
            leg.answer(at_s)
            at_s += self._hop()

    def refuse(self, at_s: float, status: int, *headers: str) -> None:
        self._same_tags()
        for leg in reversed(self.legs):
            leg.refuse(at_s, status, *headers)
            at_s += self._hop()

    def cancel(self, at_s: float, *headers: str) -> None:
        for leg in self.legs:
            leg.cancel(at_s, *headers)
            at_s += self._hop()

    def within(
        self,
        at_s: float,
        method: str,
        *headers: str,
        back: bool = False,
        sdp: bool = False,
        status: int = 200,
    ) -> None:
        """A request inside the dialog, from the caller's end or back from the called one."""
        cseq = 0
        for leg in reversed(self.legs) if back else self.legs:
            cseq = leg.within(
                at_s,
                method,
                *headers,
                back=back,
                sdp=sdp,
                status=status,
                cseq=cseq if self._joined(leg) else 0,
            )
            at_s += self._hop()

    def _joined(self, leg: Leg) -> bool:
        return leg.over is not None or any(other.over is leg for other in self.legs)

    def bye(self, at_s: float, *, back: bool = False) -> None:
        self.within(at_s, "BYE", back=back)
