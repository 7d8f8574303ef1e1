"""Where phones are and what is known of it: opaque contacts, moved phones, spare PBXs, SBCs that register."""

from dataclasses import replace

from tests.offices import registering
from tests.offices.kinds import kind
from tests.offices.lines import Call
from tests.offices.office import Phone
from tests.offices.script import Script
from tests.offices.stories.crowds import end
from tests.offices.stories.groups import let_go, ring_all
from tests.offices.tape import Place

DIRECT = ("plain", "two nics", "trunk port", "high ports", "carrier sbc")
"""Shapes in which the PBX itself calls the phones."""

PLAIN_IPV4 = {"shapes": ("plain",), "transports": ("UDP",), "ip6": False}

WAYS = ("up", "up", "gone", "busy")


def moved(phone: Phone, last: int) -> Phone:
    """The same phone at another address of its network."""
    address = phone.end.place.address
    mark = ":" if ":" in address else "."
    place = Place(f"{address.rpartition(mark)[0]}{mark}{last}", phone.end.place.port)
    return replace(phone, end=replace(phone.end, place=place))


@kind(48, 31, shapes=DIRECT, registers_seen=False)
def opaque_contacts(s: Script) -> None:
    """The phones' contacts are no extensions (UUIDs, push tokens), their REGISTERs were before the capture;
    To has the extension. One phone, or a group."""
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.025, 0.05)
    members = s.some(s.rng.choice((1, 1, 2, 3)))
    legs = {}
    for extension in members:
        token = "-".join(s.tape.hex(size) for size in (8, 4, 4, 4, 12)) if s.maybe() else s.tape.hex(32)
        legs[extension] = s.rings(at_s, extension, call.caller, uri_user=token)
        at_s += s.between(0.002, 0.01)
    if len(members) == 1:
        outcome = end(s, call, legs[members[0]], s.rng.choice(WAYS), at_s + s.between(3, 15))
        s.expect(call, members[0], outcome, dialled=True)
        return
    winner = s.rng.choice(members)
    let_go(s, call, legs, winner, at_s + s.between(3, 15))
    for extension in members:
        if extension == winner:
            s.expect(call, extension, "answered")
        else:
            s.expect(call, extension, "answered_elsewhere", by=winner)


@kind(44, 32, shapes=DIRECT, registers_seen=True, transports=("UDP",))
def moved_unseen(s: Script) -> None:
    """A phone gets another address and its new REGISTER is not seen; it is called there and rings."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s)
    ring = s.rings(s.start_s + 0.04, extension, call.caller)
    s.expect(call, extension, end(s, call, ring, s.rng.choice(WAYS), s.start_s + s.between(3, 15)))
    s.phones[extension] = moved(s.phone(extension), 77)
    at_s = s.start_s + s.between(120, 2000)
    call = s.incoming(at_s)
    ring = s.rings(at_s + 0.04, extension, call.caller)
    s.expect(call, extension, end(s, call, ring, s.rng.choice(("up", "gone")), at_s + s.between(3, 15)))


@kind(44, 32, shapes=DIRECT, registers_seen=True, transports=("UDP",))
def swapped(s: Script) -> None:
    """After a power cut two phones have each other's address; of their new REGISTERs one is seen, or none, or
    both. Both are called by their own extension."""
    one, two = s.some(2)
    first, second = s.phone(one), s.phone(two)
    s.phones[one] = replace(first, end=replace(first.end, place=second.end.place))
    s.phones[two] = replace(second, end=replace(second.end, place=first.end.place))
    at_s = s.start_s
    for extension in s.rng.choice(((one,), (one, two), ())):
        at_s = registering.one_phone(s.tape, s.office, s.phone(extension), at_s) + 0.1
    for extension in s.rng.sample((one, two), 2):
        at_s += s.between(2, 20)
        call = s.incoming(at_s)
        ring = s.rings(at_s + 0.04, extension, call.caller)
        up_s = at_s + s.between(3, 12)
        s.expect(call, extension, end(s, call, ring, s.rng.choice(("up", "gone")), up_s))
        at_s = up_s + 60


@kind(41, 32, shapes=("plain",))
def spare_pbx(s: Script) -> None:
    """The PBX fails and its spare takes over at another address: calls come from there before the phones have
    registered with it."""
    extension, other = s.some(2)
    call = s.incoming(s.start_s)
    ring = s.rings(s.start_s + 0.04, extension, call.caller)
    s.expect(call, extension, end(s, call, ring, "up", s.start_s + 4))
    office = s.office
    spare = moved(Phone("", office.pbx, False), 13).end
    s.office = replace(office, pbx=spare, pbx_trunk=spare)
    at_s = s.start_s + s.between(90, 300)
    call = s.incoming(at_s)
    members = [extension, other]
    winner = s.rng.choice(members)
    let_go(s, call, ring_all(s, call, at_s + 0.04, members), winner, at_s + s.between(3, 12))
    for name in members:
        if name == winner:
            s.expect(call, name, "answered", dialled=True)
        else:
            s.expect(call, name, "answered_elsewhere", by=winner)


@kind(44, 30, 32, shapes=("phone sbc",))
def sbc_refreshes(s: Script) -> None:
    """An SBC in front of the phones refreshes their registrations at the PBX in its own name, whenever it
    likes, whatever the mirror has seen of the phones' own."""
    office = s.office
    assert office.edge is not None
    at_s = s.start_s
    for extension in s.some(s.rng.randrange(2, 6)):
        own = replace(office.edge, user=extension)
        at_s = registering.register(s.tape, own, office.pbx, extension, at_s) + 0.05
    at_s += s.between(1, 20)
    call = s.incoming(at_s)
    members = s.some(s.rng.choice((1, 2)))
    winner = members[0]
    let_go(s, call, ring_all(s, call, at_s + 0.04, members), winner, at_s + s.between(3, 15))
    for extension in members:
        if extension == winner:
            s.expect(call, extension, "answered", dialled=True)
        else:
            s.expect(call, extension, "answered_elsewhere", by=winner)


@kind(44, 28, 32, registers_seen=False)
def partly_registered(s: Script) -> None:
    """The mirror has seen some phones register and not others; a group of both kinds rings, and then one
    calls another."""
    for extension in s.some(s.rng.randrange(1, 4)):
        s.start_s = registering.one_phone(s.tape, s.office, s.phone(extension), s.start_s) + 0.3
    s.start_s += 1
    call = s.incoming(s.start_s)
    members = s.some(3)
    winner = members[0]
    up_s = s.start_s + s.between(3, 12)
    let_go(s, call, ring_all(s, call, s.start_s + 0.04, members), winner, up_s)
    for extension in members:
        if extension == winner:
            s.expect(call, extension, "answered", dialled=True)
        else:
            s.expect(call, extension, "answered_elsewhere", by=winner)
    caller, called = s.some(2)
    at_s = up_s + 150
    front = s.dials(at_s, caller, called)
    ring = s.rings(at_s + 0.15, called, caller)
    s.connect(front, ring, at_s + 4)
    s.hang_up(at_s + 20, front, ring)
    s.expect(caller, called, "answered", internal=True)


@kind(32, 44, registers_seen=True, transports=("UDP",))
def moved_and_registered(s: Script) -> None:
    """A phone gets another address and registers from there, once or twice; its old address may be another's
    by then."""
    one, two = s.some(2)
    old = s.phone(one)
    s.phones[one] = moved(old, 77)
    at_s = s.start_s
    for _ in range(s.rng.randrange(1, 3)):
        at_s = registering.one_phone(s.tape, s.office, s.phone(one), at_s) + s.between(0.1, 30)
    if s.maybe():
        s.phones[two] = replace(s.phone(two), end=replace(s.phone(two).end, place=old.end.place))
        at_s = registering.one_phone(s.tape, s.office, s.phone(two), at_s) + s.between(0.1, 5)
    at_s += 1
    call = s.incoming(at_s)
    members = [one, two]
    winner = s.rng.choice(members)
    let_go(s, call, ring_all(s, call, at_s + 0.04, members), winner, at_s + s.between(3, 12))
    for name in members:
        if name == winner:
            s.expect(call, name, "answered", dialled=True)
        else:
            s.expect(call, name, "answered_elsewhere", by=winner)


@kind(30, 32, 44, trunk_seen=False, registers_seen=False, **PLAIN_IPV4)
def hosted_pbx(s: Script) -> None:
    """The PBX is at its provider's, outside the office's router: the mirror shows the phones at their own
    addresses, Request-URIs have the router's. One phone, a group, then a call between two."""
    s.nat = "198.51.100.20"
    outside = replace(s.office.pbx, place=Place("203.0.113.40", s.rng.choice((5060, 5060, 5080))))
    s.office = replace(s.office, pbx=outside, pbx_trunk=outside)
    at_s = s.start_s
    if s.maybe(0.6):
        for index, phone in enumerate(s.office.phones):
            seen_as = f"<sip:{phone.extension}@{s.nat}:{62_000 + index}>;expires=3600"
            contacts = seen_as if s.maybe() else ""
            at_s = registering.one_phone(s.tape, s.office, phone, at_s, contacts=contacts) + 0.1
    at_s += 1
    one, two, three = s.some(3)
    call = s.incoming(at_s)
    members = s.rng.choice(([one], [one, two]))
    winner = s.rng.choice(members)
    up_s = at_s + s.between(3, 12)
    let_go(s, call, ring_all(s, call, at_s + 0.04, members), winner, up_s)
    for name in members:
        if name == winner:
            s.expect(call, name, "answered")
        else:
            s.expect(call, name, "answered_elsewhere", by=winner)
    at_s = up_s + 150
    front = s.dials(at_s, two, three)
    ring = s.rings(at_s + 0.15, three, two)
    s.expect(
        two, three, end(s, Call(s.caller(), "", front), ring, s.rng.choice(WAYS), at_s + 5), internal=True
    )
