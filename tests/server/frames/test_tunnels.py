"""Cases 3 to 5: mirrors and traffic in tunnels. scapy builds them, tshark judges, the decoder must agree."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.frames import FrameDecoder, tunnels
from tests.server.frames.building import (
    A6,
    B6,
    A,
    decode_all,
    ethernet,
    head_of,
    invite,
    scapy,
    udp_packet,
)
from tests.tshark import fields, needs_tshark, write_pcap

s = scapy()
from scapy.contrib import erspan, tzsp  # noqa: E402 (after scapy itself)
from scapy.contrib.mpls import MPLS  # noqa: E402

SWITCH, PROBE = "192.0.2.1", "192.0.2.9"
MESSAGE = invite("tunnel")
PACKET = udp_packet(MESSAGE)
FRAME = ethernet(PACKET)
TAGGED = ethernet(s.Dot1Q(vlan=7) / PACKET)


def carrying(*layers: Any, **options: Any) -> Any:
    packet = s.IP(src=SWITCH, dst=PROBE, **options)
    for layer in layers:
        packet = packet / layer
    return packet


def gre(behind: Any, **options: Any) -> Any:
    return s.GRE(**options) / behind


def in_tzsp(frame: Any) -> Any:
    tags = tzsp.TZSPTagPadding() / tzsp.TZSPTagRXChannel(rx_channel=3) / tzsp.TZSPTagEnd()
    return s.UDP(sport=37008, dport=37008) / tzsp.TZSP(type=0, encapsulated_protocol=1) / tags / frame


def in_vxlan(frame: Any) -> Any:
    return s.UDP(sport=55555, dport=4789) / s.VXLAN(vni=42, flags="Instance") / frame


ERSPAN_3 = erspan.ERSPAN_III(sgt_other=0)
TUNNELS = {
    "IPv4 in IPv4": (carrying(PACKET), "ip-in-ip"),
    "IPv6 in IPv4": (carrying(udp_packet(MESSAGE, src=A6, dst=B6)), "ip-in-ip"),
    "IPv4 in IPv6": (s.IPv6(src=A6, dst=B6, nh=4) / PACKET, "ip-in-ip"),
    "IPv6 in IPv6": (s.IPv6(src=A6, dst=B6, nh=41) / udp_packet(MESSAGE, src=A6, dst=B6), "ip-in-ip"),
    "GRE": (carrying(gre(PACKET)), "gre"),
    "GRE with key": (carrying(gre(PACKET, key_present=1, key=99)), "gre"),
    "GRE with checksum, key and sequence": (
        carrying(gre(PACKET, chksum_present=1, key_present=1, key=9, seqnum_present=1, sequence_number=5)),
        "gre",
    ),
    "GRE, IPv6": (carrying(gre(udp_packet(MESSAGE, src=A6, dst=B6), proto=0x86DD)), "gre"),
    "GRE, Ethernet": (carrying(gre(TAGGED, proto=0x6558)), "gre"),
    "GRE, MPLS": (carrying(gre(MPLS(label=20, s=1) / PACKET, proto=0x8847)), "gre"),
    "ERSPAN I": (carrying(gre(FRAME, proto=0x88BE)), "erspan"),
    "ERSPAN II": (
        carrying(gre(erspan.ERSPAN_II(ver=1) / TAGGED, proto=0x88BE, seqnum_present=1)),
        "erspan",
    ),
    "ERSPAN III": (
        carrying(gre(erspan.ERSPAN_III(ver=2) / FRAME, proto=0x22EB, seqnum_present=1)),
        "erspan",
    ),
    "ERSPAN III with subheader": (
        carrying(
            gre(
                erspan.ERSPAN_III(ver=2, o=1) / erspan.ERSPAN_PlatformSpecific() / FRAME,
                proto=0x22EB,
                seqnum_present=1,
            )
        ),
        "erspan",
    ),
    "VXLAN": (carrying(in_vxlan(FRAME)), "vxlan"),
    "VXLAN, tagged": (carrying(in_vxlan(TAGGED)), "vxlan"),
    "TZSP": (carrying(in_tzsp(FRAME)), "tzsp"),
    "TZSP, tagged": (carrying(in_tzsp(TAGGED)), "tzsp"),
    "MPLS in IP": (carrying(MPLS(label=20, s=1) / PACKET, proto=137), "mpls-in-ip"),
    "VXLAN in GRE": (carrying(gre(carrying(in_vxlan(FRAME)))), "vxlan"),
}


def untrusting(*sources: str) -> FrameDecoder:
    return FrameDecoder(ports=frozenset({5060}), trusted_tunnels=frozenset(sources))


@pytest.mark.parametrize("name", TUNNELS)
@pytest.mark.case(3, 4)
def test_the_invite_inside_is_found(name: str) -> None:
    packet, kind = TUNNELS[name]
    decoder = FrameDecoder(ports=frozenset({5060}))
    (payload,) = decode_all([bytes(ethernet(packet))], decoder=decoder)
    assert payload.data == MESSAGE
    assert payload.src in (A, A6)
    assert decoder.counters.tunnels[kind] == 1


@needs_tshark
@pytest.mark.case(3, 4)
def test_tshark_reads_these_tunnels_alike(tmp_path: Path) -> None:
    frames = [bytes(ethernet(packet)) for packet, _ in TUNNELS.values()]
    capture = write_pcap(tmp_path / "tunnels.pcap", enumerate(frames))
    rows = fields(capture, "ip.src", "ipv6.src", "sip.Call-ID")
    for name, frame, (v4, v6, call_id) in zip(TUNNELS, frames, rows, strict=True):
        (payload,) = decode_all([frame])
        assert call_id == ["tunnel"], name
        assert payload.src == (v6 if ":" in payload.src else v4)[-1], name


@pytest.mark.parametrize("name", TUNNELS)
def test_a_tunnel_opens_only_for_a_confirmed_source(name: str) -> None:
    packet, kind = TUNNELS[name]
    source = packet.src
    frame = bytes(ethernet(packet))
    stranger, friend = untrusting("192.0.2.77"), untrusting("192.0.2.77", source)
    assert decode_all([frame], decoder=stranger) == []
    assert list(stranger.counters.untrusted.values()) == [1]
    assert [payload.data for payload in decode_all([frame], decoder=friend)] == [MESSAGE]
    if name != "VXLAN in GRE":  # there the stranger is known by the outer one
        assert stranger.counters.untrusted == {(kind, source): 1}


def test_a_plain_frame_needs_no_trust() -> None:
    tags_and_labels = [
        ethernet(PACKET),
        ethernet(s.Dot1Q(vlan=7) / PACKET),
        ethernet(MPLS(label=16, s=1) / PACKET, type=0x8847),
        ethernet(s.PPPoE(sessionid=7) / s.PPP() / PACKET),
    ]
    assert len(decode_all([bytes(frame) for frame in tags_and_labels], decoder=untrusting())) == 4


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.case(5)
def test_fragments_in_a_tunnel_and_a_tunnel_in_fragments(version: int) -> None:
    """Case 5."""
    message = invite("inner", filler=3000)
    source = (A, "10.0.0.21") if version == 4 else (A6, B6)
    inner = udp_packet(message, src=source[0], dst=source[1])
    if version == 4:
        parts = s.fragment(inner, fragsize=1000)
    else:
        with_header = s.IPv6(src=A6, dst=B6) / s.IPv6ExtHdrFragment(id=3) / inner[s.UDP]
        parts = s.fragment6(with_header, 1000)
    inside = [bytes(ethernet(carrying(in_vxlan(ethernet(part))))) for part in parts]
    outside = [bytes(ethernet(part)) for part in s.fragment(carrying(in_vxlan(ethernet(inner)), id=8), 1200)]
    assert len(inside) > 2 and len(outside) > 2
    payloads = decode_all([*reversed(inside), *reversed(outside)])
    assert [payload.data for payload in payloads] == [message, message]


@pytest.mark.case(5)
def test_tcp_in_a_tunnel() -> None:
    """Case 5."""
    segments = [MESSAGE[:100], MESSAGE[100:]]
    frames = [
        bytes(
            ethernet(
                carrying(
                    gre(
                        s.IP(src=A, dst="10.0.0.21")
                        / s.TCP(sport=5060, dport=5060, seq=seq, flags="PA")
                        / data
                    )
                )
            )
        )
        for seq, data in zip((1, 101), segments, strict=True)
    ]
    (payload,) = decode_all(frames)
    assert (payload.transport, payload.data) == ("tcp", head_of(MESSAGE))


@pytest.mark.case(4)
def test_l2tp_is_named_not_decoded() -> None:
    """Case 4."""
    decoder = FrameDecoder(ports=frozenset({5060}))
    frames = [
        bytes(ethernet(carrying(s.UDP(sport=1701, dport=1701) / bytes(30)))),
        bytes(ethernet(carrying(s.Raw(bytes(30)), proto=115))),
        bytes(ethernet(s.Dot1Q(vlan=2) / carrying(s.UDP(sport=1701, dport=1701) / bytes(30)))),
    ]
    assert decode_all(frames, decoder=decoder) == []
    assert decoder.counters.not_decoded == {"l2tp": 3}


def test_a_sip_port_that_is_also_a_tunnels_carries_sip() -> None:
    decoder = FrameDecoder(ports=frozenset({4789, 1701}))
    frames = [bytes(ethernet(udp_packet(MESSAGE, port=port))) for port in (4789, 1701)]
    assert [payload.data for payload in decode_all(frames, decoder=decoder)] == [MESSAGE, MESSAGE]


def test_packets_in_packets_end() -> None:
    packet = PACKET
    for _ in range(50):
        packet = s.IP(src=SWITCH, dst=PROBE) / packet
    assert decode_all([bytes(ethernet(packet))]) == []


@given(st.binary(max_size=80))
def test_no_bytes_raise(data: bytes) -> None:
    for read in (tunnels.read_gre, tunnels.read_vxlan, tunnels.read_tzsp):
        inner = read(data)
        assert inner is None or len(inner[2]) <= len(data)
