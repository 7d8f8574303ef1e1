"""By its bytes alone nothing is turned away that reading it would have let begin."""

import pytest

from packetwave.server.calls.events import CallEvent, Ringing
from packetwave.server.calls.glance import Glance
from packetwave.server.calls.tracker import Tracker
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector
from tests.events import line
from tests.server.wire import Leg

T0 = 1_700_000_000.0
PBX, PHONE = "192.0.2.10", "192.0.2.21"


class Bench:
    """A detector, with a glance or without."""

    def __init__(self) -> None:
        self.tracker = Tracker(frozenset(("1001", "1002", "1003")))
        self.detector = Detector(FrameDecoder(ports=None), self.tracker)
        self.now_s = T0
        self.events: list[CallEvent] = []
        self.read = 0
        self.detector.on_read = lambda _payload, _message: self._note()

    def _note(self) -> None:
        self.read += 1

    def send(self, frame: tuple[float, bytes]) -> None:
        self.now_s += 0.0001
        self.events += self.detector.frame(self.now_s, 1, frame[1])

    def flood(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            leg = Leg(
                f"02{number:08}", "1001", number=number, source=f"198.51.100.{number % 200}", phone=PHONE
            )
            self.send(leg.request(0, "INVITE"))
            if number % 2:
                self.send(leg.response(0, 100))
                self.send(leg.response(0, 180))

    def play(self) -> list[str]:
        self.flood(1_000, 4_000)
        genuine = [Leg(f"0101234000{each}", f"100{2 + each}", number=each, source=PBX) for each in range(2)]
        for leg in genuine:
            self.send(leg.request(0, "INVITE"))
            self.flood(10_000 + 1_000 * genuine.index(leg), 300)
            self.send(leg.response(0, 100))
            self.send(leg.response(0, 180))
        self.flood(20_000, 300)
        self.send(genuine[0].response(0, 200))
        self.send(genuine[1].request(0, "CANCEL"))
        self.send(genuine[1].response(0, 487))
        self.events += self.detector.advance(self.now_s + 1)
        self.send(genuine[0].request(0, "BYE"))
        self.events += self.detector.finish(self.now_s + 100)
        return [line(event) for event in self.events if isinstance(event, Ringing)] + sorted(
            line(event) for event in self.events if not isinstance(event, Ringing)
        )


def test_it_changes_nothing_but_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    with_glance = Bench()
    said = with_glance.play()
    monkeypatch.setattr(Glance, "turns_away", lambda *_: False)
    in_full = Bench()
    assert said == in_full.play()
    assert "01012340000 → 1002" in said and "01012340001 → 1003" in said
    assert with_glance.read < in_full.read / 2
    assert with_glance.detector.counts() == in_full.detector.counts()


def test_without_a_flood_all_is_read() -> None:
    bench = Bench()
    leg = Leg("01012345678", "1001")
    for message in (leg.request(0, "INVITE"), leg.response(0, 100), leg.response(0, 180)):
        bench.send(message)
    assert bench.read == 3
