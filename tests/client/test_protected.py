"""The protected line from end to end on the client's side: an engine, TLS servers, somebody in between."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from packetwave.client.bond import BondState, Standing
from packetwave.client.calls import CallRinging
from packetwave.client.engine import BondChanged, Engine, LinkChanged, Notice
from packetwave.client.link import Backoff, LinkState, Phase, Reason
from packetwave.client.preset import Origin, Preset
from packetwave.client.trust import Trust
from packetwave.protocol import IncomingCall, Unknown, pairing
from tests.client.tls_servers import WAIT_S, Between, Known, PairingServer, certificate
from tests.ports import free_port

CALL = IncomingCall("01012345678", "1001", call_id="a", caller_name="홍길동")
FORGED = IncomingCall("0215881588", "1001", call_id="b", caller_name="은행")
KEY = b"k" * 32


class Client:
    """An engine with a data folder, and what it said so far."""

    def __init__(self, server: str, folder: Path, given: Preset) -> None:
        self.notices: queue.Queue[Notice] = queue.Queue()
        self.forgot: list[None] = []
        self.engine = Engine(
            self.notices.put,
            server,
            trust=Trust(folder),
            given=given,
            forget_enrolment=lambda: self.forgot.append(None),
            backoff=lambda: Backoff(rng=lambda: 0.01),
        )
        self.engine.start()

    def wait_for(self, wanted: Callable[[Notice], bool]) -> Any:
        while not wanted(notice := self.notices.get(timeout=WAIT_S)):
            pass
        return notice

    def link(self, phase: Phase) -> LinkState:
        return self.wait_for(lambda said: isinstance(said, LinkChanged) and said.state.phase is phase).state  # type: ignore[no-any-return]

    def bond(self, standing: Standing) -> BondState:
        return self.wait_for(  # type: ignore[no-any-return]
            lambda said: isinstance(said, BondChanged) and said.state.standing is standing
        ).state

    def stop(self) -> None:
        self.engine.stop()
        assert self.engine.join(WAIT_S)


Start = Callable[..., Client]
NOTHING = Preset()


@pytest.fixture
def start(tmp_path: Path, closing: "Closing") -> Iterator[Start]:
    """Starts clients; they end before the servers do."""
    clients: list[Client] = []

    def make(server: str, given: Preset = NOTHING) -> Client:
        clients.append(Client(server, tmp_path, given))
        return clients[-1]

    yield make
    for client in clients:
        client.stop()


@pytest.fixture
def closing() -> Iterator[Callable[[Any], Any]]:
    opened: list[Any] = []

    def keep(server: Any) -> Any:
        opened.append(server)
        return server

    yield keep
    for server in opened:
        server.close()


Closing = Callable[[Any], Any]


def pair(client: Client, server: PairingServer) -> None:
    """As people do it who compare."""
    client.engine.pair()
    digits = client.bond(Standing.COMPARING).digits
    assert server.asked.get(timeout=WAIT_S) == digits
    client.engine.confirm_pairing()
    client.bond(Standing.CONFIRMED)
    server.approve(digits)
    client.bond(Standing.PAIRED)


def test_a_pc_is_paired_and_known_after_a_restart(start: Start, closing: Closing) -> None:
    server = closing(PairingServer(CALL))
    client = start(server.url)
    assert not client.link(Phase.CONNECTED).is_paired
    assert server.hellos.get(timeout=WAIT_S).key == ""
    pair(client, server)
    state = client.link(Phase.CONNECTED)
    assert state.is_tls and state.is_paired
    hello = server.hellos.get(timeout=WAIT_S)
    assert server.known.keys[hello.pairing] == hello.key
    client.stop()
    again = start(server.url)
    assert again.engine.standing.standing is Standing.PAIRED
    later = server.hellos.get(timeout=WAIT_S)
    assert (later.key, later.client) == (hello.key, hello.client)


def test_a_plain_client_moves_to_tls_to_be_paired_and_stays_there(start: Start, closing: Closing) -> None:
    known = Known()
    tls = closing(PairingServer(known=known))
    plain = closing(PairingServer(known=known, tls=False, tls_port=tls.port))
    client = start(f"127.0.0.1:{plain.port}")
    assert not client.link(Phase.CONNECTED).is_tls
    plain.hellos.get(timeout=WAIT_S)
    pair(client, tls)
    assert client.link(Phase.CONNECTED).is_paired
    client.stop()
    tls.close()
    again = start(f"127.0.0.1:{plain.port}")
    assert again.link(Phase.WAITING).reason is Reason.REFUSED
    assert plain.hellos.empty()  # where nobody knows who listens


def test_somebody_in_between_shows_other_digits_and_the_old_state_stays(
    start: Start, closing: Closing
) -> None:
    server = closing(PairingServer())
    between = closing(Between(server.port, certificate("in between")))
    client = start(between.url)
    client.link(Phase.CONNECTED)
    client.engine.pair()
    digits = client.bond(Standing.COMPARING).digits
    at_the_manager = server.asked.get(timeout=WAIT_S)
    assert digits != at_the_manager
    server.deny(at_the_manager)
    assert client.bond(Standing.UNPAIRED).reason == "denied"


def test_a_manager_who_approves_blindly_does_not_pair_for_the_user(start: Start, closing: Closing) -> None:
    server = closing(PairingServer())
    between = closing(Between(server.port, certificate("in between")))
    client = start(between.url)
    client.link(Phase.CONNECTED)
    client.engine.pair()
    client.bond(Standing.COMPARING)
    server.approve(server.asked.get(timeout=WAIT_S))
    client.engine.cancel_pairing()
    assert client.bond(Standing.UNPAIRED).reason == ""
    client.link(Phase.CONNECTED)
    assert client.engine.standing.standing is Standing.UNPAIRED


def test_later_nothing_is_said_to_somebody_in_between(start: Start, closing: Closing) -> None:
    server = closing(PairingServer())
    port, known = server.port, server.known
    client = start(server.url)
    client.link(Phase.CONNECTED)
    pair(client, server)
    client.link(Phase.CONNECTED)
    server.close()
    client.link(Phase.WAITING)
    elsewhere = closing(PairingServer(FORGED, known=known))
    between = closing(Between(elsewhere.port, certificate("in between"), port))
    while client.link(Phase.WAITING).reason is not Reason.CERTIFICATE_CHANGED:
        pass
    client.engine.retry()
    assert client.link(Phase.WAITING).reason is Reason.CERTIFICATE_CHANGED
    assert between.heard == b""
    assert elsewhere.hellos.empty()
    between.close()
    closing(PairingServer(CALL, known=known, port=port))
    client.engine.retry()
    assert client.wait_for(lambda said: isinstance(said, CallRinging)).call.incoming == CALL


def test_a_new_server_pc_is_paired_anew_and_only_then_believed(start: Start, closing: Closing) -> None:
    server = closing(PairingServer())
    port = server.port
    client = start(server.url)
    client.link(Phase.CONNECTED)
    pair(client, server)
    client.link(Phase.CONNECTED)
    server.close()
    new = closing(PairingServer(identity=certificate("new"), port=port))
    while client.link(Phase.WAITING).reason is not Reason.CERTIFICATE_CHANGED:
        pass
    client.engine.pair()
    digits = client.bond(Standing.COMPARING).digits
    new.send(FORGED)
    new.send(Unknown("of the future"))
    assert new.asked.get(timeout=WAIT_S) == digits
    assert new.hellos.empty()
    client.engine.confirm_pairing()
    new.approve(digits)
    client.bond(Standing.PAIRED)
    assert client.link(Phase.CONNECTED).is_paired
    assert new.hellos.get(timeout=WAIT_S).key
    new.send(CALL)
    ringing = client.wait_for(lambda said: isinstance(said, CallRinging))
    assert ringing.call.incoming.call_id == CALL.call_id


def test_who_changes_his_mind_is_where_he_was(start: Start, closing: Closing) -> None:
    server = closing(PairingServer())
    port = server.port
    client = start(server.url)
    client.link(Phase.CONNECTED)
    pair(client, server)
    server.close()
    closing(PairingServer(identity=certificate("new"), port=port))
    while client.link(Phase.WAITING).reason is not Reason.CERTIFICATE_CHANGED:
        pass
    client.engine.pair()
    client.bond(Standing.COMPARING)
    client.engine.cancel_pairing()
    client.bond(Standing.PAIRED)
    assert client.link(Phase.WAITING).reason is Reason.CERTIFICATE_CHANGED


def test_a_revoked_pc_says_so_and_stays_with_its_server(start: Start, closing: Closing) -> None:
    server = closing(PairingServer())
    client = start(server.url)
    client.link(Phase.CONNECTED)
    pair(client, server)
    client.link(Phase.CONNECTED)
    server.hellos.get(timeout=WAIT_S)
    server.known.revoked.update(server.known.keys)
    client.engine.use_server(server.url)
    assert client.bond(Standing.REFUSED).reason == "revoked"
    pair(client, server)
    client.link(Phase.CONNECTED)


def test_a_pc_enrols_by_itself_and_the_key_goes(start: Start, closing: Closing) -> None:
    server = closing(PairingServer(CALL, known=Known(enrolment={pairing.enrolment_id(KEY): KEY})))
    client = start(server.url, Preset(enrol_key=KEY))
    client.bond(Standing.ENROLLING)
    client.bond(Standing.PAIRED)
    hello = server.hellos.get(timeout=WAIT_S)
    assert hello.key == server.known.keys[hello.pairing]
    assert client.wait_for(lambda said: isinstance(said, CallRinging))
    assert client.forgot == [None]


def test_to_who_has_not_the_key_nothing_is_proved(start: Start, closing: Closing) -> None:
    server = closing(PairingServer(FORGED, known=Known(enrolment={pairing.enrolment_id(KEY): b"x" * 32})))
    client = start(server.url, Preset(enrol_key=KEY))
    assert client.link(Phase.WAITING).reason is Reason.NOT_PROVEN
    assert server.said.empty() and server.hellos.empty() and server.known.keys == {}
    assert client.forgot == []


def test_enrolling_through_somebody_in_between_comes_to_nothing(start: Start, closing: Closing) -> None:
    server = closing(PairingServer(FORGED, known=Known(enrolment={pairing.enrolment_id(KEY): KEY})))
    between = closing(Between(server.port, certificate("in between")))
    client = start(between.url, Preset(enrol_key=KEY))
    assert client.link(Phase.WAITING).reason is Reason.NOT_PROVEN
    assert server.known.keys == {} and KEY not in between.heard and KEY.hex().encode() not in between.heard


def test_a_key_that_is_over_leaves_the_pc_as_unpaired_as_any_and_its_calls_come(
    start: Start, closing: Closing
) -> None:
    server = closing(PairingServer(CALL))
    client = start(server.url, Preset(enrol_key=KEY))
    assert client.bond(Standing.UNPAIRED).reason == "key_expired"
    assert client.wait_for(lambda said: isinstance(said, CallRinging)).call.incoming == CALL
    assert client.forgot == []


def test_a_fingerprint_that_was_set_admits_one_server(start: Start, closing: Closing) -> None:
    port = free_port()
    given = Preset(fingerprint=certificate().fingerprint, pinned_by=Origin.INSTALLATION)
    wrong = closing(PairingServer(FORGED, identity=certificate("other"), port=port))
    client = start(f"wss://127.0.0.1:{port}", given)
    assert client.link(Phase.WAITING).reason is Reason.CERTIFICATE_CHANGED
    client.engine.pair()  # which is no way round what was set
    assert client.link(Phase.WAITING).reason is Reason.CERTIFICATE_CHANGED
    assert wrong.hellos.empty()
    wrong.close()
    right = closing(PairingServer(CALL, port=port))
    client.engine.retry()
    client.link(Phase.CONNECTED)
    pair(client, right)


def test_where_nothing_can_be_kept_the_pairing_holds_until_the_end(tmp_path: Path, closing: Closing) -> None:
    server = closing(PairingServer())
    client = Client(server.url, tmp_path / "missing", NOTHING)
    try:
        client.link(Phase.CONNECTED)
        pair(client, server)
        assert client.engine.standing.keeping == "unwritable"
        assert client.link(Phase.CONNECTED).is_paired
    finally:
        client.stop()
