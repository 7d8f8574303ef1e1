"""One extension on two devices."""

from dataclasses import replace

from tests.offices import registering
from tests.offices.kinds import kind
from tests.offices.office import Phone
from tests.offices.script import Script
from tests.offices.tape import End, Place

SHAPES = ("plain", "two nics", "trunk port", "high ports", "carrier sbc", "proxy")


def soft_phone(desk: Phone) -> End:
    """A program on a PC that has the extension too."""
    host = desk.end.place.address
    network = host[: -len(host.rpartition(":" if ":" in host else ".")[2])]
    return End(Place(f"{network}101", 53_112), "Zoiper v2.10.19", desk.extension)


@kind(27, 28, 44, shapes=SHAPES, registers_seen=False, transports=("UDP",))
def two_devices(s: Script) -> None:
    """An extension has a desk phone and a soft phone, which ring together. Of their registrations the mirror
    has seen both, each alone, one, or none."""
    extension = s.some(1)[0]
    desk = s.phone(extension)
    pbx = s.office.registrar
    soft = soft_phone(desk)
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


@kind(27, 48, shapes=("plain", "two nics", "trunk port", "high ports"), registers_seen=False)
def shared_line(s: Script) -> None:
    """Two phones share a line (CUCM): contacts that are no extensions, To names the line. One entry."""
    extension = s.some(1)[0]
    call = s.incoming(s.start_s)
    at_s = s.start_s + s.between(0.025, 0.05)
    rings = []
    for device in (
        s.phone(extension).end,
        replace(soft_phone(s.phone(extension)), agent="Cisco-CP8845/12.8.1"),
    ):
        token = "-".join(s.tape.hex(size) for size in (8, 4, 4, 4, 12))
        rings.append(s.rings(at_s, extension, call.caller, device=device, uri_user=token))
        at_s += s.between(0.001, 0.01)
    end_s = at_s + s.between(3, 20)
    first, other = s.rng.sample(rings, 2)
    if s.maybe(0.6):
        s.connect(call, first, end_s)
        other.cancel(end_s + s.between(0.005, 0.04))
        s.hang_up(end_s + 30, call, first)
        s.expect(call, extension, "answered", dialled=True)
    else:
        call.trunk.cancel(end_s)
        first.cancel(end_s + s.soon())
        other.cancel(end_s + s.soon())
        s.expect(call, extension, "missed", dialled=True)
