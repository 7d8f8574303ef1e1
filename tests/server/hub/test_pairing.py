"""Pairing over real TLS on loopback: by the manager, by an enrolment key, and by nobody else."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from packetwave.protocol import (
    CLOSE_POLICY,
    PROTOCOL_VERSION,
    Hello,
    IncomingCall,
    Message,
    Welcome,
    decode,
    encode,
)
from packetwave.protocol.messages import (
    Enrol,
    EnrolAnswer,
    EnrolProof,
    Pair,
    Paired,
    PairNonce,
    PairRefused,
    PairReveal,
)
from packetwave.protocol.pairing import Side, commitment, digits, nonce, proof
from packetwave.server.hub.clients import Untold
from packetwave.server.hub.limits import Limits, Rate
from packetwave.server.trust import asking as asking_module
from packetwave.server.trust.asking import OF_ADDRESS
from packetwave.server.trust.identity import new_pem, read_identity, server_context
from packetwave.server.trust.keeping import BookFile
from packetwave.server.trust.trust import TRUST_FOLDER
from tests.server.hub.office import (
    CALL,
    HERE,
    THERE,
    Office,
    Protected,
    TlsClient,
    a_hub,
    a_protected_hub,
    client_context,
    until,
)

MOVED = "127.0.0.9"


def run(work: Callable[[Path], Coroutine[object, object, None]], folder: Path) -> None:
    asyncio.run(work(folder))


def hello(pairing: str = "", key: str = "", client: str = "x") -> Hello:
    return Hello(PROTOCOL_VERSION, "1", pairing=pairing, key=key, client=client)


async def welcome(client: TlsClient, said: Hello) -> Welcome:
    await client.say(said)
    answer = await client.hear()
    assert isinstance(answer, Welcome), answer
    return answer


async def ask(client: TlsClient, server: Protected, extension: str = "") -> str:
    """Ask to be paired; the digits that this side shows."""
    mine = nonce()
    await client.say(Pair(commitment(mine).hex(), "KIM-PC", extension))
    theirs = await client.hear()
    assert isinstance(theirs, PairNonce), theirs
    await client.say(PairReveal(mine.hex()))
    await until(server.trust.asking.waiting)
    return digits(client.fingerprint, mine, bytes.fromhex(theirs.nonce))


def test_the_manager_approves_and_the_pc_is_known_wherever_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            async with server.client() as client:
                shown = await ask(client, server)
                (request,) = server.trust.asking.waiting()
                assert request.digits == shown
                assert (request.pc, request.address) == ("KIM-PC", HERE)
                await server.pairer.approve(request.id, ())
                paired = await client.hear()
                assert isinstance(paired, Paired)
                assert paired.extensions == ("1001",)
                # On the disk before the PC hears of it.
                assert paired.pairing in BookFile(folder / TRUST_FOLDER).read().pairings
            async with server.client(MOVED) as client:
                answer = await welcome(client, hello(paired.pairing, paired.key))
                assert (answer.is_paired, answer.refusal, answer.extensions) == (True, "", ("1001",))
                assert answer.epoch == server.hub.epoch
                (info,) = server.hub.clients()
                assert (info.pc, info.pairing, info.is_tls) == ("KIM-PC", paired.pairing, True)
                server.hub.send("1001", CALL, perf_counter())
                told = await client.hear()
                assert isinstance(told, IncomingCall)
                assert server.trust.keeper.book.pairings[paired.pairing].address == MOVED
            for secret in (paired.key, shown):
                assert secret not in caplog.text

    run(work, tmp_path)


def test_a_paired_pc_has_its_calls_and_an_unpaired_one_at_its_address_none(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            pairing, key = server.pair("KIM-PC", "1001")
            server.office.calls = [CALL]
            async with server.client(MOVED) as kim, server.client(HERE) as thief:
                await kim.say(hello(pairing.id, key))
                assert isinstance(await kim.hear(), IncomingCall)
                assert isinstance(await kim.hear(), Welcome)
                answer = await welcome(thief, hello(client="thief"))
                assert (answer.is_paired, answer.extensions) == (False, ())
                server.hub.send("1001", replace(CALL, call_id="c2"), perf_counter())
                told = await kim.hear()
                assert isinstance(told, IncomingCall)
                assert told.call_id == "c2"
                assert [info.untold for info in server.hub.clients()] == [Untold.TAKEN, None]
                assert server.office.told == [("c1", MOVED), ("c2", MOVED)]

    run(work, tmp_path)


def test_revoking_ends_the_session_at_once_and_the_key_opens_nothing_any_more(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            pairing, key = server.pair("KIM-PC", "1001")
            async with server.client() as client:
                assert (await welcome(client, hello(pairing.id, key))).is_paired
                await server.trust.revoke(pairing.id)
                assert await client.ends() == (CLOSE_POLICY, "revoked")
            async with server.client() as client:
                answer = await welcome(client, hello(pairing.id, key))
                assert (answer.is_paired, answer.refusal) == (False, "revoked")
                assert answer.extensions == ("1001",)  # known by its address, like any other

    run(work, tmp_path)


def test_foreign_replayed_and_cut_keys_are_refused(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder / "one") as server, a_protected_hub(folder / "two") as other:
            pairing, key = server.pair("KIM-PC", "1001")
            _, lees_key = server.pair("LEE-PC", "1002", address=THERE)
            foreign, foreign_key = other.pair("KIM-PC", "1001")
            for said in (
                hello(pairing.id, lees_key),
                hello(foreign.id, foreign_key),
                hello(pairing.id, key[:-2]),
                hello(pairing.id, ""),
                hello("", key),
                hello("0" * 16, key),
            ):
                async with server.client(MOVED) as client:
                    answer = await welcome(client, said)
                    assert not answer.is_paired
                    assert answer.extensions == ()
                    assert answer.refusal == ("unknown" if said.pairing else "")

    run(work, tmp_path)


def test_over_the_plain_line_no_key_is_looked_at_and_nobody_is_paired(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            pairing, key = server.pair("KIM-PC", "1002")
            port = await server.hub.open("127.0.0.1", 0)
            async with connect(f"ws://127.0.0.1:{port}", proxy=None) as client:
                await client.send(encode(hello(pairing.id, key)))
                answer = decode(str(await client.recv()))
                assert isinstance(answer, Welcome)
                assert (answer.is_paired, answer.extensions) == (False, ("1001",))
                assert answer.tls_port == server.port
                for message in (
                    Pair(commitment(nonce()).hex()),
                    PairReveal(nonce().hex()),
                    Enrol("0" * 16, nonce().hex()),
                    EnrolAnswer("0" * 64),
                ):
                    await client.send(encode(message))
                    assert decode(str(await client.recv())) == PairRefused("plain")

    run(work, tmp_path)


def test_a_hub_without_trust_ignores_who_asks() -> None:
    async def work() -> None:
        async with a_hub(Office()) as (_, url), connect(url, proxy=None) as client:
            await client.send(encode(Pair(commitment(nonce()).hex())))
            await client.send(encode(hello("0" * 16, "0" * 64)))
            answer = decode(str(await client.recv()))
            assert isinstance(answer, Welcome)
            assert (answer.is_paired, answer.refusal) == (False, "")

    asyncio.run(work())


def test_the_manager_denies_and_nothing_is_paired(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server, server.client() as client:
            await ask(client, server)
            server.pairer.deny(server.trust.asking.waiting()[0].id)
            assert await client.hear() == PairRefused("denied")
            assert not server.trust.keeper.book.pairings
            await server.pairer.approve("unknown", ())

    run(work, tmp_path)


def test_who_waits_for_too_long_is_told_and_who_leaves_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder, replace(Limits(), beat_s=0.02)) as server:
            async with server.client() as client:
                await ask(client, server)
            await until(lambda: not server.trust.asking.waiting())
            monkeypatch.setattr(asking_module, "WAITS_S", 0.05)
            async with server.client() as client:
                await ask(client, server)
                assert await client.hear() == PairRefused("expired")

    run(work, tmp_path)


def test_asking_is_bounded_and_a_nonce_must_be_the_committed_one(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server, server.client() as client:
            for said in ("", "zz" * 32, "ab" * 31):
                await client.say(Pair(said))
                assert await client.hear() == PairRefused("wrong")
            for _ in range(OF_ADDRESS):
                await client.say(Pair(commitment(nonce()).hex()))
                assert isinstance(await client.hear(), PairNonce)
                await client.say(PairReveal(nonce().hex()))
                assert await client.hear() == PairRefused("wrong")
            await client.say(Pair(commitment(nonce()).hex()))
            assert await client.hear() == PairRefused("limited")
            assert server.trust.asking.waiting() == ()

    run(work, tmp_path)


def test_one_approval_retires_the_old_pc(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            old, old_key = server.pair("OLD-PC", "1001", address=MOVED)
            async with server.client(MOVED) as before, server.client() as client:
                await welcome(before, hello(old.id, old_key, "old"))
                await ask(client, server)
                (request,) = server.trust.asking.waiting()
                await server.pairer.approve(request.id, (old.id,))
                paired = await client.hear()
                assert isinstance(paired, Paired)
                assert await before.ends() == (CLOSE_POLICY, "revoked")
                assert list(server.trust.keeper.book.pairings) == [paired.pairing]

    run(work, tmp_path)


def test_a_pc_in_no_row_is_paired_for_what_it_was_installed_for_or_what_the_manager_types(
    tmp_path: Path,
) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server, server.client(MOVED) as client:
            for wanted, typed, given in (
                ("", "", None),
                ("<b>", "", None),
                ("1007", "", ("1007",)),
                ("1007", "1008", ("1008",)),
                ("", "not one!", None),
            ):
                await ask(client, server, wanted)
                (request,) = server.trust.asking.waiting()
                await server.pairer.approve(request.id, (), extension=typed)
                answer = await client.hear()
                if given is None:
                    assert answer == PairRefused("no_extension")
                else:
                    assert isinstance(answer, Paired)
                    assert answer.extensions == given

    run(work, tmp_path)


def test_guessing_keys_is_bounded_and_the_right_one_is_heard_all_the_same(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        limits = replace(Limits(), wrong_keys_of_address=Rate(3, 0.001))
        async with a_protected_hub(folder, limits) as server:
            pairing, key = server.pair("KIM-PC", "1001")
            async with server.client() as client:
                for _ in range(3):
                    assert (await welcome(client, hello(pairing.id, "0" * 64))).refusal == "unknown"
                await client.say(hello(pairing.id, "1" * 64))
                assert await client.ends() == (CLOSE_POLICY, "too many wrong keys")
            async with server.client() as client:
                assert (await welcome(client, hello(pairing.id, key))).is_paired

    run(work, tmp_path)


# By an enrolment key


async def enrol(
    client: TlsClient, key_id: str, key: str, fingerprint: bytes | None = None, extension: str = ""
) -> tuple[Message, bool]:
    """What comes of it, and whether the server has proved that it has the key. fingerprint: as the client
    believes to see it."""
    seen = fingerprint if fingerprint is not None else client.fingerprint
    mine = nonce()
    await client.say(Enrol(key_id, mine.hex(), "KIM-PC", extension))
    theirs = await client.hear()
    if not isinstance(theirs, EnrolProof):
        return theirs, False
    secret, server_nonce = bytes.fromhex(key), bytes.fromhex(theirs.nonce)
    proved = proof(Side.SERVER, secret, seen, mine, server_nonce).hex() == theirs.proof
    await client.say(EnrolAnswer(proof(Side.CLIENT, secret, seen, mine, server_nonce).hex()))
    return await client.hear(), proved


def test_a_roll_out_pairs_by_itself_until_its_key_is_used_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            key = await server.trust.make_key(1, 2)
            for address, extension in ((HERE, "1001"), (THERE, "1002")):
                async with server.client(address) as client:
                    answer, proved = await enrol(client, key.id, key.key)
                    assert proved
                    assert isinstance(answer, Paired)
                    assert answer.extensions == (extension,)
                    assert (await welcome(client, hello(answer.pairing, answer.key))).is_paired
            async with server.client(MOVED) as client:
                assert (await enrol(client, key.id, key.key, extension="1009"))[0] == PairRefused("expired")
            assert key.key not in caplog.text

    run(work, tmp_path)


def test_wrong_unknown_and_expired_enrolment_keys_pair_nobody(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server, server.client() as client:
            key = await server.trust.make_key(1, 5)
            answer, proved = await enrol(client, key.id, "ab" * 32)
            assert (answer, proved) == (PairRefused("wrong"), False)
            assert (await enrol(client, "0" * 16, key.key))[0] == PairRefused("expired")
            # The server's own proof sent back proves nothing, nor does an answer that nobody asked for.
            mine = nonce()
            await client.say(Enrol(key.id, mine.hex()))
            theirs = await client.hear()
            assert isinstance(theirs, EnrolProof)
            await client.say(EnrolAnswer(theirs.proof))
            assert await client.hear() == PairRefused("wrong")
            await client.say(EnrolAnswer(theirs.proof))
            assert await client.hear() == PairRefused("wrong")
            # A recorded answer fits no other nonce of the server's.
            said = proof(
                Side.CLIENT, bytes.fromhex(key.key), client.fingerprint, mine, bytes.fromhex(theirs.nonce)
            )
            await client.say(Enrol(key.id, mine.hex()))
            await client.hear()
            await client.say(EnrolAnswer(said.hex()))
            assert await client.hear() == PairRefused("wrong")
            over = replace(key, until=datetime.now(UTC) - timedelta(seconds=1))
            server.trust.keeper.change(lambda book: book.put_key(over))
            assert (await enrol(client, key.id, key.key))[0] == PairRefused("expired")
            assert not server.trust.keeper.book.pairings

    run(work, tmp_path)


def test_a_pc_of_a_roll_out_that_nothing_says_whose_it_is(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server, server.client(MOVED) as client:
            key = await server.trust.make_key(1, 5)
            assert (await enrol(client, key.id, key.key))[0] == PairRefused("no_extension")
            assert server.trust.keeper.book.keys[key.id].uses_left == 5
            answer, _ = await enrol(client, key.id, key.key, extension="1009")
            assert isinstance(answer, Paired)
            assert answer.extensions == ("1009",)

    run(work, tmp_path)


def test_a_pc_that_is_set_up_anew_leaves_no_second_pairing_and_ends_nobody_elses(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            key = await server.trust.make_key(1, 5)
            elsewhere, _ = server.pair("KIM-PC", "1001", address=MOVED)
            made = []
            for _ in range(2):
                async with server.client() as client:
                    answer, _ = await enrol(client, key.id, key.key)
                    assert isinstance(answer, Paired)
                    made.append(answer.pairing)
            assert set(server.trust.keeper.book.pairings) == {elsewhere.id, made[1]}

    run(work, tmp_path)


def test_enrolling_is_bounded(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        limits = replace(Limits(), enrolments_of_address=Rate(2, 0.001), enrolments=Rate(3, 0.001))
        async with a_protected_hub(folder, limits) as server:
            for address, expected in (
                (HERE, ["expired", "expired", "limited"]),
                (THERE, ["expired", "limited"]),
            ):
                async with server.client(address) as client:
                    for reason in expected:
                        await client.say(Enrol("0" * 16, nonce().hex()))
                        assert await client.hear() == PairRefused(reason)

    run(work, tmp_path)


# Somebody in between


class InBetween:
    """Somebody who ends the client's TLS with a certificate of their own, and passes on what both say."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self.heard: list[Message] = []
        self.identity = read_identity(new_pem())

    async def serve(self, connection: ServerConnection) -> None:
        async with connect(
            f"wss://127.0.0.1:{self._server_port}", ssl=client_context(), proxy=None
        ) as onward:

            async def back() -> None:
                async for text in onward:
                    await connection.send(text)

            back_again = asyncio.ensure_future(back())
            try:
                async for text in connection:
                    self.heard.append(decode(str(text)))
                    await onward.send(text)
            finally:
                back_again.cancel()


def test_somebody_in_between_shows_other_digits_and_cannot_prove_the_enrolment_key(tmp_path: Path) -> None:
    async def work(folder: Path) -> None:
        async with a_protected_hub(folder) as server:
            between = InBetween(server.port)
            context: ssl.SSLContext = server_context(between.identity)
            async with serve(between.serve, "127.0.0.1", 0, ssl=context) as listening:
                port = next(iter(listening.sockets)).getsockname()[1]
                async with server.client(port=port) as client:
                    assert client.fingerprint == between.identity.fingerprint
                    shown = await ask(client, server)
                    (request,) = server.trust.asking.waiting()
                    assert request.digits != shown
                    server.pairer.deny(request.id)
                    assert await client.hear() == PairRefused("denied")
                async with server.client(port=port) as client:
                    key = await server.trust.make_key(1, 5)
                    answer, proved = await enrol(client, key.id, key.key)
                    assert not proved  # here a client stops
                    assert answer == PairRefused("wrong")  # and if it went on, its own proof fits no other
                assert not server.trust.keeper.book.pairings
                assert not any(key.key in encode(message) for message in between.heard)

    run(work, tmp_path)
