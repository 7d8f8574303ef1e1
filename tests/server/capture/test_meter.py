"""Counters of every interface, on real ones."""

import time

from packetwave.server.capture import InterfaceMeter, InterfaceRate
from tests.netns import Host, Office, needs_namespaces
from tests.server.frames.building import A, B, ethernet, invite, scapy, udp_frame, udp_packet

SIP, RTP = udp_frame(invite("meter")), udp_frame(bytes(172), port=10_000)


def read_until(meter: InterfaceMeter, host: Host, now_s: float, packets: int, sip: int) -> InterfaceRate:
    """The rate of `eth0` once all frames that were sent have been counted, as if a second had passed."""
    deadline = time.monotonic() + 20
    total_packets = total_sip = 0.0
    while True:
        now_s += 1.0
        (rate,) = [rate for rate in meter.read(now_s) if rate.name == host.interface]
        total_packets += rate.packets_per_s or 0.0
        total_sip += rate.sip_per_s or 0.0
        if (total_packets, total_sip) == (packets, sip) or time.monotonic() > deadline:
            return InterfaceRate(rate.name, total_packets, total_sip)


@needs_namespaces
def test_all_frames_and_those_that_are_sip() -> None:
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        with probe.inside(), InterfaceMeter({5060}) as meter, sender.frame_socket() as wire:
            first = meter.read(0.0)
            assert [(rate.packets_per_s, rate.sip_per_s) for rate in first] == [(None, None)] * 2
            for _ in range(70):
                wire.send(RTP)
            for _ in range(30):
                wire.send(SIP)
            assert read_until(meter, probe, 0.0, 100, 30) == ("eth0", 100.0, 30.0)


def others() -> list[bytes]:
    """What passes the kernel filter and is no SIP: IPv6 multicast reports, later fragments, other uses of the
    port."""
    s = scapy()
    report = s.IPv6(src="fe80::1", dst="ff02::16", hlim=1) / s.IPv6ExtHdrHopByHop(options=[s.RouterAlert()])
    fragment = s.IP(src=A, dst=B, proto=17, frag=185) / s.Raw(bytes(100))
    return [
        bytes(ethernet(report / s.ICMPv6MLReport2())),
        bytes(ethernet(fragment)),
        udp_frame(b"\r\n\r\n"),
        udp_frame(b"GET / HTTP/1.1\r\n\r\n"),
    ]


@needs_namespaces
def test_what_passes_the_filter_and_is_no_sip_is_not_counted_as_sip() -> None:
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        with probe.inside(), InterfaceMeter({5060}) as meter, sender.frame_socket() as wire:
            meter.read(0.0)
            for frame in others() * 10:
                wire.send(frame)
            wire.send(SIP)
            assert read_until(meter, probe, 0.0, 41, 1) == ("eth0", 41.0, 1.0)


@needs_namespaces
def test_sip_over_tcp_and_behind_a_tag_is_sip() -> None:
    s = scapy()
    message = invite("tcp", filler=900)
    packet = s.IP(src=A, dst=B) / s.TCP(sport=40_000, dport=5060, seq=1, flags="PA") / s.Raw(message)
    with Office() as office:
        sender, probe = office.host("sender"), office.host("probe")
        with probe.inside(), InterfaceMeter({5060}) as meter, sender.frame_socket() as wire:
            meter.read(0.0)
            wire.send(bytes(ethernet(packet)))
            wire.send(bytes(ethernet(s.Dot1Q(vlan=7) / udp_packet(message))))
            assert read_until(meter, probe, 0.0, 2, 2) == ("eth0", 2.0, 2.0)


@needs_namespaces
def test_interfaces_that_come_and_go() -> None:
    with Office() as office:
        probe = office.host("probe")
        with probe.inside(), InterfaceMeter({5060}) as meter:
            assert {rate.name for rate in meter.read(0.0)} == {"lo", "eth0"}
            probe.run("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth2")
            probe.run("ip", "link", "set", "eth1", "up")
            probe.run("ip", "link", "del", "eth0")
            assert {rate.name for rate in meter.read(1.0)} == {"lo", "eth0"}
            assert {rate.name for rate in meter.read(10.0)} == {"lo", "eth1", "eth2"}
            measured = {rate.name: rate.packets_per_s for rate in meter.read(11.0)}
            assert measured["lo"] == 0.0 and measured["eth1"] is not None
            meter.close()
            meter.close()
