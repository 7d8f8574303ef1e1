"""TCP segments to SIP payloads: one `_Direction` for each side of each connection, in bounded memory. Pure.

A direction is a few `_Run`s, stretches of bytes without a hole. Ordinarily there is one. A segment behind
a hole begins a run of its own, which is read at once from the first start-line in it: a segment that the
mirror lost never holds back the next message. When the missing bytes come after all (mirrors reorder), the
run before the hole reads on and the two become one. A capture that begins in the middle of a connection is
the same case with nothing before it. Closing a connection changes nothing: silence ends it.
"""

from collections import OrderedDict
from collections.abc import Iterator

from packetwave.server.frames.beginning import UNREAD_LIMIT, Cutter, Unread
from packetwave.server.frames.counters import Counters
from packetwave.server.frames.websocket import FrameCutter

IDLE_S = 60.0
DIRECTIONS = 4096
HELD_BYTES = 8 * 1024 * 1024
_RUNS = 8
_WINDOW = 1 << 20  # a jump further than this is another connection
_KEPT_BEFORE_S = 2.0  # how long bytes in front of the first start-line wait for what came before them
_DIRECTION_COST = 1024

Key = bytes  # source address, destination address, source port, destination port
Found = tuple[str, bytes]  # transport, data


def _ahead(a: int, b: int) -> int:
    """How far sequence number a lies ahead of b (RFC 1982), -2^31..2^31-1."""
    return ((a - b + 0x80000000) & 0xFFFFFFFF) - 0x80000000


class _Run:
    """Bytes from sequence number `begin` up to `end`. unread: those in which no start-line was found yet,
    or that stand before the first one; `joinable` while none of them was given up."""

    __slots__ = ("at_s", "begin", "cutter", "end", "joinable", "unread")

    def __init__(self, at_s: float, begin: int) -> None:
        self.at_s = at_s
        self.begin = begin
        self.end = begin
        self.unread = Unread()
        self.joinable = True
        self.cutter: Cutter | None = None

    @property
    def held_bytes(self) -> int:
        return len(self.unread) + (self.cutter.held_bytes if self.cutter else 0)

    def feed(self, at_s: float, data: bytes | bytearray, counters: Counters) -> Iterator[Found]:
        self.end = (self.end + len(data)) & 0xFFFFFFFF
        if _ahead(self.end, self.begin) > _WINDOW:
            self.begin = (self.end - _WINDOW) & 0xFFFFFFFF
        if self.cutter and abs(at_s - self.at_s) > _KEPT_BEFORE_S:
            self._give_up(len(self.unread))
        self.at_s = at_s
        while True:
            if self.cutter is None:
                data = self._synchronise(data, counters)
                if self.cutter is None:
                    return
            cutter = self.cutter
            for found in cutter.feed(data):
                yield cutter.transport, found
            counters.oversized += cutter.oversized
            cutter.oversized = 0
            if isinstance(cutter, FrameCutter) and cutter.compressed:
                counters.undecoded("ws-deflate")
                cutter.compressed = 0
            if not cutter.lost:
                return
            self.joinable = False
            self.unread.drop()
            data, self.cutter = _behind_line(cutter.rest), None

    def join(self, behind: "_Run", at_s: float, counters: Counters) -> Iterator[Found]:
        """Take over the run that begins where this one ends."""
        if behind.joinable:
            yield from self.feed(at_s, behind.unread.taken(), counters)
        self.joinable = self.joinable and behind.joinable
        if behind.cutter or not behind.joinable:
            self.cutter = behind.cutter
        self.end = behind.end

    def _synchronise(self, data: bytes | bytearray, counters: Counters) -> bytes:
        """Find a beginning in the unread bytes and these, and give what stands from there on."""
        unread, new = self.unread, len(data)
        unread.add(data)
        if unread.is_tls(new):
            counters.undecoded("tls")
            self._give_up(len(unread))
            return b""
        begun = unread.begin(new)
        if begun is None:
            self._give_up(len(unread) - UNREAD_LIMIT)
            return b""
        self.cutter, found = begun
        return found

    def _give_up(self, count: int) -> None:
        if count > 0:
            self.unread.drop(count)
            self.joinable = False


def _behind_line(rest: bytearray) -> bytearray:
    """What stands behind the first line, which was no start-line."""
    line = rest.find(b"\n")
    return rest[line + 1 :] if line >= 0 else bytearray()


class _Direction:
    """What one side of a connection sends. Runs in the order of their sequence numbers, never overlapping."""

    __slots__ = ("at_s", "first", "runs")

    def __init__(self, at_s: float) -> None:
        self.at_s = at_s
        self.first: int | None = None  # sequence number of the SYN, where it was seen
        self.runs: list[_Run] = []

    @property
    def held_bytes(self) -> int:
        return sum(run.held_bytes for run in self.runs)

    def open(self, at_s: float, sequence: int) -> None:
        """A SYN: a new connection, unless it is a copy, or data overtook it."""
        if sequence == self.first:
            return
        self.first = sequence
        begin = (sequence + 1) & 0xFFFFFFFF
        overtaken = abs(at_s - self.at_s) <= _KEPT_BEFORE_S and all(
            0 <= _ahead(run.begin, begin) <= _WINDOW for run in self.runs
        )
        if not overtaken:
            self.runs = []
        if not self.runs or self.runs[0].begin != begin:
            self.runs.insert(0, _Run(at_s, begin))

    def segment(self, at_s: float, sequence: int, data: bytes, counters: Counters) -> Iterator[Found]:
        self.at_s = at_s
        if self.runs and abs(_ahead(sequence, self.runs[-1].end)) > _WINDOW:
            self.runs = []
        end = (sequence + len(data)) & 0xFFFFFFFF
        place = 0
        while place < len(self.runs) and data:  # only what no run has yet is new
            run = self.runs[place]
            if _ahead(run.begin, sequence) > 0:
                new = min(_ahead(run.begin, sequence), len(data))
                yield from self._insert(at_s, sequence, data[:new], counters)
                data = data[new:]
                sequence = (sequence + new) & 0xFFFFFFFF
                place = 0
                continue
            known = _ahead(run.end, sequence)
            if known > 0:
                data = data[known:]
                sequence = (sequence + known) & 0xFFFFFFFF
            place += 1
        if data and _ahead(end, sequence) > 0:
            yield from self._insert(at_s, sequence, data, counters)

    def _insert(self, at_s: float, sequence: int, data: bytes, counters: Counters) -> Iterator[Found]:
        """Bytes that no run has."""
        runs = self.runs
        place = sum(1 for run in runs if _ahead(sequence, run.end) >= 0)  # runs wholly before them
        if place and runs[place - 1].end == sequence:
            place -= 1
        else:
            if runs:
                counters.tcp_holes += 1
            runs.insert(place, _Run(at_s, sequence))
        run = runs[place]
        yield from run.feed(at_s, data, counters)
        if place + 1 < len(runs) and runs[place + 1].begin == run.end:
            yield from run.join(runs.pop(place + 1), at_s, counters)
        if len(runs) > _RUNS:
            del runs[0]


class Streams:
    """All directions of one capture, the one idle longest first."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._directions: OrderedDict[Key, _Direction] = OrderedDict()
        self._held_bytes = 0

    def segment(self, at_s: float, key: Key, sequence: int, opens: bool, data: bytes) -> list[Found]:
        """The SIP heads that this segment completes, with their transport ("tcp" or "ws").

        opens: SYN is set. data: without headers and padding.
        """
        self.expire(at_s)
        direction = self._directions.pop(key, None)
        if direction is None:
            if not opens and not data:
                return []
            direction = _Direction(at_s)
            self._held_bytes += _DIRECTION_COST
        self._directions[key] = direction
        before = direction.held_bytes
        if opens:
            direction.open(at_s, sequence)
            sequence = (sequence + 1) & 0xFFFFFFFF
        found = list(direction.segment(at_s, sequence, data, self._counters)) if data else []
        self._held_bytes += direction.held_bytes - before
        while self._held_bytes > HELD_BYTES or len(self._directions) > DIRECTIONS:
            self._drop(next(iter(self._directions)))
        self._counters.tcp_held_bytes = self._held_bytes
        return found

    def _drop(self, key: Key) -> None:
        self._held_bytes -= self._directions.pop(key).held_bytes + _DIRECTION_COST

    def expire(self, at_s: float) -> None:
        """Forget directions that have been silent for long at this packet time."""
        while self._directions:
            key = next(iter(self._directions))
            if abs(at_s - self._directions[key].at_s) <= IDLE_S:
                break
            self._drop(key)
        self._counters.tcp_held_bytes = self._held_bytes
