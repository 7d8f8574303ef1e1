"""The ways into a running engine: TLS, plain, pairings, and the window's commands about them."""

import asyncio
import contextlib
import json
import queue
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from packetwave.common.exit_codes import ExitCode
from packetwave.protocol import PROTOCOL_VERSION, Hello, Welcome, decode, encode
from packetwave.protocol.messages import Pair, Paired, PairNonce, PairReveal
from packetwave.protocol.pairing import commitment, nonce
from packetwave.server.engine.engine import Engine
from packetwave.server.engine.notices import (
    ApprovePairing,
    Command,
    DenyPairing,
    DropEnrolmentKey,
    KeyMade,
    MakeEnrolmentKey,
    Notice,
    Refused,
    RevokePairing,
    Status,
    StatusChanged,
    UsePlain,
)
from packetwave.server.engine.running import Plan
from packetwave.server.faults import StartFault
from packetwave.server.settings import ServerSettings
from packetwave.server.store.opening import open_stores
from packetwave.server.trust.keeping import BookFile
from packetwave.server.trust.pairings import new_pairing
from packetwave.server.trust.trust import TRUST_FOLDER
from tests.server.hub.office import TlsClient, client_context

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


class Server:
    """An engine with its data in a folder, and what it said."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.kept: dict[str, Any] = {}
        self._notices: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self.status = Status()
        self.engine = Engine(
            Plan(
                ServerSettings(**{"listen": "127.0.0.1:0", **settings}),
                lambda: open_stores(folder),
                keep=self.kept.__setitem__,
                data_dir=folder,
            ),
            self._notices.put,
        )

    def until(self, condition: Any) -> Any:
        """The first notice for which it holds."""
        while True:
            notice = self._notices.get(timeout=20)
            if isinstance(notice, StatusChanged):
                self.status = notice.status
            if condition(notice):
                return notice

    def until_status(self, condition: Any) -> Status:
        self.until(lambda notice: isinstance(notice, StatusChanged) and condition(notice.status))
        return self.status

    def submit(self, command: Command) -> None:
        self.engine.submit(command)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    made.engine.start()
    yield made
    made.engine.stop()
    assert made.engine.join(10)


@contextlib.asynccontextmanager
async def client_of(server: Server) -> AsyncIterator[TlsClient]:
    url = f"wss://127.0.0.1:{server.engine.tls_port}"
    async with connect(url, ssl=client_context(), proxy=None, close_timeout=1) as connection:
        yield TlsClient(connection)


async def can_connect(server: Server) -> bool:
    async with client_of(server):
        return True


def test_a_pc_is_paired_by_the_window_and_revoked_from_the_command_line(server: Server) -> None:
    async def work() -> None:
        async with client_of(server) as client:
            mine = nonce()
            await client.say(Pair(commitment(mine).hex(), "KIM-PC", "1001"))
            assert isinstance(await client.hear(), PairNonce)
            await client.say(PairReveal(mine.hex()))
            status = await asyncio.to_thread(server.until_status, lambda status: status.trust.requests)
            assert status.trust.fingerprint == client.fingerprint.hex()
            server.submit(ApprovePairing(status.trust.requests[0].id))
            paired = await client.hear()
            assert isinstance(paired, Paired)
            await client.say(Hello(PROTOCOL_VERSION, pairing=paired.pairing, key=paired.key))
            answer = await client.hear()
            assert isinstance(answer, Welcome)
            assert (answer.is_paired, answer.extensions) == (True, ("1001",))
            await asyncio.to_thread(
                server.until_status, lambda status: [info.pc for info in status.clients] == ["KIM-PC"]
            )
            BookFile(server.folder / TRUST_FOLDER).change(lambda book: book.revoke(paired.pairing))
            async with asyncio.timeout(3):  # a look each second
                assert await client.ends() == (1008, "revoked")

    asyncio.run(work())


def test_the_window_revokes_makes_keys_and_is_told_what_does_not_go(server: Server) -> None:
    pairing, _ = new_pairing("KIM-PC", ("1001",), AT, "192.0.2.1")
    BookFile(server.folder / TRUST_FOLDER).change(lambda book: book.add(pairing))
    server.until_status(lambda status: status.trust.pairings)
    server.submit(RevokePairing(pairing.id))
    server.until_status(lambda status: not status.trust.pairings)
    server.submit(MakeEnrolmentKey(3, 7))
    made = server.until(lambda notice: isinstance(notice, KeyMade))
    assert made.uses == 7
    (key,) = server.until_status(lambda status: status.trust.keys).trust.keys
    assert made.key not in repr(server.status)
    server.submit(DropEnrolmentKey(key.id))
    server.until_status(lambda status: not status.trust.keys)
    server.submit(MakeEnrolmentKey(0, 7))
    refused = server.until(lambda notice: isinstance(notice, Refused))
    assert "days" in refused.detail
    server.submit(DenyPairing("unknown"))
    server.submit(ApprovePairing("unknown"))
    server.submit(RevokePairing("unknown"))


def test_plain_connections_are_switched_off_and_on_and_that_is_kept(server: Server) -> None:
    status = server.until_status(lambda status: status.listening)
    port = int(status.listening.rpartition(":")[2])
    server.submit(UsePlain(False))
    server.until_status(lambda status: not status.listening)
    assert server.kept == {"plain": False}
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
    assert asyncio.run(can_connect(server))
    server.submit(UsePlain(True))
    server.until_status(lambda status: status.listening)
    assert server.kept == {"plain": True}


def test_a_server_without_plain_connections_says_where_tls_is(tmp_path: Path) -> None:
    server = Server(tmp_path, plain=False)
    server.engine.start()
    try:
        assert server.engine.port == 0
        status = server.until_status(lambda status: status.tls_listening)
        assert status.listening == ""
        assert asyncio.run(can_connect(server))
    finally:
        server.engine.stop()
        assert server.engine.join(10)


def test_the_plain_line_says_where_tls_is(server: Server) -> None:
    async def work() -> Welcome:
        async with connect(f"ws://127.0.0.1:{server.engine.port}", proxy=None) as client:
            await client.send(encode(Hello(PROTOCOL_VERSION)))
            answer = decode(str(await client.recv()))
            assert isinstance(answer, Welcome)
            return answer

    assert asyncio.run(work()).tls_port == server.engine.tls_port


@pytest.mark.parametrize("option", ["tls_listen", "listen"])
def test_a_taken_port_is_a_named_fault(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        server = Server(tmp_path, **{"tls_listen": "127.0.0.1:0", option: where})
        with pytest.raises(StartFault, match=f"{where} is in use") as fault:
            server.engine.start()
        assert fault.value.exit_code == ExitCode.IN_USE
        assert f"--{option.replace('_', '-')}" in str(fault.value)


def test_a_plain_port_taken_meanwhile_is_said_when_it_is_switched_on(server: Server) -> None:
    status = server.until_status(lambda status: status.listening)
    with pytest.MonkeyPatch.context() as patch:
        server.submit(UsePlain(False))
        server.until_status(lambda status: not status.listening)
        access = server.engine._running._access  # type: ignore[union-attr]
        with socket.create_server(("127.0.0.1", 0)) as taken:
            where = f"127.0.0.1:{taken.getsockname()[1]}"
            patch.setattr(access, "_settings", ServerSettings(listen=where))
            server.submit(UsePlain(True))
            refused = server.until(lambda notice: isinstance(notice, Refused))
            assert f"{where} is in use" in refused.detail
    assert status.tls_listening


def test_what_was_paired_before_a_restart_is_known_after_it(tmp_path: Path) -> None:
    pairing, key = new_pairing("KIM-PC", ("1001",), AT, "192.0.2.1")
    BookFile(tmp_path / TRUST_FOLDER).change(lambda book: book.add(pairing))
    fingerprints = set()

    async def work(server: Server) -> Welcome:
        async with client_of(server) as client:
            fingerprints.add(client.fingerprint)
            await client.say(Hello(PROTOCOL_VERSION, pairing=pairing.id, key=key))
            answer = await client.hear()
            assert isinstance(answer, Welcome)
            return answer

    epochs = set()
    for _ in range(2):
        server = Server(tmp_path)
        server.engine.start()
        try:
            answer = asyncio.run(work(server))
            assert answer.is_paired
            epochs.add(answer.epoch)
        finally:
            server.engine.stop()
            assert server.engine.join(10)
    assert (len(fingerprints), len(epochs)) == (1, 2)
    # Where it was last seen is written at the end.
    book = json.loads((tmp_path / TRUST_FOLDER / "pairings.json").read_text())
    assert book["pairings"][0]["address"] == "127.0.0.1"
