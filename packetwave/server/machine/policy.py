"""Where Windows' registry keeps the firewall's settings and rules, and how they add up. Pure.

Read without any rights; `netsh` says the same only in the language of the system. Keys below
HKEY_LOCAL_MACHINE ([MS-GPFAS] 2.2.3; Intune's rules are kept beside this PC's own).
"""

from collections.abc import Callable, Mapping

from packetwave.server.machine.firewall import Policy, ProfileSettings
from packetwave.server.machine.rules import Profile, read_rules

_OWN = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
_GIVEN = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
_INTUNE = rf"{_OWN}\Mdm"

_OWN_NAMES = {
    Profile.PUBLIC: "PublicProfile",
    Profile.PRIVATE: "StandardProfile",
    Profile.DOMAIN: "DomainProfile",
}
_GIVEN_NAMES = {
    Profile.PUBLIC: ("PublicProfile",),
    Profile.PRIVATE: ("PrivateProfile", "StandardProfile"),
    Profile.DOMAIN: ("DomainProfile",),
}

Values = Mapping[str, object]
ValuesOf = Callable[[str], Values | None]
"""The values of a key below HKEY_LOCAL_MACHINE, None where there is no such key (or no right to read it)."""


def read_policy(values_of: ValuesOf, environ: Mapping[str, str]) -> Policy | None:
    """The firewall as the registry has it; None where it keeps none. environ: for paths in the rules."""
    own_rules = values_of(rf"{_OWN}\FirewallRules")
    if own_rules is None:
        return None
    given_rules: list[str] = []
    for key in (_GIVEN, _INTUNE):
        given_rules += _texts(values_of(rf"{key}\FirewallRules") or {})
    return Policy(
        profiles={profile: _settings(profile, values_of) for profile in Profile},
        own=read_rules(_texts(own_rules), environ),
        given=read_rules(given_rules, environ),
    )


def _settings(profile: Profile, values_of: ValuesOf) -> ProfileSettings:
    given = [values_of(rf"{_GIVEN}\{name}") or {} for name in _GIVEN_NAMES[profile]]
    given += [values_of(rf"{_INTUNE}\{name}") or {} for name in _GIVEN_NAMES[profile]]
    own = values_of(rf"{_OWN}\{_OWN_NAMES[profile]}") or {}

    def number(name: str, *, only_given: bool = False) -> int | None:
        """The organisation's word if it has one, else this PC's."""
        for values in given if only_given else [*given, own]:
            found = values.get(name)
            if isinstance(found, int):
                return found
        return None

    enabled = number("EnableFirewall")
    return ProfileSettings(
        enabled=None if enabled is None else enabled != 0,
        # Not a matter of who has the last word: whoever says it, it holds.
        blocks_all=any(values.get("DoNotAllowExceptions") == 1 for values in [*given, own]),
        lets_all=number("DefaultInboundAction") == 0,
        own_rules_count=number("AllowLocalPolicyMerge", only_given=True) != 0,
    )


def _texts(values: Values) -> list[str]:
    return [value for value in values.values() if isinstance(value, str)]
