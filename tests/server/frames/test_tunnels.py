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
from scapy.layers.l2tp import L2TP  # noqa: E402

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


def in_l2tp(inside: Any, *, port: int = 1701, **options: Any) -> Any:
    """Version 2: a PPP frame in a session. port: of who began the tunnel."""
    return s.UDP(sport=port, dport=1701) / L2TP(tunnel_id=7, session_id=9, **options) / inside


def in_l2tp_3(between: bytes, inside: Any) -> Any:
    """Version 3 on UDP. between: cookie and sublayer."""
    return s.UDP(sport=1701, dport=1701) / s.Raw(bytes.fromhex("0003000000000009") + between + bytes(inside))


def on_ip_in_l2tp_3(between: bytes, inside: Any) -> Any:
    return s.Raw(bytes.fromhex("00000009") + between + bytes(inside))


COOKIE, SUBLAYER = bytes.fromhex("45aa01c3d4e5f607"), bytes(4)
PPP, PPP_6 = s.PPP() / PACKET, s.PPP() / udp_packet(MESSAGE, src=A6, dst=B6)
L2TPS = {
    "L2TP": in_l2tp(s.HDLC() / PPP),
    "L2TP without HDLC's two bytes": in_l2tp(PPP),
    "L2TP, IPv6": in_l2tp(s.HDLC() / PPP_6),
    "L2TP, short PPP protocol": in_l2tp(s.Raw(b"\x21" + bytes(PACKET))),
    "L2TP with length": in_l2tp(s.HDLC() / PPP, hdr="length"),
    "L2TP with everything": in_l2tp(s.HDLC() / PPP, hdr="length+sequence+offset", offset=0),
    "L2TP with an offset": s.UDP(sport=1701, dport=1701)
    / s.Raw(bytes.fromhex("0202000700090003") + b"xyz" + bytes(s.HDLC() / PPP)),
    "L2TP, the answering side": s.UDP(sport=1701, dport=40123) / in_l2tp(s.HDLC() / PPP)[L2TP],
    "L2TPv3": in_l2tp_3(b"", FRAME),
    "L2TPv3, tagged": in_l2tp_3(b"", TAGGED),
    "L2TPv3 with sublayer": in_l2tp_3(SUBLAYER, FRAME),
    "L2TPv3 with cookie": in_l2tp_3(COOKIE[:4], FRAME),
    "L2TPv3 with long cookie and sublayer": in_l2tp_3(COOKIE + SUBLAYER, TAGGED),
    "L2TPv3, PPP": in_l2tp_3(COOKIE, s.HDLC() / PPP),
    "L2TPv3, IP": in_l2tp_3(COOKIE[:4], PACKET),
}
L2TPS_ON_IP = {
    "L2TPv3 on IP": on_ip_in_l2tp_3(b"", FRAME),
    "L2TPv3 on IP with sublayer": on_ip_in_l2tp_3(SUBLAYER, TAGGED),
    "L2TPv3 on IP with long cookie": on_ip_in_l2tp_3(COOKIE, FRAME),
    "L2TPv3 on IP, IPv6": on_ip_in_l2tp_3(COOKIE, udp_packet(MESSAGE, src=A6, dst=B6)),
}
NO, SHORT, LONG, DEFAULT = "None", "4 Byte Cookie", "8 Byte Cookie", "Default L2-Specific"
PSEUDOWIRES = {
    "L2TPv3": (NO, NO, "eth"),
    "L2TPv3, tagged": (NO, NO, "eth"),
    "L2TPv3 with sublayer": (NO, DEFAULT, "eth"),
    "L2TPv3 with cookie": (SHORT, NO, "eth"),
    "L2TPv3 with long cookie and sublayer": (LONG, DEFAULT, "eth"),
    "L2TPv3, PPP": (LONG, NO, "ppp"),
    "L2TPv3, IP": (SHORT, NO, "ip"),
    "L2TPv3 on IP": (NO, NO, "eth"),
    "L2TPv3 on IP with sublayer": (NO, DEFAULT, "eth"),
    "L2TPv3 on IP with long cookie": (LONG, NO, "eth"),
    "L2TPv3 on IP, IPv6": (LONG, NO, "ip"),
}
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
    **{name: (carrying(packet), "l2tp") for name, packet in L2TPS.items()},
    **{name: (carrying(packet, proto=115), "l2tp") for name, packet in L2TPS_ON_IP.items()},
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
    told = {name: packet for name, (packet, _) in TUNNELS.items() if name not in PSEUDOWIRES}
    frames = [bytes(ethernet(packet)) for packet in told.values()]
    capture = write_pcap(tmp_path / "tunnels.pcap", enumerate(frames))
    rows = fields(capture, "ip.src", "ipv6.src", "sip.Call-ID")
    for name, frame, (v4, v6, call_id) in zip(told, frames, rows, strict=True):
        (payload,) = decode_all([frame])
        assert call_id == ["tunnel"], name
        assert payload.src == (v6 if ":" in payload.src else v4)[-1], name


@needs_tshark
@pytest.mark.parametrize("name", PSEUDOWIRES)
@pytest.mark.case(4)
def test_tshark_reads_these_pseudowires_alike(name: str, tmp_path: Path) -> None:
    """It has to be told what stands between a session's number and the frame, and what frame it is."""
    cookie, sublayer, kind = PSEUDOWIRES[name]
    options = ["-o", f"l2tp.cookie_size:{cookie}", "-o", f"l2tp.l2_specific:{sublayer}"]
    frame = bytes(ethernet(TUNNELS[name][0]))
    capture = write_pcap(tmp_path / "l2tp.pcap", [(0.0, frame)])
    columns = ("ip.src", "ipv6.src", "sip.Call-ID")
    ((v4, v6, call_id),) = fields(capture, *columns, options=(*options, "-d", f"l2tp.pw_type==0,{kind}"))
    (payload,) = decode_all([frame])
    assert call_id == ["tunnel"]
    assert payload.src == (v6 if ":" in payload.src else v4)[-1]


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


def datagram_of(packet: Any) -> tuple[str, str, bytes]:
    """What a socket makes of a tunnel's packet: kind, source, data."""
    return {4789: "vxlan", 37008: "tzsp"}[packet[s.UDP].dport], packet.src, bytes(packet[s.UDP].payload)


BY_SOCKET = [name for name in TUNNELS if name.startswith(("VXLAN", "TZSP")) and "GRE" not in name]


@pytest.mark.parametrize("name", BY_SOCKET)
@pytest.mark.case(51)
def test_a_socket_reads_what_the_mirror_shows(name: str) -> None:
    """Case 51: whole messages, TCP, fragments, tags, tunnels in tunnels, noise."""
    wrap = in_vxlan if name.startswith("VXLAN") else in_tzsp
    inner: list[Any] = [
        FRAME,
        TAGGED,
        ethernet(udp_packet(b"RTP")),
        ethernet(udp_packet(MESSAGE, port=5061)),
        ethernet(carrying(gre(PACKET))),
        *(ethernet(part) for part in s.fragment(udp_packet(invite("large", filler=3000), id=9), 1400)),
        *(
            ethernet(s.IP(src=A, dst=PROBE) / s.TCP(sport=5060, dport=5060, seq=seq, flags="PA") / data)
            for seq, data in ((1, MESSAGE[:100]), (101, MESSAGE[100:]))
        ),
        s.Raw(b"\0" * 30),
    ]
    packets = [TUNNELS[name][0], *(carrying(wrap(frame)) for frame in inner)]
    mirror, socket = untrusting(SWITCH), untrusting(SWITCH)
    heard: list[str] = []
    for number, packet in enumerate(packets):
        seen = list(mirror.decode(number / 1000, 1, bytes(ethernet(packet))))
        assert list(socket.datagram(number / 1000, *datagram_of(packet))) == seen
        heard += [payload.transport for payload in seen]
    assert mirror.counters == socket.counters
    assert sorted(heard) == ["tcp", *["udp"] * 5]


@pytest.mark.parametrize("name", BY_SOCKET)
@pytest.mark.case(51)
def test_a_socket_believes_confirmed_sources_only(name: str) -> None:
    stranger = untrusting("192.0.2.77")
    assert list(stranger.datagram(0.0, *datagram_of(TUNNELS[name][0]))) == []
    assert stranger.counters.untrusted == {(TUNNELS[name][1], SWITCH): 1}


@pytest.mark.parametrize("kind", ["vxlan", "tzsp"])
@pytest.mark.case(51)
def test_what_else_comes_to_the_socket_is_counted(kind: str) -> None:
    """A sniffer's keep-alive, and anything."""
    decoder = untrusting(SWITCH)
    for data in (b"", b"\x01\x04\x00\x00\x01", b"\x00" * 40):
        assert list(decoder.datagram(0.0, kind, SWITCH, data)) == []
    assert (decoder.counters.frames, decoder.counters.udp_other) == (3, 3)


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


NOT_READ = {
    "another version": carrying(s.UDP(sport=1701, dport=1701) / bytes(30)),
    "compressed PPP": carrying(in_l2tp(s.Raw(b"\xff\x03\x00\xfd" + bytes(30)))),
    "PPP in parts": carrying(in_l2tp(s.Raw(b"\xff\x03\x00\x3d\xc0" + bytes(30)))),
    "a pseudowire of something else": carrying(in_l2tp_3(b"", bytes(30))),
    "the same on IP": carrying(on_ip_in_l2tp_3(b"", bytes(30)), proto=115),
}
OWN = {
    "control message": carrying(
        s.UDP(sport=1701, dport=1701) / s.Raw(bytes.fromhex("c802000c000100000001000200"))
    ),
    "control message of version 3": carrying(s.UDP(sport=1701, dport=1701) / s.Raw(b"\xc8\x03" + bytes(30))),
    "control message on IP": carrying(s.Raw(bytes(4) + b"\xc8\x03" + bytes(30)), proto=115),
    "LCP": carrying(in_l2tp(s.HDLC() / s.PPP() / s.PPP_LCP_Echo())),
    "ARP": carrying(in_l2tp_3(b"", ethernet(s.ARP()))),
    "spanning tree": carrying(in_l2tp_3(COOKIE, s.Dot3(dst="01:80:c2:00:00:00") / s.LLC() / s.STP())),
}


@pytest.mark.parametrize("name", NOT_READ)
@pytest.mark.case(4)
def test_l2tp_that_cannot_be_read_is_named(name: str) -> None:
    """Case 4: never silently nothing."""
    decoder = FrameDecoder(ports=frozenset({5060}))
    frames = [bytes(ethernet(NOT_READ[name])), bytes(ethernet(s.Dot1Q(vlan=2) / NOT_READ[name]))]
    assert decode_all(frames, decoder=decoder) == []
    assert decoder.counters.not_decoded == {"l2tp": 2}


@pytest.mark.parametrize("name", OWN)
def test_what_a_tunnel_says_for_itself_is_nothing_unread(name: str) -> None:
    decoder = FrameDecoder(ports=frozenset({5060}))
    assert decode_all([bytes(ethernet(OWN[name]))], decoder=decoder) == []
    assert (decoder.counters.not_decoded, decoder.counters.not_ip) == ({}, 1)


@pytest.mark.parametrize("method", ["INVITE", "ACK", "PRACK"])
def test_a_phone_that_sends_from_the_port_of_l2tp_is_a_phone(method: str) -> None:
    packet = s.IP(src=A, dst=PROBE) / s.UDP(sport=1701, dport=5060) / s.Raw(invite("p", method=method))
    tagged = bytes(ethernet(s.Dot1Q(vlan=2) / packet))
    assert [payload.src_port for payload in decode_all([bytes(ethernet(packet)), tagged])] == [1701, 1701]


def test_geneve_is_named() -> None:
    decoder = FrameDecoder(ports=None)
    decode_all([bytes(ethernet(carrying(s.UDP(dport=6081) / s.Raw(bytes(40)))))], decoder=decoder)
    assert decoder.counters.not_decoded == {"geneve": 1}


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
    for read in (
        tunnels.read_gre,
        tunnels.read_vxlan,
        tunnels.read_tzsp,
        tunnels.read_l2tp,
        tunnels.read_l2tp_ip,
    ):
        inner = read(data)
        assert inner is None or len(inner[2]) <= len(data)
