import pytest

from packetwave.server.machine.firewall import (
    RULE_NAME,
    Door,
    Firewall,
    Network,
    Policy,
    ProfileSettings,
    judge,
)
from packetwave.server.machine.rules import FirewallRule, Profile

EXE = r"C:\PacketWave-Server.exe"
AT_WORK = frozenset((Profile.DOMAIN, Profile.PRIVATE))
OURS = FirewallRule(RULE_NAME, True, AT_WORK, ((8765, 8765),), EXE)
ON = ProfileSettings(enabled=True)
OFFICE = Network("사무실", "이더넷", Profile.PRIVATE)
CAFE = Network("카페", "Wi-Fi", Profile.PUBLIC)
MIRROR = Network("식별되지 않은 네트워크", "이더넷 2", Profile.PUBLIC, reach=1)


def policy(
    *own: FirewallRule, given: tuple[FirewallRule, ...] = (), settings: ProfileSettings = ON
) -> Policy:
    return Policy(dict.fromkeys(Profile, settings), own, given)


def door(of: Policy | None, *networks: Network) -> Door:
    return judge(of, networks, port=8765, programs=[EXE]).door


def test_what_cannot_be_read_is_unknown() -> None:
    assert judge(None, (OFFICE,), port=8765, programs=[EXE]) == Firewall(Door.UNKNOWN)
    assert door(policy(OURS, settings=ProfileSettings()), OFFICE) is Door.UNKNOWN


def test_no_rule_and_our_rule() -> None:
    assert judge(policy(), (OFFICE,), port=8765, programs=[EXE]) == Firewall(Door.CLOSED)
    assert judge(policy(OURS), (OFFICE,), port=8765, programs=[EXE]) == Firewall(Door.OPEN, (), True)


def test_the_rule_of_another_program_or_port_does_not_help() -> None:
    other = judge(policy(OURS), (OFFICE,), port=8765, programs=[r"D:\moved.exe"])
    assert other == Firewall(Door.CLOSED, (), has_rule=True)
    assert judge(policy(OURS), (OFFICE,), port=9000, programs=[EXE]).door is Door.CLOSED


def test_all_programs_must_be_reachable() -> None:
    assert judge(policy(OURS), (OFFICE,), port=8765, programs=[EXE, r"C:\b.exe"]).door is Door.CLOSED


def test_a_rule_that_blocks_beats_one_that_allows() -> None:
    block = FirewallRule("PacketWave-Server.exe", False, program=EXE)
    assert door(policy(OURS, block), OFFICE) is Door.BLOCKED
    assert door(policy(OURS, given=(block,)), OFFICE) is Door.BLOCKED
    assert (
        door(policy(OURS, FirewallRule("some", False, program=EXE, conditional=True)), OFFICE) is Door.PARTLY
    )


def test_a_public_network_is_named() -> None:
    said = judge(policy(OURS), (OFFICE, CAFE), port=8765, programs=[EXE])
    assert said == Firewall(Door.PUBLIC, ("카페",), True)
    assert door(policy(), CAFE) is Door.CLOSED  # the rule comes first


def test_the_mirror_ports_adapter_does_not_count() -> None:
    assert door(policy(OURS), OFFICE, MIRROR) is Door.OPEN
    assert door(policy(OURS), MIRROR) is Door.PUBLIC  # unless there is nothing else


def test_without_networks_the_answer_is_that_of_a_private_one() -> None:
    assert door(policy(OURS)) is Door.OPEN
    assert judge(policy(OURS), None, port=8765, programs=[EXE]).door is Door.OPEN


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (ProfileSettings(enabled=False), Door.OFF),
        (ProfileSettings(enabled=True, lets_all=True), Door.OFF),
        (ProfileSettings(enabled=True, blocks_all=True), Door.SHIELDED),
        (ProfileSettings(enabled=True, own_rules_count=False), Door.CLOSED),
    ],
)
def test_the_profiles_settings(settings: ProfileSettings, said: Door) -> None:
    assert door(policy(OURS, settings=settings), OFFICE) is said


def test_the_organisations_rule_counts_where_own_ones_do_not() -> None:
    settings = ProfileSettings(enabled=True, own_rules_count=False)
    assert door(policy(given=(OURS,), settings=settings), OFFICE) is Door.OPEN


def test_a_rule_for_some_addresses_lets_some_in() -> None:
    some = FirewallRule("x", True, conditional=True)
    assert door(policy(some), OFFICE) is Door.PARTLY
    assert door(policy(some, OURS), OFFICE) is Door.OPEN
