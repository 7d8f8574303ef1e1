"""One phone and one caller."""

from tests.offices.kinds import kind
from tests.offices.lines import Call
from tests.offices.office import SHAPES
from tests.offices.people import number
from tests.offices.script import MARKED_ELSEWHERE, Script

ALL = (*SHAPES, "proxy")


def ring_one(s: Script) -> tuple[Call, str]:
    """A call that comes in for one extension, which is not called yet."""
    return s.incoming(s.start_s), s.some(1)[0]


@kind(24, 25, 30, 32, 41, shapes=ALL)
def answered(s: Script) -> None:
    """One phone rings and is answered."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller, of=call)
    if s.maybe():
        call.trunk.reply(at_s + 0.4, s.rng.choice((180, 183)))
    up_s = at_s + s.between(2, 25)
    s.connect(call, ring, up_s)
    if s.maybe(0.85):
        s.hang_up(up_s + s.between(5, 200), call, ring)
    s.expect(call, extension, "answered", dialled=True)


@kind(24, 29, 30, 41, shapes=ALL)
def given_up(s: Script) -> None:
    """One phone rings, the caller gives up. With the trunk seen, a Reason header may say otherwise."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller, of=call)
    end_s = at_s + s.between(2, 40)
    call.trunk.cancel(end_s)
    lies = s.office.trunk_seen and s.maybe(0.4)
    ring.cancel(end_s + s.soon(), *((s.rng.choice(MARKED_ELSEWHERE),) if lies else ()))
    s.expect(call, extension, "missed", dialled=True)


@kind(24, 35)
def given_up_in_the_queue(s: Script) -> None:
    """The PBX answers the caller with music, one phone rings, the caller hangs up: BYE, then CANCEL."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.soon(40, 90)
    call.trunk.answer(at_s)
    at_s += s.between(1, 12)
    ring = s.rings(at_s, extension, call.caller)
    end_s = at_s + s.between(2, 20)
    call.trunk.bye(end_s)
    lies = s.office.trunk_seen and s.maybe(0.4)
    ring.cancel(end_s + s.soon(), *((s.rng.choice(MARKED_ELSEWHERE),) if lies else ()))
    s.expect(call, extension, "missed")


@kind(24, 35)
def answered_from_the_menu(s: Script) -> None:
    """The PBX answers with a menu, the caller chooses, one phone rings and is answered."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.soon(40, 90)
    call.trunk.answer(at_s)
    at_s += s.between(3, 25)
    ring = s.rings(at_s, extension, call.caller)
    up_s = at_s + s.between(2, 15)
    ring.answer(up_s)
    s.hang_up(up_s + s.between(5, 90), call, ring)
    s.expect(call, extension, "answered")


@kind(24, shapes=ALL)
def refused(s: Script) -> None:
    """The phone refuses, after ringing or at once, in one of the ways phones have."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    rang = s.maybe()
    ring = s.rings(at_s, extension, call.caller, of=call, rings=rang)
    status, outcome = s.rng.choice(
        (
            (486, "busy"),
            (486, "busy"),
            (600, "busy"),
            (603, "declined"),
            (480, "missed" if rang else "failed"),
            (408, "missed" if rang else "failed"),
            (404, "missed" if rang else "failed"),
            (500, "missed" if rang else "failed"),
        )
    )
    end_s = at_s + (s.between(1, 20) if rang else s.between(0.15, 0.3))
    ring.refuse(end_s, status)
    s.same_tags(call, ring)
    if s.office.shape != "proxy" and s.maybe(0.4):  # an announcement or the mailbox
        call.trunk.answer(end_s + s.soon())
        call.trunk.bye(end_s + s.between(4, 20), back=s.maybe())
    else:
        call.trunk.refuse(end_s + s.soon(), status)
    s.expect(call, extension, outcome, dialled=True)


@kind(24, 37)
def no_reply_timer(s: Script) -> None:
    """Nobody answers; the PBX's timer ends it and the caller is told, or gets the PBX's own mailbox."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    end_s = at_s + s.between(12, 45)
    ring.cancel(end_s)
    if s.maybe():
        call.trunk.answer(end_s + s.soon(15, 60))
        call.trunk.bye(end_s + s.between(5, 40), back=s.maybe())
    else:
        call.trunk.refuse(end_s + s.soon(), 480)
    s.expect(call, extension, "missed", dialled=True)


@kind(36, 16)
def internal(s: Script) -> None:
    """One extension calls another, with any ending."""
    caller, extension = s.some(2)
    front = s.dials(s.start_s, caller, extension)
    at_s = s.start_s + s.between(0.12, 0.2)
    ring = s.rings(at_s, extension, caller)
    end_s = at_s + s.between(2, 20)
    match s.rng.choice(("answered", "answered", "missed", "busy", "declined")):
        case "answered":
            s.connect(front, ring, end_s)
            s.hang_up(end_s + s.between(5, 60), front, ring)
            s.expect(caller, extension, "answered", internal=True)
        case "missed":
            front.cancel(end_s)
            ring.cancel(end_s + s.soon())
            s.expect(caller, extension, "missed", internal=True)
        case outcome:
            status = 486 if outcome == "busy" else 603
            ring.refuse(end_s, status)
            front.refuse(end_s + s.soon(), status)
            s.expect(caller, extension, outcome, internal=True)


@kind(36)
def outgoing(s: Script) -> None:
    """An extension calls outside, with the company's number or its own, by a line code or without."""
    caller = s.some(1)[0]
    wanted = number(s.rng)
    front = s.dials(s.start_s, caller, s.rng.choice(("", "", "9", "0")) + wanted)
    at_s = s.start_s + s.between(0.12, 0.2)
    out = s.outside(at_s, s.rng.choice((s.company, caller)), wanted)
    out.reply(at_s + 0.5, s.rng.choice((180, 183)))
    front.reply(at_s + 0.52, 180)
    end_s = at_s + s.between(3, 20)
    if s.maybe(0.7):
        out.answer(end_s)
        front.answer(end_s + s.soon())
        front.bye(end_s + 30)
        out.bye(end_s + 30.01)
    else:
        front.cancel(end_s)
        out.cancel(end_s + s.soon())


@kind(47, 24)
def long_ring(s: Script) -> None:
    """The phone rings for many minutes on one 180."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    end_s = at_s + s.between(200, 620)
    if s.maybe():
        s.connect(call, ring, end_s)
        s.hang_up(end_s + 30, call, ring)
        s.expect(call, extension, "answered", dialled=True)
    else:
        call.trunk.cancel(end_s)
        ring.cancel(end_s + s.soon())
        s.expect(call, extension, "missed", dialled=True)


@kind(26, 25)
def held(s: Script) -> None:
    """During the talk: hold, retrieve, session refreshes from either side. They begin nothing."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    up_s = at_s + s.between(2, 15)
    s.connect(call, ring, up_s)
    at_s = up_s
    for _ in range(s.rng.randrange(1, 6)):
        at_s += s.between(2, 90)
        method = s.rng.choice(("INVITE", "INVITE", "UPDATE"))
        back = s.maybe()
        ring.within(at_s, method, back=back, sdp=True)
        if s.maybe():
            call.trunk.within(at_s + s.soon(30, 60), method, back=back, sdp=True)
    s.hang_up(at_s + s.between(2, 30), call, ring)
    s.expect(call, extension, "answered", dialled=True)


@kind(25, trunk_seen=False)
def cancel_crosses_answer(s: Script) -> None:
    """The phone answers in the moment in which the PBX gives up: the answer wins."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    end_s = at_s + s.between(2, 20)
    if len(ring.legs) == 1:
        ring.last.cancel(end_s, terminated=False)
        ring.last.answer(end_s + s.soon(2, 9))
    else:
        ring.answer(end_s)
    ring.bye(end_s + s.between(0.1, 0.3))
    s.expect(call, extension, "answered")


@kind(29, trunk_seen=False, shapes=("plain", "high ports"))
def elsewhere_by_reason_alone(s: Script) -> None:
    """One leg is all there is, and its CANCEL says that somebody else answered."""
    call, extension = ring_one(s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    ring.cancel(at_s + s.between(3, 20), MARKED_ELSEWHERE[0])
    s.expect(call, extension, "answered_elsewhere")


@kind(30, 31)
def no_phone_rings(s: Script) -> None:
    """A call that no phone is rung for: a menu, the mailbox, do not disturb kept in the PBX."""
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.05, 3)
    if s.maybe(0.7):
        call.trunk.answer(at_s)
        call.trunk.bye(at_s + s.between(5, 60), back=s.maybe())
    else:
        call.trunk.refuse(at_s, s.rng.choice((480, 486, 404)))
    # An office in which nothing rings at all says little; somebody calls somebody.
    at_s += 90
    caller, extension = s.some(2)
    front = s.dials(at_s, caller, extension)
    ring = s.rings(at_s + 0.15, extension, caller)
    s.connect(front, ring, at_s + 5)
    s.hang_up(at_s + 20, front, ring)
    s.expect(caller, extension, "answered", internal=True)


@kind(24, 25)
def answered_at_once(s: Script) -> None:
    """The phone answers by itself, without ringing: headsets, intercom (RFC 5373)."""
    called = s.some(2)
    headers = s.rng.choice(((), ("Call-Info: <sip:pbx>;answer-after=0",), ("Answer-Mode: Auto",)))
    if s.maybe():
        call = s.incoming(s.start_s)
        ring = s.rings(s.start_s + 0.04, called[0], call.caller, headers=headers, rings=False)
        s.connect(call, ring, s.start_s + s.between(0.15, 0.5))
        s.hang_up(s.start_s + s.between(5, 60), call, ring)
        s.expect(call, called[0], "answered", dialled=True)
        return
    front = s.dials(s.start_s, called[1], called[0])
    ring = s.rings(s.start_s + 0.15, called[0], called[1], headers=headers, rings=False)
    s.connect(front, ring, s.start_s + s.between(0.25, 0.5))
    s.hang_up(s.start_s + s.between(5, 60), front, ring)
    s.expect(called[1], called[0], "answered", internal=True)
