"""The kernel filter: its text, and what of real frames on a real interface passes it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from packetwave.server.capture import LiveCapture, kernel_filter
from packetwave.server.frames import FrameDecoder
from tests.netns import Host, Office, needs_namespaces
from tests.server.frames import building as b

s = b.scapy()


@pytest.mark.case(10)
def test_every_line_holds_the_ports() -> None:
    lines = kernel_filter({5080, 5060}).splitlines()
    assert lines[0].startswith("port 5060 or port 5080 or ")
    assert "vlan and vlan and (port 5060" in lines[2]
    assert all("port 5060 or port 5080" in line for line in lines)
    assert not any("src host" in line for line in lines)


def test_tunnels_pass_only_from_confirmed_sources() -> None:
    lines = kernel_filter([5060], ["192.0.2.1", "fd00::1"]).splitlines()
    assert all("(src host 192.0.2.1 or src host fd00::1) and (" in line for line in lines)


@pytest.mark.parametrize("ports", [[], [0], [65536], [-1, 5060]])
def test_wrong_ports_are_refused(ports: list[int]) -> None:
    with pytest.raises(ValueError, match="ports"):
        kernel_filter(ports)


@pytest.mark.parametrize("source", ["", "switch", "1.2.3.4 or udp", "10.0.0.0/8"])
def test_wrong_sources_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match="address"):
        kernel_filter([5060], [source])


SWITCH, STRANGER, PROBE = "192.0.2.1", "192.0.2.77", "192.0.2.9"
MESSAGE = b.invite("filter")
PACKET, PACKET_6 = b.udp_packet(MESSAGE), b.udp_packet(MESSAGE, src=b.A6, dst=b.B6)
LARGE = b.invite("large", filler=3000)
TAG = s.Dot1Q
RTP = b.udp_packet(bytes(s.RTP(sequence=1)) + bytes(160), port=10_000)
RTP_6 = b.udp_packet(bytes(s.RTP(sequence=1)) + bytes(160), port=10_000, src=b.A6, dst=b.B6)


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


def tunnels(source: str) -> dict[str, list[Any]]:
    outer = s.IP(src=source, dst=PROBE)
    frame = b.ethernet(PACKET)
    from scapy.contrib.erspan import ERSPAN_II
    from scapy.contrib.tzsp import TZSP, TZSPTagEnd

    inside = {
        "VXLAN": s.UDP(sport=4000, dport=4789) / s.VXLAN(flags=8) / frame,
        "TZSP": s.UDP(sport=37008, dport=37008) / TZSP(type=0) / TZSPTagEnd() / frame,
        "ERSPAN": s.GRE(proto=0x88BE, seqnum_present=1) / ERSPAN_II() / frame,
        "GRE": s.GRE() / PACKET,
        "IPv4 in IPv4": PACKET,
        "IPv6 in IPv4": PACKET_6,
    }
    found = {name: [b.ethernet(outer / packet)] for name, packet in inside.items()}
    found["tagged VXLAN"] = [b.ethernet(TAG(vlan=9) / outer / inside["VXLAN"])]
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
    **tunnels(SWITCH),
}
STOP = {
    "RTP": [b.ethernet(RTP)],
    "RTP, IPv6": [b.ethernet(RTP_6)],
    "tagged RTP": [b.ethernet(TAG(vlan=100) / RTP)],
    "double-tagged RTP": [b.ethernet(TAG(vlan=1) / TAG(vlan=2) / RTP, type=0x88A8)],
    "PPPoE RTP": [b.ethernet(s.PPPoE(sessionid=1) / s.PPP() / RTP)],
    "MPLS RTP": [b.ethernet(MPLS(label=20, s=1) / RTP, type=0x8847)],
    "web": [b.ethernet(s.IP(src=b.A, dst=b.B) / s.TCP(sport=4000, dport=443, flags="PA") / MESSAGE)],
    "ARP": [b.ethernet(s.ARP(psrc=b.A, pdst=b.B))],
    **{f"a stranger's {name}": frames for name, frames in tunnels(STRANGER).items()},
}
END = b.udp_frame(b.invite("the end"))


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    with Office() as office:
        yield office.host("sender"), office.host("probe")


def captured(hosts: tuple[Host, Host], frames: list[bytes]) -> list[tuple[float, int, bytes]]:
    """What passes of these frames, sent by one host, seen by the other."""
    sender, probe = hosts
    text = kernel_filter({5060, 5080}, {SWITCH})
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
    decoder = FrameDecoder(ports=frozenset({5060, 5080}), trusted_tunnels=frozenset({SWITCH}))
    payloads = [payload for at_s, _, frame in seen for payload in decoder.decode(at_s, 1, frame)]
    assert [b.head_of(payload.data) for payload in payloads] == [
        b.head_of(LARGE if "fragments" in name else MESSAGE)
    ]


@needs_namespaces
def test_nothing_else_passes(hosts: tuple[Host, Host]) -> None:
    frames = [bytes(frame) for frames in STOP.values() for frame in frames]
    assert [frame for _, _, frame in captured(hosts, frames)] == []
