"""Whether Windows' firewall lets clients in, judged from what its registry says. Pure.

A network is judged by its profile's settings (the organisation's first, then this PC's own) and then by the
rules; a rule that blocks beats one that allows. Nothing here changes anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from packetwave.server.machine.rules import FirewallRule, Profile, Transport

RULE_NAME = "PacketWave Server"


class Door(StrEnum):
    """What the firewall does with a client's connection."""

    OPEN = "open"
    """A rule allows it."""

    OFF = "off"
    """The firewall is off, or lets everything in."""

    CLOSED = "closed"
    """No rule allows it."""

    BLOCKED = "blocked"
    """A rule forbids it."""

    SHIELDED = "shielded"
    """The network's settings forbid all connections."""

    PUBLIC = "public"
    """A rule allows it, but not on networks set to "public"."""

    PARTLY = "partly"
    """Some clients get in, by a rule with further conditions."""

    UNKNOWN = "unknown"
    """The settings cannot be read."""


LETS_IN = frozenset((Door.OPEN, Door.OFF))
SHUTS_OUT = frozenset((Door.CLOSED, Door.BLOCKED, Door.SHIELDED, Door.PUBLIC))

_WORST_FIRST = (
    Door.SHIELDED,
    Door.BLOCKED,
    Door.PUBLIC,
    Door.CLOSED,
    Door.UNKNOWN,
    Door.PARTLY,
    Door.OPEN,
    Door.OFF,
)


@dataclass(frozen=True, slots=True)
class Network:
    """A network this PC is on now. reach: 0 (nothing) to 4 (internet), Windows' own judgement."""

    name: str
    interface: str
    profile: Profile
    reach: int = 4


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """The settings of one profile. enabled None: not said anywhere."""

    enabled: bool | None = None
    blocks_all: bool = False
    lets_all: bool = False
    own_rules_count: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """What the registry says. own: this PC's rules; given: the organisation's (group policy, Intune)."""

    profiles: Mapping[Profile, ProfileSettings] = field(default_factory=dict)
    own: tuple[FirewallRule, ...] = ()
    given: tuple[FirewallRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Firewall:
    """The firewall as the window shows it. door: for all networks in one word. public: the networks in the
    way where that is `public`. has_rule: PacketWave's own rule is there, whether it helps or not."""

    door: Door
    public: tuple[str, ...] = ()
    has_rule: bool = False


def judge(
    policy: Policy | None,
    networks: Sequence[Network] | None,
    *,
    port: int,
    programs: Sequence[str],
    transport: Transport = Transport.TCP,
) -> Firewall:
    """Whether this port of these programs is reached (full paths; all of them must be reachable).

    policy None: it cannot be read. networks None: they cannot be read; then, as with none, the answer is
    the one for a private network.
    """
    if policy is None:
        return Firewall(Door.UNKNOWN)
    has_rule = any(rule.name == RULE_NAME for rule in policy.own)
    counted = _with_clients(networks or ())
    if not counted:
        return Firewall(_door(policy, Profile.PRIVATE, port, programs, transport), (), has_rule)
    doors = {network: _door(policy, network.profile, port, programs, transport) for network in counted}
    worst = _worst(doors.values())
    public = tuple(network.name for network, door in doors.items() if door is Door.PUBLIC)
    return Firewall(worst, public if worst is Door.PUBLIC else (), has_rule)


def worst_of(found: Iterable[Firewall]) -> Firewall:
    """Of several ports the one that is worst off."""
    return min(found, key=lambda each: _WORST_FIRST.index(each.door))


def _with_clients(networks: Sequence[Network]) -> list[Network]:
    """The networks that are best connected. An adapter that only listens at a mirror port is on a network
    of its own, which leads nowhere and which Windows takes for public: it does not count."""
    best = max((network.reach for network in networks), default=0)
    return [network for network in networks if network.reach == best]


def _door(policy: Policy, profile: Profile, port: int, programs: Sequence[str], transport: Transport) -> Door:
    door = _worst(_door_of(policy, profile, port, program, transport) for program in programs)
    if door is Door.CLOSED and profile is Profile.PUBLIC:
        at_home = (_door_of(policy, Profile.PRIVATE, port, program, transport) for program in programs)
        if _worst(at_home) in LETS_IN:
            return Door.PUBLIC
    return door


def _door_of(policy: Policy, profile: Profile, port: int, program: str, transport: Transport) -> Door:
    settings = policy.profiles.get(profile, ProfileSettings())
    if settings.enabled is None:
        return Door.UNKNOWN
    if not settings.enabled:
        return Door.OFF
    if settings.blocks_all:
        return Door.SHIELDED
    rules = (*policy.given, *(policy.own if settings.own_rules_count else ()))
    ours = [rule for rule in rules if profile in rule.profiles and rule.is_about(port, program, transport)]
    blocking = [rule for rule in ours if not rule.allows]
    allowing = [rule for rule in ours if rule.allows]
    if any(not rule.conditional for rule in blocking):
        return Door.BLOCKED
    if settings.lets_all:
        return Door.PARTLY if blocking else Door.OFF
    if any(not rule.conditional for rule in allowing):
        return Door.PARTLY if blocking else Door.OPEN
    return Door.PARTLY if allowing else Door.CLOSED


def _worst(doors: Iterable[Door]) -> Door:
    found = set(doors)
    return next((door for door in _WORST_FIRST if door in found), Door.UNKNOWN)
