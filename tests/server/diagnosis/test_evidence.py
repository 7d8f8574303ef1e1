"""What is counted."""

import pytest

from packetwave.server.diagnosis.evidence import Evidence, Gauges
from tests.server.diagnosis import mirror as m
from tests.server.diagnosis.mirror import PBX, PHONES, SERVER, T0


def evidence(**options: object) -> Evidence:
    made = Evidence(**{"ports": {5060}, "trusted": (), "own": (SERVER, "fe80::1%eth0")} | options)  # type: ignore[arg-type]
    made.begin(T0, Gauges())
    return made


def look(made: Evidence, frame: bytes, times: int = 1) -> None:
    for number in range(times):
        made.frame(T0 + number, 1, frame, len(frame))


def test_this_pcs_own_traffic_shows_no_mirror() -> None:
    made = evidence()
    look(made, m.datagram(SERVER, PBX, b"x"))
    look(made, m.datagram("fe80::9", "fe80::1", b"x"))
    assert made.frame_s is None and made.window["unicast"] == 0


@pytest.mark.case(10)
def test_sip_on_a_watched_port_is_no_other_port() -> None:
    made = evidence()
    look(made, m.datagram(PHONES[0], PBX, m.sip("REGISTER sip:x SIP/2.0", 1), ports=(5080, 5060)), 5)
    assert made.other_ports.names(T0) == []
    look(made, m.datagram(PHONES[0], PBX, m.sip("REGISTER sip:x SIP/2.0", 1), ports=(40_000, 5080)), 2)
    assert (made.other_ports.names(T0), made.has_news) == ([], False)
    look(made, m.datagram(PHONES[0], PBX, m.sip("REGISTER sip:x SIP/2.0", 1), ports=(40_001, 5080)))
    assert (made.other_ports.names(T0), made.has_news) == (["5080"], True)
    assert not evidence(ports=None).has_news


@pytest.mark.case(11)
def test_the_phone_of_an_encrypted_connection_is_the_side_without_the_servers_port() -> None:
    made = evidence()
    for _, frame in m.encrypted(T0, 1):
        look(made, frame)
    assert made.encrypted.names(T0) == [PHONES[0]]


def test_counters_that_were_there_before_are_not_counted() -> None:
    made = Evidence({5060}, (), ())
    made.begin(T0, Gauges(100, 50, {"no via": 40}))
    made.gauge(Gauges(110, 52, {"no via": 41, "bad cseq": 2}))
    assert (made.window["received"], made.window["dropped"], made.window["rejected"]) == (10, 2, 3)
    assert made.reasons == {"no via": 1, "bad cseq": 2}


def test_rtp_rate_grows_with_what_was_not_sampled() -> None:
    made = evidence()
    for at_s, frame in m.speech(T0, 10, every_s=0.1):
        made.frame(at_s, 1, frame, len(frame))
    made.gauge(Gauges(received=10_000))
    made.rate(T0 + 10)
    assert made.rtp_per_s == pytest.approx(1000, rel=0.05)
    made.rate(T0 + 11)
    assert made.rtp_per_s > 0
    made.rate(T0 + 20)
    assert made.rtp_per_s == 0
