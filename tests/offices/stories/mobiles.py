"""The mobile that rings together with the desk, over the trunk."""

from tests.offices.kinds import kind
from tests.offices.lines import Call
from tests.offices.path import Path
from tests.offices.people import number
from tests.offices.script import Script
from tests.offices.stories.groups import cancel_all, ring_all


def begin(s: Script) -> tuple[Call, list[str], dict[str, Path], str, Path, float]:
    """A call that rings one desk or a small group and a mobile: the call, the desks and their legs, the
    mobile's number and its leg, the time of the last INVITE."""
    call = s.incoming(s.start_s)
    desks = s.some(s.rng.choice((1, 1, 2)))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, desks)
    mobile = f"010{s.rng.randrange(2 * 10**7, 10**8)}"
    at_s += s.rng.choice((s.between(0.005, 0.03), s.between(2, 6)))
    plain = call.caller.number if not call.caller.withheld else s.company
    shown = s.rng.choice((plain, call.caller.trunk, s.company))
    out = s.outside(at_s, shown, s.rng.choice((mobile, f"+82{mobile[1:]}")))
    out.reply(at_s + s.between(0.5, 2), s.rng.choice((180, 183)))
    return call, desks, legs, mobile, out, at_s


@kind(45, 30, trunk_seen=True)
def mobile_answers(s: Script) -> None:
    """The mobile answers, shown the caller's number or the company's: the desks are told so."""
    call, desks, legs, mobile, out, at_s = begin(s)
    at_s += s.between(3, 20)
    out.answer(at_s)
    cancel_all(s, legs, at_s + s.between(0.01, 0.06))
    call.trunk.answer(at_s + s.between(0.03, 0.09))
    at_s += s.between(10, 90)
    out.bye(at_s, back=True)
    call.trunk.bye(at_s + s.soon(), back=True)
    for extension in desks:
        s.expect(call, extension, "answered_elsewhere", by=mobile, dialled=True)


@kind(45, 30)
def desk_answers_mobile_stops(s: Script) -> None:
    """The desk answers, the mobile's leg is given up. Or nobody does and the caller gives up."""
    call, desks, legs, _, out, at_s = begin(s)
    at_s += s.between(3, 20)
    if s.maybe(0.6):
        s.connect(call, legs[desks[0]], at_s)
        cancel_all(s, legs, at_s + s.between(0.01, 0.04), but=(desks[0],))
        out.cancel(at_s + s.between(0.01, 0.06))
        s.hang_up(at_s + s.between(10, 60), call, legs[desks[0]])
        s.expect(call, desks[0], "answered", dialled=True)
        for extension in desks[1:]:
            s.expect(call, extension, "answered_elsewhere", by=desks[0])
        return
    call.trunk.cancel(at_s)
    cancel_all(s, legs, at_s + s.soon())
    out.cancel(at_s + s.soon())
    for extension in desks:
        s.expect(call, extension, "missed", dialled=True)


@kind(45, 29, trunk_seen=True)
def outgoing_beside_given_up(s: Script) -> None:
    """Somebody outside answers another desk's call in the moment in which a caller gives up."""
    call = s.incoming(s.start_s)
    rung, other = s.some(2)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, rung, call.caller)
    wanted = number(s.rng)
    front = s.dials(at_s + 1, other, wanted)
    out = s.outside(at_s + 1.15, s.company, wanted)
    out.reply(at_s + 1.6, 180)
    front.reply(at_s + 1.63, 180)
    end_s = at_s + s.between(6, 20)
    up_s = end_s + s.between(-0.4, 0.3)
    out.answer(up_s)
    front.answer(up_s + s.soon())
    call.trunk.cancel(end_s)
    ring.cancel(end_s + s.soon())
    front.bye(end_s + 30)
    out.bye(end_s + 30 + s.soon())
    s.expect(call, rung, "missed", dialled=True)


@kind(30, 24)
def forwarded_in_the_pbx(s: Script) -> None:
    """All calls of the extension go to a mobile: no phone rings; the next call, to another, is as ever."""
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.03, 0.06)
    mobile = f"010{s.rng.randrange(2 * 10**7, 10**8)}"
    out = s.outside(at_s, s.rng.choice((call.caller.trunk, s.company)), mobile)
    out.reply(at_s + 1, 180)
    call.trunk.reply(at_s + 1.02, 180)
    at_s += s.between(4, 12)
    out.answer(at_s)
    call.trunk.answer(at_s + s.soon())
    call.trunk.bye(at_s + 20)
    out.bye(at_s + 20 + s.soon())
    at_s += 30
    again = s.incoming(at_s, caller=call.caller)
    extension = s.some(1)[0]
    ring = s.rings(at_s + 0.04, extension, again.caller)
    s.connect(again, ring, at_s + 5)
    s.hang_up(at_s + 25, again, ring)
    s.expect(again, extension, "answered", dialled=True)
