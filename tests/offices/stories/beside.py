"""What passes beside calls, and what of a call the mirror shows late, twice or not at all."""

from dataclasses import replace

from tests.offices.kinds import kind
from tests.offices.people import number
from tests.offices.script import Script
from tests.offices.stories.crowds import end
from tests.offices.tape import End, Place

SCANNERS = ("friendly-scanner", "sipvicious", "VaxSIPUserAgent/3.1", "PPL", "Asterisk PBX")


@kind(38, 49, trunk_seen=True, known=True)
def scanners(s: Script) -> None:
    """Strangers guess extensions at the PBX, which refuses them or says nothing, beside an ordinary call."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s)
    ring = s.rings(s.start_s + 0.04, extension, call.caller)
    outcome = end(s, call, ring, s.rng.choice(("up", "gone")), s.start_s + s.between(5, 15))
    s.expect(call, extension, outcome)
    six = ":" in s.office.pbx.place.address
    stranger = End(Place("2001:db8:bad::77" if six else "198.51.100.77", 5071), s.rng.choice(SCANNERS), "100")
    at_s = s.start_s + s.between(0.4, 4)  # what the PBX is, the call has shown
    guesses = [*s.extensions, "100", "000972592277524", "9011442037690237"]
    for guess in s.rng.sample(guesses, s.rng.randrange(2, 7)):
        leg = s.leg(stranger, s.office.pbx_trunk, s.rng.choice(("100", "1000", guess)), guess)
        leg.invite(at_s)
        if s.maybe(0.7):
            leg.refuse(at_s + s.soon(), s.rng.choice((401, 403, 404, 407)))
        at_s += s.between(0.05, 1)


@kind(14, 24, transports=("UDP",))
def sent_again(s: Script) -> None:
    """The INVITE is sent again before the phone says anything, and so are some of the answers."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s)
    path = s.to_phone(extension, call.caller.inside)
    at_s = s.start_s + 0.04
    for leg in path.legs[:-1]:
        leg.invite(at_s)
        leg.trying(at_s + 0.01)
        at_s += s.soon()
    times = s.rng.randrange(1, 4)
    for number_of in range(times):
        path.last.invite(at_s + (0, 0.5, 1.5)[number_of])
    at_s += (0, 0.5, 1.5)[times - 1] + s.between(0.05, 0.3)
    for _ in range(s.rng.randrange(1, 3)):
        path.ring(at_s)
        at_s += 0.4
    outcome = end(s, call, path, s.rng.choice(("up", "gone", "busy")), at_s + s.between(2, 12))
    s.expect(call, extension, outcome)


@kind(52, shapes=("plain", "two nics", "trunk port", "carrier sbc"), swaps=False, transports=("UDP",))
def replies_first(s: Script) -> None:
    """The mirror shows the phone's answers some milliseconds before the INVITE they answer."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s)
    path = s.to_phone(extension, call.caller.inside)
    at_s = s.start_s + s.between(0.06, 0.09)
    early_s = s.between(0.003, 0.035)
    way = s.rng.choice(("up", "gone", "busy", "refused at once"))
    if way == "refused at once":
        status, outcome = s.rng.choice(((486, "busy"), (603, "declined")))
        path.last.refuse(at_s - early_s, status)
        path.last.invite(at_s)
        call.trunk.refuse(at_s + 0.05, status)
    else:
        if s.maybe():
            path.last.trying(at_s - early_s)
        path.last.reply(at_s - early_s + s.between(0.0005, 0.002), 180)
        path.last.invite(at_s)
        outcome = end(s, call, path, way, at_s + s.between(3, 15))
    s.expect(call, extension, outcome)


@kind(26, 25)
def begins_in_a_talk(s: Script) -> None:
    """The capture begins while somebody talks: of that call come a re-INVITE and a BYE, which ring nobody."""
    talker, extension = s.some(2)
    before = len(s.tape.sent)
    old = s.incoming(s.start_s)
    leg = s.rings(s.start_s, talker, old.caller)
    s.connect(old, leg, s.start_s)
    del s.tape.sent[before:]
    at_s = s.start_s + s.between(0, 5)
    for _ in range(s.rng.randrange(1, 4)):
        leg.within(at_s, "INVITE", back=s.maybe(), sdp=True)
        old.trunk.within(at_s + 0.02, "INVITE", sdp=True)
        at_s += s.between(1, 9)
    call = s.incoming(at_s)
    ring = s.rings(at_s + 0.04, extension, call.caller)
    outcome = end(s, call, ring, s.rng.choice(("up", "gone")), at_s + s.between(3, 12))
    s.hang_up(at_s + 50, old, leg)
    s.expect(call, extension, outcome)


@kind(37)
def end_unseen(s: Script) -> None:
    """The capture ends while the phone rings."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s)
    s.rings(s.start_s + 0.04, extension, call.caller)
    s.expect(call, extension, "unknown", dialled=True)


@kind(42, 24, registers_seen=True)
def dead_phone(s: Script) -> None:
    """One phone, unplugged and still registered. The PBX gives up after 32 s, or the caller does before."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, extension, call.caller, dead=True)
    if s.office.trunk_seen and s.maybe():
        end_s = at_s + s.between(4, 25)
        s.resend(ring, at_s, end_s)
        call.trunk.cancel(end_s)
        s.drop(ring, end_s + s.soon())
        s.expect(call, extension, "missed", dialled=True)
    else:
        end_s = at_s + 32.06
        s.resend(ring, at_s, end_s)
        if len(ring.legs) > 1:
            ring.first.refuse(end_s, 408)
        call.trunk.refuse(end_s + 0.03, 480)
        s.expect(call, extension, "failed", dialled=True)
    ring.last.over_s = end_s
    # Time goes on: other calls show that.
    at_s = end_s + s.between(45, 90)
    other = s.rng.choice([name for name in s.extensions if name != extension])
    call = s.incoming(at_s)
    ring = s.rings(at_s + 0.04, other, call.caller)
    s.expect(call, other, end(s, call, ring, "up", at_s + 5))


@kind(24, 23)
def forwarded_by_the_phone(s: Script) -> None:
    """The phone forwards with 302, to another extension, which rings, or to a mobile."""
    first, second = s.some(2)
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.025, 0.05)
    ring = s.rings(at_s, first, call.caller, rings=s.maybe())
    host = s.office.registrar.place.host
    at_s += s.between(0.3, 1) if s.maybe() else s.between(3, 15)
    inside = s.maybe(0.7)
    mobile = number(s.rng)
    ring.refuse(at_s, 302, f"Contact: <sip:{second if inside else mobile}@{host}>")
    s.expect(call, first, "forwarded", dialled=True)
    at_s += s.between(0.02, 0.06)
    if not inside:
        out = s.outside(at_s, call.caller.trunk, mobile)
        out.reply(at_s + 1, 180)
        out.answer(at_s + 6)
        call.trunk.answer(at_s + 6.03)
        out.bye(at_s + 30, back=True)
        call.trunk.bye(at_s + 30.02, back=True)
        return
    diversion = (f"Diversion: <sip:{first}@{host}>;reason=unconditional",) if s.maybe() else ()
    ring = s.rings(at_s, second, call.caller, headers=diversion)
    s.expect(call, second, end(s, call, ring, s.rng.choice(("up", "gone", "busy")), at_s + s.between(3, 12)))


@kind(34, 36)
def parked(s: Script) -> None:
    """A caller is parked by keys and taken back from another phone by a code: nobody rings for that."""
    first, second, third = s.some(3)
    call = s.incoming(s.start_s)
    ring = s.rings(s.start_s + 0.04, first, call.caller)
    s.connect(call, ring, s.start_s + 4)
    ring.bye(s.start_s + 15, back=True)
    s.expect(call, first, "answered")
    at_s = s.start_s + s.between(20, 60)
    leg = s.dials(at_s, second, s.rng.choice(("#71", "*85", "*5901", "71")))
    leg.answer(at_s + 0.2)
    leg.bye(at_s + 40, back=s.maybe())
    call.trunk.bye(at_s + 40 + s.soon(), back=True)
    again_s = at_s + 60
    front = s.dials(again_s, second, third)
    last = s.rings(again_s + 0.15, third, second)
    s.connect(front, last, again_s + 5)
    s.hang_up(again_s + 20, front, last)
    s.expect(second, third, "answered", internal=True)


@kind(36, 30)
def caller_unseen(s: Script) -> None:
    """An internal call of which the mirror shows the called phone's side only."""
    caller, extension = s.some(2)
    mirror = s.office.mirror
    hidden = mirror.hidden | {s.phone(caller).end.place.address}
    s.office = replace(s.office, mirror=replace(mirror, hidden=hidden))
    front = s.dials(s.start_s, caller, extension)
    at_s = s.start_s + s.between(0.12, 0.2)
    ring = s.rings(at_s, extension, caller)
    end_s = at_s + s.between(2, 20)
    if s.maybe(0.6):
        s.connect(front, ring, end_s)
        s.hang_up(end_s + 20, front, ring)
        s.expect(caller, extension, "answered", internal=True)
    else:
        front.cancel(end_s)
        ring.cancel(end_s + s.soon())
        s.expect(caller, extension, "missed", internal=True)


@kind(16, 14, shapes=("plain", "two nics", "trunk port", "high ports"))
def challenged(s: Script) -> None:
    """The PBX wants credentials of the carrier, or the phone of the PBX, or both: each INVITE comes twice."""
    extension = s.some(1)[0]
    at_s = s.start_s
    asks = s.rng.choice(("pbx", "phone", "both"))
    call = s.incoming(at_s)
    if asks != "phone":
        call.trunk.first.challenge(at_s + 0.012, s.rng.choice((401, 407)), "carrier")
        at_s += s.between(0.05, 0.2)
        call.trunk.invite(at_s)
    path = s.to_phone(extension, call.caller.inside)
    at_s += 0.05
    if asks != "pbx":
        path.first.invite(at_s)
        path.first.challenge(at_s + 0.012, 401, "pbx")
        at_s += s.between(0.05, 0.2)
    path.ring(path.invite(at_s) + s.between(0.05, 0.2))
    outcome = end(s, call, path, s.rng.choice(("up", "gone", "busy")), at_s + s.between(2, 12))
    s.expect(call, extension, outcome, dialled=True)
