from packetwave.server.machine.firewall import ProfileSettings
from packetwave.server.machine.policy import read_policy
from packetwave.server.machine.rules import Profile
from tests.server.machine.conftest import FIREWALL, RULES, Windows

GIVEN = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
RULE = "v2.32|Action=Allow|Active=TRUE|Dir=In|Name={}|"


def test_no_registry_no_policy(windows: Windows) -> None:
    windows.registry.clear()
    assert read_policy(windows.values, {}) is None


def test_this_pcs_own(windows: Windows) -> None:
    windows.registry[RULES] = {"{1}": RULE.format("a"), "{2}": 7, "{3}": "no rule"}
    windows.registry[rf"{FIREWALL}\PublicProfile"] = {"EnableFirewall": 1, "DoNotAllowExceptions": 1}
    windows.registry[rf"{FIREWALL}\StandardProfile"] = {"EnableFirewall": 0, "DefaultInboundAction": 1}
    del windows.registry[rf"{FIREWALL}\DomainProfile"]
    policy = read_policy(windows.values, {})
    assert policy is not None
    assert [rule.name for rule in policy.own] == ["a"]
    assert policy.given == ()
    assert policy.profiles == {
        Profile.PUBLIC: ProfileSettings(enabled=True, blocks_all=True),
        Profile.PRIVATE: ProfileSettings(enabled=False),
        Profile.DOMAIN: ProfileSettings(enabled=None),
    }


def test_the_organisation_has_the_last_word(windows: Windows) -> None:
    windows.registry[rf"{GIVEN}\FirewallRules"] = {"a": RULE.format("by policy")}
    windows.registry[rf"{FIREWALL}\Mdm\FirewallRules"] = {"b": RULE.format("by intune")}
    windows.registry[rf"{GIVEN}\StandardProfile"] = {"EnableFirewall": 0, "DefaultInboundAction": 0}
    windows.registry[rf"{GIVEN}\DomainProfile"] = {"AllowLocalPolicyMerge": 0}
    windows.registry[rf"{FIREWALL}\Mdm\PublicProfile"] = {"EnableFirewall": 0}
    policy = read_policy(windows.values, {})
    assert policy is not None
    assert [rule.name for rule in policy.given] == ["by policy", "by intune"]
    assert policy.profiles == {
        Profile.PUBLIC: ProfileSettings(enabled=False),
        Profile.PRIVATE: ProfileSettings(enabled=False, lets_all=True),
        Profile.DOMAIN: ProfileSettings(enabled=True, own_rules_count=False),
    }
