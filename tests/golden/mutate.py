"""The same traffic as other mirrors carry it: pure functions over frames, seeded where chance has a part.

A mutation takes the frames of a capture (time, link type, bytes) and gives them back changed so that the
calls in them are the same. Frames that a mutation does not concern (ARP in a tunnel that carries IP only)
stay as they are.
"""

import random
import struct
from collections.abc import Callable, Sequence

from tests.golden.captures import Frame

Mutation = Callable[[Sequence[Frame]], list[Frame]]

ETHERNET, COOKED, COOKED_2, RAW = 1, 113, 276, 101
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_MIRROR = bytes.fromhex("02aa00000001 02aa00000002")
_FROM, _TO = bytes((10, 77, 250, 1)), bytes((10, 77, 250, 2))
_COPY_S = 0.0002


def checksum(data: bytes) -> int:
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def _is_ipv4(frame: bytes) -> bool:
    return frame[12:14] == _IPV4


def _with_ip_checksum(packet: bytes) -> bytes:
    """packet: IPv4 without options."""
    return packet[:10] + checksum(packet[:10] + b"\0\0" + packet[12:20]).to_bytes(2) + packet[12:]


# Copies: a switch mirrors a frame where it comes in and where it goes out


def _with_other_mac(frame: bytes) -> bytes:
    return b"\x02\xbb\x00\x00\x00\x09" + frame[6:]


def _one_hop_on(frame: bytes) -> bytes:
    """Routed on: TTL less one."""
    if _is_ipv4(frame):
        return frame[:14] + _with_ip_checksum(frame[14:22] + bytes((frame[22] - 1,)) + frame[23:])
    if frame[12:14] == _IPV6:
        return frame[:21] + bytes((frame[21] - 1,)) + frame[22:]
    return frame


def _without_udp_checksum(frame: bytes) -> bytes:
    """As an adapter leaves it that is to fill it in (offload)."""
    if _is_ipv4(frame) and frame[23] == 17 and not int.from_bytes(frame[20:22]) & 0x1FFF:
        return frame[:40] + b"\0\0" + frame[42:]
    return frame


def _tagged(frame: bytes, *tags: tuple[int, int]) -> bytes:
    """tags: (EtherType, priority and VLAN id), the outermost first."""
    return frame[:12] + b"".join(struct.pack(">HH", *tag) for tag in tags) + frame[12:]


def _in_vlan_20(frame: bytes) -> bytes:
    return _tagged(frame, (0x8100, 20))


_COPIES = (_with_other_mac, _one_hop_on, _without_udp_checksum, _in_vlan_20)


def copied(times: int) -> Mutation:
    """Each frame `times` times, the copies a fraction of a millisecond behind, each changed its own way."""

    def mutation(frames: Sequence[Frame]) -> list[Frame]:
        seen: list[Frame] = []
        for number, (at_s, link, frame) in enumerate(frames):
            seen.append((at_s, link, frame))
            for copy in range(1, times):
                change = _COPIES[(number + copy) % len(_COPIES)]
                seen.append((at_s + copy * _COPY_S, link, change(frame)))
        return sorted(seen, key=lambda record: record[0])

    return mutation


# Tags


def _each(change: Callable[[bytes], bytes]) -> Mutation:
    return lambda frames: [(at_s, link, change(frame)) for at_s, link, frame in frames]


def _padded(frame: bytes) -> bytes:
    """Filled up to the smallest Ethernet frame and with a trailer behind it."""
    return frame.ljust(60, b"\0") + b"INVITE"


# Tunnels


def _ipv4_around(protocol: int, payload: bytes, number: int) -> bytes:
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), number & 0xFFFF, 0, 64, protocol, 0, _FROM, _TO
    )
    return _MIRROR + _IPV4 + _with_ip_checksum(head + payload)


def _udp_around(port: int, payload: bytes, number: int) -> bytes:
    return _ipv4_around(17, struct.pack(">HHHH", 49152, port, 8 + len(payload), 0) + payload, number)


def _tunnelled(wrap: Callable[[int, bytes], bytes]) -> Mutation:
    """wrap: (number of the frame, frame)."""
    return lambda frames: [
        (at_s, link, wrap(number, frame)) for number, (at_s, link, frame) in enumerate(frames)
    ]


def _erspan_1(number: int, frame: bytes) -> bytes:
    return _ipv4_around(47, struct.pack(">HH", 0, 0x88BE) + frame, number)


def _erspan_2(number: int, frame: bytes) -> bytes:
    gre = struct.pack(">HHI", 0x1000, 0x88BE, number)
    return _ipv4_around(47, gre + struct.pack(">HHI", 0x1000 | 20, 100, 0) + frame, number)


def _erspan_3(number: int, frame: bytes) -> bytes:
    gre = struct.pack(">HHI", 0x1000, 0x22EB, number)
    return _ipv4_around(47, gre + struct.pack(">HHIHH", 0x2000 | 20, 100, number, 0, 0) + frame, number)


def _gre(number: int, frame: bytes) -> bytes:
    """The IP packet alone."""
    if frame[12:14] not in (_IPV4, _IPV6):
        return frame
    return _ipv4_around(47, b"\0\0" + frame[12:14] + frame[14:], number)


def _vxlan(number: int, frame: bytes) -> bytes:
    return _udp_around(4789, struct.pack(">II", 0x08000000, 77 << 8) + frame, number)


def _tzsp(number: int, frame: bytes) -> bytes:
    return _udp_around(37008, b"\x01\x00\x00\x01" + b"\x01" + frame, number)


# Fragments


def _fragments(frame: bytes, number: int, size: int) -> list[bytes]:
    """IPv4 and IPv6 packets in pieces of `size` bytes of payload (a multiple of eight)."""
    if _is_ipv4(frame):
        flags = int.from_bytes(frame[20:22])
        packet = frame[14 : 14 + int.from_bytes(frame[16:18])]
        payload, begin, more = packet[20:], flags & 0x1FFF, flags & 0x2000
        ident = packet[4:6] if begin or more else (number + 1).to_bytes(2)
        pieces = []
        for offset in range(0, len(payload), size):
            piece = payload[offset : offset + size]
            goes_on = 0x2000 if more or offset + size < len(payload) else 0
            head = packet[:2] + (20 + len(piece)).to_bytes(2) + ident
            head += (goes_on | begin + offset // 8).to_bytes(2) + packet[8:20]
            pieces.append(frame[:14] + _with_ip_checksum(head + piece))
        return pieces
    if frame[12:14] == _IPV6 and frame[20] != 44:
        payload = frame[54 : 54 + int.from_bytes(frame[18:20])]
        pieces = []
        for offset in range(0, len(payload), size):
            piece = payload[offset : offset + size]
            goes_on = int(offset + size < len(payload))
            head = struct.pack(">BBHI", frame[20], 0, offset | goes_on, number + 1)
            ip = frame[14:18] + (8 + len(piece)).to_bytes(2) + b"\x2c" + frame[21:54]
            pieces.append(frame[:14] + ip + head + piece)
        return pieces
    return [frame]


def fragmented(size: int, seed: int | None = None) -> Mutation:
    """Each packet in pieces; with a seed they come in any order."""

    def mutation(frames: Sequence[Frame]) -> list[Frame]:
        chance = random.Random(seed)
        seen: list[Frame] = []
        for number, (at_s, link, frame) in enumerate(frames):
            pieces = _fragments(frame, number, size)
            if seed is not None:
                chance.shuffle(pieces)
            seen += [(at_s + place * 1e-6, link, piece) for place, piece in enumerate(pieces)]
        return seen

    return mutation


# Order, link types, cuts


def shuffled(within_s: float, seed: int) -> Mutation:
    """Each frame up to so much later: what was sent close together comes in another order. Its time stamp is
    that of the mirror, so times still ascend."""

    def mutation(frames: Sequence[Frame]) -> list[Frame]:
        chance = random.Random(seed)
        later = [(at_s + chance.uniform(0, within_s), link, frame) for at_s, link, frame in frames]
        return sorted(later, key=lambda record: record[0])

    return mutation


def cooked(frames: Sequence[Frame]) -> list[Frame]:
    """Captured on Linux's `any`: SLL (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html)."""
    return [
        (at_s, COOKED, struct.pack(">HHH", 3, 1, 6) + frame[6:12] + b"\0\0" + frame[12:])
        for at_s, _, frame in frames
    ]


def cooked_2(frames: Sequence[Frame]) -> list[Frame]:
    """The same as newer ones do, SLL2."""
    return [
        (
            at_s,
            COOKED_2,
            frame[12:14] + struct.pack(">HIHBB", 0, 2, 1, 3, 6) + frame[6:12] + b"\0\0" + frame[14:],
        )
        for at_s, _, frame in frames
    ]


def raw_ip(frames: Sequence[Frame]) -> list[Frame]:
    """No link layer; what is not IP is not there."""
    return [(at_s, RAW, frame[14:]) for at_s, _, frame in frames if frame[12:14] in (_IPV4, _IPV6)]


def cut(snaplen: int) -> Mutation:
    """Captured with a short snapshot length, where every message's headers still fit: else unchanged."""

    def mutation(frames: Sequence[Frame]) -> list[Frame]:
        return [
            (at_s, link, frame[:snaplen] if _head_fits(frame, snaplen) else frame)
            for at_s, link, frame in frames
        ]

    return mutation


def _head_fits(frame: bytes, snaplen: int) -> bool:
    """Of UDP: a segment that lacks its end is a hole in the connection, a fragment makes no datagram."""
    if not (_is_ipv4(frame) and frame[23] == 17) or int.from_bytes(frame[20:22]) & 0x3FFF:
        return False
    head = frame.find(b"\r\n\r\n")
    return 0 <= head <= snaplen - 4


def then(*mutations: Mutation) -> Mutation:
    """One after the other."""

    def mutation(frames: Sequence[Frame]) -> list[Frame]:
        for change in mutations:
            frames = change(frames)
        return list(frames)

    return mutation


MUTATIONS: dict[str, Mutation] = {
    "copied_twice": copied(2),
    "copied_3_times": copied(3),
    "copied_4_times": copied(4),
    "vlan": _each(_in_vlan_20),
    "priority_tag": _each(lambda frame: _tagged(frame, (0x8100, 0xA000))),
    "qinq_8100_8100": _each(lambda frame: _tagged(frame, (0x8100, 100), (0x8100, 20))),
    "qinq_88a8_8100": _each(lambda frame: _tagged(frame, (0x88A8, 100), (0x8100, 20))),
    "three_tags": _each(lambda frame: _tagged(frame, (0x88A8, 100), (0x8100, 20), (0x8100, 30))),
    "padded": _each(_padded),
    "erspan_1": _tunnelled(_erspan_1),
    "erspan_2": _tunnelled(_erspan_2),
    "erspan_3": _tunnelled(_erspan_3),
    "gre": _tunnelled(_gre),
    "vxlan": _tunnelled(_vxlan),
    "tzsp": _tunnelled(_tzsp),
    "fragments": fragmented(256),
    "fragments_in_any_order": fragmented(128, seed=1),
    "fragments_in_erspan": then(fragmented(512), _tunnelled(_erspan_2)),
    "vxlan_in_fragments": then(_tunnelled(_vxlan), fragmented(304, seed=2)),
    **{f"shuffled_{seed}": shuffled(0.005, seed) for seed in range(1, 6)},
    "copied_and_shuffled": then(copied(3), shuffled(0.005, seed=6)),
    "cooked": cooked,
    "cooked_2": cooked_2,
    "raw_ip": raw_ip,
    "snaplen_512": cut(512),
    "everything": then(copied(2), shuffled(0.005, seed=7), _each(_in_vlan_20), _tunnelled(_erspan_2)),
}
