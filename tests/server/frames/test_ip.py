"""Cases 2 and 3: lengths, padding, options and extension headers."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.frames import FrameDecoder, ip
from tests.server.frames.building import A6, B6, A, B, decode_all, ethernet, invite, scapy, udp_packet
from tests.tshark import fields, needs_tshark, write_pcap

s = scapy()
MESSAGE = invite("ip")


def v6(*headers: Any) -> Any:
    packet = s.IPv6(src=A6, dst=B6)
    for header in headers:
        packet = packet / header
    return packet / udp_packet(MESSAGE)[s.UDP]


PACKETS = {
    "plain": udp_packet(MESSAGE),
    "router alert": udp_packet(MESSAGE, options=[s.IPOption_Router_Alert()]),
    "record route": udp_packet(MESSAGE, options=[s.IPOption_RR(routers=["0.0.0.0"] * 9)]),
    "IPv6": v6(),
    "hop-by-hop": v6(s.IPv6ExtHdrHopByHop(options=[s.RouterAlert()])),
    "routing": v6(s.IPv6ExtHdrRouting(addresses=[B6], segleft=0)),
    "destination options": v6(s.IPv6ExtHdrDestOpt()),
    "all of them": v6(
        s.IPv6ExtHdrHopByHop(),
        s.IPv6ExtHdrDestOpt(),
        s.IPv6ExtHdrRouting(addresses=[B6], segleft=0),
        s.IPv6ExtHdrDestOpt(options=[s.PadN(optdata=bytes(20))]),
    ),
    "a fragment that is the whole": v6(s.IPv6ExtHdrFragment(id=5), s.IPv6ExtHdrDestOpt()),
    "wrong checksums": udp_packet(MESSAGE, chksum=0xBAD),
}


@pytest.mark.parametrize("name", PACKETS)
@pytest.mark.parametrize("padding", [b"", b"\0" * 46, b"INVITE sip:trailer SIP/2.0\r\n\r\n"])
@pytest.mark.case(2, 3)
def test_the_message_and_nothing_behind_it(name: str, padding: bytes) -> None:
    (payload,) = decode_all([bytes(ethernet(PACKETS[name])) + padding])
    assert payload.data == MESSAGE
    assert (payload.src, payload.dst) == ((A, B) if s.IP in PACKETS[name] else (A6, B6))


@needs_tshark
@pytest.mark.case(3)
def test_tshark_reads_these_packets_alike(tmp_path: Path) -> None:
    frames = [bytes(ethernet(packet)) + bytes(30) for packet in PACKETS.values()]
    capture = write_pcap(tmp_path / "ip.pcap", enumerate(frames))
    lengths = [length for (length,) in fields(capture, "udp.length", display_filter="sip")]
    assert lengths == [[str(len(payload.data) + 8)] for payload in decode_all(frames)]
    assert len(lengths) == len(frames)


@pytest.mark.case(2)
def test_a_padded_keep_alive_is_no_message() -> None:
    decoder = FrameDecoder(ports=None)
    frames = [
        bytes(ethernet(udp_packet(data))).ljust(60, b"\0") for data in (b"", b"\r\n\r\n", b"\0\0", b"\xff")
    ]
    assert decode_all(frames, decoder=decoder) == []
    assert (decoder.counters.udp_other, decoder.counters.malformed) == (4, 0)


@pytest.mark.case(12)
def test_a_capture_cut_short_gives_what_is_there() -> None:
    """Case 12: a short snaplen; the IP header says more than was captured."""
    decoder = FrameDecoder(ports=None)
    frame = bytes(ethernet(udp_packet(MESSAGE)))[:150]
    tagged = bytes(ethernet(s.Dot1Q(vlan=1) / udp_packet(MESSAGE)))[:154]
    first, second = decode_all([frame, tagged], decoder=decoder)
    assert first.data == second.data == MESSAGE[:108]
    assert decoder.counters.truncated == 2


@pytest.mark.case(12)
def test_a_first_fragment_cut_short_gives_what_is_there() -> None:
    parts = s.fragment(udp_packet(invite("cut", filler=3000), id=9), fragsize=1400)
    frames = [bytes(ethernet(part))[:600] for part in parts]
    (payload,) = decode_all(frames)
    assert payload.data == invite("cut", filler=3000)[: 600 - 42]


@pytest.mark.parametrize("packet", [udp_packet(MESSAGE), udp_packet(MESSAGE, src=A6, dst=B6)])
def test_a_length_of_zero_reaches_to_the_end(packet: Any) -> None:
    """What a card will cut into segments itself is captured with no length."""
    raw = bytearray(bytes(ethernet(packet)))
    at = 14 + (2 if s.IP in packet else 4)
    raw[at : at + 2] = b"\0\0"
    (payload,) = decode_all([bytes(raw)])
    assert payload.data == MESSAGE


@pytest.mark.parametrize(("length", "expected"), [(0, MESSAGE), (7, MESSAGE), (8, None), (60, MESSAGE[:52])])
def test_the_udp_length_counts_where_it_makes_sense(length: int, expected: bytes | None) -> None:
    raw = bytearray(bytes(ethernet(udp_packet(MESSAGE))))
    raw[38:40] = length.to_bytes(2)
    in_a_tag = bytes(raw[:12]) + b"\x81\x00\x00\x07" + bytes(raw[12:])
    wanted = [] if expected is None else [expected, expected]
    assert [payload.data for payload in decode_all([bytes(raw), in_a_tag])] == wanted


@given(st.binary(max_size=120), st.integers(0, 20))
def test_no_bytes_raise(data: bytes, offset: int) -> None:
    packet = ip.read_ip(data, offset)
    assert packet is None or len(packet.payload) <= len(data)
    ip.skip_extensions(0, data)


def test_addresses_as_text() -> None:
    assert ip.address_text(bytes([192, 0, 2, 1])) == "192.0.2.1"
    assert ip.address_text(bytes([0x20, 1]) + bytes(13) + b"\1") == "2001::1"
