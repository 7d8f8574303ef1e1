"""Several phones of one call: groups, queues, hunting in line."""

from tests.offices.kinds import kind
from tests.offices.lines import Call
from tests.offices.office import SHAPES
from tests.offices.path import Path
from tests.offices.script import MARKED_ELSEWHERE, Script


def ring_all(
    s: Script, call: Call, at_s: float, extensions: list[str], *, dead: str = "", rings: bool = True
) -> dict[str, Path]:
    """Every one of them is called, a few milliseconds apart. dead: one that never replies."""
    legs = {}
    for extension in extensions:
        legs[extension] = s.rings(at_s, extension, call.caller, of=call, dead=extension == dead, rings=rings)
        at_s += s.between(0.001, 0.012)
    return legs


def cancel_all(
    s: Script, legs: dict[str, Path], at_s: float, *headers: str, but: tuple[str, ...] = ()
) -> None:
    """The PBX lets the others go, some milliseconds apart."""
    for extension, ring in legs.items():
        if extension not in but:
            ring.cancel(at_s, *headers)
            at_s += s.between(0.001, 0.012)


def let_go(s: Script, call: Call, legs: dict[str, Path], winner: str, at_s: float, *but: str) -> None:
    """One answers, the others are cancelled within the same breath, and the two talk."""
    s.connect(call, legs[winner], at_s)
    reason = (s.rng.choice(MARKED_ELSEWHERE),) if s.maybe(0.4) else ()
    cancel_all(s, legs, at_s + s.between(0.005, 0.06), *reason, but=(winner, *but))
    if s.maybe(0.9):
        s.hang_up(at_s + s.between(5, 120), call, legs[winner])


@kind(27, 28, 30, 41, shapes=(*SHAPES, "proxy"))
def group_answered(s: Script) -> None:
    """A group rings all at once, one answers."""
    call = s.incoming(s.start_s)
    members = s.some(s.rng.randrange(2, 6))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, members)
    winner = s.rng.choice(members)
    let_go(s, call, legs, winner, at_s + s.between(2, 20))
    for extension in members:
        if extension == winner:
            s.expect(call, extension, "answered", dialled=True)
        else:
            s.expect(call, extension, "answered_elsewhere", by=winner, dialled=True)


@kind(27, 28, 29, 30, shapes=(*SHAPES, "proxy"))
def group_given_up(s: Script) -> None:
    """A group rings all at once, the caller gives up; the PBX may lie about it."""
    call = s.incoming(s.start_s)
    members = s.some(s.rng.randrange(2, 6))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, members)
    end_s = at_s + s.between(2, 30)
    call.trunk.cancel(end_s)
    reason = (s.rng.choice(MARKED_ELSEWHERE),) if s.maybe(0.4) else ()
    cancel_all(s, legs, end_s + s.soon(), *reason)
    for extension in members:
        s.expect(call, extension, "missed", dialled=True)


@kind(27, 28)
def group_timer(s: Script) -> None:
    """A group rings and nobody answers: the PBX ends it and tells the caller so."""
    call = s.incoming(s.start_s)
    members = s.some(s.rng.randrange(2, 5))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, members)
    end_s = at_s + s.between(12, 40)
    cancel_all(s, legs, end_s)
    if s.maybe():
        call.trunk.answer(end_s + s.between(0.02, 0.09))
        call.trunk.bye(end_s + s.between(6, 30), back=s.maybe())
    else:
        call.trunk.refuse(end_s + s.between(0.02, 0.09), 480)
    for extension in members:
        s.expect(call, extension, "missed", dialled=True)


@kind(28, 42, known=True)
def group_with_dead_phone(s: Script) -> None:
    """A group of which one phone is unplugged and still registered; it cannot even be cancelled (RFC 3261,
    9.1). Another answers, or the caller gives up."""
    call = s.incoming(s.start_s)
    members = s.some(s.rng.randrange(2, 5))
    dead = members[0]
    s.rng.shuffle(members)
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, members, dead=dead)
    end_s = at_s + s.between(3, 25)
    s.resend(legs[dead], at_s, end_s)
    s.drop(legs[dead], end_s + s.soon())
    legs[dead].last.over_s = end_s
    alive = {extension: ring for extension, ring in legs.items() if extension != dead}
    if s.maybe():
        winner = s.rng.choice(list(alive))
        let_go(s, call, legs, winner, end_s, dead)
        for extension in members:
            if extension == winner:
                s.expect(call, extension, "answered", dialled=True)
            else:
                s.expect(call, extension, "answered_elsewhere", by=winner)
    else:
        call.trunk.cancel(end_s)
        cancel_all(s, alive, end_s + s.soon())
        for extension in members:
            s.expect(call, extension, "missed", dialled=True)


@kind(28)
def group_with_refusals(s: Script) -> None:
    """In a group one phone is busy or declined by its owner, another answers."""
    call = s.incoming(s.start_s)
    winner, refuser, *others = s.some(s.rng.randrange(2, 5))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, [winner, *others])
    status, outcome = s.rng.choice(((486, "busy"), (603, "declined")))
    rang = s.maybe()
    legs[refuser] = s.rings(at_s + 0.003, refuser, call.caller, rings=rang)
    legs[refuser].refuse(at_s + (s.between(1, 3) if rang else s.between(0.15, 0.3)), status)
    let_go(s, call, legs, winner, at_s + s.between(5, 15), refuser)
    s.expect(call, winner, "answered", dialled=True)
    s.expect(call, refuser, outcome)
    for extension in others:
        s.expect(call, extension, "answered_elsewhere", by=winner)


@kind(28)
def group_progressive(s: Script) -> None:
    """Phones are added to a call that rings already, all ring on; one answers, or the caller gives up."""
    call = s.incoming(s.start_s)
    members = s.some(s.rng.randrange(2, 4))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = {}
    for extension in members:
        legs[extension] = s.rings(at_s, extension, call.caller)
        at_s += s.between(4, 12)
    if s.maybe(0.75):
        winner = s.rng.choice(members)
        let_go(s, call, legs, winner, at_s)
        for extension in members:
            if extension == winner:
                s.expect(call, extension, "answered")
            else:
                s.expect(call, extension, "answered_elsewhere", by=winner)
    else:
        call.trunk.cancel(at_s)
        cancel_all(s, legs, at_s + s.soon())
        for extension in members:
            s.expect(call, extension, "missed")


@kind(27, 28)
def hunt_in_line(s: Script) -> None:
    """One phone after the other, until one answers, or none does."""
    call = s.incoming(s.start_s)
    members = s.some(s.rng.randrange(2, 5))
    at_s = s.start_s + s.between(0.025, 0.05)
    ends = s.rng.choice(("answered", "answered", "given up", "timer"))
    for extension in members[:-1]:
        ring = s.rings(at_s, extension, call.caller)
        at_s += s.between(5, 18)
        ring.cancel(at_s)
        at_s += s.between(-0.03, 1.5)  # some PBXs call the next before they let this one go
        s.expect(call, extension, "missed")
    ring = s.rings(at_s, members[-1], call.caller)
    at_s += s.between(2.5, 15)
    if ends == "answered":
        s.connect(call, ring, at_s)
        s.hang_up(at_s + s.between(5, 60), call, ring)
        s.expect(call, members[-1], "answered")
        return
    if ends == "given up":
        call.trunk.cancel(at_s)
        ring.cancel(at_s + s.soon())
    else:
        ring.cancel(at_s)
        call.trunk.refuse(at_s + s.soon(15, 60), 480)
    s.expect(call, members[-1], "missed")


@kind(35, 29)
def queue_one_agent(s: Script) -> None:
    """A queue rings one phone again and again while the caller hears music: one entry."""
    call = s.incoming(s.start_s)
    call.trunk.answer(s.start_s + s.soon(40, 90))
    extension = s.some(1)[0]
    at_s = s.start_s + s.between(1, 6)
    longest_s = 60.0 if s.office.trunk_seen else 15.0  # without the trunk, rings within 30 s are one
    reason = (MARKED_ELSEWHERE[1],) if s.office.trunk_seen and s.maybe(0.4) else ()
    for _ in range(s.rng.randrange(1, 4)):
        ring = s.rings(at_s, extension, call.caller)
        at_s += s.between(6, 18 if s.office.trunk_seen else 11)
        ring.cancel(at_s, *reason)
        at_s += s.between(2, longest_s)
    if s.maybe(0.6):
        ring = s.rings(at_s, extension, call.caller)
        at_s += s.between(2, 14)
        ring.answer(at_s)
        s.hang_up(at_s + s.between(10, 90), call, ring)
        s.expect(call, extension, "answered")
    else:
        call.trunk.bye(at_s)
        s.expect(call, extension, "missed")


@kind(35, 28)
def queue_rings_all(s: Script) -> None:
    """A queue rings all its phones in rounds; in the last one answers, or the caller hangs up."""
    call = s.incoming(s.start_s)
    call.trunk.answer(s.start_s + s.soon(40, 90))
    members = s.some(s.rng.randrange(2, 4))
    at_s = s.start_s + s.between(1, 6)
    for _ in range(s.rng.randrange(1, 3)):
        legs = ring_all(s, call, at_s, members)
        at_s += s.between(8, 18 if s.office.trunk_seen else 12)
        cancel_all(s, legs, at_s)
        at_s += s.between(3, 20 if s.office.trunk_seen else 14)
    legs = ring_all(s, call, at_s, members)
    at_s += s.between(3, 14)
    if s.maybe(0.6):
        winner = s.rng.choice(members)
        legs[winner].answer(at_s)
        cancel_all(s, legs, at_s + s.between(0.005, 0.05), but=(winner,))
        s.hang_up(at_s + s.between(10, 90), call, legs[winner])
        for extension in members:
            if extension == winner:
                s.expect(call, extension, "answered")
            else:
                s.expect(call, extension, "answered_elsewhere", by=winner)
        return
    call.trunk.bye(at_s)
    cancel_all(s, legs, at_s + s.soon())
    for extension in members:
        s.expect(call, extension, "missed")


@kind(35, 28)
def queue_two_callers(s: Script) -> None:
    """Two callers wait in a queue that rings both of its phones; one phone takes the first caller, then the
    other phone is rung for the second."""
    first = s.incoming(s.start_s)
    first.trunk.answer(s.start_s + s.soon(40, 90))
    second_s = s.start_s + s.between(1, 5)
    second = s.incoming(second_s)
    second.trunk.answer(second_s + s.soon(40, 90))
    winner, other = s.some(2)
    at_s = second_s + s.between(1, 4)
    legs = ring_all(s, first, at_s, [winner, other])
    at_s += s.between(3, 12)
    legs[winner].answer(at_s)
    legs[other].cancel(at_s + s.between(0.005, 0.04))
    s.hang_up(at_s + 60, first, legs[winner])
    s.expect(first, winner, "answered")
    s.expect(first, other, "answered_elsewhere", by=winner)
    at_s += s.between(0.8, 5)
    ring = s.rings(at_s, other, second.caller)
    at_s += s.between(3, 12)
    if s.maybe(0.6):
        ring.answer(at_s)
        s.hang_up(at_s + 30, second, ring)
        s.expect(second, other, "answered")
    else:
        second.trunk.bye(at_s)
        ring.cancel(at_s + s.soon())
        s.expect(second, other, "missed")


@kind(28, 36)
def group_called_from_inside(s: Script) -> None:
    """An extension dials a group's number; one of the group answers, or the caller gives up."""
    caller, *members = s.some(s.rng.randrange(3, 5))
    front = s.dials(s.start_s, caller, s.rng.choice(("600", "*60", "6000")))
    at_s = s.start_s + s.between(0.12, 0.2)
    legs = {}
    for extension in members:
        legs[extension] = s.rings(at_s, extension, caller)
        at_s += s.between(0.001, 0.012)
    at_s += s.between(3, 15)
    if s.maybe(0.7):
        winner = s.rng.choice(members)
        s.connect(front, legs[winner], at_s)
        cancel_all(s, legs, at_s + s.between(0.005, 0.06), but=(winner,))
        s.hang_up(at_s + 30, front, legs[winner])
        for extension in members:
            if extension == winner:
                s.expect(caller, extension, "answered", internal=True)
            else:
                s.expect(caller, extension, "answered_elsewhere", by=winner, internal=True)
        return
    front.cancel(at_s)
    cancel_all(s, legs, at_s + s.soon())
    for extension in members:
        s.expect(caller, extension, "missed", internal=True)
