"""Several calls at once, of different callers and of one."""

from tests.offices.kinds import kind
from tests.offices.lines import Call
from tests.offices.path import Path
from tests.offices.people import Caller
from tests.offices.script import Script
from tests.offices.stories.groups import cancel_all, let_go, ring_all


def company(s: Script) -> Caller:
    """A caller whose colleagues all have the same number."""
    return s.caller(f"031{s.rng.randrange(2 * 10**6, 8 * 10**6)}")


def two_numbers(s: Script) -> tuple[str, str]:
    return s.company[:-1] + "1", s.company[:-1] + "2"


def end(s: Script, call: Call, ring: Path, way: str, at_s: float) -> str:
    """A call of one phone comes to its end in one of three ways: the outcome."""
    match way:
        case "up":
            s.connect(call, ring, at_s)
            s.hang_up(at_s + s.between(30, 60), call, ring)
            return "answered"
        case "gone":
            call.trunk.cancel(at_s)
            ring.cancel(at_s + s.soon())
            return "missed"
    ring.refuse(at_s, 486)
    call.trunk.refuse(at_s + s.soon(), 486)
    return "busy"


def both_end(s: Script, calls: list[Call], rings: list[Path], at_s: float) -> list[str]:
    """Two calls end, each in its way, at least a second and a half apart: the outcomes."""
    ways = s.rng.choice((("up", "gone"), ("up", "gone"), ("gone", "up"), ("up", "up"), ("gone", "gone")))
    outcomes = ["", ""]
    for index in s.rng.sample((0, 1), 2):
        outcomes[index] = end(s, calls[index], rings[index], ways[index], at_s)
        at_s += s.between(1.6, 6)
    return outcomes


@kind(15, 28, 30)
def company_twice(s: Script) -> None:
    """One number calls two extensions shortly after each other; each call has its own end."""
    caller, apart_s, extensions = company(s), s.between(0.25, 2), s.some(2)
    calls = [
        s.incoming(s.start_s + number * apart_s, caller=caller, dialled=dialled)
        for number, dialled in enumerate(two_numbers(s))
    ]
    rings = [
        s.rings(s.start_s + number * apart_s + 0.04, extension, caller)
        for number, extension in enumerate(extensions)
    ]
    outcomes = both_end(s, calls, rings, s.start_s + apart_s + s.between(2, 8))
    for call, extension, outcome in zip(calls, extensions, outcomes, strict=True):
        s.expect(call, extension, outcome, dialled=True)


@kind(15, 28, 35)
def company_twice_at_one_phone(s: Script) -> None:
    """One number calls one extension twice; both calls are there at the same time, each with its own end."""
    caller, apart_s, extension = company(s), s.between(0.2, 2), s.some(1)[0]
    calls = [s.incoming(s.start_s + number * apart_s, caller=caller) for number in range(2)]
    rings = [s.rings(s.start_s + number * apart_s + 0.04, extension, caller) for number in range(2)]
    for outcome in both_end(s, calls, rings, s.start_s + apart_s + s.between(2, 8)):
        s.expect(calls[0], extension, outcome)


@kind(28, 30)
def company_twice_two_groups(s: Script) -> None:
    """One number calls two groups shortly after each other: one call is answered, the other given up."""
    caller, apart_s = company(s), s.between(0.3, 2)
    extensions = s.some(4)
    groups = [extensions[:2], extensions[2:]]
    calls = [
        s.incoming(s.start_s + number * apart_s, caller=caller, dialled=dialled)
        for number, dialled in enumerate(two_numbers(s))
    ]
    legs = [
        ring_all(s, calls[number], s.start_s + number * apart_s + 0.04, groups[number]) for number in range(2)
    ]
    taken = s.rng.randrange(2)
    at_s = s.start_s + apart_s + s.between(3, 8)
    winner = s.rng.choice(groups[taken])
    times = [at_s, at_s + s.between(1.6, 5)]
    s.rng.shuffle(times)
    let_go(s, calls[taken], legs[taken], winner, times[0])
    calls[1 - taken].trunk.cancel(times[1])
    cancel_all(s, legs[1 - taken], times[1] + s.soon())
    for number in range(2):
        for extension in groups[number]:
            if number != taken:
                s.expect(calls[number], extension, "missed")
            elif extension == winner:
                s.expect(calls[number], extension, "answered")
            else:
                s.expect(calls[number], extension, "answered_elsewhere", by=winner)


@kind(28, 30)
def company_twice_in_the_menu(s: Script) -> None:
    """Two callers of one company are in the menu at once and are put through one after the other; one is
    answered, the other hangs up."""
    caller, apart_s = company(s), s.between(0.5, 3)
    calls = [
        s.incoming(s.start_s + number * apart_s, caller=caller, dialled=dialled)
        for number, dialled in enumerate(two_numbers(s))
    ]
    for number, call in enumerate(calls):
        call.trunk.answer(s.start_s + number * apart_s + s.soon(40, 90))
    extensions = s.some(2)
    at_s = s.start_s + apart_s + s.between(4, 9)
    later_s = s.between(1.5, 4)
    rings = [s.rings(at_s + number * later_s, name, caller) for number, name in enumerate(extensions)]
    at_s += later_s + s.between(2, 6)
    taken = s.rng.randrange(2)
    times = [at_s, at_s + s.between(1.6, 6)]
    s.rng.shuffle(times)
    rings[taken].answer(times[0])
    calls[1 - taken].trunk.bye(times[1])
    rings[1 - taken].cancel(times[1] + s.soon())
    s.hang_up(max(times) + s.between(20, 40), calls[taken], rings[taken])
    for number in range(2):
        s.expect(calls[number], extensions[number], "answered" if number == taken else "missed")


@kind(15)
def two_callers(s: Script) -> None:
    """Two callers within a moment, at two extensions or at one; each call has its own end."""
    apart_s = s.rng.choice((0.001, s.between(0.002, 0.05), s.between(0.1, 1)))
    calls = [s.incoming(s.start_s + number * apart_s) for number in range(2)]
    extensions = s.some(2) if s.maybe(0.7) else s.some(1) * 2
    rings = [
        s.rings(s.start_s + number * apart_s + 0.04, extension, call.caller)
        for number, (extension, call) in enumerate(zip(extensions, calls, strict=True))
    ]
    outcomes = both_end(s, calls, rings, s.start_s + apart_s + s.between(2, 8))
    for call, extension, outcome in zip(calls, extensions, outcomes, strict=True):
        s.expect(call, extension, outcome)


@kind(35)
def second_call_in_a_talk(s: Script) -> None:
    """An extension talks; a second caller rings it, who is taken, refused or gives up."""
    extension = s.some(1)[0]
    first = s.incoming(s.start_s)
    talk = s.rings(s.start_s + 0.04, extension, first.caller)
    s.connect(first, talk, s.start_s + 4)
    at_s = s.start_s + s.between(8, 30)
    second = s.incoming(at_s)
    ring = s.rings(at_s + 0.04, extension, second.caller)
    way = s.rng.choice(("up", "gone", "busy"))
    up_s = at_s + s.between(2, 10)
    if way == "up":
        talk.within(up_s - 0.05, "INVITE", back=True, sdp=True)
    outcome = end(s, second, ring, way, up_s)
    s.hang_up(up_s + 80, first, talk)
    s.expect(first, extension, "answered")
    s.expect(second, extension, outcome)


@kind(15, 30, trunk_seen=True, phones=30, shapes=("plain", "two nics", "trunk port", "high ports", "proxy"))
def busy_minute(s: Script) -> None:
    """A call to each of many extensions within a second or two, from few company numbers: answered, given up,
    busy."""
    callers = [company(s) for _ in range(s.rng.randrange(4, 7))]
    extensions = s.some(s.rng.choice((8, 12, 20, 30)))
    apart_s = s.between(0.05, 0.1)
    for number, extension in enumerate(extensions):
        at_s = s.start_s + number * apart_s
        dialled = f"{s.company[:-2]}{number:02}"
        call = s.incoming(at_s, caller=callers[number % len(callers)], dialled=dialled)
        ring = s.rings(at_s + s.between(0.03, 0.045), extension, call.caller, of=call)
        way = s.rng.choice(("up", "gone", "busy"))
        outcome = end(s, call, ring, way, at_s + s.between(3, 20))
        s.expect(call, extension, outcome, dialled=True)


@kind(35, 15)
def calls_again(s: Script) -> None:
    """Somebody gives up, or finds the phone busy, and calls again: two calls. Without the trunk on the mirror
    it takes him most of a minute."""
    extension = s.some(1)[0]
    first = s.incoming(s.start_s)
    ring = s.rings(s.start_s + 0.04, extension, first.caller)
    at_s = s.start_s + s.between(3, 15)
    s.expect(first, extension, end(s, first, ring, s.rng.choice(("gone", "busy")), at_s))
    at_s += s.between(4, 60) if s.office.trunk_seen else s.between(50, 90)
    again = s.incoming(at_s, caller=first.caller)
    ring = s.rings(at_s + 0.04, extension, again.caller)
    s.expect(again, extension, end(s, again, ring, s.rng.choice(("up", "gone")), at_s + s.between(3, 12)))
