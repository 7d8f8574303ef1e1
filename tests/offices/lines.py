"""What legs a flow has: calls over the trunk, phones that ring and dial, what passes between."""

from collections import defaultdict
from dataclasses import dataclass, replace

from tests.offices.leg import Leg
from tests.offices.office import Phone, Wishes
from tests.offices.path import Path
from tests.offices.people import Caller, company_number, from_outside
from tests.offices.tape import End, Tape


@dataclass
class Call:
    """A call over the trunk: who calls, what he dialled, and its leg to the PBX."""

    caller: Caller
    dialled: str
    trunk: Path


class Lines:
    """An office's lines. Times are seconds from the flow's beginning."""

    def __init__(self, wishes: Wishes) -> None:
        self.rng = wishes.rng
        self.office = wishes.office()
        self.tape = Tape(self.rng, self.rng.choice(("own", "own", "own", "fixed", "zero", "none")))
        self.phones = {phone.extension: phone for phone in self.office.phones}
        self.extensions = list(self.phones)
        self.company = company_number(self.rng)
        self.nat = ""  # the address in contacts of phones behind a router, as a PBX outside knows it
        self.phone_legs: defaultdict[str, list[Leg]] = defaultdict(list)

    # Chance

    def between(self, least: float, most: float) -> float:
        return self.rng.uniform(least, most)

    def maybe(self, part: float = 0.5) -> bool:
        return self.rng.random() < part

    def soon(self, least_ms: float = 8, most_ms: float = 30) -> float:
        return self.tape.soon(least_ms, most_ms)

    def some(self, number: int) -> list[str]:
        """That many extensions."""
        return self.rng.sample(self.extensions, number)

    # Ends

    def phone(self, extension: str) -> Phone:
        return self.phones[extension]

    def pbx(self) -> End:
        """The PBX towards phones; from another high port each time where it is like that."""
        pbx = self.office.pbx
        if not pbx.sends_from:
            return pbx
        return replace(pbx, sends_from=pbx.sends_from + self.rng.randrange(2000))

    def leg(
        self,
        near: End,
        far: End,
        caller: str,
        target: str,
        *,
        receiver: str = "",
        name: str = "",
        headers: tuple[str, ...] = (),
        over: Leg | None = None,
        host: str = "",
        uri: str = "",
    ) -> Leg:
        """caller, target: user parts. receiver: that of To where it is another. host: that of From."""
        shown = f'"{name}" ' if name else ""
        port = f":{far.place.port}" if far.place.port != 5060 or self.maybe(0.3) else ""
        at = f"{host or near.place.host}"
        sender = f"{shown}<sip:{caller}@{at}>" if caller else f"{shown}<sip:{at}>"
        to = f"<sip:{receiver or target}@{far.place.host}>"
        if over is not None:
            sender, to = over.sender, over.receiver
        made = uri or f"sip:{target}@{far.place.host}{port}"
        return Leg(self.tape, near, far, sender=sender, receiver=to, uri=made, headers=headers, over=over)

    # The trunk

    def caller(self, given: str = "") -> Caller:
        office = self.office
        access = "" if office.shape == "proxy" else office.access  # a proxy leaves From as it is
        return from_outside(self.rng, access=access, trunk_seen=office.trunk_seen, given=given)

    def incoming(
        self,
        at_s: float,
        *,
        caller: Caller | None = None,
        dialled: str = "",
        target: str = "",
        receiver: str = "",
        asserted: str = "",
    ) -> Call:
        """A call that comes over the trunk. target: the Request-URI's user where it is not the number
        dialled, receiver: To's. asserted: who calls, where From is another."""
        office = self.office
        caller = caller or self.caller()
        dialled = dialled or self.company
        wanted = target or (f"+82{dialled[1:]}" if dialled[0] == "0" and self.maybe(0.15) else dialled)
        headers = self.identity(caller, office.carrier)
        if asserted:
            headers = (f"P-Asserted-Identity: <sip:{asserted}@{office.carrier.place.host}>",)
        host = "anonymous.invalid" if caller.withheld else ""
        name = "Anonymous" if caller.withheld else caller.name
        edges = (
            [office.edge_outside] if office.edge_outside and office.edge_outside is not office.edge else []
        )
        fronts = [office.edge] if office.shape == "proxy" and office.edge else []
        far = (edges or fronts or [office.pbx_trunk])[0]
        legs = [
            self.leg(
                office.carrier,
                far,
                caller.trunk,
                wanted,
                name=name,
                headers=headers,
                receiver=receiver,
                host=host,
            )
        ]
        if edges and office.edge is not None:
            legs.append(
                self.leg(
                    office.edge,
                    office.pbx_trunk,
                    caller.trunk,
                    wanted,
                    name=name,
                    headers=headers,
                    receiver=receiver,
                    host=host,
                )
            )
        trunk = Path(legs)
        trunk.invite(at_s)
        return Call(caller, dialled, trunk)

    def identity(self, caller: Caller, end: End) -> tuple[str, ...]:
        """Headers that say who calls besides From (RFC 3325)."""
        if caller.withheld:
            return ("Privacy: id", f"P-Asserted-Identity: <sip:0212340000@{end.place.host}>")
        return (f"P-Asserted-Identity: <sip:{caller.trunk}@{end.place.host}>",) if self.maybe(0.3) else ()

    def outside(self, at_s: float, caller: str, number: str) -> Path:
        """A leg of the PBX to somebody outside, who is tried; caller: the number it shows."""
        office = self.office
        if (
            office.edge is not None
            and office.edge_outside is not None
            and office.edge is not office.edge_outside
        ):
            legs = [
                self.leg(office.pbx_trunk, office.edge, caller, number),
                self.leg(office.edge_outside, office.carrier, caller, number),
            ]
        else:
            legs = [self.leg(office.pbx_trunk, office.carrier, caller, number)]
        path = Path(legs)
        path.invite(at_s)
        return path

    # The phones

    def to_phone(
        self,
        extension: str,
        caller: str,
        *,
        name: str = "",
        headers: tuple[str, ...] = (),
        device: End | None = None,
        of: Call | None = None,
        uri_user: str = "",
    ) -> Path:
        """The way to a phone, nothing sent yet. device: another than its own; of: the call of a proxy that
        keeps its Call-ID; uri_user: what the phone's contact says instead of the extension."""
        path = self._to_phone(extension, caller, name, headers, device, of, uri_user)
        self.phone_legs[extension].append(path.last)
        return path

    def _to_phone(
        self,
        extension: str,
        caller: str,
        name: str,
        headers: tuple[str, ...],
        device: End | None,
        of: Call | None,
        uri_user: str,
    ) -> Path:
        office, phone = self.office, device or self.phone(extension).end
        host = "anonymous.invalid" if caller == "anonymous" else ""
        user = uri_user or extension
        uri = f"sip:{user}@{phone.place}" if phone.transport == "TCP" or self.maybe(0.5) else ""
        if self.nat:
            uri = f"sip:{user}@{self.nat}:{62_000 + self.extensions.index(extension)}"
        if office.shape == "proxy" and of is not None:
            assert office.edge is not None
            return Path([self.leg(office.edge, phone, caller, user, over=of.trunk.last, uri=uri)])
        if office.edge is None or not office.shape.startswith("phone"):
            pbx = office.edge if office.shape == "proxy" and office.edge is not None else self.pbx()
            return Path(
                [
                    self.leg(
                        pbx,
                        phone,
                        caller,
                        user,
                        receiver=extension,
                        name=name,
                        headers=headers,
                        host=host,
                        uri=uri,
                    )
                ]
            )
        first = self.leg(self.pbx(), office.edge, caller, extension, name=name, headers=headers, host=host)
        over = first if office.shape == "phone proxy" else None
        last = self.leg(
            office.edge,
            phone,
            caller,
            user,
            receiver=extension,
            name=name,
            headers=headers,
            host=host,
            over=over,
            uri=uri,
        )
        return Path([first, last])

    def rings(
        self,
        at_s: float,
        extension: str,
        caller: Caller | str,
        *,
        headers: tuple[str, ...] = (),
        device: End | None = None,
        of: Call | None = None,
        uri_user: str = "",
        dead: bool = False,
        rings: bool = True,
    ) -> Path:
        """A phone is called and rings. dead: it never says anything; rings: False for 100 only."""
        shown, name = (caller.inside, caller.name) if isinstance(caller, Caller) else (caller, "")
        if shown == "anonymous":
            headers += ("Privacy: id",)
        path = self.to_phone(
            extension, shown, name=name, headers=headers, device=device, of=of, uri_user=uri_user
        )
        if dead:
            for leg in path.legs:
                leg.invite(at_s)
                if leg is not path.last:
                    leg.trying(at_s + self.tape.soon(4, 12))
                at_s += self.soon()
            return path
        there_s = path.invite(at_s)
        if rings:
            ring_s = there_s + self.between(0.05, 0.25)
            path.reply(ring_s, 183 if self.maybe(0.04) else 180)
            if self.maybe(0.08):  # RFC 3262
                path.within(ring_s + 0.03, "PRACK", f"RAck: 1 {path.last.cseq} INVITE")
        return path

    def resend(self, path: Path, from_s: float, until_s: float) -> None:
        """The INVITE again to a phone that is silent: RFC 3261's timers A and B."""
        at_s, wait_s, last_s = from_s, 0.5, min(until_s, from_s + 31.9)
        while at_s + wait_s < last_s:
            at_s += wait_s
            path.last.invite(at_s)
            wait_s = min(wait_s * 2, 16)

    def dials(
        self, at_s: float, extension: str, number: str, *, headers: tuple[str, ...] = (), user: str = ""
    ) -> Path:
        """A phone calls, after a challenge where the PBX is like that. user: From's, if no extension."""
        office, phone = self.office, self.phone(extension).end
        host = office.registrar.place.host
        inside = office.edge if office.shape == "proxy" and office.edge else office.pbx
        if office.edge is not None and office.shape.startswith("phone"):
            first = self.leg(phone, office.edge, user or extension, number, headers=headers, host=host)
            over = first if office.shape == "phone proxy" else None
            path = Path(
                [first, self.leg(office.edge, inside, user or extension, number, headers=headers, over=over)]
            )
        else:
            path = Path([self.leg(phone, inside, user or extension, number, headers=headers, host=host)])
        if office.challenges:
            path.first.invite(at_s)
            path.first.challenge(at_s + self.soon(), self.rng.choice((401, 407)), extension)
            at_s += self.soon(50, 70)
        path.invite(at_s)
        return path

    def connect(self, call: Call | Path, ring: Path, at_s: float) -> None:
        """The phone answers, and the PBX passes that on."""
        ring.answer(at_s)
        front = call.trunk if isinstance(call, Call) else call
        self.same_tags(front, ring)
        front.answer(at_s + self.soon(15, 45))

    def same_tags(self, call: Call | Path, ring: Path) -> None:
        """What a proxy passes back is the phone's own."""
        front = call.trunk if isinstance(call, Call) else call
        if ring.first.over is not None and ring.first.over is front.last:
            front.last.stands_for(ring.first)

    def drop(self, dead: Path, at_s: float) -> None:
        """The PBX lets a silent phone go: it can cancel only where something in between has said 100."""
        if len(dead.legs) > 1:
            dead.first.cancel(at_s)

    def hang_up(self, at_s: float, call: Call | Path, ring: Path) -> None:
        """Either side hangs up, and the PBX passes that on."""
        front = call.trunk if isinstance(call, Call) else call
        if self.maybe():
            ring.bye(at_s, back=True)
            front.bye(at_s + self.soon(), back=True)
        else:
            front.bye(at_s)
            ring.bye(at_s + self.soon())
