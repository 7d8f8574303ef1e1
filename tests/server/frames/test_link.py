"""Case 1 and case 6: tags and link types. scapy builds the frames, tshark judges, the decoder must agree."""

from pathlib import Path
from typing import Any

import pytest

from packetwave.server.frames import FrameDecoder, link
from tests.server.frames.building import (
    A6,
    B6,
    MAC_A,
    MAC_B,
    A,
    B,
    decode_all,
    e_tagged,
    ethernet,
    invite,
    scapy,
    udp_packet,
    vn_tagged,
)
from tests.tshark import fields, needs_tshark, write_pcap

s = scapy()
from scapy.contrib.mpls import MPLS  # noqa: E402 (after scapy itself)

TAG = s.Dot1Q


def tagged(*tags: Any, outer_type: int = 0x8100) -> Any:
    """tags: VLAN numbers or scapy layers, outermost first."""
    packet = udp_packet(invite("tagged"))
    for tag in reversed(tags):
        packet = (TAG(vlan=tag) if isinstance(tag, int) else tag) / packet
    return ethernet(packet, type=outer_type) if tags else ethernet(packet)


def as_bytes(packet: Any) -> bytes:
    return bytes(packet)


ETHERNET_FRAMES = {
    "untagged": tagged(),
    "802.1Q": tagged(100),
    "priority tag": tagged(TAG(vlan=0, prio=5)),
    "QinQ 8100/8100": tagged(10, 20),
    "QinQ 88a8/8100": tagged(10, 20, outer_type=0x88A8),
    "QinQ 9100/8100": tagged(10, 20, outer_type=0x9100),
    "three tags": tagged(10, 20, 30),
    "outer tag missing": tagged(20),
    "LLC and SNAP": s.Dot3(src=MAC_A, dst=MAC_B)
    / s.LLC(dsap=0xAA, ssap=0xAA, ctrl=3)
    / s.SNAP(OUI=0, code=0x0800)
    / udp_packet(invite("llc")),
    "IPv6 in a tag": ethernet(TAG(vlan=5) / udp_packet(invite("v6"), src=A6, dst=B6)),
    "VN-tag": vn_tagged(udp_packet(invite("vn"))),
    "VN-tag and 802.1Q": vn_tagged(TAG(vlan=5) / udp_packet(invite("vn")), ethertype=0x8100),
    "VN-tag, IPv6": vn_tagged(udp_packet(invite("vn"), src=A6, dst=B6), ethertype=0x86DD),
    "E-tag": e_tagged(udp_packet(invite("e"))),
    "E-tag and 802.1Q, IPv6": e_tagged(
        TAG(vlan=5) / udp_packet(invite("e"), src=A6, dst=B6), ethertype=0x8100
    ),
    "PPPoE": ethernet(s.PPPoE(sessionid=7) / s.PPP() / udp_packet(invite("pppoe"))),
    "PPPoE, IPv6": ethernet(s.PPPoE(sessionid=7) / s.PPP() / udp_packet(invite("pppoe"), src=A6, dst=B6)),
    "PPPoE in a tag": ethernet(TAG(vlan=835) / s.PPPoE(sessionid=7) / s.PPP() / udp_packet(invite("pppoe"))),
    "MPLS": ethernet(MPLS(label=16, s=1, ttl=60) / udp_packet(invite("mpls")), type=0x8847),
    "MPLS, three labels": ethernet(
        MPLS(label=16, s=0) / MPLS(label=17, s=0) / MPLS(label=18, s=1) / udp_packet(invite("mpls")),
        type=0x8847,
    ),
    "MPLS, IPv6": ethernet(MPLS(label=16, s=1) / udp_packet(invite("mpls"), src=A6, dst=B6), type=0x8847),
    "Ethernet over MPLS": ethernet(MPLS(label=77, s=1) / s.Raw(bytes(4)) / tagged(10), type=0x8847),
    "Ethernet over MPLS, no control word": ethernet(MPLS(label=78, s=1) / tagged(10), type=0x8847),
}


@pytest.mark.parametrize("name", ETHERNET_FRAMES)
@pytest.mark.case(1, 4)
def test_the_same_invite_in_every_frame(name: str) -> None:
    payloads = decode_all([bytes(ETHERNET_FRAMES[name])])
    v6 = "IPv6" in name
    assert [(p.transport, p.src, p.src_port, p.dst, p.dst_port) for p in payloads] == [
        ("udp", A6 if v6 else A, 5060, B6 if v6 else B, 5060)
    ]
    assert payloads[0].data.startswith(b"INVITE sip:1001@") and payloads[0].data.endswith(b"v=0\r\n")


@needs_tshark
@pytest.mark.case(1, 4)
def test_tshark_reads_these_frames_alike(tmp_path: Path) -> None:
    frames = [bytes(frame) for frame in ETHERNET_FRAMES.values()]
    capture = write_pcap(tmp_path / "link.pcap", enumerate(frames))
    pseudowires = ("-d", "mpls.label==77,pwethcw", "-d", "mpls.label==78,pwethnocw")
    judged = fields(capture, "ip.src", "ipv6.src", "sip.Call-ID", options=pseudowires)
    assert len(judged) == len(frames)
    for name, frame, (v4, v6, call_id) in zip(ETHERNET_FRAMES, frames, judged, strict=True):
        (payload,) = decode_all([frame])
        assert ([payload.src], f"\r\nCall-ID: {call_id[0]}\r\n".encode() in payload.data) == (
            v4 or v6,
            True,
        ), name


def cooked(version: int, protocol: int, behind: Any) -> bytes:
    if version == 1:
        return bytes(s.CookedLinux(pkttype=0, lladdrtype=1, lladdrlen=6, proto=protocol) / behind)
    return bytes(s.CookedLinuxV2(proto=protocol, ifindex=2, lladdrtype=1, lladdrlen=6) / behind)


PLAIN, PLAIN_6 = udp_packet(invite("plain")), udp_packet(invite("plain6"), src=A6, dst=B6)
LINK_FRAMES = [
    (113, cooked(1, 0x0800, PLAIN), A),
    (113, cooked(1, 0x86DD, PLAIN_6), A6),
    (113, cooked(1, 0x8100, TAG(vlan=3) / PLAIN), A),
    (276, cooked(2, 0x0800, PLAIN), A),
    (276, cooked(2, 0x8100, TAG(vlan=3) / PLAIN_6), A6),
    (12, bytes(PLAIN), A),
    (14, bytes(PLAIN), A),
    (101, bytes(PLAIN), A),
    (101, bytes(PLAIN_6), A6),
    (228, bytes(PLAIN), A),
    (229, bytes(PLAIN_6), A6),
    (0, (2).to_bytes(4, "little") + bytes(PLAIN), A),
    (0, (2).to_bytes(4, "big") + bytes(PLAIN), A),
    (0, (24).to_bytes(4, "little") + bytes(PLAIN_6), A6),
    (108, (2).to_bytes(4, "big") + bytes(PLAIN), A),
    (108, (30).to_bytes(4, "big") + bytes(PLAIN_6), A6),
]
NOT_IN_FILES = (12, 14)  # DLT_RAW of live captures: files say 101


@pytest.mark.parametrize(("link_type", "frame", "source"), LINK_FRAMES)
@pytest.mark.case(6)
def test_the_same_invite_on_every_link_type(link_type: int, frame: bytes, source: str) -> None:
    (payload,) = decode_all([frame], link_type)
    assert (payload.src, payload.src_port, payload.dst_port) == (source, 5060, 5060)
    assert payload.data == bytes((PLAIN if source == A else PLAIN_6)[s.Raw])


@needs_tshark
@pytest.mark.parametrize("link_type", sorted({number for number, _, _ in LINK_FRAMES} - {*NOT_IN_FILES}))
@pytest.mark.case(6)
def test_tshark_reads_these_link_types_alike(link_type: int, tmp_path: Path) -> None:
    frames = [(frame, source) for number, frame, source in LINK_FRAMES if number == link_type]
    capture = write_pcap(tmp_path / "link.pcap", enumerate(frame for frame, _ in frames), link_type)
    assert [(v4 or v6, method) for v4, v6, method in fields(capture, "ip.src", "ipv6.src", "sip.Method")] == [
        ([source], ["INVITE"]) for _, source in frames
    ]


@pytest.mark.parametrize(
    ("ethertype", "named"), [(0x8903, "fabricpath"), (0x88E5, "macsec"), (0x88E7, "mac-in-mac")]
)
@pytest.mark.case(4)
def test_what_is_not_decoded_is_named(ethertype: int, named: str) -> None:
    """Case 4: never silently nothing."""
    decoder = FrameDecoder(ports=frozenset({5060}))
    frame = bytes(ethernet(s.Raw(bytes(60)), type=ethertype))
    tagged_frame = bytes(ethernet(TAG(vlan=2, type=ethertype) / s.Raw(bytes(60))))
    assert decode_all([frame, tagged_frame], decoder=decoder) == []
    assert decoder.counters.not_decoded == {named: 2}


def test_an_unknown_link_type_is_named() -> None:
    decoder = FrameDecoder(ports=None)
    assert decode_all([bytes(PLAIN)], 127, decoder) == []
    assert decoder.counters.not_decoded == {"link-type-127": 1}


def test_other_protocols_are_no_ip() -> None:
    decoder = FrameDecoder(ports=None)
    arp = bytes(ethernet(s.ARP(psrc=A, pdst=B)))
    stp = bytes(s.Dot3(src=MAC_A, dst=MAC_B) / s.LLC() / s.STP())
    pppoe_discovery = bytes(ethernet(s.PPPoED()))
    assert decode_all([arp, stp, pppoe_discovery, b"", b"\0"], decoder=decoder) == []
    assert decoder.counters.not_ip == 5


def test_endless_tags_end() -> None:
    frame = bytes(12) + b"\x81\x00\x00\x01" * 400 + b"\x08\x00" + bytes(PLAIN)
    assert link.read_link(link.ETHERNET, frame).ethertype == 0
    assert decode_all([frame]) == []
