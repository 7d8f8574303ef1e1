"""What the mirror port shows of the messages: frames, copied, swapped, tagged, some lost or never seen."""

import struct
from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random

from tests.offices.tape import Place, Sent
from tests.offices.truth import Frame

START_S = 1_795_392_000.0
"""Packet time at which each flow begins."""

LOST = 0.3
"""The part of the minor messages that a lossy mirror does not show."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """How a mirror port carries what passes.

    hidden: addresses whose traffic does not pass the mirrored ports. copies: of each frame, 1 for none more.
    swaps_ms: by how much a frame may come late, and so behind a later one. vlan: 0 for no tag. lossy: minor
    messages may be missing.
    """

    hidden: frozenset[str] = frozenset()
    copies: int = 1
    swaps_ms: float = 0.0
    vlan: int = 0
    lossy: bool = False

    def frames(self, sent: list[Sent], rng: Random) -> tuple[Frame, ...]:
        """The frames in the order in which they are seen, with packet times."""
        seen: list[tuple[float, int, bytes]] = []
        connections = Connections()
        for number, message in enumerate(sorted(sent, key=lambda one: one.at_s)):
            if message.source.address in self.hidden or message.destination.address in self.hidden:
                continue
            segment = connections.segment(message) if message.transport == "TCP" else b""
            if self.lossy and message.minor and not segment and rng.random() < LOST:
                continue
            # A TCP stream in another order is the frame decoder's matter, and tried there.
            late_s = 0.0 if segment else rng.uniform(0, self.swaps_ms) / 1000
            at_s = START_S + message.at_s + late_s
            for copy in range(self.copies):
                frame = ethernet(
                    message, segment, number, self.vlan if copy % 2 == 0 else self.vlan + 1, copy
                )
                seen.append((at_s + copy * rng.uniform(0.00005, 0.0009), number, frame))
        seen.sort(key=lambda one: one[:2])
        return tuple((at_s, frame) for at_s, _, frame in seen)

    def __str__(self) -> str:
        words = [f"{self.copies} copies"] if self.copies > 1 else []
        words += [f"swaps {self.swaps_ms:g} ms"] if self.swaps_ms else []
        words += [f"VLAN {self.vlan}"] if self.vlan else []
        words += ["loses minor messages"] if self.lossy else []
        return ", ".join(words) or "plain mirror"


class Connections:
    """The sequence numbers of TCP connections that were open before the capture began."""

    def __init__(self) -> None:
        self._next: Counter[tuple[Place, Place]] = Counter()

    def segment(self, message: Sent) -> bytes:
        """The message as one segment of its connection."""
        way = (message.source, message.destination)
        sequence, acknowledged = self._next[way], self._next[way[::-1]]
        self._next[way] += len(message.text)
        ports = (message.source.port, message.destination.port)
        return (
            struct.pack(">HHIIBBHHH", *ports, 1000 + sequence, 1000 + acknowledged, 0x50, 0x18, 65000, 0, 0)
            + message.text
        )


def ethernet(message: Sent, segment: bytes, number: int, vlan: int, copy: int) -> bytes:
    """A whole Ethernet frame. copy: the how manieth; copies differ in MAC, TTL and tag. UDP and TCP
    checksums are zero, as with offloading; UDP over IPv6 has its own (RFC 8200, 8.1)."""
    source, destination = ip_address(message.source.address), ip_address(message.destination.address)
    protocol = 6 if segment else 17
    if segment:
        data = segment
    else:
        length = 8 + len(message.text)
        data = struct.pack(">HHHH", message.source.port, message.destination.port, length, 0) + message.text
    if source.version == 4:
        head = struct.pack(
            ">BBHHHBBH", 0x45, 0x60, 20 + len(data), number & 0xFFFF, 0x4000, 64 - copy, protocol, 0
        )
        packet, kind = _with_sum(head + source.packed + destination.packed) + data, 0x0800
    else:
        pseudo = source.packed + destination.packed + struct.pack(">II", len(data), protocol)
        offset = 16 if segment else 6
        data = data[:offset] + struct.pack(">H", _sum(pseudo + data) or 0xFFFF) + data[offset + 2 :]
        head = struct.pack(">IHBB", 0x60000000, len(data), protocol, 64 - copy)
        packet, kind = head + source.packed + destination.packed + data, 0x86DD
    tag = struct.pack(">HH", 0x8100, vlan) if vlan else b""
    macs = _mac(message.destination.address, copy) + _mac(message.source.address, copy)
    return macs + tag + struct.pack(">H", kind) + packet


def _mac(address: str, copy: int) -> bytes:
    return b"\x02\x00" + bytes([copy]) + ip_address(address).packed[-3:]


def _sum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    words = struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\x00" * (len(data) % 2))
    total: int = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _with_sum(head: bytes) -> bytes:
    return head[:10] + struct.pack(">H", _sum(head)) + head[12:]
