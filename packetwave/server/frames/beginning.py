"""Looks for the beginning of SIP in a stream that is not understood: bytes in, a cutter and the bytes behind
the beginning out. Pure; never raises.

What a segment costs is what is new in it: bytes that were searched are not searched again, only a start-line
that is not over yet waits. A stream that is no SIP (most of what a database or a camera sends) is so as cheap
at its end as at its beginning.
"""

from packetwave.server.frames import websocket
from packetwave.server.frames.messages import MessageCutter, StartSearch
from packetwave.server.frames.websocket import FrameCutter

UNREAD_LIMIT = 16 * 1024  # bytes kept in which no beginning was found
_TLS = (b"\x16\x03", b"\x17\x03", b"\x15\x03", b"\x14\x03")
_UPGRADES = (b"GET ", b"HTTP/1.1 101")
_EMPTY_LINE = b"\r\n\r\n"

Cutter = MessageCutter | FrameCutter


class Unread:
    """The bytes in which no beginning was found yet, or that stand before the first one."""

    __slots__ = ("_answered", "_bytes", "_search")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._search = StartSearch()
        self._answered = False  # HTTP's first head was over and was no upgrade

    def __len__(self) -> int:
        return len(self._bytes)

    def taken(self) -> bytes:
        """All bytes."""
        return bytes(self._bytes)

    def drop(self, count: int | None = None) -> None:
        """Give up so many bytes at the front, None: all."""
        if count is None or count >= len(self._bytes):
            self._bytes.clear()
            self._search_anew()
        elif count > 0:
            del self._bytes[:count]
            self._search.dropped(count)

    def add(self, data: bytes | bytearray) -> None:
        """Bytes that follow, without a search."""
        self._bytes += data

    def is_tls(self, new: int) -> bool:
        """True if a TLS record begins in front, and the last `new` bytes show it."""
        return len(self._bytes) - new < 2 and self._bytes[:2] in _TLS

    def begin(self, new: int) -> tuple[Cutter, bytes] | None:
        """The cutter for what begins in these bytes, of which the last `new` ones are a segment just added,
        and what stands from there on; that is then no more here. None where nothing begins yet."""
        unread = self._bytes
        old = len(unread) - new
        begin = self._frame(old)
        if begin >= 0:
            cutter: Cutter = FrameCutter()
        else:
            begin = self._search.find(unread)
            if begin < 0:
                return None
            cutter = MessageCutter()
        found = bytes(unread[begin:])
        del unread[begin:]
        self._search_anew()
        return cutter, found

    def _search_anew(self) -> None:
        self._search = StartSearch()
        self._answered = False

    def _frame(self, old: int) -> int:
        """Where a WebSocket frame begins that begins with SIP, or any behind an upgrade; -1 for none."""
        unread = self._bytes
        if old < websocket.LOOKED_AT and websocket.begins_with_sip(unread):
            return 0
        if old and websocket.begins_with_sip(unread[old : old + websocket.LOOKED_AT]):
            return old
        return self._upgraded(old)

    def _upgraded(self, old: int) -> int:
        """Where the WebSocket frames begin behind an HTTP upgrade (RFC 6455 section 4); -1 for no such
        thing."""
        unread = self._bytes
        if self._answered or not unread.startswith(_UPGRADES):
            return -1
        end = unread.find(_EMPTY_LINE, max(old - 3, 0))
        if end < 0:
            return -1
        self._answered = True
        return end + 4 if b"websocket" in unread[:end].lower() else -1
