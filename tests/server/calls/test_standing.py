"""Who has a share of his own."""

from packetwave.server.calls.leg import Place
from packetwave.server.calls.registrations import Registrations
from packetwave.server.calls.roles import Roles
from packetwave.server.calls.share import STRANGERS
from packetwave.server.calls.standing import FIRST_RELAYS, MAX_RELAYS, ON_TRIAL_S, SILENT_S, Standing

PBX = Place("pbx", 5060)


def place(number: int) -> Place:
    return Place(f"host-{number}", 5060)


def with_first_relays() -> tuple[Roles, Standing]:
    roles = Roles(Registrations())
    standing = Standing(roles)
    for number in range(FIRST_RELAYS):
        first = Place(f"first-{number}", 5060)
        roles.saw_registrar(first)
        assert standing.of(first, 0.0) == first.host, "at once"
    return roles, standing


def test_a_pbx_that_comes_later_has_its_own_after_its_trial() -> None:
    roles, standing = with_first_relays()
    assert standing.of(PBX, 0.0) == STRANGERS
    roles.saw_registrar(PBX)
    assert standing.of(PBX, 1.0) == STRANGERS
    assert standing.of(PBX, 1.0 + ON_TRIAL_S) == "pbx" and standing.is_relay("pbx")
    assert standing.of(place(1), 1.0 + ON_TRIAL_S) == STRANGERS


def test_those_who_came_first_keep_their_places() -> None:
    roles = Roles(Registrations())
    standing = Standing(roles)
    roles.saw_registrar(PBX)
    for at_s in (0.0, ON_TRIAL_S):
        standing.of(PBX, at_s)
    for at_s in (ON_TRIAL_S, 2 * ON_TRIAL_S):
        for number in range(3_000):
            roles.saw_registrar(place(number))
            standing.of(place(number), at_s)
    assert standing.of(PBX, 2 * ON_TRIAL_S) == "pbx"
    settled = [number for number in range(3_000) if standing.is_relay(place(number).host)]
    assert len(settled) <= MAX_RELAYS - 1


def test_who_is_silent_for_an_hour_may_lose_his_place() -> None:
    roles, standing = with_first_relays()
    for number in range(MAX_RELAYS - FIRST_RELAYS):
        roles.saw_registrar(place(number))
        for at_s in (0.0, ON_TRIAL_S):
            standing.of(place(number), at_s)
    roles.saw_registrar(PBX)
    for at_s in (ON_TRIAL_S, 2 * ON_TRIAL_S):
        assert standing.of(PBX, at_s) == STRANGERS
    assert standing.of(PBX, ON_TRIAL_S + SILENT_S) == "pbx"


def test_a_carrier_whose_calls_go_on_has_his_own() -> None:
    standing = Standing(Roles(Registrations()))
    for at_s in (0.0, ON_TRIAL_S):
        standing.saw_through(PBX, at_s)
    assert standing.of(PBX, ON_TRIAL_S) == "pbx" and not standing.is_relay("pbx")
