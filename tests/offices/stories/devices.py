"""One extension on two devices."""

from tests.offices import registering
from tests.offices.kinds import kind
from tests.offices.script import Script
from tests.offices.tape import End, Place

SHAPES = ("plain", "two nics", "trunk port", "high ports", "carrier sbc", "proxy")


@kind(27, 28, 44, shapes=SHAPES, registers_seen=False, transports=("UDP",))
def two_devices(s: Script) -> None:
    """An extension has a desk phone and a soft phone, which ring together. Of their registrations the mirror
    has seen both, each alone, one, or none."""
    extension = s.some(1)[0]
    desk = s.phone(extension)
    pbx = s.office.registrar
    host = desk.end.place.address
    soft_host = host[: -len(host.rpartition(":" if ":" in host else ".")[2])] + "101"
    soft = End(Place(soft_host, 53_112), "Zoiper v2.10.19", extension)
    both = ", ".join(f"<sip:{extension}@{end.place}>;expires=3600" for end in (desk.end, soft))
    at_s = s.start_s
    match s.rng.choice(("both listed", "each alone", "desk only", "none")):
        case "both listed":
            at_s = registering.register(s.tape, desk.end, pbx, extension, at_s)
            at_s = registering.register(s.tape, soft, pbx, extension, at_s, contacts=both)
        case "each alone":
            at_s = registering.register(s.tape, desk.end, pbx, extension, at_s)
            at_s = registering.register(s.tape, soft, pbx, extension, at_s)
        case "desk only":
            at_s = registering.register(s.tape, desk.end, pbx, extension, at_s)
    at_s += s.between(1, 5)
    call = s.incoming(at_s)
    at_s += s.between(0.025, 0.05)
    rings = [
        s.rings(at_s, extension, call.caller, of=call),
        s.rings(at_s + s.between(0.001, 0.01), extension, call.caller, device=soft, of=call),
    ]
    first, other = s.rng.sample(rings, 2)
    end_s = at_s + s.between(3, 20)
    match s.rng.choice(("answered", "answered", "missed", "refused, answered", "busy")):
        case "answered":
            s.connect(call, first, end_s)
            other.cancel(end_s + s.between(0.005, 0.04))
            s.hang_up(end_s + 30, call, first)
            s.expect(call, extension, "answered", dialled=True)
        case "missed":
            call.trunk.cancel(end_s)
            first.cancel(end_s + s.soon())
            other.cancel(end_s + s.soon())
            s.expect(call, extension, "missed", dialled=True)
        case "refused, answered":
            other.refuse(end_s - 1.5, 486)
            s.connect(call, first, end_s)
            s.hang_up(end_s + 30, call, first)
            s.expect(call, extension, "answered", dialled=True)
        case _:
            other.refuse(end_s - 1.5, 486)
            first.refuse(end_s, 486)
            call.trunk.refuse(end_s + s.soon(), 486)
            s.expect(call, extension, "busy", dialled=True)
