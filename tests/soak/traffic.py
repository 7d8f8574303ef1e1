"""An office's calls of every kind, and what strangers send at the same time, as Ethernet frames.

Built fast: a soak makes a million of them. A `Frame` is (packet time in seconds, bytes); a kind of call
is a function that gives its frames, and `OUTCOMES` says how its ringings must end.
"""

import struct
from collections.abc import Callable, Iterator
from random import Random

Frame = tuple[float, bytes]

EXTENSIONS = tuple(str(number) for number in range(1000, 1300))
INSIDE = tuple(str(number) for number in range(1300, 1400))  # those who call out and each other
MEMBERS = frozenset(EXTENSIONS + INSIDE)
STRANGERS = 2000

_ETHERNET = bytes(12) + b"\x08\x00"
_ETHERNET_6 = bytes(12) + b"\x86\xdd"
_IP_UDP = struct.Struct(">BBHHHBBH4s4sHHHH").pack
_TRUNK, _PBX, _PROXY = b"\xc0\x00\x02\x01", b"\xc0\x00\x02\x02", b"\xc0\x00\x02\x03"


def phone(extension: str) -> bytes:
    """The address of an extension's phone."""
    number = int(extension)
    return bytes((10, 1, number >> 8, number & 0xFF))


def stranger(number: int) -> bytes:
    """The address of a host that is none of the office's."""
    return bytes((203, number >> 16 & 0xFF, number >> 8 & 0xFF, number & 0xFF))


def dotted(address: bytes) -> str:
    return ".".join(map(str, address))


def datagram(source: bytes, destination: bytes, data: bytes) -> bytes:
    length = len(data)
    return (
        _ETHERNET
        + _IP_UDP(0x45, 0, 28 + length, 1, 0, 64, 17, 0, source, destination, 5060, 5060, 8 + length, 0)
        + data
    )


class Leg:
    """One leg: its messages as frames, put at the end of `frames` at the times given."""

    def __init__(
        self,
        frames: list[Frame],
        call_id: str,
        source: bytes,
        destination: bytes,
        caller: str,
        target: str,
        *,
        cseq: int = 1,
        branch: str = "1",
    ) -> None:
        self.frames = frames
        self.source, self.destination = source, destination
        self._there, self._here = dotted(destination), dotted(source)
        self._caller, self._target, self._cseq = caller, target, cseq
        self._branch = f"z9hG4bK{call_id}{branch}"
        self._call_id = call_id
        self._sender = f"<sip:{caller}@{self._here}>;tag=f{call_id}"
        self._receiver = f"<sip:{target}@{self._there}>"

    def _text(
        self, start: str, method: str, more: str = "", *, new: str = "", to_tag: bool, back: bool
    ) -> bytes:
        receiver = f"{self._receiver};tag=t{self._branch}" if to_tag else self._receiver
        sender, receiver = (receiver, self._sender) if back else (self._sender, receiver)
        return (
            f"{start}\r\nVia: SIP/2.0/UDP {self._here}:5060;branch={self._branch}{new}\r\n"
            f"Max-Forwards: 70\r\nFrom: {sender}\r\nTo: {receiver}\r\nCall-ID: {self._call_id}\r\n"
            f"CSeq: {self._cseq + bool(new)} {method}\r\nContact: <sip:{self._caller}@{self._here}>\r\n"
            f"{more}Content-Length: 0\r\n\r\n"
        ).encode()

    def request(self, at_s: float, method: str, *, more: str = "", back: bool = False) -> None:
        """INVITE, or CANCEL or ACK of it; anything else is a new transaction inside the dialog."""
        new = "" if method in ("INVITE", "CANCEL", "ACK") else f"-{method}"
        uri = f"{self._caller}@{self._here}" if back else f"{self._target}@{self._there}"
        text = self._text(
            f"{method} sip:{uri} SIP/2.0",
            method,
            more,
            new=new,
            to_tag=bool(new) or method == "ACK",
            back=back,
        )
        ends = (self.destination, self.source) if back else (self.source, self.destination)
        self.frames.append((at_s, datagram(*ends, text)))

    def reply(self, at_s: float, status: int, method: str = "INVITE") -> None:
        new = "" if method in ("INVITE", "CANCEL") else f"-{method}"
        text = self._text(f"SIP/2.0 {status} X", method, new=new, to_tag=status > 100, back=False)
        self.frames.append((at_s, datagram(self.destination, self.source, text)))

    def ring(self, at_s: float) -> None:
        self.request(at_s, "INVITE")
        self.reply(at_s + 0.01, 100)
        self.reply(at_s + 0.1, 180)

    def answer(self, at_s: float) -> None:
        self.reply(at_s, 200)
        self.request(at_s + 0.01, "ACK")

    def hang_up(self, at_s: float) -> None:
        self.request(at_s, "BYE")
        self.reply(at_s + 0.01, 200, "BYE")

    def refuse(self, at_s: float, status: int) -> None:
        self.reply(at_s, status)
        self.request(at_s + 0.01, "ACK")

    def cancel(self, at_s: float) -> None:
        self.request(at_s, "CANCEL")
        self.reply(at_s + 0.005, 200, "CANCEL")
        self.refuse(at_s + 0.01, 487)


class Script:
    """What a kind of call is made of: its number, its time, and the legs it begins."""

    def __init__(self, kind: str, number: int, at_s: float) -> None:
        self.at_s = at_s
        self.number = number
        self.caller = f"010{number % 10**8:08d}"
        self.extensions = [EXTENSIONS[(3 * number + step) % len(EXTENSIONS)] for step in range(3)]
        self.inside = INSIDE[number % len(INSIDE)]
        self.frames: list[Frame] = []
        self._name = f"{kind}-{number}"
        self._legs = 0

    def leg(
        self, source: bytes, destination: bytes, caller: str, target: str, *, forks: str = "", **more: int
    ) -> Leg:
        """forks: a name for legs under one Call-ID; else each has its own."""
        self._legs += 1
        call_id = f"{self._name}-{forks or self._legs}"
        return Leg(self.frames, call_id, source, destination, caller, target, branch=str(self._legs), **more)

    def to_phone(self, extension: str, *, caller: str = "") -> Leg:
        return self.leg(_PBX, phone(extension), caller or self.caller, extension)


def answered(call: Script) -> None:
    leg = call.to_phone(call.extensions[0])
    leg.ring(call.at_s)
    leg.answer(call.at_s + 4)
    leg.hang_up(call.at_s + 30)


def with_trunk(call: Script) -> None:
    trunk = call.leg(_TRUNK, _PBX, call.caller, "0212345678")
    trunk.ring(call.at_s)
    leg = call.to_phone(call.extensions[0])
    leg.ring(call.at_s + 0.02)
    leg.answer(call.at_s + 4)
    trunk.answer(call.at_s + 4.01)
    trunk.hang_up(call.at_s + 30)
    leg.hang_up(call.at_s + 30.01)


def missed(call: Script) -> None:
    leg = call.to_phone(call.extensions[0])
    leg.ring(call.at_s)
    leg.cancel(call.at_s + 12)


def _refused(status: int, after_s: float) -> Callable[[Script], None]:
    def kind(call: Script) -> None:
        leg = call.to_phone(call.extensions[0])
        leg.request(call.at_s, "INVITE")
        leg.refuse(call.at_s + after_s, status)

    return kind


def challenged(call: Script) -> None:
    call.to_phone(call.extensions[0]).request(call.at_s, "INVITE")
    leg = call.to_phone(call.extensions[1])
    leg.request(call.at_s + 2, "INVITE")
    leg.refuse(call.at_s + 2.1, 401)


def forked(call: Script) -> None:
    trunk = call.leg(_TRUNK, _PROXY, call.caller, "600", forks="f")
    trunk.request(call.at_s, "INVITE")
    legs = [call.leg(_PROXY, phone(name), call.caller, name, forks="f") for name in call.extensions]
    _group(call, legs, 0.002)
    trunk.answer(call.at_s + 6.1)
    trunk.hang_up(call.at_s + 20)


def group(call: Script) -> None:
    trunk = call.leg(_TRUNK, _PBX, call.caller, "600")
    trunk.request(call.at_s, "INVITE")
    _group(call, [call.to_phone(name) for name in call.extensions], 0.03)
    trunk.answer(call.at_s + 6.1)
    trunk.hang_up(call.at_s + 20)


def _group(call: Script, legs: list[Leg], apart_s: float) -> None:
    for number, leg in enumerate(legs):
        leg.ring(call.at_s + 0.01 + number * apart_s)
    winner, *others = legs
    winner.answer(call.at_s + 6)
    for leg in others:
        leg.cancel(call.at_s + 6.02)
    winner.hang_up(call.at_s + 20.01)


def queue(call: Script) -> None:
    trunk = call.leg(_TRUNK, _PBX, call.caller, "700")
    trunk.ring(call.at_s)
    trunk.answer(call.at_s + 0.2)
    for turn in range(3):
        leg = call.to_phone(call.extensions[0])
        leg.ring(call.at_s + 1 + turn * 12)
        leg.cancel(call.at_s + 9 + turn * 12)
    trunk.hang_up(call.at_s + 40)


def transfer(call: Script) -> None:
    first, second = call.extensions[:2]
    leg = call.to_phone(first)
    leg.ring(call.at_s)
    leg.answer(call.at_s + 2)
    leg.request(call.at_s + 10, "REFER", more=f"Refer-To: <sip:{second}@pbx>\r\n", back=True)
    leg.reply(call.at_s + 10.01, 202, "REFER")
    other = call.to_phone(second, caller=first)
    other.ring(call.at_s + 10.1)
    leg.hang_up(call.at_s + 10.2)
    other.answer(call.at_s + 13)
    other.hang_up(call.at_s + 30)


def internal(call: Script) -> None:
    target = call.extensions[0]
    leg = call.leg(phone(call.inside), _PBX, call.inside, target, forks="i")
    leg.request(call.at_s, "INVITE")
    leg.refuse(call.at_s + 0.01, 407)
    leg = call.leg(phone(call.inside), _PBX, call.inside, target, forks="i", cseq=2)
    leg.ring(call.at_s + 0.1)
    other = call.to_phone(target, caller=call.inside)
    other.ring(call.at_s + 0.2)
    other.answer(call.at_s + 5)
    leg.answer(call.at_s + 5.01)
    leg.hang_up(call.at_s + 20)
    other.hang_up(call.at_s + 20.01)


def outgoing(call: Script) -> None:
    number = f"0319{call.number % 10**6:06d}"
    leg = call.leg(phone(call.inside), _PBX, call.inside, number)
    leg.ring(call.at_s)
    trunk = call.leg(_PBX, _TRUNK, call.inside, number)
    trunk.ring(call.at_s + 0.1)
    trunk.answer(call.at_s + 8)
    leg.answer(call.at_s + 8.01)
    leg.hang_up(call.at_s + 25)
    trunk.hang_up(call.at_s + 25.01)


def ring_without_end(call: Script) -> None:
    call.to_phone(call.extensions[0]).ring(call.at_s)


def talk_without_end(call: Script) -> None:
    leg = call.to_phone(call.extensions[0])
    leg.ring(call.at_s)
    leg.answer(call.at_s + 3)


KINDS: dict[str, tuple[Callable[[Script], None], tuple[str, ...]]] = {
    "answered": (answered, ("answered",)),
    "trunk": (with_trunk, ("answered",)),
    "missed": (missed, ("missed",)),
    "busy": (_refused(486, 0.2), ("busy",)),
    "declined": (_refused(603, 3), ("declined",)),
    "failed": (_refused(404, 0.1), ("failed",)),
    "forwarded": (_refused(302, 0.1), ("forwarded",)),
    "challenged": (challenged, ("failed", "failed")),
    "forked": (forked, ("answered", "answered_elsewhere", "answered_elsewhere")),
    "group": (group, ("answered", "answered_elsewhere", "answered_elsewhere")),
    "queue": (queue, ("missed",)),
    "transfer": (transfer, ("answered", "answered")),
    "internal": (internal, ("answered",)),
    "outgoing": (outgoing, ("answered",)),
    "ring_without_end": (ring_without_end, ("unknown",)),
    "talk_without_end": (talk_without_end, ("answered",)),
}
"""Each kind of call, and the outcomes of its ringings."""

NAMES = tuple(KINDS)
LONGEST_S = 45.0
"""No kind's last frame comes later."""


def call_frames(number: int, at_s: float) -> list[Frame]:
    """The frames of the call with this number; every fifth call's come twice, as many mirrors show them."""
    kind = NAMES[number % len(NAMES)]
    script = Script(kind, number, at_s)
    KINDS[kind][0](script)
    frames = script.frames
    return frames + [(at + 0.0002, data) for at, data in frames] if number % 5 == 0 else frames


def registration(extension: str) -> list[bytes]:
    """A REGISTER and the registrar's 200, which say where an extension's phone is."""
    at = dotted(phone(extension))
    head = (
        f"Via: SIP/2.0/UDP {at}:5060;branch=z9hG4bKreg{extension}\r\n"
        f"From: <sip:{extension}@pbx>;tag=1\r\nTo: <sip:{extension}@pbx>{{tag}}\r\n"
        f"Call-ID: reg-{extension}\r\nCSeq: 1 REGISTER\r\n"
        f"Contact: <sip:{extension}@{at}>;expires=999999999\r\n\r\n"
    )
    ask = f"REGISTER sip:pbx SIP/2.0\r\n{head.format(tag='')}"
    answer = f"SIP/2.0 200 OK\r\n{head.format(tag=';tag=2')}"
    return [
        datagram(phone(extension), _PBX, ask.encode()),
        datagram(_PBX, phone(extension), answer.encode()),
    ]


def scan(number: int, source: bytes) -> bytes:
    """A scanner's INVITE to an extension that nobody has."""
    here = dotted(source)
    text = (
        f"INVITE sip:{9000 + number % 900}@192.0.2.2 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {here}:5060;branch=z9hG4bKs{number}\r\nMax-Forwards: 70\r\n"
        f'From: "sipvicious"<sip:{50_000 + number}@{here}>;tag=s{number}\r\nTo: <sip:x@192.0.2.2>\r\n'
        f"Call-ID: scan-{number}\r\nCSeq: 1 INVITE\r\nContact: <sip:x@{here}>\r\nContent-Length: 0\r\n\r\n"
    )
    return datagram(source, _PBX, text.encode())


def unanswered_register(number: int, source: bytes) -> bytes:
    """A REGISTER for a guessed extension, to which nobody replies."""
    here, user = dotted(source), number % 10_000
    text = (
        f"REGISTER sip:192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP {here}:5060;branch=z9hG4bKr{number}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:{user}@pbx>;tag=r{number}\r\nTo: <sip:{user}@pbx>\r\n"
        f"Call-ID: register-{number}\r\nCSeq: 1 REGISTER\r\nContact: <sip:x@{here}>;expires=3600\r\n"
        "Content-Length: 0\r\n\r\n"
    )
    return datagram(source, _PBX, text.encode())


def orphan_fragment(number: int, source: bytes, random: Random) -> bytes:
    """One fragment of a datagram whose others never come; every fifth IPv6."""
    data = bytes(random.randrange(2, 20) * 8)
    offset = random.randrange(3) * 185  # in units of 8 bytes
    more = random.random() < 0.7
    if number % 5 == 0:
        head = struct.pack(">BBHI", 17, 0, offset << 3 | more, number & 0xFFFFFFFF)
        addresses = b"\xfd" + bytes(11) + source + b"\xfd" + bytes(14) + b"\x02"
        return _ETHERNET_6 + struct.pack(">IHBB", 0x60000000, 8 + len(data), 44, 64) + addresses + head + data
    flags = (0x2000 if more else 0) | offset
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), number & 0xFFFF, flags, 64, 17, 0)
    return _ETHERNET + head + source + _PBX + data


def half_open(number: int, source: bytes) -> Iterator[bytes]:
    """A TCP connection that never says a whole message: a SYN alone, half an INVITE behind it, or the middle
    of a connection."""
    port = 1024 + number % 60_000
    parts: list[tuple[int, int, bytes]] = []  # sequence number, flags, data
    if number % 3 != 2:
        parts.append((number, 0x02, b""))
    if number % 3 == 1:
        parts.append(
            (number + 1, 0x18, b"INVITE sip:1001@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/TCP x\r\nSubject: ")
        )
    elif number % 3 == 2:
        parts.append((number + 7, 0x18, b"a=rtpmap:0 PCMU/8000\r\n" * 20))
    for sequence, flags, data in parts:
        tcp = struct.pack(">HHIIBBHHH", port, 5060, sequence & 0xFFFFFFFF, 0, 0x50, flags, 8192, 0, 0) + data
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0)
        yield _ETHERNET + head + source + _PBX + tcp
