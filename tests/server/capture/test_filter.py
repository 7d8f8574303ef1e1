"""The kernel filter: its text, and what of real frames on a real interface passes it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from packetwave.server.capture import LiveCapture, kernel_filter
from packetwave.server.frames import FrameDecoder
from tests.netns import Host, Office, needs_namespaces
from tests.server.frames import building as b
from tests.server.frames.building import e_tagged, vn_tagged

s = b.scapy()


@pytest.mark.case(10)
def test_every_line_holds_the_ports() -> None:
    lines = kernel_filter({5080, 5060}).splitlines()
    assert lines[0].startswith("port 5060 or port 5080 or ")
    assert "vlan and vlan and (port 5060" in lines[2]
    extenders = [line for line in lines if line.startswith("ether[12:2] = 0x89")]
    assert len(extenders) == 2
    assert all(f":2] = {port}" in line for line in extenders for port in (5060, 5080))
    assert all("port 5060 or port 5080" in line for line in lines if line not in extenders)
    assert not any("src host" in line for line in lines)


def test_tunnels_pass_only_from_confirmed_sources() -> None:
    lines = kernel_filter([5060], ["192.0.2.1", "fd00::1"]).splitlines()
    extenders = [line for line in lines if line.startswith("ether[12:2] = 0x89")]
    assert all(":4] = 0xc0000201)" in line and ":4] = 0xfd000000 and" in line for line in extenders)
    named = "(src host 192.0.2.1 or src host fd00::1) and ("
    assert all(named in line for line in lines if line not in extenders)


@pytest.mark.parametrize("ports", [[], [0], [65536], [-1, 5060]])
def test_wrong_ports_are_refused(ports: list[int]) -> None:
    with pytest.raises(ValueError, match="ports"):
        kernel_filter(ports)


@pytest.mark.parametrize("source", ["", "switch", "1.2.3.4 or udp", "10.0.0.0/8"])
def test_wrong_sources_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match="address"):
        kernel_filter([5060], [source])


SWITCH, STRANGER, PROBE = "192.0.2.1", "192.0.2.77", "192.0.2.9"
SWITCH_6, STRANGER_6 = "fd00:5:6:7::1", "fd00:5:6:7::2"
MESSAGE = b.invite("filter")
PACKET, PACKET_6 = b.udp_packet(MESSAGE), b.udp_packet(MESSAGE, src=b.A6, dst=b.B6)
LARGE = b.invite("large", filler=3000)
TAG = s.Dot1Q
RTP = b.udp_packet(bytes(s.RTP(sequence=1)) + bytes(160), port=10_000)
RTP_6 = b.udp_packet(bytes(s.RTP(sequence=1)) + bytes(160), port=10_000, src=b.A6, dst=b.B6)


OPTIONS = b.udp_packet(MESSAGE, options=[s.IPOption_Router_Alert()])
TCP = s.IP(src=b.A, dst=b.B) / s.TCP(sport=4000, dport=5060, flags="PA") / MESSAGE
TCP_6 = s.IPv6(src=b.A6, dst=b.B6) / s.TCP(sport=5060, dport=4000, flags="PA") / MESSAGE


def fragments(version: int, *around: Any) -> list[Any]:
    packet = b.udp_packet(LARGE, id=7)
    if version == 6:
        parts = s.fragment6(s.IPv6(src=b.A6, dst=b.B6) / s.IPv6ExtHdrFragment(id=7) / packet[s.UDP], 1000)
    else:
        parts = s.fragment(packet, 1000)
    frames = []
    for part in parts:
        for layer in reversed(around):
            part = layer / part
        frames.append(b.ethernet(part))
    return frames


def gre_6(source: str) -> dict[str, list[Any]]:
    packet = s.IPv6(src=source, dst=b.B6) / s.GRE() / PACKET
    in_tags = s.Dot1Q(vlan=9) / packet
    return {
        "GRE on IPv6": [b.ethernet(packet)],
        "GRE on IPv6 in a VN-tag": [vn_tagged(packet, ethertype=0x86DD)],
        "GRE on IPv6, tagged, in an E-tag": [e_tagged(in_tags, ethertype=0x8100)],
    }


def tunnels(source: str) -> dict[str, list[Any]]:
    outer = s.IP(src=source, dst=PROBE)
    frame = b.ethernet(PACKET)
    from scapy.contrib.erspan import ERSPAN_II
    from scapy.contrib.tzsp import TZSP, TZSPTagEnd
    from scapy.layers.l2tp import L2TP

    inside = {
        "VXLAN": s.UDP(sport=4000, dport=4789) / s.VXLAN(flags=8) / frame,
        "TZSP": s.UDP(sport=37008, dport=37008) / TZSP(type=0) / TZSPTagEnd() / frame,
        "ERSPAN": s.GRE(proto=0x88BE, seqnum_present=1) / ERSPAN_II() / frame,
        "GRE": s.GRE() / PACKET,
        "L2TP": s.UDP(sport=1701, dport=1701) / L2TP() / s.HDLC() / s.PPP() / PACKET,
        "L2TP from its port": s.UDP(sport=1701, dport=40123) / L2TP() / s.HDLC() / s.PPP() / PACKET,
        "L2TPv3": s.Raw(b"\0\0\0\x09" + bytes(frame)),
        "IPv4 in IPv4": PACKET,
        "IPv6 in IPv4": PACKET_6,
    }
    packets = {
        name: s.IP(src=source, dst=PROBE, proto=115) / packet if name == "L2TPv3" else outer / packet
        for name, packet in inside.items()
    }
    found = {name: [b.ethernet(packet)] for name, packet in packets.items()}
    found |= {f"{name} in an E-tag": [e_tagged(packet)] for name, packet in packets.items()}
    found["tagged VXLAN"] = [b.ethernet(TAG(vlan=9) / packets["VXLAN"])]
    found["tagged L2TP"] = [b.ethernet(TAG(vlan=9) / packets["L2TP"])]
    found["tagged VXLAN in a VN-tag"] = [vn_tagged(TAG(vlan=9) / packets["VXLAN"], ethertype=0x8100)]
    return found


from scapy.contrib.mpls import MPLS  # noqa: E402 (after scapy itself)

PASS = {
    "untagged": [b.ethernet(PACKET)],
    "IPv6": [b.ethernet(PACKET_6)],
    "TCP": [b.ethernet(s.IP(src=b.A, dst=b.B) / s.TCP(sport=4000, dport=5060, flags="PA") / MESSAGE)],
    "second port": [b.ethernet(b.udp_packet(MESSAGE, port=5080))],
    "802.1Q": [b.ethernet(TAG(vlan=100) / PACKET)],
    "802.1Q, IPv6": [b.ethernet(TAG(vlan=100) / PACKET_6)],
    "priority tag": [b.ethernet(TAG(vlan=0, prio=5) / PACKET)],
    "QinQ 8100": [b.ethernet(TAG(vlan=1) / TAG(vlan=2) / PACKET)],
    "QinQ 88a8": [b.ethernet(TAG(vlan=1) / TAG(vlan=2) / PACKET, type=0x88A8)],
    "QinQ 88a8, IPv6": [b.ethernet(TAG(vlan=1) / TAG(vlan=2) / PACKET_6, type=0x88A8)],
    "three tags": [b.ethernet(TAG(vlan=1) / TAG(vlan=2) / TAG(vlan=3) / PACKET)],
    "fragments": fragments(4),
    "fragments, IPv6": fragments(6),
    "tagged fragments": fragments(4, TAG(vlan=5)),
    "tagged fragments, IPv6": fragments(6, TAG(vlan=5)),
    "double-tagged fragments": fragments(4, TAG(vlan=5), TAG(vlan=6)),
    "IPv4 options": [b.ethernet(b.udp_packet(MESSAGE, options=[s.IPOption_Router_Alert()]))],
    "IPv6 destination options": [
        b.ethernet(s.IPv6(src=b.A6, dst=b.B6) / s.IPv6ExtHdrDestOpt() / PACKET_6[s.UDP])
    ],
    "PPPoE": [b.ethernet(s.PPPoE(sessionid=1) / s.PPP() / PACKET)],
    "PPPoE in a tag": [b.ethernet(TAG(vlan=835) / s.PPPoE(sessionid=1) / s.PPP() / PACKET)],
    "MPLS": [b.ethernet(MPLS(label=20, s=1) / PACKET, type=0x8847)],
    "two MPLS labels": [b.ethernet(MPLS(label=20, s=0) / MPLS(label=21, s=1) / PACKET, type=0x8847)],
    "MPLS in a tag": [b.ethernet(TAG(vlan=5, type=0x8847) / MPLS(label=20, s=1) / PACKET)],
    **{f"{name} in a VN-tag": [vn_tagged(packet)] for name, packet in (("UDP", PACKET), ("TCP", TCP))},
    "IPv4 options in a VN-tag": [vn_tagged(OPTIONS)],
    "IPv6 in a VN-tag": [vn_tagged(PACKET_6, ethertype=0x86DD)],
    "802.1Q in a VN-tag": [vn_tagged(TAG(vlan=5) / PACKET, ethertype=0x8100)],
    "802.1Q in a VN-tag, IPv6": [vn_tagged(TAG(vlan=5) / TCP_6, ethertype=0x8100)],
    "E-tag": [e_tagged(PACKET)],
    "E-tag, second port": [e_tagged(b.udp_packet(MESSAGE, port=5080))],
    "802.1Q in an E-tag": [e_tagged(TAG(vlan=5) / OPTIONS, ethertype=0x8100)],
    "88a8 in an E-tag, IPv6": [e_tagged(TAG(vlan=5) / PACKET_6, ethertype=0x88A8)],
    **{
        f"{name} in an E-tag": [
            e_tagged(s.Ether(bytes(frame)).payload, ethertype=frame.type) for frame in parts
        ]
        for name, parts in (("fragments", fragments(4)), ("fragments, IPv6", fragments(6)))
    },
    **tunnels(SWITCH),
    **gre_6(SWITCH_6),
}
STOP = {
    "RTP": [b.ethernet(RTP)],
    "RTP, IPv6": [b.ethernet(RTP_6)],
    "tagged RTP": [b.ethernet(TAG(vlan=100) / RTP)],
    "double-tagged RTP": [b.ethernet(TAG(vlan=1) / TAG(vlan=2) / RTP, type=0x88A8)],
    "PPPoE RTP": [b.ethernet(s.PPPoE(sessionid=1) / s.PPP() / RTP)],
    "MPLS RTP": [b.ethernet(MPLS(label=20, s=1) / RTP, type=0x8847)],
    "VN-tag RTP": [vn_tagged(RTP)],
    "VN-tag RTP, IPv6": [vn_tagged(RTP_6, ethertype=0x86DD)],
    "tagged VN-tag RTP": [vn_tagged(TAG(vlan=5) / RTP, ethertype=0x8100)],
    "E-tag RTP": [e_tagged(RTP)],
    "tagged E-tag RTP": [e_tagged(TAG(vlan=5) / RTP_6, ethertype=0x8100)],
    "web": [b.ethernet(s.IP(src=b.A, dst=b.B) / s.TCP(sport=4000, dport=443, flags="PA") / MESSAGE)],
    "ARP": [b.ethernet(s.ARP(psrc=b.A, pdst=b.B))],
    **{f"a stranger's {name}": frames for name, frames in (tunnels(STRANGER) | gre_6(STRANGER_6)).items()},
}
END = b.udp_frame(b.invite("the end"))


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    with Office() as office:
        yield office.host("sender"), office.host("probe")


def captured(hosts: tuple[Host, Host], frames: list[bytes]) -> list[tuple[float, int, bytes]]:
    """What passes of these frames, sent by one host, seen by the other."""
    sender, probe = hosts
    text = kernel_filter({5060, 5080}, {SWITCH, SWITCH_6})
    with probe.inside():
        capture = LiveCapture(probe.interface, text)
    with capture, sender.frame_socket() as wire:
        for frame in [*frames, END]:
            wire.send(frame)
        seen: list[tuple[float, int, bytes]] = []
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            seen += capture.read(1.0)
            if seen and seen[-1][2] == END:
                return seen[:-1]
    raise AssertionError(f"the last frame was not seen, only {len(seen)} before it")


@needs_namespaces
@pytest.mark.parametrize("name", PASS)
@pytest.mark.case(1, 3, 4, 7, 10)
def test_sip_passes_whatever_is_around_it(name: str, hosts: tuple[Host, Host]) -> None:
    frames = [bytes(frame) for frame in PASS[name]]
    seen = captured(hosts, frames)
    assert [frame for _, _, frame in seen] == frames
    decoder = FrameDecoder(ports=frozenset({5060, 5080}), trusted_tunnels=frozenset({SWITCH, SWITCH_6}))
    payloads = [payload for at_s, _, frame in seen for payload in decoder.decode(at_s, 1, frame)]
    assert [b.head_of(payload.data) for payload in payloads] == [
        b.head_of(LARGE if "fragments" in name else MESSAGE)
    ]


@needs_namespaces
def test_nothing_else_passes(hosts: tuple[Host, Host]) -> None:
    frames = [bytes(frame) for frames in STOP.values() for frame in frames]
    assert [frame for _, _, frame in captured(hosts, frames)] == []
