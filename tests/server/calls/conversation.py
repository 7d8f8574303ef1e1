"""Scripted conversations for tests of the tracker: short lines in, short event lines out.

Hosts are single words (`trunk`, `pbx`, `p1`, …); a leg is one INVITE between two of them, and all its later
messages are made from it. Time stands still unless `at` says otherwise.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import TypedDict, Unpack

from packetwave.server.calls.events import CallEvent, Ringing
from packetwave.server.calls.leg import Place
from packetwave.server.calls.tracker import Tracker
from packetwave.server.sip.message import Message, parse
from tests.events import line

START_S = 1_700_000_000.0

_serial = count(1)


class More(TypedDict, total=False):
    """What a leg's messages may hold besides who calls whom."""

    call_id: str
    dialled: str
    name: str
    branch: str
    from_tag: str
    headers: str
    body: str


@dataclass
class Conversation:
    """A tracker and the events so far, as lines with the extension they are about."""

    known: tuple[str, ...] = ("1001", "1002", "1003", "1004")
    patience_s: float = 0.0
    tracker: Tracker = field(init=False)
    events: list[CallEvent] = field(default_factory=list)
    now_s: float = START_S

    def __post_init__(self) -> None:
        self.tracker = Tracker(frozenset(self.known), patience_s=self.patience_s)

    def leg(self, source: str, destination: str, caller: str, target: str, **more: Unpack[More]) -> "Wire":
        """A leg not yet begun. more: as `More` says."""
        return Wire(self, source, destination, caller, target, **more)

    def send(
        self, source: str, destination: str, text: bytes, *, port: int = 5060, to_port: int = 5060
    ) -> None:
        message = parse(text)
        assert isinstance(message, Message), message
        places = Place(source, port), Place(destination, to_port)
        self.take(self.tracker.receive(self.now_s, *places, message))

    def register(self, phone: str, extension: str, *, registrar: str = "pbx", asked: bool = True) -> None:
        """A phone registers, and is told so. asked: False for a 200 that nobody asked for."""
        leg = self.leg(phone, registrar, extension, extension)
        text = leg.text("SIP/2.0 200 OK", "REGISTER", to_tag="r", extra="Expires: 600\r\n")
        if asked:
            self.send(phone, registrar, leg.text(f"REGISTER sip:{registrar} SIP/2.0", "REGISTER"))
        self.send(registrar, phone, text)

    def take(self, events: list[CallEvent]) -> None:
        self.events.extend(events)

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.take(self.tracker.advance(self.now_s))

    def finish(self) -> None:
        self.take(self.tracker.finish(self.now_s))

    @property
    def lines(self) -> list[str]:
        """Each event as `extension: words`, a `Ringing` as itself."""
        called = {event.call_id: event.called for event in self.events if isinstance(event, Ringing)}
        return [
            line(event) if isinstance(event, Ringing) else f"{called.get(event.call_id, '?')}: {line(event)}"
            for event in self.events
        ]

    @property
    def recorded(self) -> list[str]:
        """The lines of the events on the record."""
        return [text for text in self.lines if not text.endswith((": stopped", ": rings again"))]


@dataclass
class Wire:
    """One leg on the wire: makes its messages and sends them through the conversation."""

    talk: Conversation
    source: str
    destination: str
    caller: str
    target: str
    call_id: str = ""
    dialled: str = ""
    name: str = ""
    branch: str = ""
    from_tag: str = ""
    headers: str = ""
    body: str = ""
    cseq: int = 1
    port: int = 5060
    """Where the calling side sends from."""

    def __post_init__(self) -> None:
        number = next(_serial)
        self.call_id = self.call_id or f"call-{number}@{self.source}"
        self.branch = self.branch or f"z9hG4bK-{number}"
        self.from_tag = self.from_tag or f"from-{self.call_id}"
        self.to_tag = f"to-{number}"

    def text(
        self,
        start: str,
        method: str,
        *,
        to_tag: str = "",
        extra: str = "",
        back: bool = False,
        body: str = "",
    ) -> bytes:
        name = f'"{self.name}" ' if self.name else ""
        sender = f"{name}<sip:{self.caller}@{self.source}>;tag={self.from_tag}"
        receiver = f"<sip:{self.dialled or self.target}@{self.destination}>" + (
            f";tag={to_tag}" if to_tag else ""
        )
        if back:
            sender, receiver = receiver, sender
        head = (
            f"{start}\r\nVia: SIP/2.0/UDP {self.source}:5060;branch={self.branch}\r\n"
            f"From: {sender}\r\nTo: {receiver}\r\nCall-ID: {self.call_id}\r\n"
            f"CSeq: {self.cseq} {method}\r\nContact: <sip:{self.caller}@{self.source}>\r\n"
            f"Max-Forwards: 70\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()

    def invite(self, *, extra: str = "", to_tag: str = "") -> "Wire":
        start = f"INVITE sip:{self.target}@{self.destination} SIP/2.0"
        text = self.text(start, "INVITE", extra=self.headers + extra, to_tag=to_tag, body=self.body)
        self.talk.send(self.source, self.destination, text, port=self.port)
        return self

    def reply(self, status: int, phrase: str = "X", *, extra: str = "") -> "Wire":
        text = self.text(f"SIP/2.0 {status} {phrase}", "INVITE", to_tag=self.to_tag, extra=extra)
        self.talk.send(self.destination, self.source, text, to_port=self.port)
        return self

    def ring(self) -> "Wire":
        return self.reply(180, "Ringing")

    def answer(self) -> "Wire":
        return self.reply(200, "OK")

    def cancel(self, *, extra: str = "") -> "Wire":
        start = f"CANCEL sip:{self.target}@{self.destination} SIP/2.0"
        self.talk.send(self.source, self.destination, self.text(start, "CANCEL", extra=extra), port=self.port)
        return self

    def bye(self) -> "Wire":
        """From the caller's side."""
        branch, self.branch, self.cseq = self.branch, f"{self.branch}-bye", self.cseq + 1
        start = f"BYE sip:{self.target}@{self.destination} SIP/2.0"
        self.talk.send(self.source, self.destination, self.text(start, "BYE", to_tag=self.to_tag))
        self.branch, self.cseq = branch, self.cseq - 1
        return self

    def bye_back(self) -> "Wire":
        """From the called side."""
        branch, self.branch = self.branch, f"{self.branch}-back"
        start = f"BYE sip:{self.caller}@{self.source} SIP/2.0"
        text = self.text(start, "BYE", to_tag=self.to_tag, back=True)
        self.talk.send(self.destination, self.source, text)
        self.branch = branch
        return self

    def within(self, method: str, *, extra: str = "", back: bool = False) -> "Wire":
        """A request inside the dialog, from the caller's side or back from the called one."""
        branch, self.branch, self.cseq = self.branch, f"{self.branch}-{method}", self.cseq + 1
        uri = f"{self.caller}@{self.source}" if back else f"{self.target}@{self.destination}"
        text = self.text(f"{method} sip:{uri} SIP/2.0", method, to_tag=self.to_tag, extra=extra, back=back)
        ends = (self.destination, self.source) if back else (self.source, self.destination)
        self.talk.send(*ends, text)
        self.branch, self.cseq = branch, self.cseq - 1
        return self

    def retry(self) -> "Wire":
        """The INVITE again with credentials: same Call-ID and From tag, new branch and CSeq."""
        return Wire(
            self.talk,
            self.source,
            self.destination,
            self.caller,
            self.target,
            call_id=self.call_id,
            dialled=self.dialled,
            name=self.name,
            from_tag=self.from_tag,
            headers=self.headers,
            body=self.body,
            cseq=self.cseq + 1,
        ).invite()
