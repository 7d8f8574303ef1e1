"""Ends of legs, and the tape on which all messages of a flow are, with the dice they are made with."""

from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True, slots=True)
class Place:
    """An address and a port."""

    address: str
    port: int = 5060

    @property
    def host(self) -> str:
        """As it stands in a URI."""
        return f"[{self.address}]" if ":" in self.address else self.address

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a leg: where it is reached (Via, Contact), its software, the user part of its Contact.

    sends_from: the port its requests leave from, where that is not the one it listens at. rport: replies come
    back to that port (RFC 3581), not to the one of the Via. ids: how it makes Call-IDs, tags and branches.
    """

    place: Place
    agent: str
    user: str = ""
    sends_from: int = 0
    rport: bool = True
    ids: str = "hex"
    transport: str = "UDP"

    @property
    def out(self) -> Place:
        return Place(self.place.address, self.sends_from) if self.sends_from else self.place

    @property
    def back(self) -> Place:
        """Where replies to it, and requests inside its dialogs, arrive."""
        return self.out if self.rport else self.place


@dataclass(frozen=True, slots=True)
class Sent:
    """A message on the wire. minor: a mirror that loses it takes nothing from the truth."""

    at_s: float
    source: Place
    destination: Place
    text: bytes
    transport: str = "UDP"
    minor: bool = False


@dataclass
class Tape:
    """All messages of a flow, and the dice they are made with. sdp: `own` ports, one `fixed` port for all,
    `zero` as browsers' gateways write it, or `none` (the offer comes later)."""

    rng: Random
    sdp: str = "own"
    sent: list[Sent] = field(default_factory=list)
    _port: int = 16000

    def media_port(self) -> int:
        self._port += 2
        return {"fixed": 16384, "zero": 9}.get(self.sdp, self._port)

    def hex(self, digits: int) -> str:
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    def call_id(self, end: End) -> str:
        match end.ids:
            case "uuid":
                return "-".join(self.hex(size) for size in (8, 4, 4, 4, 12))
            case "cisco":
                return f"{self.hex(8).upper()}-{self.hex(8).upper()}@{end.place.address}"
            case "bare":
                return self.hex(32)
        return f"{self.hex(16)}@{end.place.address}"

    def tag(self, end: End) -> str:
        return f"as{self.hex(8)}" if end.ids == "hex" else self.hex(10)

    def branch(self, end: End) -> str:
        return f"z9hG4bK{'Pj' if end.ids == 'uuid' else ''}{self.hex(16)}"

    def soon(self, least_ms: float = 4, most_ms: float = 25) -> float:
        """A reaction time in seconds."""
        return self.rng.uniform(least_ms, most_ms) / 1000

    def put(
        self, at_s: float, source: Place, destination: Place, text: str, transport: str, minor: bool = False
    ) -> None:
        self.sent.append(Sent(at_s, source, destination, text.encode(), transport, minor))


def body_of(end: End, port: int, zero: bool) -> str:
    """A session description (RFC 4566)."""
    address = "0.0.0.0" if zero else end.place.address
    family = "IP6" if ":" in address else "IP4"
    lines = [
        "v=0",
        f"o=- 20518 1 IN {family} {address}",
        "s=-",
        f"c=IN {family} {address}",
        "t=0 0",
        f"m=audio {port} RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=sendrecv",
    ]
    return "\r\n".join(lines) + "\r\n"
