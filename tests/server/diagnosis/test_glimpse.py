"""What a glance at 128 bytes tells."""

import pytest

from packetwave.server.diagnosis.glimpse import SAMPLED_BYTES, is_sip, is_tls, look
from tests.server.diagnosis import mirror as m
from tests.server.frames import building as b

s = b.scapy()
FRAME = b.ethernet(b.udp_packet(b.invite("x")))
OUTER = s.IP(src="192.0.2.1", dst="192.0.2.9")


def tunnels() -> dict[str, bytes]:
    from scapy.contrib.erspan import ERSPAN_I, ERSPAN_II
    from scapy.contrib.tzsp import TZSP, TZSPTagEnd
    from scapy.layers.l2tp import L2TP

    packets = {
        "vxlan": s.UDP(sport=4000, dport=4789) / s.VXLAN(flags=8) / FRAME,
        "tzsp": s.UDP(sport=37008, dport=37008) / TZSP(type=0) / TZSPTagEnd() / FRAME,
        "erspan": s.GRE(proto=0x88BE, seqnum_present=1) / ERSPAN_II() / FRAME,
        "erspan I": s.GRE(proto=0x88BE) / ERSPAN_I() / FRAME,
        "gre": s.GRE() / FRAME[s.IP],
        "l2tp": s.UDP(sport=1701, dport=1701) / L2TP() / s.HDLC() / s.PPP() / FRAME[s.IP],
        "l2tp 3": s.UDP(sport=1701, dport=1701) / s.Raw(b"\0\3\0\0\0\0\0\x09" + bytes(FRAME)),
        "ip-in-ip": FRAME[s.IP],
    }
    return {name: bytes(b.ethernet(OUTER / packet)) for name, packet in packets.items()}


TUNNELS = tunnels()


@pytest.mark.case(4)
@pytest.mark.parametrize("name", TUNNELS)
def test_sip_is_seen_through_a_tunnel_and_the_tunnel_named(name: str) -> None:
    frame = TUNNELS[name]
    seen = look(1, frame[:SAMPLED_BYTES], len(frame), frozenset())
    assert seen.tunnel == (name.split(" ")[0], "192.0.2.1")
    assert is_sip(seen.segment[8:])
    assert not seen.cut
    assert look(1, frame[:SAMPLED_BYTES], len(frame), frozenset(("192.0.2.1",))).tunnel is None
    assert look(1, frame[:SAMPLED_BYTES], len(frame), None).tunnel is None


@pytest.mark.case(12)
@pytest.mark.parametrize("name", TUNNELS)
def test_a_frame_cut_on_its_way_is_told_from_one_that_we_cut(name: str) -> None:
    frame = TUNNELS[name]
    assert look(1, frame[:SAMPLED_BYTES], len(frame) - 20, None).cut
    assert not look(1, frame[:SAMPLED_BYTES], len(frame) + 20, None).cut  # padding


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        (bytes(b.ethernet(s.IP(src=b.A, dst=b.B) / s.UDP(dport=1701) / s.Raw(bytes(20)))), "l2tp"),
        (bytes(b.ethernet(s.IP(src=b.A, dst=b.B, proto=115) / s.Raw(b"\1" + bytes(20)))), "l2tp"),
        (bytes(b.ethernet(s.IP(src=b.A, dst=b.B) / s.GRE(version=1) / s.Raw(bytes(20)))), "gre"),
        (bytes(b.ethernet(s.IP(src=b.A, dst=b.B) / s.UDP(dport=6081) / s.Raw(bytes(20)))), "geneve"),
        (bytes(b.ethernet(s.IP(src=b.A, dst=b.B, proto=50) / s.Raw(bytes(20)))), "esp"),
        (bytes(b.ethernet(s.Raw(bytes(20)), type=0x88E5)), "macsec"),
    ],
)
@pytest.mark.case(4)
def test_what_is_not_looked_into_is_named(frame: bytes, name: str) -> None:
    assert look(1, frame, len(frame), None).not_decoded == name


@pytest.mark.case(4)
@pytest.mark.parametrize(("ethertype", "tag"), [(0x8926, "80120003"), (0x893F, "200110020000")])
def test_sip_is_seen_behind_the_tags_of_port_extenders(ethertype: int, tag: str) -> None:
    inside = s.Raw(bytes.fromhex(tag) + b"\x81\x00") / s.Dot1Q(vlan=7) / FRAME[s.IP]
    frame = bytes(b.ethernet(inside, type=ethertype))
    assert is_sip(look(1, frame[:SAMPLED_BYTES], len(frame), None).segment[8:])


def test_broadcast_and_multicast() -> None:
    data = m.datagram(m.PBX, m.PHONES[0], b"x")
    assert not look(1, data, len(data), None).group
    assert look(1, b"\xff" * 6 + data[6:], len(data), None).group
    assert look(1, b"\x01\x00\x5e" + data[3:], len(data), None).group
    for address in ("224.0.0.251", "255.255.255.255"):
        raw = m.packet(m.PBX, address, 17, m.udp(1, 2, b"x"))
        assert look(101, raw, len(raw), None).group
    raw = m.packet("fd00::1", "ff02::fb", 17, m.udp(1, 2, b"x"))
    assert look(101, raw, len(raw), None).group


@pytest.mark.case(7)
def test_fragments() -> None:
    parts = s.fragment(b.udp_packet(b.invite("x", filler=3000)), 1000)
    seen = [look(1, bytes(b.ethernet(part))[:SAMPLED_BYTES], 2000, None) for part in parts]
    assert [one.fragment for one in seen] == ["first", *["later"] * (len(parts) - 1)]
    assert is_sip(seen[0].segment[8:]) and not seen[1].segment


@pytest.mark.case(13)
def test_copies_have_one_mark_and_other_packets_another() -> None:
    packet = b.udp_packet(b.invite("x"), id=5, ttl=64)
    other = b.udp_packet(b.invite("x"), id=5, ttl=61)
    other[s.UDP].chksum = 0
    tagged = s.Ether(src=b.MAC_B, dst=b.MAC_A) / s.Dot1Q(vlan=7) / s.Dot1Q(vlan=8) / other
    frames = [bytes(b.ethernet(packet)), bytes(tagged), bytes(b.ethernet(b.udp_packet(b.invite("x"), id=6)))]
    one, copy, again = (look(1, frame[:SAMPLED_BYTES], len(frame), None).mark for frame in frames)
    assert one and one == copy != again


def test_what_tells_nothing_has_no_mark() -> None:
    acknowledgement = bytes(b.ethernet(s.IP(src=b.A, dst=b.B, id=3) / s.TCP(sport=1, dport=2, flags="A")))
    without_number = bytes(b.ethernet(b.udp_packet(b.invite("x"), id=0)))
    for frame in (acknowledgement, without_number):
        assert look(1, frame[:SAMPLED_BYTES], len(frame), None).mark == b""


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"INVITE sip:1001@10.0.0.21 SIP/2.0\r\n", True),
        (b"\r\nREGISTER sips:very-long", True),
        (b"INVITE tel:+82", True),
        (b"SIP/2.0 200 OK", True),
        (b"GET / HTTP/1.1\r\n", False),
        (b"INVITE everybody", False),
        (b"", False),
    ],
)
def test_the_beginning_of_sip(data: bytes, expected: bool) -> None:
    assert is_sip(data) is expected


@pytest.mark.case(11)
@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"\x16\x03\x01\x02\x00\x01", True), (b"\x17\x03\x03\x00\x30x", True), (b"\x18\x03\x03\x00\x30", False),
     (b"\x16\x02\x01\x02\x00", False), (b"\x16\x03", False)],
)  # fmt: skip
def test_the_beginning_of_tls(data: bytes, expected: bool) -> None:
    assert is_tls(data) is expected
