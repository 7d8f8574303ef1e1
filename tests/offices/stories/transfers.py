"""Calls handed over: blind, after asking, from outgoing calls, and what who did it calls next."""

from tests.offices.kinds import kind
from tests.offices.lines import Call
from tests.offices.path import Path
from tests.offices.people import number
from tests.offices.script import Script


def talking(s: Script, extension: str) -> tuple[Call, Path, float]:
    """A caller talks to an extension: the call, the phone's leg, the time."""
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    at_s += s.between(2, 10)
    s.connect(call, ring, at_s)
    s.expect(call, extension, "answered", dialled=True)
    return call, ring, at_s + s.between(5, 30)


def refer(s: Script, leg: Path, at_s: float, target: str, *, back: bool) -> float:
    """The phone refers its call to `target` and hangs up: when it has."""
    host = s.office.registrar.place.host
    leg.within(at_s, "REFER", f"Refer-To: <sip:{target}@{host}>", back=back, status=202)
    if s.maybe(0.7):
        leg.within(
            at_s + 0.04, "NOTIFY", "Event: refer", "Subscription-State: active;expires=60", back=not back
        )
    leg.bye(at_s + 0.08, back=back)
    return at_s + 0.1


def ends(s: Script, call: Call, ring: Path, extension: str, at_s: float) -> float:
    """What becomes of the one it is handed to: when that is over."""
    match s.rng.choice(("answered", "answered", "given up", "busy")):
        case "answered":
            ring.answer(at_s)
            s.hang_up(at_s + 20, call, ring)
            s.expect(call, extension, "answered")
            return at_s + 21
        case "given up":
            call.trunk.bye(at_s)
            ring.cancel(at_s + s.soon())
            s.expect(call, extension, "missed")
        case _:
            ring.refuse(at_s, 486)
            call.trunk.bye(at_s + s.soon(), back=True)
            s.expect(call, extension, "busy")
    return at_s


@kind(33)
def transfer_blind(s: Script) -> None:
    """An extension hands its caller to another one, who is shown the caller whatever the new leg's From says.
    Seconds later it calls the same or another extension itself: that is a call of its own."""
    first, second, third = s.some(3)
    call, leg, at_s = talking(s, first)
    at_s = refer(s, leg, at_s, second, back=True) + s.between(0.01, 0.06)
    shown = s.rng.choice((call.caller, call.caller, s.company, first))
    ring = s.rings(at_s, second, shown)
    over_s = ends(s, call, ring, second, at_s + s.between(2, 12))
    if s.maybe(0.6):
        at_s = max(over_s, at_s) + s.between(2, 20)
        again = s.rng.choice((second, third))
        front = s.dials(at_s, first, again)
        ring = s.rings(at_s + 0.15, again, first)
        s.connect(front, ring, at_s + 4)
        s.hang_up(at_s + 20, front, ring)
        s.expect(first, again, "answered", internal=True)


@kind(33)
def transfer_by_keys(s: Script) -> None:
    """An extension hands its caller over by a code within the talk: no REFER is ever seen."""
    first, second = s.some(2)
    call, leg, at_s = talking(s, first)
    leg.bye(at_s, back=s.maybe())
    at_s += s.between(0.02, 0.08)
    ring = s.rings(at_s, second, call.caller)
    ends(s, call, ring, second, at_s + s.between(2, 12))


@kind(33)
def transfer_asked(s: Script) -> None:
    """An extension asks another one first, then joins it with its caller: the caller shown changes."""
    first, second = s.some(2)
    call, leg, at_s = talking(s, first)
    leg.within(at_s, "INVITE", back=True, sdp=True)
    front = s.dials(at_s + 1, first, second)
    ring = s.rings(at_s + 1.15, second, first)
    up_s = at_s + s.between(3, 10)
    s.connect(front, ring, up_s)
    s.expect(first, second, "answered", internal=True, handed_over=call.caller.spellings)
    at_s = up_s + s.between(3, 15)
    host = s.office.registrar.place.host
    own = front.first
    dialog = f"{own.call_id}%3Bto-tag%3D{own.to_tag}%3Bfrom-tag%3D{own.from_tag}"
    leg.within(at_s, "REFER", f"Refer-To: <sip:{second}@{host}?Replaces={dialog}>", back=True, status=202)
    if s.maybe():
        ring.within(at_s + 0.05, s.rng.choice(("INVITE", "UPDATE")), sdp=True)
    leg.bye(at_s + 0.1, back=True)
    front.bye(at_s + 0.12, back=s.maybe())
    s.hang_up(at_s + s.between(10, 40), call, ring)


@kind(33)
def outgoing_handed_over(s: Script) -> None:
    """An extension calls outside and hands that over: the other extension is shown whom it gets, whatever the
    new leg's From says."""
    first, second = s.some(2)
    wanted = number(s.rng)
    front = s.dials(s.start_s, first, wanted)
    at_s = s.start_s + s.between(0.12, 0.2)
    out = s.outside(at_s, s.company, wanted)
    out.reply(at_s + 0.5, 180)
    up_s = at_s + s.between(3, 12)
    out.answer(up_s)
    front.answer(up_s + s.soon())
    at_s = refer(s, front, up_s + s.between(5, 20), second, back=False) + s.between(0.01, 0.06)
    ring = s.rings(at_s, second, s.rng.choice((wanted, s.company, "", "s", first)))
    at_s += s.between(2, 10)
    if s.maybe(0.7):
        ring.answer(at_s)
        ring.bye(at_s + 30, back=True)
        out.bye(at_s + 30 + s.soon())
        s.expect(wanted, second, "answered")
    else:
        out.bye(at_s, back=True)
        ring.cancel(at_s + s.soon())
        s.expect(wanted, second, "missed")


@kind(33, 36)
def transfer_outside(s: Script) -> None:
    """An extension hands its caller over to a mobile: nobody else rings. Later it is called again."""
    first = s.some(1)[0]
    call, leg, at_s = talking(s, first)
    mobile = number(s.rng)
    at_s = refer(s, leg, at_s, mobile, back=True) + s.between(0.01, 0.06)
    out = s.outside(at_s, s.rng.choice((call.caller.trunk, s.company)), mobile)
    out.reply(at_s + 1, 180)
    out.answer(at_s + 6)
    call.trunk.bye(at_s + 30)
    out.bye(at_s + 30 + s.soon())
    at_s += 50
    other = s.incoming(at_s)
    ring = s.rings(at_s + 0.04, first, other.caller)
    s.connect(other, ring, at_s + 5)
    s.hang_up(at_s + 25, other, ring)
    s.expect(other, first, "answered")
