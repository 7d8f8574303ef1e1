"""Case 6: capture files in every form, judged by tshark; cut ones at every byte; damaged ones never raise."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.capture import CaptureFault, CaptureFaultCode, Replay
from packetwave.server.capture.replay import Record
from tests.tshark import SHARED_CAPTURES, fields, needs_shared_captures, needs_tshark

FRAMES = [bytes([n]) * 12 + b"\x08\x00" + bytes([0x45]) + bytes(50 + n) for n in range(5)]
TIMES = [(0, 0), (1_700_000_000, 123_456_789), (1_700_000_000, 999_999_999), (2**31, 0), (2**32 - 1, 1)]


def pcap(order: str = "<", *, nano: bool = False, link_type: int = 1) -> bytes:
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    data = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)
    for frame, (seconds, nanos) in zip(FRAMES, TIMES, strict=True):
        fraction = nanos if nano else nanos // 1000
        data += struct.pack(f"{order}IIII", seconds, fraction, len(frame), len(frame) + 9) + frame
    return data


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def section(order: str) -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str, link_type: int, options: bytes = b"", snaplen: int = 0) -> bytes:
    return block(order, 1, struct.pack(f"{order}HHI", link_type, 0, snaplen) + options)


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def packet(order: str, number: int, ticks: int, frame: bytes) -> bytes:
    head = struct.pack(f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
    return block(order, 6, head + frame)


def pcapng(order: str = "<") -> bytes:
    """Three interfaces of different link types and clocks, other blocks between, a second section in the
    other byte order."""
    other = ">" if order == "<" else "<"
    nanos, halves = option(order, 9, b"\x09"), option(order, 9, b"\x81")
    offset = option(order, 14, struct.pack(f"{order}q", 1_000))
    name = option(order, 2, b"eth0") + option(order, 0, b"")
    return b"".join(
        [
            section(order),
            interface(order, 1, name),
            interface(order, 101, nanos),
            packet(order, 0, 1_700_000_000_250_000, FRAMES[0]),
            block(order, 5, bytes(12)),  # interface statistics
            packet(order, 1, 1_700_000_000_000_000_500, FRAMES[1]),
            interface(order, 113, halves + offset),
            packet(order, 2, 1_700_000_000 * 2 + 1, FRAMES[2]),
            section(other),
            interface(other, 276),
            packet(other, 0, 1_700_000_001_000_000, FRAMES[3]),
            block(other, 3, struct.pack(f"{other}I", len(FRAMES[4])) + FRAMES[4]),  # a simple packet
        ]
    )


PCAPNG_RECORDS: list[Record] = [
    (1_700_000_000.25, 1, FRAMES[0]),
    (1_700_000_000.0000005, 101, FRAMES[1]),
    (1_700_001_000.5, 113, FRAMES[2]),
    (1_700_000_001.0, 276, FRAMES[3]),
    (1_700_000_001.0, 276, FRAMES[4]),
]


def read(path: Path, data: bytes) -> tuple[list[Record], bool]:
    path.write_bytes(data)
    with Replay(path) as replay:
        records = list(replay)
        return records, replay.cut


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nano", [False, True])
@pytest.mark.case(6)
def test_pcap_in_both_byte_orders_and_precisions(order: str, nano: bool, tmp_path: Path) -> None:
    records, cut = read(tmp_path / "a.pcap", pcap(order, nano=nano, link_type=113))
    assert [(link, frame) for _, link, frame in records] == [(113, frame) for frame in FRAMES]
    unit = 1 if nano else 1000
    assert [at_s for at_s, _, _ in records] == pytest.approx(
        [seconds + nanos // unit * unit / 1e9 for seconds, nanos in TIMES], abs=1e-6
    )
    assert not cut


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.case(6)
def test_pcapng_of_several_interfaces_and_sections(order: str, tmp_path: Path) -> None:
    records, cut = read(tmp_path / "a.pcapng", pcapng(order))
    assert records == PCAPNG_RECORDS
    assert not cut


@needs_tshark
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("little", pcap("<")),
        ("big", pcap(">")),
        ("little nano", pcap("<", nano=True)),
        ("big nano", pcap(">", nano=True)),
        ("ng little", pcapng("<")),
        ("ng big", pcapng(">")),
    ],
)
@pytest.mark.case(6)
def test_tshark_reads_these_files_alike(name: str, data: bytes, tmp_path: Path) -> None:
    capture = tmp_path / f"{name}.pcap"
    records, _ = read(capture, data)
    rows = fields(capture, "frame.time_epoch", "frame.cap_len", "frame.encap_type")
    assert [int(length[0]) for _, length, _ in rows] == [len(frame) for _, _, frame in records]
    encapsulations = {1: "1", 101: "7", 113: "25", 276: "210"}
    assert [kind[0] for _, _, kind in rows] == [encapsulations[link] for _, link, _ in records]
    for (time, _, _), (at_s, _, _) in list(zip(rows, records, strict=True))[: 5 if "ng" not in name else 4]:
        assert at_s == pytest.approx(float(time[0]), abs=1e-6)


@needs_tshark
@needs_shared_captures
def test_pcapng_made_by_others_has_the_frames_that_tshark_says() -> None:
    for capture in sorted(SHARED_CAPTURES.glob("*.pcapng")):
        with Replay(capture) as replay:
            lengths = [[str(len(frame))] for _, _, frame in replay]
            assert not replay.cut
        assert lengths == [row[0] for row in fields(capture, "frame.cap_len")], capture.name


@pytest.mark.parametrize("data", [pcap(), pcapng()], ids=["pcap", "pcapng"])
def test_a_file_cut_at_any_byte_gives_what_was_readable_and_says_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    whole, _ = read(path, data)
    ends_between_records = 0
    for length in range(24 if data[:4] != b"\x0a\x0d\x0d\x0a" else 28, len(data)):
        records, cut = read(path, data[:length])
        assert records == whole[: len(records)]
        ends_between_records += not cut
    assert ends_between_records < 12
    for length in range(12):
        path.write_bytes(data[:length])
        with pytest.raises(CaptureFault) as fault:
            Replay(path)
        assert fault.value.code == CaptureFaultCode.BAD_FILE


@given(data=st.data())
def test_damaged_files_never_raise(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.pcap"
    damaged = bytearray(data.draw(st.sampled_from([pcap(), pcap(">", nano=True), pcapng(), pcapng(">")])))
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[place] = data.draw(st.integers(0, 255))
    try:
        records, _ = read(path, bytes(damaged))
    except CaptureFault as fault:
        assert fault.code == CaptureFaultCode.BAD_FILE
    else:
        assert all(0 <= at_s <= 253_402_300_799 and len(frame) < 300_000 for at_s, _, frame in records)


def test_absurd_times_stay_within_what_can_be_shown(tmp_path: Path) -> None:
    order = "<"
    data = section(order)
    for options in (
        option(order, 9, b"\x00"),
        option(order, 9, b"\x7f"),
        option(order, 9, b"\xff"),
        option(order, 14, struct.pack("<q", -(2**62))),
    ):
        data += interface(order, 1, options)
    for number in range(4):
        data += packet(order, number, 2**64 - 1, FRAMES[0])
    records, cut = read(tmp_path / "a.pcapng", data)
    assert [at_s for at_s, _, _ in records] == pytest.approx([253_402_300_799.0, 0.0, 0.0, 0.0], abs=1e-6)
    assert not cut


def test_a_packet_of_an_interface_never_declared_is_left_out(tmp_path: Path) -> None:
    data = section("<") + interface("<", 1) + packet("<", 3, 1, FRAMES[0]) + packet("<", 0, 1, FRAMES[1])
    assert read(tmp_path / "a.pcapng", data) == ([(1e-6, 1, FRAMES[1])], False)


def test_an_absurd_length_is_damage_not_memory(tmp_path: Path) -> None:
    data = pcap() + struct.pack("<IIII", 1, 1, 0x7FFFFFFF, 60) + bytes(100)
    records, cut = read(tmp_path / "a.pcap", data)
    assert (len(records), cut) == (5, True)


def test_a_length_with_the_frame_check_bits_is_the_link_type(tmp_path: Path) -> None:
    records, _ = read(tmp_path / "a.pcap", pcap(link_type=0x24000001))
    assert {link for _, link, _ in records} == {1}


@pytest.mark.parametrize(
    "data", [b"", b"x", b"no capture at all, only text\n" * 9, b"\x0a\x0d\x0d\x0a" * 9, pcap()[:23]]
)
def test_what_is_no_capture_file_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "다른 파일.txt"
    path.write_bytes(data)
    with pytest.raises(CaptureFault, match="다른 파일") as fault:
        Replay(path)
    assert fault.value.code == CaptureFaultCode.BAD_FILE


def test_what_cannot_be_opened_is_refused_with_the_reason(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "not there"):
        with pytest.raises(CaptureFault) as fault:
            Replay(path)
        assert (fault.value.code, bool(fault.value.reason)) == (CaptureFaultCode.BAD_FILE, True)


def test_closing_twice_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap())
    replay = Replay(path)
    replay.close()
    replay.close()
