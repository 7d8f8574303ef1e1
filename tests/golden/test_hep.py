"""Case 50: what real senders report by HEP, and the mirror beside it (tests/recording/hep.py)."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from packetwave.server.calls.events import CallEvent
from packetwave.server.calls.tracker import REPLAY_PATIENCE_S, Tracker
from packetwave.server.capture import Replay
from packetwave.server.frames import FrameDecoder, hep
from packetwave.server.frames.payload import Payload
from packetwave.server.watch.detector import Detector
from tests.events import ringings
from tests.recording.hep import PORT, RECORDED, RECORDINGS
from tests.tshark import fields, needs_tshark

pytestmark = pytest.mark.case(50)

Seen = tuple[float, bytes, bytes]
"""Packet time, the frame, and the HEP datagram in it or b""."""


@cache
def seen(name: str) -> list[Seen]:
    with Replay(RECORDED / f"{name}.pcap") as records:
        return [(at_s, frame, datagram(frame)) for at_s, _, frame in records]


def datagram(frame: bytes) -> bytes:
    is_udp = frame[12:14] == b"\x08\x00" and frame[23] == 17
    if not is_udp or int.from_bytes(frame[36:38]) != PORT:
        return b""
    return frame[42 : 34 + int.from_bytes(frame[38:40])]


def payloads(name: str) -> Iterator[tuple[float, Payload]]:
    """Each report with the time it came."""
    decoder = FrameDecoder(ports=None, trusted_tunnels=frozenset({RECORDINGS[name].sender}))
    for at_s, _, data in seen(name):
        if data:
            found = decoder.datagram(at_s, "hep", RECORDINGS[name].sender, data)
            assert len(found) == 1, decoder.counters
            yield at_s, found[0]


def events(name: str, *, mirror: bool, reports: bool, late_s: float = 0.0) -> list[list[str]]:
    """What comes of what the mirror shows, of what is reported, or of both. late_s: of each report."""
    tracker = Tracker(frozenset({"1001"}), patience_s=REPLAY_PATIENCE_S)
    detector = Detector(FrameDecoder(ports=None), tracker)
    told: list[CallEvent] = []
    steps = [(at_s, frame, b"") for at_s, frame, data in seen(name) if mirror and not data]
    steps += [(at_s + late_s, b"", data) for at_s, _, data in seen(name) if reports and data]
    for at_s, frame, data in sorted(steps, key=lambda step: step[0]):
        if data:
            told += detector.datagram(at_s, "hep", RECORDINGS[name].sender, data)
        else:
            told += detector.frame(at_s, 1, frame)
    return ringings([*told, *tracker.finish(seen(name)[-1][0] + 1)])


def test_all_are_there() -> None:
    assert {file.stem for file in RECORDED.glob("*.pcap")} == set(RECORDINGS)


@pytest.mark.parametrize("name", RECORDINGS)
def test_each_datagram_is_a_report_of_its_time(name: str) -> None:
    """Agents report in blocks, up to a second late; a PBX at once."""
    found = list(payloads(name))
    assert len(found) >= 7
    for came_s, payload in found:
        assert came_s - (1.0 if name == "sngrep_udp" else 0.01) <= payload.at_s <= came_s


@needs_tshark
@pytest.mark.parametrize("name", RECORDINGS)
def test_what_is_reported_is_what_tshark_reads_on_the_mirror(name: str) -> None:
    """Each message from and to the sender that can be read there: addresses, start-line. Of TCP Kamailio
    does not know its own port in answers, and of the phone's REGISTER over WebSocket tells another."""
    sender = RECORDINGS[name].sender
    columns = ("ip.src", "ip.dst", "udp.srcport", "udp.dstport", "sip.Request-Line", "sip.Status-Line")
    rows = fields(
        RECORDED / f"{name}.pcap", *columns, display_filter=f"sip && ip.addr == {sender}", options=PORTS_TOLD
    )
    mirrored = Counter(
        (*row[0], *row[1], *row[2], *row[3], line) for row in rows for line in (row[4] + row[5])
    )
    reported = Counter(
        (
            payload.src,
            payload.dst,
            *((str(payload.src_port), str(payload.dst_port)) if payload.transport == "udp" else ()),
            payload.data.split(b"\r\n")[0].decode(),
        )
        for _, payload in payloads(name)
        if RECORDINGS[name].readable or payload.transport == "udp"
    )
    assert reported == mirrored
    assert mirrored.total() >= 7


PORTS_TOLD = ("-d", "tcp.port==8080,http")


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_reports_alone_tell_what_happened(name: str) -> None:
    assert events(name, mirror=False, reports=True) == RECORDINGS[name].events


@pytest.mark.parametrize("late_s", [-0.02, 0.0, 0.02, 0.2])
@pytest.mark.parametrize("name", RECORDINGS)
def test_reports_and_mirror_are_one_call(name: str, late_s: float) -> None:
    assert events(name, mirror=True, reports=True, late_s=late_s) == RECORDINGS[name].events


def test_a_phone_with_tls_is_seen_by_its_reports_only() -> None:
    assert events("kamailio_3_tls", mirror=True, reports=False) == []


def test_what_kamailio_says_of_itself() -> None:
    data = next(data for _, _, data in seen("kamailio_3_tls") if data)
    report = hep.read(data, "10.77.0.10")
    assert isinstance(report, hep.Report)
    assert (report.transport, report.agent, report.key) == ("tcp", 2001, b"homer")
