"""The mailbox takes the call: nobody answered it."""

from tests.offices.kinds import kind
from tests.offices.leg import Leg
from tests.offices.lines import Call
from tests.offices.script import Script
from tests.offices.stories.groups import cancel_all, ring_all


def to_mailbox(s: Script, call: Call, extension: str, at_s: float) -> Leg:
    """The PBX calls a mailbox on another host, which answers at once: by the extension's own name, by one
    made of it, or by its own number with the extension in Diversion (RFC 5806) or the URI (RFC 4458)."""
    mailbox = s.office.voicemail
    user, uri = s.rng.choice(
        ((extension, ""), (extension, ""), (f"vm{extension}", ""), ("voicemail", "target"))
    )
    diversion = (f"Diversion: <sip:{extension}@{mailbox.place.host}>;reason=no-answer",)
    target = f"sip:voicemail@{mailbox.place.host};target=sip:{extension}@pbx;cause=408" if uri else ""
    leg = s.leg(
        s.office.pbx,
        mailbox,
        call.caller.inside,
        user,
        name=call.caller.name,
        headers=diversion if user == "voicemail" or s.maybe(0.4) else (),
        uri=target,
    )
    leg.invite(at_s)
    leg.trying(at_s + s.soon(4, 12))
    leg.answer(at_s + s.soon(30, 120))
    return leg


@kind(46, 24, known=True, shapes=("plain", "two nics", "trunk port", "high ports", "carrier sbc"))
def mailbox_elsewhere(s: Script) -> None:
    """Nobody answers, or the phone is busy; then the PBX calls the mailbox on another host."""
    call = s.incoming(s.start_s)
    extension = s.some(1)[0]
    at_s = s.start_s + s.between(0.025, 0.05)
    busy = s.maybe(0.25)
    ring = s.rings(at_s, extension, call.caller, rings=not busy)
    if busy:
        at_s += s.between(0.15, 0.4)
        ring.refuse(at_s, 486)
    else:
        at_s += s.between(10, 30)
        ring.cancel(at_s)
    at_s += s.between(0.02, 0.08)
    mailbox = to_mailbox(s, call, extension, at_s)
    at_s += 0.15
    call.trunk.answer(at_s)
    at_s += s.between(5, 40)
    call.trunk.bye(at_s)
    mailbox.bye(at_s + s.soon())
    s.expect(call, extension, "busy" if busy else "missed", dialled=True)


@kind(46, 27, 28, known=True, shapes=("plain", "two nics", "trunk port", "high ports", "carrier sbc"))
def mailbox_of_a_group(s: Script) -> None:
    """A whole group rings in vain, then the mailbox of its first phone answers on another host."""
    call = s.incoming(s.start_s)
    members = s.some(s.rng.randrange(2, 4))
    at_s = s.start_s + s.between(0.025, 0.05)
    legs = ring_all(s, call, at_s, members)
    at_s += s.between(10, 30)
    cancel_all(s, legs, at_s)
    at_s += s.between(0.05, 0.1)
    mailbox = to_mailbox(s, call, members[0], at_s)
    at_s += 0.15
    call.trunk.answer(at_s)
    at_s += s.between(5, 40)
    call.trunk.bye(at_s)
    mailbox.bye(at_s + s.soon())
    for extension in members:
        s.expect(call, extension, "missed")
