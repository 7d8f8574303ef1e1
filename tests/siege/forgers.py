"""Forged SIP on the wire: frames of calls that nobody makes, many thousands a second.

A `Forger` gives the frames of its call with this number; what is the same in all of them is made once.
"""

import asyncio
import itertools
import socket
import time
from collections.abc import Callable, Iterator, Sequence

from tests.server.wire import Leg, on_the_wire

FLOODED = "1999"
"""An extension of a member who has another one too: that one's calls are genuine."""

MARK = 77_777_777  # in the place of each call's number
_SCANNED = "9876"
_AGENT = b"Max-Forwards: 70", b"User-Agent: smap"  # as long: lengths and checksums stay right

Forger = Callable[[str, str, Sequence[str]], Iterator[tuple[bytes, ...]]]


def _call(caller: str, extension: str, source: str, phone: str) -> tuple[bytes, bytes]:
    leg = Leg(caller, extension, number=MARK, source=source, phone=phone)
    return on_the_wire(leg.request(0, "INVITE")[1]), on_the_wire(leg.response(0, 180)[1])


def _numbered(templates: Sequence[tuple[bytes, ...]]) -> Iterator[tuple[bytes, ...]]:
    mark = str(MARK).encode()
    for number, frames in enumerate(itertools.cycle(templates), start=10_000_000):
        own = str(number).encode()
        yield tuple(frame.replace(mark, own) for frame in frames)


def by_the_pbx(pbx: str, phone: str, _strangers: Sequence[str]) -> Iterator[tuple[bytes, ...]]:
    """Calls in the PBX's name that ring at one extension, and its phone's replies."""
    return _numbered([_call(f"02{MARK}", FLOODED, pbx, phone)])


def by_strangers(_pbx: str, phone: str, strangers: Sequence[str]) -> Iterator[tuple[bytes, ...]]:
    """Calls of many hosts that ring at all extensions, and their phones' replies."""
    extensions = [str(1001 + number) for number in range(20)]
    return _numbered(
        [_call(f"02{MARK}", extension, source, phone) for source in strangers for extension in extensions]
    )


def scanners(pbx: str, phone: str, strangers: Sequence[str]) -> Iterator[tuple[bytes, ...]]:
    """INVITEs to any extension, of many hosts to the PBX and, each eighth, in the PBX's name to a phone."""
    templates = [
        (_call("100", _SCANNED, *((pbx, phone) if number % 8 == 0 else (source, pbx)))[0].replace(*_AGENT),)
        for number, source in enumerate(strangers)
    ]
    for number, (frame,) in enumerate(_numbered(templates)):
        yield (frame.replace(_SCANNED.encode(), b"%d" % (1_000 + number * 7919 % 8_000)),)


FORGERS: dict[str, Forger] = {
    "by_the_pbx": by_the_pbx,
    "by_strangers": by_strangers,
    "scanners": scanners,
}


async def forge(kind: str, pbx: str, phone: str, count: int, seconds: float, strangers: Sequence[str]) -> str:
    """Send so many calls' frames within so many seconds, evenly, or as many as this machine can; what was
    sent."""
    calls = FORGERS[kind](pbx, phone, strangers)
    sent = frames = 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.bind(("eth0", 0))
        begin = time.monotonic()
        while (passed := time.monotonic() - begin) < seconds:
            for _ in range(min(count, int(count * passed / seconds)) - sent):
                for frame in next(calls):
                    wire.send(frame)
                    frames += 1
                sent += 1
                if sent % 64 == 0 and time.monotonic() - begin >= seconds:
                    break
            await asyncio.sleep(0.001)
    return f"{sent:,} calls, {frames:,} frames"
