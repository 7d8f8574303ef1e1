"""An office by chance: its PBX and how that sends, its phones, its carrier, what stands between, what the
mirror shows of them, and which registrations it has seen."""

from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tests.offices.mirror import Mirror
from tests.offices.tape import End, Place

PBX_SOFTWARE = {  # the way it makes ids: User-Agent and Contact user
    "asterisk": ("hex", "Asterisk PBX 20.5.0", "asterisk"),
    "freepbx": ("uuid", "FPBX-16.0.40(18.20.2)", "asterisk"),
    "freeswitch": ("uuid", "FreeSWITCH-mod_sofia/1.10.11-release+git~20231222", "mod_sofia"),
    "cucm": ("cisco", "Cisco-CUCM14.0", ""),
    "cme": ("cisco", "Cisco-SIPGateway/IOS-16.12.4", ""),
    "3cx": ("bare", "3CXPhoneSystem 18.0.9.20", ""),
    "avaya": ("bare", "Avaya CM/R018x.01.0.890.0", ""),
    "ipecs": ("hex", "Ericsson-LG iPECS UCP100", "ipecs"),
    "officeserv": ("hex", "Samsung OfficeServ7400 4.97", ""),
    "yeastar": ("uuid", "Yeastar P-Series 37.9.0.16", ""),
    "panasonic": ("hex", "Panasonic-KX-NS1000/08.10", ""),
    "mitel": ("hex", "Mitel-3300-ICP 9.4.1.18", ""),
}

PHONE_SOFTWARE = (
    "Yealink SIP-T46U 108.86.0.20",
    "Grandstream GXP2170 1.0.11.48",
    "LIP-9030 1.0.24",
    "PolycomVVX-VVX_250-UA/6.4.4.1",
    "Cisco-CP8845/12.8.1",
    "snomD785/10.1.64.14",
    "Samsung SMT-i5343 V1.52",
    "Moimstone IP355S 1.0.7",
)

SHAPES = ("plain", "two nics", "trunk port", "high ports", "carrier sbc", "phone sbc", "phone proxy")
"""What lies between carrier and phones where the PBX makes a Call-ID for each leg. `proxy` is one besides: it
keeps the Call-ID from end to end."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone and the extension it has. seen: its REGISTER is on the mirror."""

    extension: str
    end: End
    seen: bool


@dataclass(frozen=True)
class Office:
    """Who is there, and where. pbx: towards the phones, pbx_trunk: towards the carrier. registrar: what the
    phones register with. access: what the PBX puts before a caller from outside, to be called back.
    """

    shape: str
    software: str
    pbx: End
    pbx_trunk: End
    carrier: End
    edge: End | None
    edge_outside: End | None
    phones: tuple[Phone, ...]
    trunk_seen: bool
    registers_seen: bool
    mirror: Mirror
    access: str = ""
    challenges: bool = False
    voicemail: End = field(default=End(Place("192.168.0.12"), "Unity"))

    @property
    def registrar(self) -> End:
        """What the phones speak to: the PBX, or the proxy or SBC in front of it."""
        return self.edge if self.edge is not None and self.shape.startswith("phone") else self.pbx

    def __str__(self) -> str:
        words = [self.shape, self.software, f"trunk {'seen' if self.trunk_seen else 'not seen'}"]
        words += [f"REGISTERs {'seen' if self.registers_seen else 'not seen'}"]
        words += [f"puts {self.access} before callers"] if self.access else []
        words += [self.phones[0].end.transport] if self.phones[0].end.transport != "UDP" else []
        words += ["IPv6"] if ":" in self.pbx.place.address else []
        return ", ".join([*words, str(self.mirror)])


class PlaceOf(Protocol):
    """Gives a host of the office its place."""

    def __call__(self, host: int, port: int = 5060, *, outside: bool = False) -> Place: ...


@dataclass
class Wishes:
    """What a kind of flow asks of its office; None leaves it to chance. known: the mirror shows, by trunk
    or REGISTERs, which host is the PBX before a phone rings. long_extensions: they are whole numbers."""

    rng: Random
    shapes: tuple[str, ...] = SHAPES
    trunk_seen: bool | None = None
    registers_seen: bool | None = None
    known: bool = False
    phones: int = 5
    access: bool | None = None
    transports: tuple[str, ...] = ("UDP", "UDP", "UDP", "TCP")
    swaps: bool = True
    ip6: bool | None = None
    long_extensions: bool = False

    def _chance(self, wish: bool | None, part: float) -> bool:
        drawn = self.rng.random() < part
        return drawn if wish is None else wish

    def office(self) -> Office:
        rng = self.rng
        shape = rng.choice(self.shapes)
        software = rng.choice(sorted(PBX_SOFTWARE))
        ids, agent, user = PBX_SOFTWARE[software]
        ip6 = self._chance(self.ip6, 0.06)
        trunk_seen = self._chance(self.trunk_seen, 0.7)
        registers_seen = self._chance(self.registers_seen, 0.6) or (self.known and not trunk_seen)

        def place(host: int, port: int = 5060, *, outside: bool = False) -> Place:
            if ip6:
                return Place(f"2001:db8:5::{host}" if outside else f"fd00:0:0:1::{host}", port)
            return Place(f"203.0.113.{host}" if outside else f"{net}.{host}", port)

        net = rng.choice(("192.168.0", "192.168.10", "10.10.1", "172.16.5"))
        high = rng.randrange(50_000, 60_000) if shape == "high ports" else 0
        pbx = End(place(10), agent, user, sends_from=high, rport=not high or rng.random() < 0.5, ids=ids)
        trunk_place = pbx.place
        if shape == "two nics":
            trunk_place = place(10, outside=True) if rng.random() < 0.5 else place(11)
        elif shape == "trunk port":
            trunk_place = place(10, 5080)
        pbx_trunk = End(trunk_place, agent, user, ids=ids)
        edge = edge_outside = None
        if shape in ("carrier sbc", "phone sbc"):
            sbc = rng.choice(("Mediant VE-SBC/v.7.40A", "Oracle SBC 9.0", "Ribbon SBC 8.2"))
            edge = End(place(9), sbc, ids="bare")
            edge_outside = End(place(200, outside=True), sbc, ids="bare") if shape == "carrier sbc" else edge
        elif shape in ("phone proxy", "proxy"):
            proxy = rng.choice(("kamailio (5.7.4 (x86_64/linux))", "OpenSIPS (3.4.4 (x86_64/linux))"))
            edge = End(place(9 if shape == "phone proxy" else 10), proxy, ids="hex")
        carrier = End(
            place(5, outside=True), rng.choice(("KT-SSW/3.2", "LGU+ SBC", "SKB-IMS/2.1", "")), ids="hex"
        )
        transport = rng.choice(self.transports) if not high else "UDP"
        return Office(
            shape=shape,
            software=software,
            pbx=pbx,
            pbx_trunk=pbx_trunk,
            carrier=carrier,
            edge=edge,
            edge_outside=edge_outside,
            phones=tuple(self._phones(place, transport, registers_seen)),
            trunk_seen=trunk_seen,
            registers_seen=registers_seen,
            mirror=self._mirror(frozenset() if trunk_seen else self._outside(carrier, edge_outside, edge)),
            access=rng.choice("90") if self._chance(self.access, 0.12) else "",
            challenges=rng.random() < 0.4,
            voicemail=End(place(12), "Unity Connection 14.0", "voicemail", ids="cisco"),
        )

    @staticmethod
    def _outside(carrier: End, edge_outside: End | None, edge: End | None) -> frozenset[str]:
        """The addresses that a mirror without the trunk does not show."""
        hidden = {carrier.place.address}
        if edge is not None and edge_outside is not None and edge_outside is not edge:
            hidden |= {edge.place.address, edge_outside.place.address}
        return frozenset(hidden)

    def _phones(self, place: PlaceOf, transport: str, seen: bool) -> list[Phone]:
        rng = self.rng
        first = rng.choice((1001, 201, 301, 2001, 7001, 101, 5501))
        phones = []
        for number in range(self.phones):
            extension = f"07040{first + number:06}" if self.long_extensions else str(first + number)
            port = rng.choice((5060, 5060, 5060, 5062, 12345)) if transport == "UDP" else 40_000 + number
            end = End(
                place(21 + number, port),
                rng.choice(PHONE_SOFTWARE),
                extension,
                transport=transport,
                ids="hex",
            )
            phones.append(Phone(extension, end, seen))
        return phones

    def _mirror(self, hidden: frozenset[str]) -> Mirror:
        rng = self.rng
        return Mirror(
            hidden,
            copies=rng.choice((1, 1, 1, 2, 2, 3, 4)),
            swaps_ms=rng.choice((0.0, 0.0, 2.0, 4.0)) if self.swaps else 0.0,
            vlan=rng.choice((0, 0, 0, 20)),
            lossy=rng.random() < 0.15,
        )
