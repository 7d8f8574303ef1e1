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
_START_LINE = re.compile(
    rb"(?:SIP/2\.0 [1-6]\d\d |"
    rb"(?:(?<=\n)ACK|" + _METHODS + rb") [A-Za-z][A-Za-z0-9+.\-]*:[^\r\n]+ SIP/2\.0)[^\r\n]*\r\n"
)
_LONGEST_START_LINE = 4096


def find_start(stream: bytes | bytearray, begin: int = 0) -> int:
    """Where the first whole start-line at or behind `begin` begins; -1 where there is none."""
    found = _START_LINE.search(stream, begin)
    return found.start() if found else -1


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
