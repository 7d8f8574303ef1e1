"""A call taken from another desk, and codes dialled for something else beside a ringing phone."""

from tests.offices.kinds import kind
from tests.offices.lines import Call
from tests.offices.path import Path
from tests.offices.script import MARKED_ELSEWHERE, Script
from tests.offices.stories.groups import cancel_all, ring_all

GROUP_CODES = ("*8", "*40", "*20*", "566", "*7", "#6", "*32", "**", "701", "*21", "8", "pickup")
"""What one dials to take whatever rings in the group: Asterisk, Avaya, 3CX, Panasonic, iPECS (566), …"""

DIRECTED_CODES = ("**{}", "*8{}", "*32*{}#", "*41{}", "##{}", "7{}", "{}*", "*20*{}")
"""What one dials to take the call of a certain extension."""

SERVICE_CODES = ("*97", "*98", "*1", "*72", "*60", "*11", "500", "*43", "##1", "*65")
"""Mailbox, day and night, forwarding, time, login, echo: answered by the PBX and no pickup."""


def take(s: Script, call: Call, taker: Path, legs: dict[str, Path], at_s: float) -> None:
    """The PBX answers the taker's leg itself, the rung phones stop, in either order."""
    reason = (s.rng.choice(MARKED_ELSEWHERE),) if s.maybe(0.3) else ()
    if s.maybe(0.7):
        taker.answer(at_s)
        cancel_all(s, legs, at_s + s.between(0.005, 0.06), *reason)
    else:
        cancel_all(s, legs, at_s, *reason)
        taker.answer(at_s + s.between(0.005, 0.06))
    call.trunk.answer(at_s + s.between(0.03, 0.1))
    end_s = at_s + s.between(8, 90)
    taker.bye(end_s)
    call.trunk.bye(end_s + s.soon(), back=True)


@kind(34)
def pickup_by_code(s: Script) -> None:
    """A phone, or a group, rings; somebody else dials a code, whichever the PBX has, and takes the call."""
    call = s.incoming(s.start_s)
    taker, *rung = s.some(s.rng.choice((2, 2, 3, 4)))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, rung)
    at_s += s.between(3, 15)
    code = s.rng.choice(GROUP_CODES) if s.maybe() else s.rng.choice(DIRECTED_CODES).format(rung[0])
    leg = s.dials(at_s, taker, code)
    take(s, call, leg, legs, at_s + s.between(0.14, 0.25))
    for extension in rung:
        s.expect(call, extension, "answered_elsewhere", by=taker, dialled=True)


@kind(33, 34)
def pickup_by_lamp(s: Script) -> None:
    """Somebody presses the lamp of a ringing phone: an INVITE with Replaces, naming the ringing dialog or, as
    Asterisk offers it, one that nobody ever saw."""
    call = s.incoming(s.start_s)
    taker, rung = s.some(2)
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = {rung: s.rings(at_s, rung, call.caller)}
    at_s += s.between(3, 15)
    ringing = legs[rung].last
    if s.maybe():
        dialog = f"{ringing.call_id};to-tag={ringing.to_tag};from-tag={ringing.from_tag}"
    else:
        dialog = f"pickup-{s.tape.hex(32)};to-tag={s.tape.hex(8)};from-tag={s.tape.hex(8)}"
    number = s.rng.choice((rung, rung, f"**{rung}"))
    headers = (f"Replaces: {dialog}{';early-only' * s.maybe(0.3)}", "Require: replaces")
    leg = s.dials(at_s, taker, number, headers=headers)
    take(s, call, leg, legs, at_s + s.between(0.14, 0.25))
    s.expect(call, rung, "answered_elsewhere", by=taker, dialled=True)


@kind(34)
def pickup_one_of_two(s: Script) -> None:
    """Two callers ring two phones; one code takes one of them, the other caller gives up a little later."""
    first = s.incoming(s.start_s)
    second_s = s.start_s + s.between(0.4, 3)
    second = s.incoming(second_s, dialled=s.company[:-1] + "9")
    one, two, taker = s.some(3)
    rings = {
        one: s.rings(s.start_s + 0.035, one, first.caller),
        two: s.rings(second_s + 0.035, two, second.caller),
    }
    at_s = second_s + s.between(3, 10)
    taken, left = s.rng.choice(((one, two), (two, one)))
    calls = {one: first, two: second}
    code = s.rng.choice(GROUP_CODES) if s.maybe(0.6) else s.rng.choice(DIRECTED_CODES).format(taken)
    leg = s.dials(at_s, taker, code)
    take(s, calls[taken], leg, {taken: rings[taken]}, at_s + 0.15)
    end_s = at_s + s.between(1.2, 6)
    calls[left].trunk.cancel(end_s)
    rings[left].cancel(end_s + s.soon())
    for extension in (one, two):
        if extension == taken:
            s.expect(calls[extension], extension, "answered_elsewhere", by=taker)
        else:
            s.expect(calls[extension], extension, "missed")


@kind(34, trunk_seen=True)
def service_code_beside_given_up(s: Script) -> None:
    """Somebody dials a code for something else and the PBX answers it, at any moment near the one in which a
    caller who rings another phone gives up by himself."""
    call = s.incoming(s.start_s)
    rung, other = s.some(2)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, rung, call.caller)
    end_s = at_s + s.between(4, 15)
    code_s = end_s + s.rng.choice((s.between(-2.5, -0.6), s.between(-0.5, -0.22), s.between(0.05, 0.4)))
    leg = s.dials(code_s - 0.15, other, s.rng.choice(SERVICE_CODES))
    leg.answer(code_s)
    leg.bye(code_s + s.between(3, 20), back=s.maybe())
    call.trunk.cancel(end_s)
    ring.cancel(end_s + s.soon())
    s.expect(call, rung, "missed", dialled=True)


@kind(34, trunk_seen=False)
def service_code_earlier(s: Script) -> None:
    """Without the trunk: a code for something else, answered seconds before or after the phone stops."""
    call = s.incoming(s.start_s)
    rung, other = s.some(2)
    ring = s.rings(s.start_s + 0.03, rung, call.caller)
    end_s = s.start_s + s.between(8, 20)
    code_s = end_s + s.rng.choice((s.between(-5, -2), s.between(2, 4)))
    leg = s.dials(code_s - 0.15, other, s.rng.choice(SERVICE_CODES))
    leg.answer(code_s)
    leg.bye(max(code_s, end_s) + s.between(3, 20), back=s.maybe())
    ring.cancel(end_s)
    s.expect(call, rung, "missed")


@kind(34, 28)
def service_code_beside_answered(s: Script) -> None:
    """Somebody listens to the mailbox while a group rings; one of the group answers in the same second."""
    call = s.incoming(s.start_s)
    winner, loser, other = s.some(3)
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, [winner, loser])
    up_s = at_s + s.between(4, 12)
    code_s = up_s + s.between(-0.45, 0.4)
    leg = s.dials(code_s - 0.15, other, s.rng.choice(SERVICE_CODES))
    leg.answer(code_s)
    leg.bye(code_s + s.between(5, 20))
    s.connect(call, legs[winner], up_s)
    legs[loser].cancel(up_s + s.between(0.005, 0.03))
    s.hang_up(up_s + 40, call, legs[winner])
    s.expect(call, winner, "answered")
    s.expect(call, loser, "answered_elsewhere", by=winner)


@kind(34)
def pickup_two_of_two(s: Script) -> None:
    """Two callers ring two phones, and two others take one call each, a second or more apart."""
    second_s = s.start_s + s.between(0.4, 3)
    calls = [s.incoming(s.start_s), s.incoming(second_s)]
    one, two, *takers = s.some(4)
    rings = [
        s.rings(s.start_s + 0.035, one, calls[0].caller),
        s.rings(second_s + 0.035, two, calls[1].caller),
    ]
    at_s = second_s + s.between(3, 10)
    taken_by = ["", ""]
    for index, taker in zip(s.rng.sample((0, 1), 2), takers, strict=True):
        extension = (one, two)[index]
        code = s.rng.choice(GROUP_CODES) if s.maybe(0.5) else s.rng.choice(DIRECTED_CODES).format(extension)
        leg = s.dials(at_s, taker, code)
        take(s, calls[index], leg, {extension: rings[index]}, at_s + 0.15)
        taken_by[index] = taker
        at_s += s.between(1.2, 5)
    for call, extension, taker in zip(calls, (one, two), taken_by, strict=True):
        s.expect(call, extension, "answered_elsewhere", by=taker)


@kind(34, 36)
def pickup_of_internal_call(s: Script) -> None:
    """One extension calls another, a third takes the call by a code."""
    caller, rung, taker = s.some(3)
    front = s.dials(s.start_s, caller, rung)
    at_s = s.start_s + s.between(0.12, 0.2)
    ring = s.rings(at_s, rung, caller)
    at_s += s.between(3, 15)
    code = s.rng.choice(GROUP_CODES) if s.maybe(0.5) else s.rng.choice(DIRECTED_CODES).format(rung)
    leg = s.dials(at_s, taker, code)
    at_s += 0.15
    leg.answer(at_s)
    ring.cancel(at_s + s.between(0.005, 0.05))
    front.answer(at_s + s.between(0.03, 0.08))
    front.bye(at_s + 30)
    leg.bye(at_s + 30 + s.soon(), back=True)
    s.expect(caller, rung, "answered_elsewhere", by=taker, internal=True)
