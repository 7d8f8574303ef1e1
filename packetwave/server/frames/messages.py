"""Cuts the byte stream of one direction of a connection into heads of SIP messages (RFC 3261 section 18.3).

A head is everything up to the empty line; it is handed on as soon as it is whole. The body is skipped by its
Content-Length and never kept. Pure; never raises.
"""

import re

from packetwave.server.frames.payload import sip_start

HEAD_LIMIT = 32 * 1024
_BODY_LIMIT = 1024 * 1024  # a greater Content-Length is a mistake: no body is skipped
_EMPTY_LINE = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\n(?:Content-Length|l)[ \t]*:\s*(\d{1,9})[ \t]*\r\n", re.IGNORECASE)
# In the middle of a stream a start-line is believed anywhere, since a body may end without a line end, but
# only with a known method. ACK must begin a line: elsewhere it may be the end of PRACK.
_METHODS = rb"INVITE|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE"
_STATUS_LINE = re.compile(rb"SIP/2\.0 [1-6]\d\d ")
_REQUEST_LINE = re.compile(rb"(?:(?<=\n)ACK|" + _METHODS + rb") [A-Za-z][A-Za-z0-9+.\-]*:")
_VERSION = b"SIP/2.0"  # each start-line has it, and hardly anything else: looking for it alone is quick
_LINE_END = re.compile(rb"[\r\n]")
_LONGEST_START_LINE = 4096
_LONGEST_WAITED_FOR = 16 * 1024


def find_start(stream: bytes | bytearray, begin: int = 0) -> int:
    """Where the first whole start-line at or behind `begin` begins; -1 where there is none."""
    return StartSearch(begin).find(stream)


class StartSearch:
    """Looks for a whole start-line in bytes that grow at their end, each byte once."""

    __slots__ = ("_front", "_line_from", "_place")

    def __init__(self, begin: int = 0) -> None:
        self._front = begin  # nothing before it is part of a start-line
        self._place = begin  # the next version is looked for from here on
        self._line_from = begin  # the end of that version's line: from here on

    def dropped(self, count: int) -> None:
        """So many bytes at the front are no more there."""
        self._front = max(self._front - count, 0)
        self._place = max(self._place - count, 0)
        self._line_from = max(self._line_from - count, 0)

    def find(self, stream: bytes | bytearray) -> int:
        """Where the first whole start-line begins; -1 where there is none yet. stream: the bytes of the last
        call and what followed them."""
        while (version := stream.find(_VERSION, self._place)) >= 0:
            self._place = version
            line_end = _LINE_END.search(stream, max(self._line_from, version + len(_VERSION)))
            end = line_end.start() if line_end else len(stream)
            if stream[end : end + 2] in (b"", b"\r"):
                if end - version <= _LONGEST_WAITED_FOR:
                    self._line_from = end
                    return -1
            elif stream[end : end + 2] == b"\r\n":
                found = self._in_line(stream, version, end)
                if found >= 0:
                    return found
            self._front = self._place = self._line_from = end
        self._place = max(len(stream) - len(_VERSION) + 1, self._place)
        return -1

    def _in_line(self, stream: bytes | bytearray, version: int, end: int) -> int:
        """Where the start-line begins that ends at `end` and has its first version at `version`."""
        begin = max(stream.rfind(b"\n", self._front, version), stream.rfind(b"\r", self._front, version)) + 1
        begin = max(begin, self._front)
        status = _STATUS_LINE.search(stream, version, end)
        request = _REQUEST_LINE.search(stream, begin, end)
        # Of several methods in a line the first has the best chance: more of the line stands behind it
        if request and stream.rfind(b" " + _VERSION, request.end() + 1, end) < 0:
            request = None
        return min((found.start() for found in (status, request) if found), default=-1)


class MessageCutter:
    """From a start-line on. `lost` becomes True when what follows a message is no start-line; `rest` then
    holds the bytes in which a new beginning may be looked for."""

    transport = "tcp"

    def __init__(self) -> None:
        self.lost = False
        self.oversized = 0
        self.rest = bytearray()
        self._searched = 0  # how much of `rest` holds no empty line
        self._skip = 0
        self._proven = False  # the first head after a search may be a fragment in a body (message/sipfrag)

    @property
    def held_bytes(self) -> int:
        """How many bytes wait here."""
        return len(self.rest)

    def feed(self, data: bytes | bytearray) -> list[bytes]:
        """The heads that these next bytes complete."""
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        self.rest += data
        heads: list[bytes] = []
        while self.rest and not self.lost:
            if not self._skip_body_and_blank() or not self._cut(heads):
                break
        return heads

    def _skip_body_and_blank(self) -> bool:
        """Whether anything is left."""
        rest = self.rest
        if self._skip:
            skipped = min(self._skip, len(rest))
            del rest[:skipped]
            self._skip -= skipped
        blank = len(rest) - len(rest.lstrip(b"\r\n"))  # keep-alives (RFC 5626), CRLF before a start-line
        if blank:
            del rest[:blank]
            self._searched = 0
        return bool(rest)

    def _cut(self, heads: list[bytes]) -> bool:
        """Cut one head off; False when it is not whole yet or there is none."""
        rest = self.rest
        end = rest.find(_EMPTY_LINE, max(self._searched - 3, 0))
        if end < 0:
            self._searched = len(rest)
            if len(rest) > HEAD_LIMIT:
                self.oversized += 1
                self.lost = True
            elif b"\r\n" in rest[:_LONGEST_START_LINE] and sip_start(bytes(rest[:_LONGEST_START_LINE])) < 0:
                self.lost = True
            return False
        head = bytes(rest[: end + 4])
        if len(head) > HEAD_LIMIT:
            self.oversized += 1
        elif sip_start(head) < 0:
            self.lost = True
            return False
        else:
            if not self._proven:
                again = find_start(head, 1)
                if again > 0:
                    head = head[again:]
            heads.append(head)
        self._proven = True
        del rest[: end + 4]
        self._searched = 0
        length = _LENGTH.search(head)
        self._skip = int(length[1]) if length and int(length[1]) <= _BODY_LIMIT else 0
        return True
