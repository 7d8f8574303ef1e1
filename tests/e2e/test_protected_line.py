"""The protected line with both programs' engines: certificate, enrolment, pairing, somebody in between."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from packetwave.client.bond import Standing
from packetwave.client.calls import CallRinging
from packetwave.client.link import Phase, Reason
from packetwave.client.preset import Origin, Preset
from packetwave.server.engine.notices import (
    ApprovePairing,
    DenyPairing,
    KeyMade,
    MakeEnrolmentKey,
    RevokePairing,
    StatusChanged,
)
from packetwave.server.settings import ServerSettings
from packetwave.server.trust.asking import Request
from packetwave.server.watch.states import Recording
from tests.client.test_protected import Client
from tests.client.tls_servers import Between, certificate
from tests.ports import free_port
from tests.server.engine.test_engine import KIM, Run, missed_call, running, with_members

pytestmark = pytest.mark.timeout(60)


class Office:
    """Servers and clients of one test; they end with it. Attribute: port, of TLS."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.port = free_port()
        self._folder = folder
        self._stack = stack
        self._servers = 0

    @property
    def url(self) -> str:
        return f"wss://127.0.0.1:{self.port}"

    def serve(self, name: str = "server", *, stack: ExitStack | None = None, rings_s: float = 0.0) -> Run:
        """A server with the data folder of this name. rings_s: so long a phone rings from its start on."""
        folder = self._folder / name
        if not folder.exists():
            folder.mkdir()
            with_members(folder, KIM)
        settings = ServerSettings(listen="127.0.0.1:0", tls_listen=f"127.0.0.1:{self.port}")
        source = Recording(missed_call(folder, rings_s=rings_s), real_time=True) if rings_s else None
        run = (stack or self._stack).enter_context(
            running(folder, settings=settings, data_dir=folder, source=source)
        )
        run.wait_for(StatusChanged, lambda notice: notice.status.tls_listening)
        return run

    def client(self, given: Preset = Preset(), *, url: str = "") -> Client:  # noqa: B008 - a frozen value
        folder = self._folder / "client"
        folder.mkdir(exist_ok=True)
        client = Client(url or self.url, folder, given)
        self._stack.callback(client.stop)
        return client

    def between(self) -> Between:
        made = Between(self.port, certificate("in between"))
        self._stack.callback(made.close)
        return made


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as stack:
        yield Office(tmp_path, stack)


def asked(run: Run) -> Request:
    """The request that the manager sees."""
    notice = run.wait_for(StatusChanged, lambda notice: notice.status.trust.requests)
    (request,) = notice.status.trust.requests
    assert isinstance(request, Request)
    return request


def fingerprint(run: Run) -> bytes:
    run.engine.submit(MakeEnrolmentKey(1, 1))
    notice = run.wait_for(StatusChanged, lambda notice: notice.status.trust.fingerprint)
    return bytes.fromhex(notice.status.trust.fingerprint)


def pair(client: Client, run: Run) -> None:
    client.engine.pair()
    digits = client.bond(Standing.COMPARING).digits
    request = asked(run)
    assert request.digits == digits
    client.engine.confirm_pairing()
    run.engine.submit(ApprovePairing(request.id))
    client.bond(Standing.PAIRED)
    assert client.link(Phase.CONNECTED).is_paired


def test_a_pc_that_was_given_a_key_pairs_itself_and_is_told_of_the_call(office: Office) -> None:
    run = office.serve(rings_s=20)
    run.engine.submit(MakeEnrolmentKey(1, 1))
    key = bytes.fromhex(run.wait_for(KeyMade).key)
    client = office.client(Preset(enrol_key=key))
    client.bond(Standing.PAIRED)
    assert client.link(Phase.CONNECTED).is_paired
    call = client.wait_for(lambda said: isinstance(said, CallRinging)).call
    assert (call.incoming.caller, call.incoming.called) == ("01012345678", "1001")
    assert client.forgot == [None]


def test_a_key_serves_no_more_pcs_than_it_was_made_for(office: Office) -> None:
    run = office.serve()
    run.engine.submit(MakeEnrolmentKey(1, 1))
    key = bytes.fromhex(run.wait_for(KeyMade).key)
    first = office.client(Preset(enrol_key=key))
    first.bond(Standing.PAIRED)
    (office._folder / "client" / "pairing.json").unlink()
    second = office.client(Preset(enrol_key=key))
    assert second.bond(Standing.UNPAIRED).reason == "key_expired"


def test_two_people_pair_a_pc_and_it_is_known_until_it_is_revoked(office: Office) -> None:
    with ExitStack() as first_run:
        run = office.serve(stack=first_run)
        client = office.client()
        client.link(Phase.CONNECTED)
        pair(client, run)
    client.link(Phase.WAITING)
    run = office.serve()
    assert client.link(Phase.CONNECTED).is_paired
    notice = run.wait_for(StatusChanged, lambda notice: notice.status.trust.pairings)
    (pairing,) = notice.status.trust.pairings
    assert pairing.extensions == ("1001",)
    run.engine.submit(RevokePairing(pairing.id))
    assert client.bond(Standing.REFUSED).reason == "revoked"
    pair(client, run)


def test_somebody_in_between_at_the_pairing_shows_other_digits(office: Office) -> None:
    run = office.serve()
    client = office.client(url=office.between().url)
    client.link(Phase.CONNECTED)
    client.engine.pair()
    digits = client.bond(Standing.COMPARING).digits
    request = asked(run)
    assert request.digits != digits
    run.engine.submit(DenyPairing(request.id))
    assert client.bond(Standing.UNPAIRED).reason == "denied"


def test_somebody_in_between_of_an_enrolment_learns_nothing_and_makes_no_pairing(office: Office) -> None:
    run = office.serve()
    run.engine.submit(MakeEnrolmentKey(1, 5))
    key = bytes.fromhex(run.wait_for(KeyMade).key)
    between = office.between()
    client = office.client(Preset(enrol_key=key), url=between.url)
    assert client.link(Phase.WAITING).reason is Reason.NOT_PROVEN
    assert b"enrol_answer" not in between.heard and key.hex().encode() not in between.heard


def test_later_somebody_in_between_hears_nothing(office: Office) -> None:
    run = office.serve()
    between = office.between()
    client = office.client()
    client.link(Phase.CONNECTED)
    pair(client, run)
    client.engine.use_server(between.url)
    assert client.link(Phase.WAITING).reason is Reason.CERTIFICATE_CHANGED
    assert between.heard == b""
    client.engine.use_server(office.url)
    assert client.link(Phase.CONNECTED).is_paired


def test_a_server_pc_that_was_replaced_is_paired_anew(office: Office) -> None:
    with ExitStack() as old:
        run = office.serve(stack=old)
        client = office.client()
        client.link(Phase.CONNECTED)
        pair(client, run)
    run = office.serve("another")
    client.engine.retry()
    while client.link(Phase.WAITING).reason is not Reason.CERTIFICATE_CHANGED:
        client.engine.retry()
    pair(client, run)


def test_a_fingerprint_that_was_set_is_the_servers_or_nothing_is_said(office: Office) -> None:
    run = office.serve()
    given = Preset(fingerprint=fingerprint(run), pinned_by=Origin.POLICY)
    assert not office.client(given).link(Phase.CONNECTED).is_paired
    wrong = office.client(replace(given, fingerprint=bytes(32)))
    assert wrong.link(Phase.WAITING).reason is Reason.CERTIFICATE_CHANGED
