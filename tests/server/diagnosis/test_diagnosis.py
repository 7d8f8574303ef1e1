"""Broken mirrors named right, healthy ones without alarm, each finding over when it is over."""

import random
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from heapq import merge
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packetwave.server.calls.events import Diagnosed, Flooded
from packetwave.server.capture import Replay
from packetwave.server.diagnosis import Diagnosis, Gauges, in_english
from packetwave.server.frames.payload import Payload
from packetwave.server.sip.message import parse
from tests.server.diagnosis import mirror as m
from tests.server.diagnosis.mirror import MINUTE, PBX, PHONES, SERVER, T0, Bench, Timed

ROOT = Path(__file__).parents[3]
SWITCH, STRANGER = "192.168.0.1", "192.168.0.77"
TAG, TAG_2 = bytes.fromhex("81000064"), bytes.fromhex("88a80005")


class Broken(NamedTuple):
    """A mirror, what is the matter with it, and how long an ordinary office heals it."""

    frames: Callable[[], Iterable[Timed]]
    code: str
    figures: Mapping[str, Any] = MappingProxyType({})
    options: Mapping[str, Any] = MappingProxyType({})
    until_s: float = 0.0
    heals: float = 8
    case: int = 40
    others: tuple[str, ...] = ()


def repeated(frames: Iterable[Timed], times: int) -> Iterable[Timed]:
    """Each frame several times: TTL, tag and MAC differ."""
    for at_s, frame in frames:
        for copy in range(times):
            changed = bytearray(frame)
            changed[0:6] = bytes((2, copy, 0, 0, 0, 1))
            if changed[12:14] == b"\x08\x00":
                changed[22] -= copy
            if copy == 1:
                changed[12:12] = TAG
            yield at_s + copy * 0.0003, bytes(changed)


def in_tunnel(frames: Iterable[Timed], kind: str, source: str) -> Iterable[Timed]:
    for number, (at_s, frame) in enumerate(frames):
        protocol, head = {
            "vxlan": (17, m.udp(5000, 4789, bytes.fromhex("0800000000000100") + frame)),
            "tzsp": (17, m.udp(37008, 37008, bytes.fromhex("0100000101") + frame)),
            "erspan": (47, bytes.fromhex("100088be00000001") + bytes(8) + frame),
            "gre": (47, bytes.fromhex("00000800") + frame[14:]),
            "l2tp": (17, m.udp(1701, 1701, bytes.fromhex("000200070009ff030021") + frame[14:])),
        }[kind]
        yield at_s, m.ethernet(m.packet(source, SERVER, protocol, head, ident=number & 0xFFFF))


def fragments(minutes: float, *, first: bool, later: bool) -> Iterable[Timed]:
    """A large INVITE to a phone each five seconds, in two parts."""
    for number in range(int(minutes * 12)):
        at_s = T0 + number * 5
        data = m.udp(
            5060, 5060, m.sip(f"NOTIFY sip:1@{PHONES[0]} SIP/2.0", number, cseq="NOTIFY", filler=2000)
        )
        if first:
            yield at_s, m.ethernet(m.packet(PBX, PHONES[0], 17, data[:1480], ident=number, place=0x2000))
        if later:
            yield at_s, m.ethernet(m.packet(PBX, PHONES[0], 17, data[1480:], ident=number, place=185))


def unreadable() -> Iterable[Timed]:
    for number in range(100):
        message = m.sip("SIP/2.0 200 OK", number).replace(b"CSeq: 1 ", b"CSeq: one ")
        yield T0 + number * 3, m.datagram(PBX, PHONES[0], message)


def named_scanner() -> Iterable[Timed]:
    message = m.sip("OPTIONS sip:100@pbx SIP/2.0", 1, cseq="OPTIONS", agent="friendly-scanner")
    yield T0 + 1, m.datagram("198.51.100.66", PBX, message, ports=(5070, 5060))
    yield T0 + 5, m.datagram("198.51.100.66", PBX, message, ports=(5070, 5060))


def guessing_scanner() -> Iterable[Timed]:
    for number in range(60):
        asked = m.sip("REGISTER sip:pbx SIP/2.0", number, user=str(100 + number))
        said = m.sip("SIP/2.0 404 Not Found", number, user=str(100 + number))
        yield T0 + number * 0.1, m.datagram("198.51.100.66", PBX, asked)
        yield T0 + number * 0.1 + 0.01, m.datagram(PBX, "198.51.100.66", said)


def calls_to(*extensions: str) -> Iterable[Timed]:
    phone = b"Contact: <sip:x@%s>\r\nContent-Length" % PHONES[0].encode()
    return merge(
        (
            (
                T0 - 10.1,
                m.datagram(PHONES[0], PBX, m.sip("REGISTER sip:pbx SIP/2.0", 900 + number, user=user)),
            )
            for number, user in enumerate(extensions)
        ),
        (
            (
                T0 - 10,
                m.datagram(
                    PBX,
                    PHONES[0],
                    m.sip("SIP/2.0 200 OK", 900 + number, user=user).replace(b"Content-Length", phone),
                ),
            )
            for number, user in enumerate(extensions)
        ),
        *(m.call(T0 + 40 * number, 500 + number, user=user) for number, user in enumerate(extensions)),
        m.registrations(T0, 6),
    )


def undecoded(ethertype: int) -> Iterable[Timed]:
    for at_s, frame in m.office(T0, 3):
        yield at_s, frame[:12] + ethertype.to_bytes(2) + bytes(4) + frame[12:]


def compressed() -> Iterable[Timed]:
    """L2TP with what PPP's compression makes of each packet."""
    for at_s, frame in m.speech(T0, 180, every_s=0.2):
        l2tp = bytes.fromhex("000200070009ff0300fd") + frame[14:]
        yield at_s, m.datagram(PBX, m.PC, l2tp, ports=(1701, 1701))


BROKEN = {
    "nothing from the start": Broken(lambda: (), "nothing", {"minutes": 4}, until_s=T0 + 4 * MINUTE),
    "nothing any more": Broken(lambda: m.office(T0, 3), "nothing", {"minutes": 12}, until_s=T0 + 15 * MINUTE),
    "an ordinary port": Broken(lambda: m.broadcasts(T0, 5), "not_mirrored", {"minutes": 4}),
    "an ordinary port, some strays": Broken(
        lambda: merge(m.broadcasts(T0, 5), m.web(T0, 5, every_s=90)), "not_mirrored"
    ),
    "an ordinary port, its PC busy": Broken(
        lambda: merge(m.broadcasts(T0, 5), m.web(T0, 5, pc=SERVER)), "not_mirrored"
    ),
    "another VLAN": Broken(lambda: merge(m.broadcasts(T0, 12), m.web(T0, 12)), "no_sip"),
    "speech without signalling": Broken(
        lambda: merge(
            m.broadcasts(T0, 7),
            m.speech(T0 + 60, 300, every_s=0.1),
            m.speech(T0 + 90, 300, port=11_000, every_s=0.1),
        ),
        "rtp_without_sip",
    ),
    "one long stream and no SIP": Broken(lambda: m.speech(T0, 17 * MINUTE, every_s=0.2), "rtp_without_sip"),
    "only requests": Broken(lambda: m.registrations(T0, 5, replies=False), "only_requests"),
    "only replies": Broken(lambda: m.registrations(T0, 5, requests=False), "only_replies"),
    "only one direction": Broken(
        lambda: merge(
            m.registrations(T0, 5, replies=False),
            m.registrations(T0 + 3, 5, requests=False, phones=["192.168.0.50"], server=PHONES[0]),
        ),
        "one_direction",
    ),
    "every frame twice": Broken(lambda: repeated(m.office(T0, 3), 2), "copies", {"times": 2}),
    "every frame three times": Broken(lambda: repeated(m.office(T0, 3), 3), "copies", {"times": 3}),
    "every frame four times": Broken(lambda: repeated(m.office(T0, 3), 4), "copies", {"times": 4}),
    "first fragments lost": Broken(
        lambda: merge(fragments(3, first=False, later=True), m.registrations(T0, 3)),
        "fragments_missing",
        {"missing": "first"},
        case=7,
    ),
    "later fragments lost": Broken(
        lambda: merge(fragments(3, first=True, later=False), m.registrations(T0, 3)),
        "fragments_missing",
        {"missing": "later"},
        case=7,
    ),
    "TLS only": Broken(lambda: m.encrypted(T0, 3), "tls_only", {"phones": (PHONES[0],), "count": 1}, case=11),
    "one phone with TLS": Broken(
        lambda: merge(m.office(T0, 3), m.encrypted(T0, 3, phone="192.168.0.60")),
        "tls_only",
        {"phones": ("192.168.0.60",)},
        case=11,
        heals=70,
    ),
    "TLS on 5060": Broken(lambda: m.encrypted(T0, 3, port=5060), "tls_only", case=11),
    "WebSocket secure": Broken(
        lambda: m.encrypted(T0, 3, port=8089), "wss_only", {"phones": (PHONES[0],)}, case=11
    ),
    "SIP on 5080": Broken(
        lambda: m.registrations(T0, 3, ports=(49_321, 5080)),
        "other_port",
        {"ports": ("5080",)},
        case=10,
        heals=70,
    ),
    "SIP over TCP on 5070": Broken(
        lambda: (
            (T0 + n, m.ethernet(m.packet(PHONES[n % 3], PBX, 6, tcp)))
            for n in range(20)
            for tcp in [m.tcp(40_000 + n, 5070, 1, m.sip("REGISTER sip:pbx SIP/2.0", n))]
        ),
        "other_port",
        {"ports": ("5070",)},
        case=10,
        heals=70,
    ),
    **{
        f"{kind} from a stranger": Broken(
            lambda kind=kind: in_tunnel(m.office(T0, 2), kind, STRANGER),  # type: ignore[misc]
            "tunnel_not_trusted",
            {"kinds": (kind,), "sources": (STRANGER,)},
            {"trusted": frozenset((SWITCH,))},
            case=4,
            heals=70,
        )
        for kind in ("vxlan", "tzsp", "erspan", "gre", "l2tp")
    },
    "MACsec": Broken(lambda: undecoded(0x88E5), "not_decoded", {"kinds": ("macsec",)}, case=4),
    "FabricPath": Broken(lambda: undecoded(0x8903), "not_decoded", {"kinds": ("fabricpath",)}, case=4),
    "compressed L2TP": Broken(compressed, "not_decoded", {"kinds": ("l2tp",)}, case=4),
    "cut at 160 bytes": Broken(
        lambda: ((at_s, frame[:160]) for at_s, frame in m.office(T0, 3)),
        "frames_cut",
        {"bytes": 160},
        case=12,
        others=("unreadable", "only_replies", "only_requests", "one_direction", "rtp_without_sip"),
    ),
    "unreadable SIP": Broken(unreadable, "unreadable", {"percent": 100, "reason": "bad cseq"}),
    "a scanner that says so": Broken(
        named_scanner, "scanner", {"sources": ("198.51.100.66",)}, case=38, heals=40
    ),
    "a scanner that guesses": Broken(
        guessing_scanner, "scanner", {"sources": ("198.51.100.66",)}, case=38, heals=40
    ),
    "calls only to people without a row": Broken(
        lambda: calls_to("1007", "1008", "1007", "1009", "1007"),
        "no_member_row",
        {"extensions": ("1007", "1008", "1009"), "calls": 5},
        {"members": frozenset(("1001", "1002"))},
    ),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.case(BROKEN[name].case)) for name in BROKEN]
)
@pytest.mark.case(40)
def test_a_broken_mirror_is_named_and_told_over(name: str) -> None:
    broken = BROKEN[name]
    bench = Bench(**broken.options)
    if broken.until_s:
        bench.play((), until_s=T0)
    bench.play(broken.frames(), until_s=broken.until_s)
    said = [event for event in bench.said if isinstance(event, Diagnosed) and event.code == broken.code]
    assert said, bench.lines
    assert len([line for line in bench.lines if line == f"-{broken.code}"]) == 0
    assert set(bench.lines) - {broken.code} <= set(broken.others), bench.lines
    finding = next(found for found in bench.diagnosis.findings if found.code == broken.code)
    figures = dict(finding.figures)
    assert {key: figures[key] for key in broken.figures} == broken.figures
    begin_s = bench._advanced_s + 1
    bench.play(healing(name, begin_s, broken.heals))
    assert bench.codes == [], bench.lines
    for code in (broken.code, *broken.others):
        assert bench.lines.count(f"-{code}") == min(1, bench.lines.count(code)), bench.lines


def healing(name: str, begin_s: float, minutes: float) -> Iterable[Timed]:
    """An ordinary office, with what shows that it is mended."""
    if minutes > 10:  # what nothing contradicts is over once it was not seen for long
        return merge(
            m.registrations(begin_s, minutes, every_s=60), m.broadcasts(begin_s, minutes, every_s=10)
        )
    if "fragments" in name:
        shift = begin_s - T0
        whole = ((at_s + shift, frame) for at_s, frame in fragments(minutes, first=True, later=True))
        return merge(m.office(begin_s, minutes), whole)
    return m.office(begin_s, minutes)


HEALTHY: dict[str, Callable[[], Iterable[Timed]]] = {
    "an ordinary office": lambda: m.office(T0, 15),
    "a quiet office at night": lambda: merge(
        m.registrations(T0, 90, every_s=280), m.broadcasts(T0, 90, every_s=8)
    ),
    "at night, not even broadcasts": lambda: merge(
        m.office(T0, 2), m.registrations(T0 + 120, 90, every_s=290, phones=PHONES[:1])
    ),
    "one phone only": lambda: m.registrations(T0, 40, phones=PHONES[:1], every_s=120),
    "phones that register once in 50 minutes": lambda: merge(
        m.office(T0, 2), m.registrations(T0 + 120, 160, every_s=3000), m.broadcasts(T0, 160, every_s=10)
    ),
    "tagged": lambda: m.registrations(T0, 15, tags=TAG),
    "tagged twice": lambda: m.registrations(T0, 15, tags=TAG_2 + TAG),
    "IPv6": lambda: m.registrations(T0, 15, phones=["fd00::21", "fd00::22"], server="fd00::10"),
    "lunch: no call": lambda: merge(m.registrations(T0, 60, every_s=240), m.web(T0, 60, every_s=2)),
    "much speech, little SIP": lambda: merge(
        m.call(T0, 1),
        *(m.speech(T0, 240, port=10_000 + 4 * n, every_s=0.06) for n in range(8)),
        m.registrations(T0, 4, every_s=200),
    ),
    "started in mid-call": lambda: merge(
        m.speech(T0, 8 * MINUTE, every_s=0.1), list(m.call(T0, 1))[4:], m.registrations(T0 + 400, 2)
    ),
    "fragments, whole": lambda: merge(fragments(5, first=True, later=True), m.registrations(T0, 5)),
    "a phone that is switched off": lambda: merge(
        m.registrations(T0, 10, phones=PHONES[:1]),
        *(
            (
                (
                    T0 + n * 20 + again,
                    m.datagram(PBX, PHONES[1], m.sip("OPTIONS sip:x SIP/2.0", n, cseq="OPTIONS")),
                ),
            )
            for n in range(30)
            for again in (0.0, 0.5, 1.5, 3.5)
        ),
    ),
    "a VPN beside the phones": lambda: merge(
        m.office(T0, 10),
        ((T0 + n, m.ethernet(m.packet(PBX, "203.0.113.9", 50, bytes(80), ident=n))) for n in range(600)),
    ),
    "a challenge before each registration": lambda: merge(
        *(
            (
                (T0 + n, m.datagram(PHONES[0], PBX, m.sip("REGISTER sip:x SIP/2.0", n, user=str(n)))),
                (T0 + n + 0.1, m.datagram(PBX, PHONES[0], m.sip("SIP/2.0 401 No", n, user=str(n)))),
                (T0 + n + 0.2, m.datagram(PHONES[0], PBX, m.sip("REGISTER sip:x SIP/2.0", n + 5000))),
                (T0 + n + 0.3, m.datagram(PBX, PHONES[0], m.sip("SIP/2.0 200 OK", n + 5000, user=str(n)))),
            )
            for n in range(100)
        )
    ),
}


@pytest.mark.case(40)
@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_mirror_raises_no_alarm(name: str) -> None:
    assert Bench().play(HEALTHY[name]()).lines == []


@pytest.mark.case(40)
def test_a_healthy_mirror_over_tcp_raises_no_alarm() -> None:
    def frames() -> Iterable[Timed]:
        for n in range(200):
            asked, said = m.sip("REGISTER sip:x SIP/2.0", n), m.sip("SIP/2.0 200 OK", n)
            yield T0 + n * 5, m.ethernet(m.packet(PHONES[0], PBX, 6, m.tcp(40_000, 5060, n * 1000, asked)))
            yield (
                T0 + n * 5 + 0.1,
                m.ethernet(m.packet(PBX, PHONES[0], 6, m.tcp(5060, 40_000, n * 900, said))),
            )

    bench = Bench().play(frames())
    assert bench.lines == []
    assert bench.detector.counts().sip_messages == 400


@pytest.mark.case(4)
def test_a_trusted_tunnel_is_a_mirror_like_any_other() -> None:
    bench = Bench(trusted=frozenset((SWITCH,)))
    assert bench.play(in_tunnel(m.office(T0, 10), "erspan", SWITCH)).lines == []
    assert bench.detector.counts().sip_messages > 100


@pytest.mark.case(40)
def test_frames_dropped_by_the_kernel() -> None:
    bench = Bench().play(m.office(T0, 2))
    bench.dropped = 500
    bench.play(m.office(T0 + 120, 1))
    assert bench.lines == ["dropped"]
    assert dict(bench.diagnosis.findings[0].figures) == {"frames": 500}
    bench.play(m.office(T0 + 180, 4))
    assert bench.lines == ["dropped", "-dropped"]
    bench.dropped += 3
    bench.play(m.office(T0 + 420, 4))
    assert bench.lines == ["dropped", "-dropped"]


def healthy_recordings() -> list[Path]:
    shared = ROOT.parent / "shared" / "data" / "pcap"
    others = sorted(shared.glob("*.pcap*")) if shared.is_dir() else []
    return [ROOT / "assets" / "demo" / "office.pcap", *others]


@pytest.mark.case(40)
@pytest.mark.parametrize("path", healthy_recordings(), ids=lambda path: path.name)
def test_a_healthy_recording_raises_no_alarm(path: Path) -> None:
    members = frozenset(str(number) for number in range(1001, 1010)) if path.name == "office.pcap" else None
    bench = Bench(ports=None, trusted=None, members=members or frozenset(("1001",)), is_recording=True)
    with Replay(path) as replay:
        for at_s, link_type, frame in replay:
            bench.play([(at_s, frame)], link_type=link_type)
    assert bench.lines == []


@pytest.mark.case(40)
def test_what_changes_every_minute_does_not_flap() -> None:
    """A mirror between good and bad: each is said once, not at each turn."""
    bench = Bench()
    for minute in range(30):
        begin_s = T0 + minute * MINUTE
        bench.play(repeated(m.office(begin_s, 1), 1 + minute % 2))
    assert len(bench.lines) <= 3
    bench = Bench()
    for minute in range(30):
        bench.play(m.registrations(T0 + minute * MINUTE, 1, every_s=5, replies=minute % 2 == 1))
    assert len(bench.lines) <= 3


@pytest.mark.case(11)
def test_a_phone_more_is_said_and_the_rest_not_again() -> None:
    bench = Bench().play(merge(m.office(T0, 3), m.encrypted(T0, 3, phone="192.168.0.60")))
    begin_s = T0 + 180
    bench.play(merge(*(m.encrypted(begin_s, 5, phone=f"192.168.0.{n}") for n in (60, 61))))
    said = [dict(event.figures) for event in bench.said if isinstance(event, Diagnosed)]
    assert [figures["count"] for figures in said] == [1, 2]
    assert bench.lines == ["tls_only", "tls_only"]
    # As soon as a phone speaks plainly, it is not among them.
    bench.play(m.registrations(begin_s + 301, 2, phones=["192.168.0.60", "192.168.0.61"]))
    assert bench.lines == ["tls_only", "tls_only", "-tls_only"]


def test_a_flood_is_named_with_its_extensions_until_it_is_over() -> None:
    bench = Bench().play(m.office(T0, 1))
    for called, count in (("1001", 500), ("", 40)):
        at = datetime.fromtimestamp(T0 + 60, UTC)
        bench.diagnosis.floods(
            Flooded(f"to {called}", from_at=at, source="", called=called, count=count, over=False, at=at)
        )
    bench.play(m.office(T0 + 60, 1))
    (found,) = bench.diagnosis.findings
    assert dict(found.figures) == {"extensions": ("1001", "–"), "count": 2, "calls": 540}
    assert "540" in in_english(found) and "1001" in in_english(found)
    bench.play(m.office(T0 + 120, 3))
    assert bench.lines == ["flood", "-flood"]


def test_all_is_over_when_nobody_watches_any_more() -> None:
    bench = Bench().play(m.broadcasts(T0, 5))
    assert bench.codes == ["not_mirrored"]
    assert [event.code for event in bench.diagnosis.finish()] == ["not_mirrored"]
    assert bench.diagnosis.findings == ()
    assert bench.diagnosis.finish() == []


@pytest.mark.parametrize("jump_s", [-MINUTE * 2, -1e9, 1e6])
def test_a_clock_that_jumps_is_no_silence(jump_s: float) -> None:
    bench = Bench().play(m.office(T0, 5))
    assert bench.play(m.office(T0 + 300 + jump_s, 5)).lines == []


@pytest.mark.case(40)
def test_rtp_rate_is_estimated_from_the_sample() -> None:
    bench = Bench().play(merge(*(m.speech(T0, 30, port=10_000 + 4 * n, every_s=0.02) for n in range(10))))
    assert bench.diagnosis.rtp_per_s == pytest.approx(1000, rel=0.15)


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 253_402_300_799),
            st.sampled_from((1, 0, 12, 101, 113, 276, 999)),
            st.binary(max_size=150),
        ),
        max_size=30,
    )
)
def test_no_frame_at_any_time_raises(frames: list[tuple[float, int, bytes]]) -> None:
    diagnosis = Diagnosis(ports=frozenset((5060,)), trusted_tunnels=frozenset())
    for at_s, link_type, frame in frames:
        diagnosis.frame(at_s, link_type, frame, len(frame))
        diagnosis.advance(at_s, Gauges())


@settings(max_examples=150)
@given(st.data())
def test_no_damaged_frame_raises(data: st.DataObject) -> None:
    pool = [
        frame
        for _, frame in merge(
            m.encrypted(T0, 1), m.registrations(T0, 1), fragments(1, first=True, later=True)
        )
    ]
    pool += [
        frame
        for kind in ("vxlan", "tzsp", "erspan", "gre", "l2tp")
        for _, frame in in_tunnel([(T0, pool[0])], kind, SWITCH)
    ]
    diagnosis = Diagnosis(ports=frozenset((5060,)), trusted_tunnels=frozenset())
    for number in range(20):
        frame = bytearray(data.draw(st.sampled_from(pool)))
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
        cut = frame[: data.draw(st.integers(0, len(frame)))]
        diagnosis.frame(T0 + number, 1, bytes(cut), len(frame))
        diagnosis.advance(T0 + number, Gauges())


@pytest.mark.case(40)
def test_a_hundred_thousand_sources_cost_bounded_memory() -> None:
    picks = random.Random(7)
    bench = Bench()

    def flood(count: int, begin_s: float) -> None:
        for n in range(count):
            source = f"10.{picks.randrange(256)}.{picks.randrange(256)}.{picks.randrange(256)}"
            kind = n % 4
            at_s = begin_s + n * 0.01
            if kind == 0:
                frame = m.datagram(
                    source, PBX, m.sip("OPTIONS sip:x SIP/2.0", n, cseq="OPTIONS", agent="sipcli")
                )
            elif kind == 1:
                record = m.tcp(40_000, 5061, n, b"\x16\x03\x01\x00\x40" + bytes(64))
                frame = m.ethernet(m.packet(source, PBX, 6, record))
            elif kind == 2:
                rtp = b"\x80\x08" + (n & 0xFFFF).to_bytes(2) + bytes(8)
                frame = m.datagram(source, PBX, rtp, ports=(n & 0xFFFE, 9000))
            else:
                frame = next(iter(in_tunnel([(at_s, m.datagram(PBX, PHONES[0], b"x"))], "tzsp", source)))[1]
            bench.diagnosis.frame(at_s, 1, frame, len(frame))
            if kind == 0:
                payload = Payload(at_s, "udp", source, 5060, PBX, 5060, frame[42:])
                bench.diagnosis.hear(payload, parse(payload.data))
            if n % 200 == 0:
                bench.said += bench.diagnosis.advance(at_s, Gauges(received=n))

    flood(30_000, T0)
    before = sys.getallocatedblocks()
    flood(70_000, T0 + 301)
    assert sys.getallocatedblocks() - before < 5_000
    assert len(bench.said) < 200
