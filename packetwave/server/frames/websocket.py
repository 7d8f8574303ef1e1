"""Cuts the heads of SIP messages out of WebSocket frames (RFC 6455). Pure; never raises.

Each WebSocket message holds one SIP message (RFC 7118). It may go on over several frames, with control frames
between them; frames may be masked or not, and give their length in any of its three forms. Only the head of a
message is kept, at most 32 kB. Compressed frames are counted, not decoded.
"""

from packetwave.server.frames.messages import HEAD_LIMIT
from packetwave.server.frames.payload import sip_start

_FINAL, _RESERVED, _COMPRESSED, _OPCODE = 0x80, 0x70, 0x40, 0x0F
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_MASKED = 0x80
_LENGTH_LIMIT = 16 * 1024 * 1024  # a longer frame is none
_START_LOOKED_AT = 4096
LOOKED_AT = _START_LOOKED_AT + 14
"""Bytes that `begins_with_sip` looks at: a frame's longest head, and a start-line in its payload."""


def _unmask(data: bytes, mask: bytes, phase: int) -> bytes:
    """`data` XOR the mask, whose byte `phase` % 4 belongs to the first byte."""
    if not mask or not data:
        return data
    turned = (mask * 2)[phase % 4 : phase % 4 + 4]
    pad = (turned * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data) ^ int.from_bytes(pad)).to_bytes(len(data))


def _frame_head(data: bytes | bytearray) -> tuple[int, int, bytes, int] | None:
    """(first byte, payload length, mask, size of the head); None while it is not whole."""
    if len(data) < 2:
        return None
    length, offset = data[1] & 0x7F, 2
    if length == 126:
        length, offset = int.from_bytes(data[2:4]), 4
    elif length == 127:
        length, offset = int.from_bytes(data[2:10]), 10
    size = offset + 4 * bool(data[1] & _MASKED)
    if len(data) < size:
        return None
    return data[0], length, bytes(data[offset:size]), size


def _is_frame(first: int, length: int) -> bool:
    opcode = first & _OPCODE
    if first & _RESERVED & ~_COMPRESSED or length > _LENGTH_LIMIT:
        return False
    if opcode in (_CLOSE, _PING, _PONG):
        return bool(first & _FINAL) and length < 126
    return opcode in (_CONTINUATION, _TEXT, _BINARY)


def begins_with_sip(data: bytes | bytearray) -> bool:
    """Whether these bytes begin with a WebSocket frame that begins with SIP."""
    if not data or data[0] & _OPCODE not in (_TEXT, _BINARY) or data[0] & _RESERVED:
        return False
    head = _frame_head(data)
    if head is None or not _is_frame(head[0], head[1]):
        return False
    _, length, mask, size = head
    start = _unmask(bytes(data[size : size + min(length, _START_LOOKED_AT)]), mask, 0)
    return sip_start(start) >= 0


class FrameCutter:
    """From the beginning of a WebSocket frame on. `lost` and `rest` as in `MessageCutter`."""

    transport = "ws"

    def __init__(self) -> None:
        self.lost = False
        self.oversized = 0
        self.compressed = 0
        self.rest = bytearray()  # at most a frame's head
        self._left = 0  # bytes of the frame's payload still to come
        self._mask = b""
        self._phase = 0
        self._message = bytearray()
        self._wanted = False  # whether the frame's payload belongs to a message whose head is not whole
        self._final = False
        self._taken = False  # the head of the message that is not over yet was handed on or is too long

    @property
    def held_bytes(self) -> int:
        """How many bytes wait here."""
        return len(self.rest) + len(self._message)

    def feed(self, data: bytes | bytearray) -> list[bytes]:
        """The heads that these next bytes complete."""
        heads: list[bytes] = []
        self.rest += data
        while not self.lost:
            if self._left or self._final:
                if not self._payload(heads):
                    break
            elif not self._head():
                break
        return heads

    def _head(self) -> bool:
        head = _frame_head(self.rest)
        if head is None:
            return False
        first, length, mask, size = head
        if not _is_frame(first, length):
            self.lost = True
            return False
        del self.rest[:size]
        opcode = first & _OPCODE
        self._left, self._mask, self._phase = length, mask, 0
        control = opcode >= _CLOSE
        if opcode in (_TEXT, _BINARY):
            self._message.clear()
            self._taken = bool(first & _COMPRESSED)
            self.compressed += self._taken
        self._wanted = not control and not self._taken
        self._final = not control and bool(first & _FINAL)
        return True

    def _payload(self, heads: list[bytes]) -> bool:
        """Take what is there of the frame's payload; False when more must come."""
        taken = bytes(self.rest[: self._left])
        if not taken and self._left:
            return False
        del self.rest[: len(taken)]
        if self._wanted:
            searched = max(len(self._message) - 3, 0)
            self._message += _unmask(taken, self._mask, self._phase)
            end = self._message.find(b"\r\n\r\n", searched)
            if end >= 0:
                self._give(bytes(self._message[: end + 4]), heads)
            elif len(self._message) > HEAD_LIMIT:
                self.oversized += 1
                self._end()
        self._left -= len(taken)
        self._phase += len(taken)
        if not self._left and self._final:
            if self._wanted and self._message:  # over without an empty line
                self._give(bytes(self._message), heads)
            self._final = False
        return True

    def _give(self, head: bytes, heads: list[bytes]) -> None:
        start = sip_start(head)
        if len(head) > HEAD_LIMIT:
            self.oversized += 1
        elif start >= 0:
            heads.append(head[start:])
        self._end()

    def _end(self) -> None:
        self._message.clear()
        self._wanted = False
        self._taken = True
