"""The demo's recording, through the pure rooms: every call of the schedule, and what became of it."""

from packetwave.server.calls.events import CallEvent, Direction, Ended, Outcome, Ringing
from packetwave.server.calls.tracker import Tracker
from packetwave.server.capture import Replay
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.watch.detector import Detector
from tests.recording.record import PHONES, RECORDING, SCHEDULE


def test_every_call_of_the_schedule_is_seen_once_with_its_outcome() -> None:
    detector = Detector(FrameDecoder(ports=frozenset((5060,))), Tracker())
    detector.use_members(frozenset(PHONES))
    events: list[CallEvent] = []
    at_s = 0.0
    with Replay(RECORDING) as replay:
        for at_s, link_type, frame in replay:
            events += detector.frame(at_s, link_type, frame)
    events += detector.finish(at_s)
    assert not replay.cut

    outcomes = {event.call_id: event.outcome for event in events if isinstance(event, Ended)}
    seen = [
        (event.direction, event.caller, event.caller_name, event.called, outcomes[event.call_id])
        for event in events
        if isinstance(event, Ringing)
    ]
    assert seen == [
        (Direction.IN, "01012345678", "홍길동", "1001", Outcome.ANSWERED),
        (Direction.IN, "025550100", "한빛상사", "1003", Outcome.MISSED),
        (Direction.IN, "anonymous", "", "1005", Outcome.MISSED),
        (Direction.IN, "01098765432", "박서연", "1002", Outcome.ANSWERED),
        (Direction.IN, "0517654321", "푸른기획", "1004", Outcome.DECLINED),
        (Direction.IN, "01055512345", "이도윤", "1001", Outcome.BUSY),
        (Direction.INTERNAL, "1002", "박민수", "1004", Outcome.ANSWERED),
        (Direction.IN, "+14155550100", "Dana Reed", "1005", Outcome.ANSWERED),
    ]
    assert len(outcomes) == len(seen)
    assert sum(step.scenario.startswith("pbx_calls") for step in SCHEDULE) == len(seen)
    assert detector.rejected().total() == 0
