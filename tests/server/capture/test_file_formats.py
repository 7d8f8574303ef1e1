"""Records of the formats that have something of their own; how files are opened: test_replay.py."""

import struct
from io import BytesIO

import pytest

from packetwave.server.capture import file_formats as formats
from packetwave.server.capture.file_formats import Damaged, modified_head_size, pcap
from tests.server.capture.files import FRAMES, block, interface, modified, packet, section, snoop


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("head_size", [24, 28])
def test_modified_pcap_of_either_kind(order: str, head_size: int) -> None:
    records = modified(order, head_size)[24:]
    assert modified_head_size(order, records) == head_size
    read = pcap(BytesIO(records), order, 1e6, 1, head_size=head_size)
    assert [frame for _, _, frame in read] == FRAMES
    for few in (b"", records[:15], records[:60], modified(order, head_size, FRAMES[:1])[24:]):
        assert modified_head_size(order, few) == 24  # what most write


@pytest.mark.parametrize(("kind", "link_type"), [(0, 1), (4, 1), (0x80000001, 228), (0x80000002, 229)])
def test_snoop_and_its_link_types(kind: int, link_type: int) -> None:
    records = list(formats.snoop(BytesIO(snoop(kind)[16:]), formats.SNOOP_LINKS[kind]))
    assert [(link, frame) for _, link, frame in records] == [(link_type, frame) for frame in FRAMES]


@pytest.mark.parametrize("size", [0, 23, 24 + 65, 2**31])
def test_a_snoop_record_whose_length_is_wrong_is_damage(size: int) -> None:
    head = struct.pack(">IIIIII", 66, 66, size, 0, 1, 0)
    with pytest.raises(Damaged):
        list(formats.snoop(BytesIO(head + bytes(200)), 1))


def test_packets_of_interfaces_never_described_are_told_of() -> None:
    told = []
    simple = block("<", 3, struct.pack("<I", len(FRAMES[0])) + FRAMES[0])
    data = (
        section("<")
        + simple
        + packet("<", 0, 1, FRAMES[0])
        + interface("<", 1)
        + packet("<", 0, 1, FRAMES[1])
    )
    read = list(formats.pcapng(BytesIO(data), lambda: told.append(1)))
    assert ([frame for _, _, frame in read], len(told)) == ([FRAMES[1]], 2)
