"""Windows' firewall rules as text, and which of them are about one program's TCP or UDP port. Pure.

A rule is one registry value: `v2.32|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=8765|App=…|Name=…|`
([MS-GPFAS] 2.2.2.19). A field may be there several times, and then any of its values will do; a field that
is not there limits nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_ANY_TRANSPORT = "256"
_VARIABLE = re.compile(r"%([^%]+)%")
_VERSION = re.compile(r"v\d+\.\d+")

# fmt: off
_SAYS_NOTHING = frozenset((
    "action", "active", "dir", "protocol", "profile", "lport", "lport2_10", "app", "name", "desc",
    "embedctxt", "edge", "defer", "lsm", "lom", "platform", "platform2", "ttk",
    "ttk2_22", "ttk2_27", "ttk2_28",
))
# fmt: on
"""Fields that are read below, or do not say whose connections a rule is about."""

_NOT_A_PROGRAM = frozenset(("svc", "apppkgid", "luown", "pfn"))
"""Rules of services, and of programs from the Store."""


class Profile(StrEnum):
    """What Windows takes a network for. Its firewall settings and rules go by it."""

    PUBLIC = "Public"
    PRIVATE = "Private"
    DOMAIN = "Domain"


class Transport(StrEnum):
    """What a port is of, by its number in a rule."""

    TCP = "6"
    UDP = "17"


TCP_ALONE = frozenset((Transport.TCP,))


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """One active rule about what comes in, as far as it matters for a port of a program."""

    name: str
    allows: bool
    profiles: frozenset[Profile] = field(default_factory=lambda: frozenset(Profile))
    """The kinds of network where it applies."""

    ports: tuple[tuple[int, int], ...] | None = None
    """Pairs (first, last); None for all ports."""

    program: str = ""
    """Full path, "" for all programs."""

    conditional: bool = False
    """Whether it also depends on what cannot be judged here (addresses, kinds of interface, IPsec, …)."""

    transports: frozenset[Transport] = TCP_ALONE

    def is_about(self, port: int, program: str, transport: Transport = Transport.TCP) -> bool:
        """Whether what comes to this port of this program (its full path) is the rule's business."""
        if transport not in self.transports:
            return False
        if self.ports is not None and not any(first <= port <= last for first, last in self.ports):
            return False
        return not self.program or _same_file(self.program, program)


def read_rules(values: Iterable[str], environ: Mapping[str, str]) -> tuple[FirewallRule, ...]:
    """The rules in these registry values that can be about ports of ordinary programs.

    environ: for `%variables%` in the programs' paths. What is no rule is left out.
    """
    rules = (_read(value, environ) for value in values)
    return tuple(rule for rule in rules if rule is not None)


def _read(value: str, environ: Mapping[str, str]) -> FirewallRule | None:
    version, *parts = value.strip().split("|")
    if not _VERSION.fullmatch(version):
        return None
    fields: dict[str, list[str]] = {}
    for part in parts:
        key, equals, said = part.partition("=")
        if equals:
            fields.setdefault(key.lower(), []).append(said)

    def first(key: str, default: str = "") -> str:
        return fields.get(key, [default])[0]

    active, incoming = first("active").upper() == "TRUE", first("dir").lower() == "in"
    action = first("action").lower()
    if not (active and incoming and action in ("allow", "block", "bypass")):
        return None
    transports = _transports(first("protocol", _ANY_TRANSPORT))
    if not transports or fields.keys() & _NOT_A_PROGRAM:
        return None
    program = _expanded(first("app"), environ)
    if program.lower() == "system":
        return None
    # Rules that are limited to the same subnet are what administrators often make of "allow": the
    # clients of an office are there.
    others = {key: said for key, said in fields.items() if key not in _SAYS_NOTHING}
    conditional = any(
        key not in ("ra4", "ra6") or any(one.lower() != "localsubnet" for one in said)
        for key, said in others.items()
    )
    return FirewallRule(
        name=first("name"),
        allows=action != "block",
        profiles=_profiles(fields.get("profile", [])),
        ports=_ports([*fields.get("lport", []), *fields.get("lport2_10", [])]),
        program=program,
        conditional=conditional or action == "bypass",
        transports=transports,
    )


def _transports(said: str) -> frozenset[Transport]:
    if said == _ANY_TRANSPORT:
        return frozenset(Transport)
    return frozenset(transport for transport in Transport if transport == said)


def _profiles(said: list[str]) -> frozenset[Profile]:
    named = frozenset(profile for profile in Profile if profile.lower() in {one.lower() for one in said})
    return named if said else frozenset(Profile)


def _ports(said: list[str]) -> tuple[tuple[int, int], ...] | None:
    """None where no port is named. Keywords (`RPC`, `mDNS`, …) are no port of ours."""
    if not said:
        return None
    found = []
    for one in ",".join(said).split(","):
        first, _, last = one.partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            found.append((int(first), int(last or first)))
    return tuple(found)


def _expanded(path: str, environ: Mapping[str, str]) -> str:
    known = {name.upper(): value for name, value in environ.items()}
    return _VARIABLE.sub(lambda found: known.get(found[1].upper(), found[0]), path)


def _same_file(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(path: str) -> str:
    return path.replace("/", "\\").replace("\\\\", "\\").casefold()
