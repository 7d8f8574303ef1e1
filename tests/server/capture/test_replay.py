"""Case 6: capture files in every form, judged by tshark; cut ones at every byte; damaged ones never raise."""

import gzip
import struct
import subprocess
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.capture import FILE_FAULTS, CaptureFault, Replay
from packetwave.server.capture.file_formats import FOREIGN, PACKED
from packetwave.server.capture.timeline import Record
from tests.server.capture.files import (
    FRAMES,
    TIMES,
    block,
    interface,
    modified,
    option,
    packet,
    pcap,
    pcapng,
    section,
    snoop,
)
from tests.server.wire import Leg, write_pcap
from tests.tshark import SHARED_CAPTURES, fields, needs_shared_captures, needs_tshark

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


@pytest.mark.parametrize("data", [pcap(), pcapng()], ids=["pcap", "pcapng"])
@pytest.mark.case(6)
def test_a_file_compressed_by_gzip_is_read_as_it_is(data: bytes, tmp_path: Path) -> None:
    plain, packed = tmp_path / "a", tmp_path / "b"
    assert read(packed, gzip.compress(data)) == read(plain, data)


def test_a_compressed_file_cut_or_damaged_gives_what_was_readable_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap.gz"
    whole, _ = read(path, pcap())
    packed = gzip.compress(pcap())
    for length in range(2, len(packed)):
        path.write_bytes(packed[:length])
        try:
            records, cut = read(path, packed[:length])
        except CaptureFault as fault:
            assert fault.code in FILE_FAULTS
        else:
            assert (records, cut) == (whole[: len(records)], True)
    for place in range(10, len(packed)):
        damaged = bytearray(packed)
        damaged[place] ^= 0x55
        try:
            read(path, bytes(damaged))
        except CaptureFault as fault:
            assert fault.code in FILE_FAULTS


def test_a_compressed_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    frame = struct.pack("<IIII", 1, 0, 200_000, 200_000) + bytes(200_000)
    path = tmp_path / "large.pcap.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(pcap()[:24])
        for _ in range(500):
            file.write(frame)
    tracemalloc.start()
    try:
        with Replay(path) as replay:
            assert sum(len(frame) for _, _, frame in replay) == 100_000_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def call(path: Path) -> Path:
    leg = Leg("01012345678", "1001")
    t0 = 1_700_000_000.25
    return write_pcap(path, [leg.request(t0, "INVITE"), leg.response(t0 + 1, 180), leg.response(t0 + 2, 486)])


@needs_tshark
@pytest.mark.parametrize("kind", ["snoop", "modpcap", "suse6_3pcap", "nsecpcap", "pcapng", "pcap"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.case(6)
def test_the_kinds_that_others_write_are_read_alike(kind: str, packed: bool, tmp_path: Path) -> None:
    original, other = call(tmp_path / "a.pcap"), tmp_path / f"a.{kind}"
    subprocess.run(["editcap", "-F", kind, original, other], check=True, capture_output=True)
    assert len(fields(other, "sip.Method", display_filter="sip")) == 3
    if packed:
        other.write_bytes(gzip.compress(other.read_bytes()))
    with Replay(original) as expected, Replay(other) as replay:
        assert list(replay) == list(expected)
        assert not replay.cut


@pytest.mark.parametrize("data", [snoop(2), snoop(4, version=3)], ids=["token ring", "version 3"])
def test_snoop_of_another_kind_is_named(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(CaptureFault, match="editcap -F pcap") as fault:
        read(tmp_path / "a.snoop", data)
    assert fault.value.code == "foreign_file"


@pytest.mark.parametrize("begin", [*PACKED, *FOREIGN])
def test_a_file_that_something_else_makes_readable_is_named(begin: bytes, tmp_path: Path) -> None:
    code, name = ("packed_file", PACKED[begin]) if begin in PACKED else ("foreign_file", FOREIGN[begin])
    with pytest.raises(CaptureFault) as fault:
        read(tmp_path / "a.cap", begin + bytes(100))
    assert (fault.value.code, fault.value.reason) == (code, name)
    assert "unpack it first" in str(fault.value) or "editcap -F pcap" in str(fault.value)


@needs_tshark
@pytest.mark.parametrize("kind", ["netmon1", "netmon2", "ngsniffer", "ngwsniffer_2_0", "observer", "5views"])
def test_other_programs_files_are_known_for_what_they_are(kind: str, tmp_path: Path) -> None:
    other = tmp_path / f"a.{kind}"
    subprocess.run(["editcap", "-F", kind, call(tmp_path / "a.pcap"), other], check=True, capture_output=True)
    with pytest.raises(CaptureFault) as fault:
        Replay(other)
    assert fault.value.code == "foreign_file"


def test_a_pcapng_file_that_describes_no_interface_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    simple = block("<", 3, struct.pack("<I", len(FRAMES[4])) + FRAMES[4])
    path.write_bytes(section("<") + packet("<", 0, 1, FRAMES[0]) + simple)
    with Replay(path) as replay, pytest.raises(CaptureFault, match="interface description block") as fault:
        list(replay)
    assert fault.value.code == "no_interface_block"
    path.write_bytes(section("<"))
    with Replay(path) as replay:
        assert (list(replay), replay.undeclared) == ([], 0)


@needs_tshark
@needs_shared_captures
def test_pcapng_made_by_others_has_the_frames_that_tshark_says() -> None:
    for capture in sorted(SHARED_CAPTURES.glob("*.pcapng")):
        with Replay(capture) as replay:
            lengths = [[str(len(frame))] for _, _, frame in replay]
            assert not replay.cut
        assert lengths == [row[0] for row in fields(capture, "frame.cap_len")], capture.name


@pytest.mark.parametrize(
    "data",
    [pcap(), pcapng(), modified("<", 24), modified("<", 28), snoop()],
    ids=["pcap", "pcapng", "modified", "modified by SuSE", "snoop"],
)
def test_a_file_cut_at_any_byte_gives_what_was_readable_and_says_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    whole, _ = read(path, data)
    ends_between_records = 0
    for length in range(24 if data[:4] != b"\x0a\x0d\x0d\x0a" else 28, len(data)):
        if data[:4] == b"\x34\xcd\xb2\xa1" and length < 200:
            continue  # the second record, by which the kind is known
        records, cut = read(path, data[:length])
        assert records == whole[: len(records)]
        ends_between_records += not cut
    assert ends_between_records < 12
    for length in range(12):
        path.write_bytes(data[:length])
        with pytest.raises(CaptureFault) as fault:
            Replay(path)
        assert fault.value.code == "bad_file"


@given(data=st.data())
def test_damaged_files_never_raise(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.pcap"
    kinds = [pcap(), pcap(">", nano=True), pcapng(), pcapng(">"), modified(">", 28), snoop()]
    damaged = bytearray(data.draw(st.sampled_from([*kinds, *map(gzip.compress, kinds)])))
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[place] = data.draw(st.integers(0, 255))
    try:
        records, _ = read(path, bytes(damaged))
    except CaptureFault as fault:
        assert fault.code in FILE_FAULTS
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
    with Replay(tmp_path / "a.pcapng") as replay:
        assert len(list(replay)) == replay.undeclared == 1


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
    assert fault.value.code == "bad_file"


def test_what_cannot_be_opened_is_refused_with_the_reason(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "not there"):
        with pytest.raises(CaptureFault) as fault:
            Replay(path)
        assert (fault.value.code, bool(fault.value.reason)) == ("bad_file", True)


def test_closing_twice_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap())
    replay = Replay(path)
    replay.close()
    replay.close()
