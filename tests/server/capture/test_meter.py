"""Counters of every interface, on real ones."""

import time

from packetwave.server.capture import InterfaceMeter, InterfaceRate
from tests.netns import Host, Office, needs_namespaces
from tests.server.frames.building import invite, udp_frame

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
