"""What is fuzzed: each target takes any bytes and fails only where the program breaks its word.

Plain functions without a fuzzer in them, so that a finding is run again by a test. Where a target wants
several frames or segments it cuts them out of its bytes by `Reader`; `packed` writes such bytes for seeds.
"""

import json
import struct
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from packetwave.protocol import ProtocolError, Unknown, decode, encode
from packetwave.server.calls.events import Answered, CallEvent, Corrected, Ended, Ringing
from packetwave.server.calls.leg import Place
from packetwave.server.calls.table import LINGER_S
from packetwave.server.calls.tracker import Tracker
from packetwave.server.capture.fault import FILE_FAULTS, CaptureFault
from packetwave.server.capture.replay import Replay
from packetwave.server.frames.counters import Counters
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.frames.payload import Payload
from packetwave.server.frames.streams import HELD_BYTES, Streams
from packetwave.server.sip.address import SipSyntaxError, parse_name_address, parse_uri
from packetwave.server.sip.faults import fault
from packetwave.server.sip.identity import IDENTITY_HEADERS, called, caller, dialled, forwarded_by
from packetwave.server.sip.message import Message, parse
from packetwave.server.watch.detector import Detector

LINK_TYPES = (1, 0, 12, 14, 101, 108, 113, 228, 229, 276, 9999)
DATAGRAM_KINDS = ("hep", "tzsp", "vxlan")
START_S = 1_700_000_000.0
LONG_S = 30 * 24 * 3600.0
MEMBERS = frozenset(("1001", "1002", "1003", "1004"))

Target = Callable[[bytes], None]


class Reader:
    """Takes bytes from the front; at the end there are zeros and empty stretches."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def more(self) -> bool:
        return self._place < len(self._data)

    def number(self, size: int = 1) -> int:
        """An unsigned number of so many bytes."""
        taken = self._data[self._place : self._place + size]
        self._place += size
        return int.from_bytes(taken)

    def stretch(self) -> bytes:
        """Two bytes of length, and that many bytes or what is left."""
        length = self.number(2)
        taken = self._data[self._place : self._place + length]
        self._place += length
        return taken


def packed(head: bytes, frames: Iterable[bytes]) -> bytes:
    """`head`, and each frame as `Reader.number` (a step of time) and `stretch` read it."""
    return head + b"".join(b"\x01" + struct.pack(">H", len(frame)) + frame for frame in frames)


def frames(data: bytes) -> None:
    """Frames of every link type give payloads, and nothing is held for ever."""
    reader = Reader(data)
    link_type = LINK_TYPES[reader.number() % len(LINK_TYPES)]
    ports = frozenset({5060}) if reader.number() & 1 else None
    decoder = FrameDecoder(ports=ports)
    at_s = START_S
    while reader.more:
        at_s += reader.number() / 64
        for payload in decoder.decode(at_s, link_type, reader.stretch()):
            check_payload(payload, at_s)
    decoder.expire(at_s + LONG_S)
    assert decoder.counters.fragments_held == decoder.counters.tcp_held_bytes == 0


def datagrams(data: bytes) -> None:
    """What comes to a socket, HEP first, gives payloads of its time, and nothing is held for ever."""
    reader = Reader(data)
    kind = DATAGRAM_KINDS[reader.number() % len(DATAGRAM_KINDS)]
    decoder = FrameDecoder(ports=None)
    at_s, counted = START_S, 0
    while reader.more:
        at_s += reader.number() ** 2 / 64
        for payload in decoder.datagram(at_s, kind, "192.0.2.1", reader.stretch()):
            assert at_s - 1.001 <= payload.at_s <= at_s + 1e-6
            check_payload(payload, payload.at_s)
        counted += 1
    counters = decoder.counters
    told = counters.hep_payloads + sum(counters.hep_refused.values()) + sum(counters.hep_other.values())
    assert counters.frames == counted and (kind != "hep" or told == counted)
    decoder.expire(at_s + LONG_S)
    assert counters.fragments_held == counters.tcp_held_bytes == 0


def check_payload(payload: Payload, at_s: float) -> None:
    assert payload.at_s == at_s
    assert payload.transport in ("udp", "tcp", "ws")
    assert payload.data and payload.data[:1] not in b"\r\n", payload
    parse(payload.data, cut=payload.cut)


def sip(data: bytes) -> None:
    """A message is read, judged and asked who calls whom, whatever it is."""
    for cut in (False, True):
        message = parse(data, cut=cut)
        if isinstance(message, Message):
            assert all(isinstance(text, str) for text in (fault(message), called(message)))
            assert all(isinstance(text, str) for text in (dialled(message), forwarded_by(message)))
            for order in (IDENTITY_HEADERS, ("from",)):
                for show_withheld in (False, True):
                    assert caller(message, order=order, show_withheld=show_withheld).number
            for name in message.headers:
                message.address(name)


def addresses(data: bytes) -> None:
    """A URI and a name-addr are read, or refused by the one error that says so."""
    text = data.decode("latin-1")
    for read in (parse_uri, parse_name_address):
        with suppress(SipSyntaxError):
            read(text)


def streams(data: bytes) -> None:
    """Segments in any order of two directions; what is held stays within bounds and goes with time."""
    reader = Reader(data)
    counters = Counters()
    all_streams = Streams(counters)
    at_s = START_S
    sequences = [reader.number(4), reader.number(4)]
    while reader.more:
        control = reader.number()
        side = control & 1
        segment = reader.stretch()
        jump = reader.number(2) - 0x8000 if control & 2 else 0
        at_s += (control >> 4) / 4
        sequence = (sequences[side] + jump) & 0xFFFFFFFF
        for transport, found in all_streams.segment(
            at_s, b"ab"[side : side + 1], sequence, bool(control & 4), segment
        ):
            check_payload(Payload(at_s, transport, "", 0, "", 0, found, True), at_s)
        if not control & 8:  # else the next one comes from the same place: a repetition, or an overlap
            sequences[side] = (sequence + len(segment) + bool(control & 4)) & 0xFFFFFFFF
        assert 0 <= counters.tcp_held_bytes <= HELD_BYTES
    all_streams.expire(at_s + LONG_S)
    assert counters.tcp_held_bytes == 0


def detector(data: bytes) -> None:
    """Frames to call events: each ringing is ended once, and nothing of it is left in the end."""
    reader = Reader(data)
    link_type = LINK_TYPES[reader.number() % len(LINK_TYPES)]
    tracker = Tracker(MEMBERS if reader.number() & 1 else frozenset())
    whole = Detector(FrameDecoder(ports=None), tracker)
    at_s = START_S
    events: list[CallEvent] = []
    while reader.more:
        at_s += reader.number() ** 2 / 1000
        events += whole.frame(at_s, link_type, reader.stretch())
    check_life(events, tracker, at_s)


_HOSTS = ("trunk", "pbx", "p1", "p2")
_USERS = ("01012345678", "1001", "1002", "600", "*8")
_METHODS = ("CANCEL", "BYE", "ACK", "REFER", "UPDATE", "REGISTER", "INVITE", "PRACK")
_STATUSES = (100, 180, 183, 200, 200, 302, 401, 404, 408, 480, 486, 487, 500, 603)


def calls(data: bytes) -> None:
    """Well-formed messages of few hosts, users, Call-IDs and branches in any order: nothing that phones
    and PBXs can do makes a ringing end twice, or stay."""
    reader = Reader(data)
    tracker = Tracker(MEMBERS if reader.number() & 1 else frozenset())
    at_s = START_S
    events: list[CallEvent] = []
    while reader.more:
        at_s += reader.number() ** 3 / 50_000
        what, who, ids = reader.number(), reader.number(), reader.number()
        source, destination = _HOSTS[who & 3], _HOSTS[who >> 2 & 3]
        calling, target = _USERS[(who >> 4) % 5], _USERS[(ids >> 5) % 5]
        call, branch = ids & 3, ids >> 2 & 7
        if what & 1:
            method, start = "INVITE", f"INVITE sip:{target}@{destination} SIP/2.0"
        elif what & 2:
            method = _METHODS[(what >> 5) % 2 * 5] if what & 0x80 else "INVITE"
            start = f"SIP/2.0 {_STATUSES[(what >> 2) % len(_STATUSES)]} X"
            source, destination = destination, source
        else:
            method = _METHODS[(what >> 2) % len(_METHODS)]
            start = f"{method} sip:{target}@{destination} SIP/2.0"
        to_tag = ";tag=b" if what & 0x40 or method in ("BYE", "ACK") else ""
        extra = "Replaces: c1;to-tag=b;from-tag=a\r\n" if what & 0x30 == 0x30 else ""
        if method == "REFER":
            extra = f"Refer-To: <sip:{target}@pbx{'?Replaces=c2' if ids & 1 else ''}>\r\n"
        message = parse(
            f"{start}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{branch}\r\nFrom: <sip:{calling}@h>;tag=a\r\n"
            f"To: <sip:{target}@h>{to_tag}\r\nCall-ID: c{call}\r\nCSeq: {branch + 1} {method}\r\n"
            f"Contact: <sip:{calling}@{source}>\r\n{extra}\r\n".encode()
        )
        assert isinstance(message, Message), message
        events += tracker.receive(at_s, Place(source, 5060), Place(destination, 5060), message)
    check_life(events, tracker, at_s)


def check_life(events: list[CallEvent], tracker: Tracker, at_s: float) -> None:
    """Ringing, answered at most once, ended once, corrected only after that; and with time the tables are
    empty. A `call_id` begins again only long after its end, when nothing is known of it any more."""
    for _ in range(4):
        at_s += LONG_S
        events += tracker.advance(at_s)
    assert tracker.is_empty
    events += tracker.finish(at_s)
    told: dict[str, list[CallEvent]] = {}
    for event in events:
        told.setdefault(event.call_id, []).append(event)
    for of_call in told.values():
        state: type[CallEvent] = Ended
        answered = True
        for before, now in pairwise([None, *of_call]):
            if isinstance(now, Ringing):
                assert state is Ended, of_call
                assert before is None or (now.at - before.at).total_seconds() >= LINGER_S, of_call
                state, answered = Ringing, False
            elif isinstance(now, Answered):
                assert not answered, of_call
                answered = True
            elif isinstance(now, Ended):
                assert state is Ringing, of_call
                state = Ended
            elif isinstance(now, Corrected):
                assert state is Ended, of_call
            else:
                assert before is not None, of_call
        assert state is Ended, of_call


def protocol(data: bytes) -> None:
    """JSON from a stranger gives a message or the one error; any message can be sent on as JSON."""
    try:
        message = decode(data.decode("utf-8", "surrogateescape"))
    except ProtocolError:
        return
    if not isinstance(message, Unknown):
        text = encode(message)
        text.encode()
        assert isinstance(json.loads(text), dict)
        with suppress(ProtocolError):  # empty texts are left out, also where they must be
            assert encode(decode(text)) == text


def replay(data: bytes) -> None:
    """A capture file gives what is readable of it, with times that can be shown, or says that it is none."""
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(data)
        file.flush()
        try:
            with Replay(Path(file.name)) as records:
                for at_s, link_type, frame in records:
                    assert 0 <= at_s <= 253_402_300_799 and link_type >= 0
                    assert len(frame) <= 262_144
        except CaptureFault as problem:
            assert problem.code in FILE_FAULTS


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (frames, datagrams, sip, addresses, streams, detector, calls, protocol, replay)
}


# Seeds


def seeds(name: str, root: Path) -> list[bytes]:
    """Inputs to begin with, made of the project's captures and of those of others beside it, if there."""
    captures = [
        *sorted((root / "assets" / "demo").glob("*.pcap")),
        *sorted((root / "tests" / "data").glob("*/*.pcap")),
        *sorted((root / ".." / "shared" / "data" / "pcap").glob("*.pcap*")),
    ]
    messages = [path.read_bytes() for path in sorted((root / ".." / "shared/data/rfc4475").glob("*.dat"))]
    match name:
        case "frames" | "detector":
            return [
                packed(bytes((LINK_TYPES.index(link_type), 1)), [frame for _, _, frame in some])
                for link_type, some in map(beginning, captures)
                if link_type in LINK_TYPES
            ]
        case "datagrams":
            begun = [(path.parent.name, [frame for _, _, frame in beginning(path)[1]]) for path in captures]
            return [
                packed(head, [behind + frame[begin:] for frame in some])
                for folder, some in begun
                for head, behind, begin in (
                    (b"\0", b"", 42 if folder == "hep" else 0),  # behind Ethernet, IP and UDP
                    (b"\1", bytes.fromhex("0100000101"), 0),
                    (b"\2", bytes.fromhex("0800000000000100"), 0),
                )
            ]
        case "sip":
            return messages + heads(captures)
        case "streams":
            return [
                bytes(8)
                + b"".join(b"\0" + struct.pack(">H", len(half)) + half for half in (text[:200], text[200:]))
                for text in heads(captures)
            ]
        case "addresses":
            return list(
                {
                    value.encode("latin-1")
                    for text in messages + heads(captures)
                    if isinstance(message := parse(text, cut=True), Message)
                    for header in ("from", "to", "contact", *IDENTITY_HEADERS)
                    for value in (message.header(header), message.request_uri)
                    if value
                }
            )
        case "calls":
            return [bytes((1, *script)) for script in pairwise_scripts()]
        case "protocol":
            return [text.encode() for text in PROTOCOL]
        case _:
            return [path.read_bytes()[:4096] for path in captures]


def beginning(path: Path, count: int = 12) -> tuple[int, list[tuple[float, int, bytes]]]:
    """The link type and the first records of a capture file."""
    some = []
    with Replay(path) as records:
        for record in records:
            some.append(record)
            if len(some) == count:
                break
    return (some[0][1] if some else -1), some


def heads(captures: list[Path]) -> list[bytes]:
    """The first SIP messages of each capture."""
    found = []
    for path in captures:
        decoder = FrameDecoder(ports=None)
        for at_s, link_type, frame in beginning(path)[1]:
            found += [payload.data for payload in decoder.decode(at_s, link_type, frame)]
    return found


def pairwise_scripts() -> Iterable[tuple[int, ...]]:
    """INVITE from the PBX to a phone, then two of the things that may follow."""
    step = 20
    after = [(step, 2 + 4 * number, 9, 32) for number in range(len(_STATUSES))]
    after += [(step, 4 * number, 9, 32) for number in range(len(_METHODS))]
    for first, second in pairwise(after):
        yield (step, 1, 9, 32, *first, *second)


PROTOCOL = (
    '{"type":"hello","protocol":1,"version":"1.0","language":"ko","extension":"1001"}',
    '{"type":"welcome","protocol":1,"version":"1.0","extensions":["1001"]}',
    '{"type":"ack","call_id":"5f0c3a9be1d24c77"}',
    '{"type":"incoming_call","from":"01012345678","to":"1001","call_id":"c","at":"2026-11-23T09:00:00.123Z",'
    '"from_name":"\\ud55c","dialled":"021234","via":"1002"}',
    '{"type":"call_update","call_id":"c","state":"ended","outcome":"missed","at":"2026-11-23T09:00:00.123Z"}',
    '{"type":"later","key":[1,2.5e3,null,true]}',
)
