"""How callers and the called are spelt: withheld, long and short, numbers that are extensions, accounts."""

from dataclasses import replace

from tests.offices import registering
from tests.offices.kinds import kind
from tests.offices.office import SHAPES
from tests.offices.people import WITHHELD
from tests.offices.script import Script
from tests.offices.stories.crowds import both_end, end
from tests.offices.stories.groups import let_go, ring_all


@kind(21)
def withheld(s: Script) -> None:
    """The caller's number is withheld, though the carrier asserts one: one phone, or a group."""
    call = s.incoming(s.start_s, caller=WITHHELD)
    at_s = s.start_s + s.between(0.025, 0.05)
    if s.maybe():
        extension = s.some(1)[0]
        ring = s.rings(at_s, extension, WITHHELD)
        outcome = end(s, call, ring, s.rng.choice(("up", "gone", "busy")), at_s + s.between(3, 15))
        s.expect(call, extension, outcome, dialled=True)
        return
    members = s.some(s.rng.randrange(2, 4))
    winner = s.rng.choice(members)
    let_go(s, call, ring_all(s, call, at_s, members), winner, at_s + s.between(3, 15))
    for extension in members:
        if extension == winner:
            s.expect(call, extension, "answered", dialled=True)
        else:
            s.expect(call, extension, "answered_elsewhere", by=winner, dialled=True)


@kind(21, 15)
def two_withheld(s: Script) -> None:
    """Two callers who withhold their numbers ring two extensions at once."""
    apart_s = s.between(0.25, 2)
    calls = [s.incoming(s.start_s + number * apart_s, caller=WITHHELD) for number in range(2)]
    extensions = s.some(2)
    rings = [
        s.rings(s.start_s + number * apart_s + 0.04, extension, WITHHELD)
        for number, extension in enumerate(extensions)
    ]
    outcomes = both_end(s, calls, rings, s.start_s + apart_s + s.between(2, 8))
    for call, extension, outcome in zip(calls, extensions, outcomes, strict=True):
        s.expect(call, extension, outcome)


@kind(43, 36)
def internal_by_long_number(s: Script) -> None:
    """An extension calls another, and the PBX shows its long number there, which ends in the extension."""
    caller, extension = s.some(2)
    long = s.rng.choice(("0704000", "0212", "07022334")) + caller
    front = s.dials(s.start_s, caller, extension)
    at_s = s.start_s + s.between(0.12, 0.2)
    ring = s.rings(at_s, extension, long)
    end_s = at_s + s.between(2, 20)
    outcome = "answered"
    if s.maybe(0.6):
        s.connect(front, ring, end_s)
        s.hang_up(end_s + s.between(5, 60), front, ring)
    else:
        front.cancel(end_s)
        ring.cancel(end_s + s.soon())
        outcome = "missed"
    s.expect(
        replace(WITHHELD, spellings=(long, caller)),
        extension,
        outcome,
        because="both spellings can be dialled back",
    )


@kind(30, 43, shapes=(*SHAPES, "proxy"))
def dialled_is_the_extension(s: Script) -> None:
    """The carrier sends the last digits only, which are the extension: each leg's target is the same."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s, dialled=extension)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller, of=call)
    s.same_tags(call, ring)
    outcome = end(s, call, ring, s.rng.choice(("up", "up", "gone", "busy")), at_s + s.between(3, 15))
    s.expect(call, extension, outcome)


@kind(30, 31, registers_seen=True)
def dialled_is_another_extension(s: Script) -> None:
    """The carrier sends digits that are somebody else's extension; that phone does not ring."""
    extension, other = s.some(2)
    call = s.incoming(s.start_s, dialled=other)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    outcome = end(s, call, ring, s.rng.choice(("up", "up", "gone", "busy")), at_s + s.between(3, 15))
    s.expect(call, extension, outcome, dialled=True)


@kind(31, 30, trunk_seen=True)
def trunk_by_account(s: Script) -> None:
    """The carrier's Request-URI is the account that the PBX registered, or `s`; To has the number dialled."""
    target = s.rng.choice(("s", "83001", "trunk-4711"))
    if (
        s.maybe(0.4) and s.office.shape != "carrier sbc"
    ):  # one that looks like a number, whose REGISTER is seen
        target = "0212340000"
        own = replace(s.office.pbx_trunk, user=target)
        s.start_s = registering.register(s.tape, own, s.office.carrier, target, s.start_s) + 1
    call = s.incoming(s.start_s, target=target, receiver=s.company)
    extension = s.some(1)[0]
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller)
    outcome = end(s, call, ring, s.rng.choice(("up", "gone", "busy")), at_s + s.between(3, 15))
    s.expect(call, extension, outcome, dialled=True)


@kind(43, 30, access=True)
def access_code(s: Script) -> None:
    """The PBX puts its access code before the caller: one phone, a group, or a queue that rings again."""
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.025, 0.05)
    members = s.some(s.rng.choice((1, 1, 2, 3)))
    if s.maybe(0.3):
        call.trunk.answer(at_s)
        at_s += s.between(1, 4)
        ring = s.rings(at_s, members[0], call.caller)
        ring.cancel(at_s + 8)
        at_s += s.between(11, 18)
        ring = s.rings(at_s, members[0], call.caller)
        ring.answer(at_s + 5)
        s.hang_up(at_s + 40, call, ring)
        s.expect(call, members[0], "answered")
        return
    winner = s.rng.choice(members)
    let_go(s, call, ring_all(s, call, at_s, members), winner, at_s + s.between(3, 15))
    for extension in members:
        if extension == winner:
            s.expect(call, extension, "answered", dialled=True)
        else:
            s.expect(call, extension, "answered_elsewhere", by=winner, dialled=True)


@kind(30, 36, 43, shapes=("plain", "two nics", "trunk port", "phone proxy"))
def caller_rewritten(s: Script) -> None:
    """An extension calls by the name of its account; the PBX shows its number to the called phone."""
    caller, extension = s.some(2)
    account = s.rng.choice(("hong.gildong", "reception", "kim", "desk-7"))
    shown = f"0704000{caller}" if s.maybe() else caller
    front = s.dials(s.start_s, caller, extension, user=account)
    at_s = s.start_s + s.between(0.12, 0.2)
    ring = s.rings(at_s, extension, shown)
    end_s = at_s + s.between(2, 20)
    if s.maybe(0.6):
        s.connect(front, ring, end_s)
        s.hang_up(end_s + s.between(5, 60), front, ring)
        outcome = "answered"
    else:
        front.cancel(end_s)
        ring.cancel(end_s + s.soon())
        outcome = "missed"
    s.expect(
        replace(WITHHELD, spellings=(shown, account)),
        extension,
        outcome,
        because="where nothing is known yet, the alert comes at the first INVITE",
    )


@kind(21, access=False)
def asserted_differs(s: Script) -> None:
    """From has the number of a switchboard, P-Asserted-Identity who calls (RFC 3325): on the trunk and at the
    phone."""
    who = s.caller()
    board = f"021588{s.rng.randrange(1000, 9999)}"
    call = s.incoming(s.start_s, caller=replace(who, trunk=board), asserted=who.trunk)
    extension = s.some(1)[0]
    at_s = s.start_s + s.between(0.025, 0.05)
    identity = (f"P-Asserted-Identity: <sip:{who.inside}@{s.office.pbx.place.host}>",)
    ring = s.rings(at_s, extension, replace(who, inside=board), headers=identity)
    outcome = end(s, call, ring, s.rng.choice(("up", "gone", "busy")), at_s + s.between(3, 15))
    s.expect(who, extension, outcome)


@kind(22, 30, 36, long_extensions=True, shapes=(*SHAPES, "proxy"))
def extension_is_a_whole_number(s: Script) -> None:
    """Extensions are whole numbers (070…), which the carrier dials too, written with or without +82. From
    outside, or from another one inside."""
    extension, other = s.some(2)
    plus = f"+82{extension[1:]}" if s.maybe() else ""
    outside = s.maybe(0.6)
    if outside:
        call = s.incoming(s.start_s, dialled=extension)
        at_s = s.start_s + s.between(0.025, 0.05)
        ring = s.rings(at_s, extension, call.caller, of=call, uri_user=plus)
        s.same_tags(call, ring)
        outcome = end(s, call, ring, s.rng.choice(("up", "gone", "busy")), at_s + s.between(3, 15))
        s.expect(call, extension, outcome)
        return
    front = s.dials(s.start_s, other, extension)
    ring = s.rings(s.start_s + 0.15, extension, other, uri_user=plus)
    s.connect(front, ring, s.start_s + 5)
    s.hang_up(s.start_s + 40, front, ring)
    s.expect(other, extension, "answered")
