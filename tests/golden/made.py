"""Writes tests/data/made: what no SIP program at hand can be made to say, written message by message.

`python -m tests.golden.made`. Asterisk, FreeSWITCH and the PBXs of offices are not among the programs that
record the rest; what their legs look like is taken from RFCs and from the cases of signalling.md, and each
description says so. Made again, the files are the same byte for byte.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.golden.captures import DATA
from tests.golden.mutate import checksum
from tests.tshark import write_pcap

MADE = DATA / "made"
BEGINS_S = 1_767_571_200.0
MOBILE, NUMBER = "01012345678", "0212345678"
TALKED = ["answered", "ended answered"]

_HOSTS = {
    "trunk": "10.77.1.20",
    "pbx": "10.77.1.10",
    **{f"p{n}": f"10.77.1.{100 + n}" for n in range(1, 5)},
    "edge": "10.77.1.11",
    "scanner": "203.0.113.66",
}


@dataclass
class Wire:
    """What the mirror shows, in order. now_s: seconds after its beginning."""

    now_s: float = 0.0
    frames: list[tuple[float, bytes]] = field(default_factory=list)
    serial: "count[int]" = field(default_factory=lambda: count(1))

    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    def put(self, source: str, destination: str, text: str) -> None:
        """A message in a frame of its own, two milliseconds after the one before."""
        self.now_s += 0.002
        data = text.encode("utf-8")
        src, dst = (bytes(map(int, _HOSTS[host].split("."))) for host in (source, destination))
        udp = (5060).to_bytes(2) * 2 + (8 + len(data)).to_bytes(2) + b"\0\0" + data
        head = b"\x45\x00" + (20 + len(udp)).to_bytes(2) + b"\0\0\0\0\x40\x11\0\0" + src + dst
        packet = head[:10] + checksum(head).to_bytes(2) + head[12:] + udp
        macs = b"\x02\0\0\0\0" + dst[-1:] + b"\x02\0\0\0\0" + src[-1:]
        self.frames.append((BEGINS_S + self.now_s, macs + b"\x08\x00" + packet))

    def leg(self, source: str, destination: str, caller: str, target: str, **more: Any) -> "Leg":
        """more: dialled, name, headers, call_id, media."""
        return Leg(self, source, destination, caller, target, next(self.serial), **more)


@dataclass
class Leg:
    """One INVITE between two hosts and the dialog it makes; each method puts messages on the wire."""

    wire: Wire
    source: str
    destination: str
    caller: str
    target: str
    number: int
    dialled: str = ""
    name: str = ""
    headers: str = ""
    call_id: str = ""
    media: str = ""
    cseq: int = 102

    def _message(
        self, start: str, method: str, *, tagged: bool = True, extra: str = "", back: bool = False
    ) -> str:
        call_id = self.call_id or f"{self.number:032x}@{_HOSTS[self.source]}"
        name = f'"{self.name}" ' if self.name else ""
        sender = f"{name}<sip:{self.caller}@{_HOSTS[self.source]}>;tag=as{self.number:08x}"
        receiver = f"<sip:{self.dialled or self.target}@{_HOSTS[self.destination]}>"
        receiver += f";tag=ph{self.number:08x}" if tagged else ""
        if back:
            sender, receiver = receiver, sender
        via = _HOSTS[self.destination if back else self.source]
        branch = (
            f"z9hG4bK{self.number:08x}{'b' if back else ''}{method[0] if method in ('BYE', 'REFER') else ''}"
        )
        body = ""
        if method == "INVITE" and start.startswith("INVITE"):
            host = _HOSTS[self.media or self.source]
            body = f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            body += f"m=audio {10000 + 2 * self.number} RTP/AVP 8\r\n"
            extra += "Content-Type: application/sdp\r\n"
        return (
            f"{start}\r\nVia: SIP/2.0/UDP {via}:5060;branch={branch}\r\nFrom: {sender}\r\nTo: {receiver}\r\n"
            f"Call-ID: {call_id}\r\nCSeq: {self.cseq} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.caller}@{_HOSTS[self.source]}:5060>\r\n{extra}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )

    def _request(self, method: str, extra: str = "", *, tagged: bool = True) -> "Leg":
        uri = f"sip:{self.target}@{_HOSTS[self.destination]}:5060"
        text = self._message(f"{method} {uri} SIP/2.0", method, tagged=tagged, extra=extra)
        self.wire.put(self.source, self.destination, text)
        return self

    def reply(self, status: int, phrase: str, method: str = "INVITE", extra: str = "") -> "Leg":
        text = self._message(f"SIP/2.0 {status} {phrase}", method, tagged=status > 100, extra=extra)
        self.wire.put(self.destination, self.source, text)
        return self

    def invite(self) -> "Leg":
        return self._request("INVITE", self.headers, tagged=False).reply(100, "Trying")

    def ring(self) -> "Leg":
        return self.reply(180, "Ringing")

    def answer(self) -> "Leg":
        return self.reply(200, "OK")._request("ACK")

    def refuse(self, status: int, phrase: str) -> "Leg":
        return self.reply(status, phrase)._request("ACK")

    def cancel(self, reason: str = "") -> "Leg":
        self._request("CANCEL", f"Reason: {reason}\r\n" if reason else "", tagged=False)
        self.reply(200, "OK", "CANCEL").reply(487, "Request Terminated")
        return self._request("ACK")

    def bye(self) -> "Leg":
        self.cseq += 1
        return self._request("BYE").reply(200, "OK", "BYE")


@dataclass(frozen=True)
class Made:
    says: str
    cases: tuple[int, ...]
    members: tuple[str, ...]
    events: list[list[str]]
    write: Callable[[Wire], None]
    known_bug: str = ""


def trunk_leg(wire: Wire, **more: str) -> Leg:
    return wire.leg("trunk", "pbx", MOBILE, NUMBER, **more).invite()


def phone_leg(wire: Wire, extension: str, caller: str = MOBILE, **more: str) -> Leg:
    return wire.leg("pbx", f"p{int(extension) % 10}", caller, extension, **more).invite().ring()


def asterisk_ring_group(wire: Wire) -> None:
    trunk = trunk_leg(wire)
    legs = [phone_leg(wire, extension, name="대표번호") for extension in ("1001", "1002", "1003")]
    trunk.ring()
    wire.wait(3)
    legs[1].answer()
    for leg in (legs[0], legs[2]):
        leg.cancel('SIP;cause=200;text="Call completed elsewhere"')
    trunk.answer()
    wire.wait(20)
    trunk.bye()
    legs[1].bye()


def asterisk_ring_group_lying_reason(wire: Wire) -> None:
    trunk = trunk_leg(wire)
    legs = [phone_leg(wire, extension) for extension in ("1001", "1002")]
    trunk.ring()
    wire.wait(3)
    trunk.cancel()
    for leg in legs:
        leg.cancel('SIP;cause=200;text="Call completed elsewhere"')


def asterisk_queue(wire: Wire) -> None:
    trunk = trunk_leg(wire).answer()
    for _ in range(3):
        legs = [phone_leg(wire, extension) for extension in ("1001", "1002")]
        wire.wait(15)
        for leg in legs:
            leg.cancel()
        wire.wait(5)
    legs = [phone_leg(wire, extension) for extension in ("1001", "1002")]
    wire.wait(4)
    legs[0].answer()
    legs[1].cancel('SIP;cause=200;text="Call completed elsewhere"')
    wire.wait(30)
    legs[0].bye()
    trunk.bye()


def queue_without_trunk(wire: Wire) -> None:
    for _ in range(3):
        leg = phone_leg(wire, "1001")
        wire.wait(12)
        leg.cancel()
        wire.wait(3)


def same_caller_again_later(wire: Wire) -> None:
    phone_leg(wire, "1001").cancel()
    wire.wait(120)
    phone_leg(wire, "1001").cancel()


def pickup_by_replaces(wire: Wire) -> None:
    trunk = trunk_leg(wire)
    rung = phone_leg(wire, "1001")
    trunk.ring()
    wire.wait(3)
    dialog = f"{rung.number:032x}@10.77.1.10;to-tag=as{rung.number:08x};from-tag=ph{rung.number:08x}"
    replaces = f"Replaces: {dialog};early-only\r\n"
    taker = wire.leg("p2", "pbx", "1002", "1001", headers=replaces).invite().answer()
    rung.cancel()
    trunk.answer()
    wire.wait(10)
    trunk.bye()
    taker.bye()


def proxies_between(wire: Wire) -> None:
    call_id = "7f3a@10.77.1.20"
    trunk = trunk_leg(wire, call_id=call_id)
    edge = wire.leg("pbx", "edge", MOBILE, "1001", call_id=call_id, dialled=NUMBER).invite()
    phone = wire.leg("edge", "p1", MOBILE, "1001", call_id=call_id, dialled=NUMBER).invite().ring()
    for leg in (edge, trunk):
        leg.ring()
    wire.wait(2)
    for leg in (phone, edge, trunk):
        leg.reply(200, "OK")
    wire.wait(9)
    for leg in (trunk, edge, phone):
        leg.bye()


def no_end_seen(wire: Wire) -> None:
    phone_leg(wire, "1001").answer()
    phone_leg(wire, "1002", caller="025550100")


def only_replies_at_first(wire: Wire) -> None:
    """The capture begins after the INVITE."""
    leg = wire.leg("pbx", "p1", MOBILE, "1001")
    leg.ring()
    wire.wait(2)
    leg.answer()
    wire.wait(5)
    leg.bye()


def scanner(wire: Wire) -> None:
    for guess in ("100", "101", "200", "admin", "900441904911055", "1000"):
        leg = wire.leg("scanner", "pbx", "100", guess, headers="User-Agent: friendly-scanner\r\n")
        leg.invite().refuse(404, "Not Found")


def withheld_group(wire: Wire) -> None:
    hidden = "Privacy: id\r\nP-Asserted-Identity: <sip:01012345678@10.77.1.20>\r\n"
    trunk = wire.leg("trunk", "pbx", "anonymous", NUMBER, headers=hidden).invite()
    legs = [phone_leg(wire, extension, caller="anonymous") for extension in ("1001", "1002")]
    trunk.ring()
    wire.wait(2)
    legs[0].answer()
    legs[1].cancel()
    trunk.answer()
    wire.wait(4)
    legs[0].bye()
    trunk.bye()


def early_bye(wire: Wire) -> None:
    leg = phone_leg(wire, "1001")
    wire.wait(1)
    leg.bye().refuse(487, "Request Terminated")


_UNHEARD = "No program at hand speaks so; written after "
CAPTURES: dict[str, Made] = {
    "asterisk_ring_group": Made(
        _UNHEARD
        + "the legs of Asterisk's Dial with three phones: each its own Call-ID and media, all with the "
        "group's name, the losers cancelled with a Reason. 1002 answers.",
        (28, 29, 30),
        ("1001", "1002", "1003"),
        [
            [f'{MOBILE} "대표번호" → 1001 dialled {NUMBER}', "ended answered_elsewhere by 1002"],
            [f'{MOBILE} "대표번호" → 1002 dialled {NUMBER}', *TALKED],
            [f'{MOBILE} "대표번호" → 1003 dialled {NUMBER}', "ended answered_elsewhere by 1002"],
        ],
        asterisk_ring_group,
    ),
    "asterisk_lying_reason": Made(
        _UNHEARD + "PBXs that always claim `Call completed elsewhere`: the caller hung up on a group of two.",
        (28, 29),
        ("1001", "1002"),
        [[f"{MOBILE} → {extension} dialled {NUMBER}", "ended missed"] for extension in ("1001", "1002")],
        asterisk_ring_group_lying_reason,
    ),
    "asterisk_queue": Made(
        _UNHEARD + "Asterisk's Queue, ringall, 15 s each, retried after 5 s; the fourth time 1001 answers.",
        (28, 35),
        ("1001", "1002"),
        [
            [f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED],
            [f"{MOBILE} → 1002 dialled {NUMBER}", "ended answered_elsewhere by 1001"],
        ],
        asterisk_queue,
    ),
    "queue_without_trunk": Made(
        _UNHEARD
        + "a queue whose trunk is not on the mirror: three rings of one caller, 3 s apart: one entry.",
        (35,),
        ("1001",),
        [[f"{MOBILE} → 1001", "ended missed"]],
        queue_without_trunk,
    ),
    "same_caller_again_later": Made(
        _UNHEARD + "somebody who calls again two minutes later: two calls.",
        (35,),
        ("1001",),
        [[f"{MOBILE} → 1001", "ended missed"]] * 2,
        same_caller_again_later,
    ),
    "pickup_by_replaces": Made(
        _UNHEARD + "RFC 3891 section 3 (early-only): 1002 picks up the call that rings at 1001.",
        (33, 34),
        ("1001", "1002"),
        [[f"{MOBILE} → 1001 dialled {NUMBER}", "ended answered_elsewhere by 1002"]],
        pickup_by_replaces,
    ),
    "proxies_between": Made(
        _UNHEARD + "RFC 3665: two proxies between trunk and phone, three legs under one Call-ID, one alert.",
        (27, 30),
        ("1001",),
        [[f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED]],
        proxies_between,
    ),
    "no_end_seen": Made(
        "The capture ends in the middle: 1001 talks, 1002 still rings.",
        (25, 37),
        ("1001", "1002"),
        [[f"{MOBILE} → 1001", *TALKED], ["025550100 → 1002", "ended unknown"]],
        no_end_seen,
    ),
    "begins_while_ringing": Made(
        "The capture begins after the INVITE: the 180 alone shows that 1001 rings.",
        (24,),
        ("1001",),
        [[f"{MOBILE} → 1001", *TALKED]],
        only_replies_at_first,
    ),
    "scanner": Made(
        "A scanner on the internet guesses extensions and numbers; the PBX knows none of them.",
        (38,),
        ("1001",),
        [],
        scanner,
    ),
    "withheld_group": Made(
        _UNHEARD + "RFC 3325: a withheld caller rings a group of two behind a PBX; 1001 answers.",
        (21, 28),
        ("1001", "1002"),
        [
            [f"anonymous → 1001 dialled {NUMBER}", *TALKED],
            [f"anonymous → 1002 dialled {NUMBER}", "ended answered_elsewhere by 1001"],
        ],
        withheld_group,
    ),
    "early_bye": Made(
        _UNHEARD + "RFC 3261 section 15: the caller ends the early dialog by BYE instead of CANCEL.",
        (24,),
        ("1001",),
        [[f"{MOBILE} → 1001", "ended missed"]],
        early_bye,
    ),
}


def write(folder: Path) -> list[Path]:
    """All of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, made in CAPTURES.items():
        wire = Wire()
        made.write(wire)
        path = write_pcap(folder / f"{name}.pcap", wire.frames)
        description = {
            "software": "none: written by hand",
            "scenario": made.says,
            "members": list(made.members),
            "cases": list(made.cases),
            "events": sorted(made.events),
        }
        if made.known_bug:
            description["known_bug"] = made.known_bug
        described = path.with_suffix(".json")
        described.write_text(json.dumps(description, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        written += [path, described]
    return written


def main() -> int:
    written = set(write(MADE))
    for stale in set(MADE.iterdir()) - written:
        stale.unlink()
    print(f"{len(written) // 2} captures in {MADE.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
