"""The whole room: frames in, payloads out."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.capture import Replay
from packetwave.server.frames import FrameDecoder, Payload
from packetwave.server.frames.fragments import WAIT_S
from packetwave.server.frames.streams import IDLE_S
from tests.server.frames.building import (
    A6,
    B6,
    A,
    B,
    decode_all,
    ethernet,
    head_of,
    hep_3,
    hep_chunk,
    invite,
    scapy,
    udp_frame,
    udp_packet,
)
from tests.tshark import SHARED_CAPTURES, fields, needs_shared_captures, needs_tshark

s = scapy()
from scapy.layers.l2tp import L2TP  # noqa: E402 (after scapy itself)

MESSAGE = invite("a")
PLAIN = udp_frame(MESSAGE)


def tcp_frame(
    data: bytes, *, sequence: int = 1, flags: str = "PA", padding: int = 0, options: int = 0
) -> bytes:
    segment = s.TCP(sport=40000, dport=5060, seq=sequence, flags=flags, options=[("NOP", None)] * options)
    return bytes(ethernet(s.IP(src=A, dst=B) / segment / s.Raw(data))) + bytes(padding)


def test_a_payload_says_when_and_from_where_to_where() -> None:
    decoder = FrameDecoder(ports=frozenset({5060}))
    assert list(decoder.decode(12.5, 1, PLAIN)) == [Payload(12.5, "udp", A, 5060, B, 5060, MESSAGE)]
    v6 = udp_frame(MESSAGE, src=A6, dst=B6)
    assert list(decoder.decode(13.0, 1, v6)) == [Payload(13.0, "udp", A6, 5060, B6, 5060, MESSAGE)]


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize(
    ("ports", "port", "count"),
    [({5060}, 5060, 1), ({5060}, 5080, 0), ({5060, 5080}, 5080, 1), (None, 12345, 1)],
)
@pytest.mark.case(10)
def test_ports(ports: set[int] | None, port: int, count: int, tagged: bool) -> None:
    """Case 10: by setting; in a replay any, by content."""
    decoder = FrameDecoder(ports=None if ports is None else frozenset(ports))
    packet = udp_packet(MESSAGE, port=port)
    frame = bytes(ethernet(s.Dot1Q(vlan=1) / packet if tagged else packet))
    assert len(decode_all([frame, frame], decoder=decoder)) == 2 * count


def test_one_sip_port_is_enough() -> None:
    frames = [
        bytes(ethernet(s.IP(src=A, dst=B) / s.UDP(sport=a, dport=b) / s.Raw(MESSAGE)))
        for a, b in ((5060, 1024), (1024, 5060), (1024, 1025))
    ]
    assert [(p.src_port, p.dst_port) for p in decode_all(frames)] == [(5060, 1024), (1024, 5060)]


def test_what_is_no_sip_is_dropped_and_counted() -> None:
    decoder = FrameDecoder(ports=None)
    rtp = s.RTP(sequence=1) / s.Raw(bytes(160))
    frames = [udp_frame(bytes(rtp), port=10000), udp_frame(b"\r\n\r\n"), udp_frame(b"")]
    assert decode_all([*frames, *frames], decoder=decoder) == []
    assert (decoder.counters.frames, decoder.counters.udp_other) == (6, 6)


@pytest.mark.case(12)
def test_line_ends_before_a_start_line_are_skipped() -> None:
    """Case 12."""
    assert [p.data for p in decode_all([udp_frame(b"\r\n\r\n" + MESSAGE)])] == [MESSAGE]


@pytest.mark.case(2, 8)
def test_tcp_padding_and_options_are_no_data() -> None:
    """Cases 2 and 8."""
    decoder = FrameDecoder(ports=frozenset({5060}))
    frames = [
        tcp_frame(b"", sequence=0, flags="S", padding=6),
        tcp_frame(MESSAGE[:10], padding=20),
        tcp_frame(b"", sequence=11, flags="A", padding=6),
        tcp_frame(MESSAGE[10:], sequence=11, options=12),
    ]
    (payload,) = decode_all(frames, decoder=decoder)
    assert payload == Payload(0.003, "tcp", A, 40000, B, 5060, head_of(MESSAGE), cut=True)
    assert (decoder.counters.tcp_segments, decoder.counters.tcp_payloads) == (4, 1)


@pytest.mark.case(50)
def test_a_report_is_read_whatever_its_ports() -> None:
    """Case 50: TLS phones have ports that no mirror is watched on."""
    decoder = FrameDecoder(ports=frozenset({5060}), trusted_tunnels=frozenset({A}), hep_key="secret")
    data = hep_3(MESSAGE, hep_chunk(0x0E, b"secret"), src_port=5061, dst_port=41234, protocol=22)
    (payload,) = decoder.datagram(7.5, "hep", A, data)
    assert payload == Payload(7.5, "udp", A, 5061, B, 41234, MESSAGE)
    for source, other in ((B, data), (A, hep_3(MESSAGE)), (A, b"")):
        assert decoder.datagram(7.5, "hep", source, other) == ()
    assert (decoder.counters.frames, decoder.counters.hep_payloads) == (4, 1)


def test_both_directions_of_a_connection_are_apart() -> None:
    ringing = b"SIP/2.0 180 Ringing\r\nl: 0\r\n\r\n"
    back = bytes(ethernet(s.IP(src=B, dst=A) / s.TCP(sport=5060, dport=40000, seq=1, flags="PA") / ringing))
    payloads = decode_all([tcp_frame(MESSAGE[:99]), back, tcp_frame(MESSAGE[99:], sequence=100)])
    assert [(p.src, p.data) for p in payloads] == [(B, ringing), (A, head_of(MESSAGE))]


@pytest.mark.case(13)
def test_copies_that_differ_below_give_equal_payloads() -> None:
    """Case 13: the mirror's copies differ in MAC, VLAN, TTL and checksum; who hears them tells them apart."""
    copies = [
        PLAIN,
        bytes(ethernet(s.Dot1Q(vlan=3) / udp_packet(MESSAGE, ttl=63))),
        bytes(s.Ether(src="02:00:00:00:00:77") / udp_packet(MESSAGE, ttl=9, chksum=1)),
    ]
    payloads = decode_all(copies)
    assert len(payloads) == 3
    assert len({payload._replace(at_s=0.0) for payload in payloads}) == 1


def test_all_tables_are_empty_in_time() -> None:
    decoder = FrameDecoder(ports=frozenset({5060}))
    orphan = bytes(ethernet(s.fragment(udp_packet(invite("o", filler=2000), id=1), 800)[0]))
    decode_all([orphan, tcp_frame(MESSAGE[:50])], decoder=decoder)
    assert decoder.counters.fragments_held == 1 and decoder.counters.tcp_held_bytes > 0
    decoder.expire(max(WAIT_S, IDLE_S) + 1)
    assert decoder.counters.fragments_held == decoder.counters.tcp_held_bytes == 0


def test_many_sources_cost_bounded_memory() -> None:
    decoder = FrameDecoder(ports=frozenset({5060}))
    frame = bytearray(PLAIN)
    for number in range(40_000):
        frame[26:30] = number.to_bytes(4)
        assert len(decoder.decode(0.0, 1, bytes(frame))) == 1
    assert len(decoder._flows) <= 16384


FRAMES = [
    PLAIN,
    tcp_frame(MESSAGE),
    bytes(ethernet(s.Dot1Q(vlan=3) / udp_packet(MESSAGE, src=A6, dst=B6))),
    bytes(ethernet(s.IP(src=A, dst=B) / s.GRE() / udp_packet(MESSAGE))),
    bytes(
        ethernet(s.IP(src=A, dst=B) / s.UDP(dport=4789) / s.VXLAN(flags=8) / ethernet(udp_packet(MESSAGE)))
    ),
    bytes(ethernet(s.fragment(udp_packet(MESSAGE), 200)[1])),
    bytes(
        ethernet(s.IP(src=A, dst=B) / s.UDP(dport=1701) / L2TP() / s.HDLC() / s.PPP() / udp_packet(MESSAGE))
    ),
    bytes(ethernet(s.IP(src=A, dst=B, proto=115) / s.Raw(b"\0\0\0\1" + PLAIN))),
    bytes(ethernet(s.Raw(bytes(4) + b"\x08\0") / udp_packet(MESSAGE), type=0x8926)),
]
LINK_TYPES = st.sampled_from([0, 1, 12, 101, 108, 113, 228, 229, 276]) | st.integers()


@given(LINK_TYPES, st.binary(max_size=200), st.floats(allow_nan=False))
def test_no_bytes_raise(link_type: int, frame: bytes, at_s: float) -> None:
    FrameDecoder(ports=None).decode(at_s, link_type, frame)


@given(st.sampled_from(["hep", "tzsp", "vxlan"]), st.binary(max_size=200), st.floats(allow_nan=False))
def test_no_datagrams_raise(kind: str, data: bytes, at_s: float) -> None:
    FrameDecoder(ports=None).datagram(at_s, kind, "192.0.2.1", data)


@given(st.data())
def test_no_damaged_frames_raise(data: st.DataObject) -> None:
    decoder = FrameDecoder(ports=data.draw(st.sampled_from([None, frozenset({5060})])))
    for _ in range(data.draw(st.integers(1, 5))):
        frame = bytearray(data.draw(st.sampled_from(FRAMES)))
        for place in data.draw(st.lists(st.integers(0, 120), max_size=5)):
            frame[place % len(frame)] = data.draw(st.integers(0, 255))
        decoder.decode(data.draw(st.floats(0, 100)), 1, bytes(frame[: data.draw(st.integers(0, 400))]))


@pytest.mark.parametrize("mutation", ["plain", "copies", "tagged", "qinq", "erspan", "vxlan", "shuffled"])
@pytest.mark.case(1, 4, 7)
def test_whatever_the_mirror_does_the_messages_are_the_same(mutation: str) -> None:
    from scapy.contrib.erspan import ERSPAN_II

    messages = [invite(f"call-{number}", filler=number * 300) for number in range(12)]
    frames = []
    for number, message in enumerate(messages):
        for part in s.fragment(udp_packet(message, id=number + 1), 1480):
            frame = ethernet(part)
            if mutation == "tagged":
                frame = ethernet(s.Dot1Q(vlan=5) / part)
            elif mutation == "qinq":
                frame = ethernet(s.Dot1Q(vlan=5) / s.Dot1Q(vlan=6) / part, type=0x88A8)
            elif mutation == "erspan":
                gre = s.GRE(proto=0x88BE, seqnum_present=1)
                frame = ethernet(s.IP(src="192.0.2.1", dst="192.0.2.2") / gre / ERSPAN_II() / frame)
            elif mutation == "vxlan":
                vxlan = s.UDP(dport=4789) / s.VXLAN(flags=8)
                frame = ethernet(s.IP(src="192.0.2.1", dst="192.0.2.2") / vxlan / frame)
            frames += [bytes(frame)] * (3 if mutation == "copies" else 1)
    if mutation == "shuffled":
        random.Random(5).shuffle(frames)
    seen = [payload.data for payload in decode_all(frames)]
    assert sorted(set(seen)) == sorted(messages)
    if mutation not in ("copies", "shuffled"):
        assert seen == messages


@needs_tshark
@needs_shared_captures
@pytest.mark.parametrize("capture", sorted(SHARED_CAPTURES.glob("*.pcap*")), ids=lambda capture: capture.name)
def test_captures_made_by_others_read_as_tshark_reads_them(capture: Path) -> None:
    """Every SIP message: when, which addresses and ports, its start-line. Over TCP tshark's time is that of
    the body's end, ours that of the head's."""
    decoder = FrameDecoder(ports=None)
    with Replay(capture) as replay:
        ours = [payload for record in replay for payload in decoder.decode(*record)]
        assert not replay.cut
    columns = ["frame.time_epoch", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "udp.srcport", "tcp.srcport"]
    columns += ["udp.dstport", "tcp.dstport", "sip.Request-Line", "sip.Status-Line"]
    theirs = [
        (float(row[0][0]), ["".join(row[a] + row[a + 1]) for a in (1, 3, 5, 7)], start)
        for row in fields(capture, *columns, display_filter="sip")
        for start in row[9] + row[10]
    ]
    assert [
        ([p.src, p.dst, str(p.src_port), str(p.dst_port)], p.data.split(b"\r\n")[0].decode()) for p in ours
    ] == [(ends, start) for _, ends, start in theirs]
    for payload, (at_s, _, _) in zip(ours, theirs, strict=True):
        assert payload.at_s == pytest.approx(at_s, abs=2e-6) or (
            payload.transport == "tcp" and payload.at_s < at_s
        )
