from dataclasses import replace

import pytest

from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.settings.words import (
    Listening,
    listening,
    reach_state,
    reached_from,
    result_words,
    shut_out,
    start_words,
)
from packetwave.server.engine.notices import Status
from packetwave.server.hub.clients import ClientInfo
from packetwave.server.machine.firewall import SHUTS_OUT, Door, Firewall
from packetwave.server.machine.setup import SetupCode, SetupResult
from packetwave.server.machine.task import StartState
from packetwave.server.machine.this_pc import Setup
from tests.server.console.conftest import Clock

LISTENING = Status(listening="0.0.0.0:8765", members_expected=3)


def setup(door: Door, *public: str) -> Setup:
    return Setup(Firewall(door, public), StartState.OFF, "DESK", ("192.168.0.10",))


def with_clients(clock: Clock, *addresses: str) -> Status:
    return replace(LISTENING, clients=tuple(ClientInfo(address, clock.at) for address in addresses))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("0.0.0.0:8765", Listening((8765,))),
        ("[::]:9000", Listening((9000,))),
        ("127.0.0.1:8765", Listening((8765,), local=True)),
        ("[::1]:8765", Listening((8765,), local=True)),
        ("localhost:8765", Listening((8765,), local=True)),
        ("", Listening()),
    ],
)
def test_where_the_server_listens(text: str, where: Listening) -> None:
    assert listening(Status(listening=text)) == where


def test_both_ports_count_and_one_that_others_reach_is_enough() -> None:
    both = Status(listening="127.0.0.1:8765", tls_listening="0.0.0.0:8766")
    assert listening(both) == Listening((8765, 8766))
    assert listening(replace(both, listening="")).port == 8766


def test_a_client_without_tls_proves_nothing_for_the_port_with_it(clock: Clock) -> None:
    status = replace(with_clients(clock, "192.168.0.21"), tls_listening="0.0.0.0:8766")
    assert reached_from(status, ()) == ""
    assert reached_from(replace(status, tls_listening=""), ()) == "192.168.0.21"
    over_tls = replace(status.clients[0], is_tls=True)
    assert reached_from(replace(status, clients=(over_tls,)), ()) == "192.168.0.21"


def test_only_a_client_on_another_pc_proves_anything(clock: Clock) -> None:
    own = ("192.168.0.10",)
    assert reached_from(with_clients(clock, "127.0.0.1", "192.168.0.10", ""), own) == ""
    assert reached_from(with_clients(clock, "127.0.0.1", "192.168.0.21"), own) == "192.168.0.21"


def test_what_is_proven_beats_what_the_registry_says(clock: Clock) -> None:
    status = with_clients(clock, "192.168.0.21")
    tone, word, sentence = reach_state(setup(Door.CLOSED), status)
    assert (tone, word) == (Tone.GOOD, "Reachable")
    assert "192.168.0.21" in sentence
    assert shut_out(setup(Door.CLOSED), status) is None


@pytest.mark.parametrize("door", list(Door))
def test_each_door_has_words_of_its_own(door: Door) -> None:
    tone, word, sentence = reach_state(setup(door, "카페"), LISTENING)
    assert word
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert (tone is Tone.BAD) == (door in SHUTS_OUT)


def test_no_two_doors_say_the_same() -> None:
    said = {reach_state(setup(door), LISTENING)[2] for door in Door}
    assert len(said) == len(Door)


def test_a_public_network_is_named() -> None:
    assert "카페" in reach_state(setup(Door.PUBLIC, "카페"), LISTENING)[2]


def test_a_server_for_this_pc_alone_is_no_matter_of_the_firewall() -> None:
    local = replace(LISTENING, listening="127.0.0.1:8765")
    assert reach_state(setup(Door.CLOSED), local)[1] == "This PC only"
    assert shut_out(setup(Door.CLOSED), local) is None


@pytest.mark.parametrize("door", list(Door))
def test_a_closed_firewall_is_why_no_client_connects(door: Door) -> None:
    matter = shut_out(setup(door), LISTENING)
    assert (matter is not None) == (door in SHUTS_OUT)
    assert shut_out(setup(door), replace(LISTENING, members_expected=0)) is None
    assert shut_out(None, LISTENING) is None


@pytest.mark.parametrize("state", list(StartState))
def test_each_start_state_has_words(state: StartState) -> None:
    _, word, sentence = start_words(state)
    assert word
    assert sentence.endswith(".")


def test_what_came_of_a_change() -> None:
    codes = [code for code in SetupCode if code is not SetupCode.DONE]
    assert result_words(SetupResult(SetupCode.DONE)) == ""
    for code in codes:
        said = result_words(SetupResult(code, "netsh.exe (1)"))
        assert "_" not in said
        assert said
    assert "netsh.exe (1)" in result_words(SetupResult(SetupCode.COMMAND_FAILED, "netsh.exe (1)"))


def test_all_of_it_in_korean(korean: None) -> None:
    said = [part for door in Door for part in reach_state(setup(door), LISTENING)[1:]]
    said += [part for state in StartState for part in start_words(state)[1:]]
    for sentence in said:
        assert any("가" <= char <= "힣" for char in sentence), sentence
