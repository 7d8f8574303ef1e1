"""Messages before their INVITE: kept for a moment, bounded."""

from packetwave.server.calls import early as module
from packetwave.server.calls.early import EARLY_S, Early, EarlyMessages
from packetwave.server.calls.leg import Place
from packetwave.server.sip.message import Message, parse

HERE = Place("192.0.2.1", 5060)


def ringing(call_id: str, at_s: float = 0.0) -> Early:
    message = parse(
        b"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
        b"To: <sip:b@h>\r\nCall-ID: " + call_id.encode() + b"\r\nCSeq: 1 INVITE\r\n\r\n"
    )
    assert isinstance(message, Message)
    return Early(at_s, HERE, HERE, message)


def test_released_once_in_order() -> None:
    early = EarlyMessages()
    first, second = ringing("c", 0.0), ringing("c", 0.01)
    for message in (first, second, ringing("d")):
        early.keep(message)
    assert early.release("c") == [first, second]
    assert early.release("c") == []
    assert len(early) == 1


def test_given_up_after_their_time() -> None:
    early = EarlyMessages()
    first = ringing("c", 10.0)
    early.keep(first)
    assert list(early.given_up(10.0 + EARLY_S / 2)) == []
    assert list(early.given_up(10.0 + EARLY_S)) == [first]
    assert len(early) == 0


def test_bounded() -> None:
    early = EarlyMessages()
    for number in range(module.MAX_CALL_IDS + 3):
        early.keep(ringing(f"c{number}"))
    assert len(early) == module.MAX_CALL_IDS
    assert early.release("c0") == []
    for _ in range(module.MAX_MESSAGES * 2):
        early.keep(ringing("one"))
    assert len(early.release("one")) == module.MAX_MESSAGES
