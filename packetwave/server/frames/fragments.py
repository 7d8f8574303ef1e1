"""IP fragments to whole payloads, in any order, overlapping or repeated, in bounded memory. Pure.

Packet time is the clock. Of bytes that come twice the first ones count. What a mirror repeats after the
packet was whole is recognised for two seconds, so that each packet comes out once and no rest of a repetition
waits for a later packet with the same identification.
"""

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field

from packetwave.server.frames.counters import Counters

WAIT_S = 5.0
REPEAT_S = 2.0
HELD_BYTES = 4 * 1024 * 1024
_REPEAT_BYTES = 1024 * 1024
_PIECE_OVERHEAD = 160  # so that empty and tiny pieces count as well
_LARGEST = 65535

Key = tuple[bytes, bytes, bytes, int]  # source, destination, identification, protocol


@dataclass(slots=True)
class _Assembly:
    """Pieces that do not overlap, sorted by where they begin."""

    at_s: float
    """When the first piece came."""

    begins: list[int] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    covered: int = 0
    """How many bytes the pieces hold."""

    total: int | None = None
    """The payload's length, None until its last fragment is there."""

    cost: int = _PIECE_OVERHEAD
    """The memory it counts for, in bytes."""

    def put(self, offset: int, data: bytes) -> None:
        """Add what is not there yet of these bytes."""
        end = offset + len(data)
        place = bisect_right(self.begins, offset)
        if place:
            before_end = self.begins[place - 1] + len(self.pieces[place - 1])
            if before_end > offset:
                data, offset = data[before_end - offset :], before_end
        while offset < end:
            gap_end = min(self.begins[place], end) if place < len(self.begins) else end
            if gap_end > offset:
                piece = data[: gap_end - offset]
                self.begins.insert(place, offset)
                self.pieces.insert(place, piece)
                self.covered += len(piece)
                self.cost += len(piece) + _PIECE_OVERHEAD
                place += 1
            if place == len(self.begins):
                break
            next_end = self.begins[place] + len(self.pieces[place])
            data, offset = data[next_end - offset :], next_end
            place += 1


class Reassembler:
    """Holds fragments of one capture."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        # Oldest first. Ordered: a plain dict looks through all that was taken from its front to find the next
        self._held: OrderedDict[Key, _Assembly] = OrderedDict()
        self._held_bytes = 0
        self._whole: OrderedDict[Key, tuple[float, bytes]] = OrderedDict()
        self._whole_bytes = 0

    def add(self, at_s: float, key: Key, offset: int, more: bool, data: bytes) -> bytes | None:
        """The whole payload once this fragment completes it, else None. offset: of `data`, in bytes."""
        self.expire(at_s)
        counters = self._counters
        counters.fragments += 1
        if offset + len(data) > _LARGEST:
            counters.fragments_dropped += 1
            return None
        if key in self._whole:
            if self._whole[key][1][offset : offset + len(data)] == data:
                counters.fragments_repeated += 1
                return None
            self._forget(key)
        assembly = self._held.get(key)
        if assembly is None:
            assembly = self._held[key] = _Assembly(at_s)
            self._held_bytes += assembly.cost
        self._held_bytes -= assembly.cost
        if not more and assembly.total is None:
            assembly.total = offset + len(data)
        assembly.put(offset, data)
        self._held_bytes += assembly.cost
        whole = self._whole_of(key, assembly)
        while self._held_bytes > HELD_BYTES:
            self._drop(next(iter(self._held)))
        counters.fragments_held = len(self._held)
        if whole is not None:
            self._remember(at_s, key, whole)
        return whole

    def _whole_of(self, key: Key, assembly: _Assembly) -> bytes | None:
        total = assembly.total
        if total is None or not assembly.pieces:
            return None
        if assembly.begins[-1] + len(assembly.pieces[-1]) > total:  # goes on behind its end: no packet
            self._drop(key)
            return None
        if assembly.covered < total:
            return None
        del self._held[key]
        self._held_bytes -= assembly.cost
        return b"".join(assembly.pieces)

    def _remember(self, at_s: float, key: Key, whole: bytes) -> None:
        self._whole[key] = (at_s, whole)
        self._whole_bytes += len(whole) + _PIECE_OVERHEAD
        while self._whole_bytes > _REPEAT_BYTES:
            self._forget(next(iter(self._whole)))

    def _forget(self, key: Key) -> None:
        self._whole_bytes -= len(self._whole.pop(key)[1]) + _PIECE_OVERHEAD

    def _drop(self, key: Key) -> None:
        assembly = self._held.pop(key)
        self._held_bytes -= assembly.cost
        self._counters.fragments_dropped += len(assembly.pieces)

    def expire(self, at_s: float) -> None:
        """Give up what has waited too long at this packet time (also where time has jumped back)."""
        while self._held:
            key = next(iter(self._held))
            if abs(at_s - self._held[key].at_s) <= WAIT_S:
                break
            self._drop(key)
        while self._whole:
            key = next(iter(self._whole))
            if abs(at_s - self._whole[key][0]) <= REPEAT_S:
                break
            self._forget(key)
        self._counters.fragments_held = len(self._held)
