"""Who calls, and how each leg spells him."""

from dataclasses import dataclass
from random import Random

NAMES = ("", "", "", "Kim", "홍길동", "ACME Co., Ltd.", "총무팀")


@dataclass(frozen=True, slots=True)
class Caller:
    """number: in digits as dialled at home, or `anonymous`. trunk, inside: the user part as the carrier sends
    it and as the PBX sends it on to phones. spellings: what a popup may show, the best first."""

    number: str
    trunk: str
    inside: str
    spellings: tuple[str, ...]
    name: str = ""

    @property
    def withheld(self) -> bool:
        return self.number == "anonymous"


def number(rng: Random) -> str:
    """Somebody's number."""
    area, digits = rng.choice(
        (("010", 8), ("010", 8), ("010", 8), ("02", 8), ("070", 8), ("031", 7), ("051", 7))
    )
    return area + str(rng.randrange(2 * 10 ** (digits - 1), 10**digits))


def abroad(rng: Random) -> str:
    return rng.choice(("+1415555{:04d}", "+81355{:06d}", "+4930{:07d}")).format(rng.randrange(10**4))


def from_outside(rng: Random, *, access: str, trunk_seen: bool, given: str = "") -> Caller:
    """A caller over the trunk. access: what the PBX puts before him, "" for a proxy, which changes no From;
    given: his number."""
    plain = given or (abroad(rng) if rng.random() < 0.06 else number(rng))
    name = rng.choice(NAMES)
    if plain.startswith("+"):
        return Caller(plain, plain, plain, (plain,), name)
    trunk = rng.choice((plain, plain, f"+82{plain[1:]}", f"82{plain[1:]}"))
    if access:
        spellings = (plain, access + plain) if trunk_seen else (access + plain,)
        return Caller(plain, trunk, access + plain, spellings, name)
    return Caller(plain, trunk, rng.choice((plain, plain, plain, trunk)), (plain,), name)


WITHHELD = Caller("anonymous", "anonymous", "anonymous", ("anonymous",))


def company_number(rng: Random) -> str:
    """A number of the office, dialled from outside."""
    area, digits = rng.choice((("02", 8), ("031", 7), ("070", 8)))
    return area + str(rng.randrange(2 * 10 ** (digits - 1), 8 * 10 ** (digits - 1)))
