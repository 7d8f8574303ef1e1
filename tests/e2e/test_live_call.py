"""Real calls on a real wire: sipp as PBX and phone, a flooding switch, the server live on its probe's port,
the client on the staff's PC. Nothing leaves the test's own namespaces."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest

from packetwave.server.office.values import Member, Put
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from tests.e2e.programs import (
    Program,
    caller,
    needs_screen,
    needs_sipp,
    picture,
    screen,
    sipp,
    start_client,
    start_server,
    wait_until,
    windows,
)
from tests.mongodb import mongodb_server
from tests.netns import Host, Office, needs_namespaces

pytestmark = [needs_namespaces, needs_sipp, pytest.mark.timeout(180)]

PICTURES = Path(__file__).parents[2] / "build" / "screens"
PBX, PHONE, PROBE, STAFF, OTHER = (f"10.9.0.{n}" for n in (10, 21, 30, 101, 102))
SERVER = f"ws://{PROBE}:8765"
HONG = caller("01012345678", "홍길동")

# The owner's own least client, and nothing more.
LEAST_CLIENT = """
import asyncio, json, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as websocket:
        print("connected", flush=True)
        while True:
            print(await websocket.recv(), flush=True)
asyncio.run(main())
"""


class Building:
    """The hosts of the office."""

    def __init__(self, office: Office) -> None:
        self.pbx, self.phone, self.probe, self.staff, self.other = (
            office.host(name, f"{address}/24")
            for name, address in (
                ("pbx", PBX),
                ("phone", PHONE),
                ("probe", PROBE),
                ("staff", STAFF),
                ("other", OTHER),
            )
        )


@pytest.fixture
def building() -> Iterator[Building]:
    with Office() as office:
        yield Building(office)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = SqliteStore(tmp_path / FILE_NAME)
    store.change_members([Put(Member("1001", STAFF, name="김영희")), Put(Member("1002", OTHER))])
    store.close()
    return tmp_path


def least_client(host: Host) -> Program:
    program = Program(host, sys.executable, "-c", LEAST_CLIENT, SERVER)
    program.out.wait_for_words("connected")
    return program


def rings_until_cancelled(building: Building, rings_ms: int) -> "subprocess.Popen[bytes]":
    sipp(building.phone, "phone_rings")
    return sipp(building.pbx, "pbx_calls_and_cancels", "-s", "1001", "-d", str(rings_ms), *HONG, peer=PHONE)


@needs_screen
@pytest.mark.case(24)
def test_popup_comes_once_and_goes_with_the_cancel(building: Building, folder: Path, tmp_path: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    server = start_server(building.probe, folder)
    with screen() as environment:
        client = start_client(
            building.staff, tmp_path / "client", SERVER, environment=environment | {"LANG": "ko_KR.UTF-8"}
        )
        assert windows(environment, "전화 수신") == []
        call = rings_until_cancelled(building, 4000)
        ringing = server.out.wait_for_event("ringing")
        assert (ringing["from"], ringing["to"], ringing["from_name"]) == ("01012345678", "1001", "홍길동")
        incoming = client.out.wait_for_event("incoming_call")
        assert incoming["call_id"] == ringing["call_id"]
        wait_until(lambda: windows(environment, "전화 수신"), "the popup is on the screen")
        picture(environment, PICTURES / "live-popup.png")
        assert len(windows(environment, "전화 수신")) == 1
        ended = server.out.wait_for_event("ended")
        assert (ended["outcome"], ended["call_id"]) == ("missed", ringing["call_id"])
        wait_until(lambda: not windows(environment, "전화 수신"), "the popup is gone")
        picture(environment, PICTURES / "live-after-cancel.png")
        assert call.wait(10) == 0
        assert client.stop() == 0
    assert server.stop() == 0
    events = [json.loads(line)["event"] for line in server.out.rest()]
    assert events.count("ringing") == 1
    alerts = [line for line in client.out.rest() if json.loads(line)["event"] == "incoming_call"]
    assert len(alerts) == 1
    store = SqliteStore(folder / FILE_NAME)
    assert store.open_calls() == []
    store.close()


def test_the_owners_least_client(building: Building, folder: Path) -> None:
    server = start_server(building.probe, folder)
    at_desk = least_client(building.staff)
    elsewhere = least_client(building.other)
    rings_until_cancelled(building, 3000)
    message = json.loads(at_desk.out.wait_for_words("incoming_call"))
    assert (message["type"], message["from"], message["to"]) == ("incoming_call", "01012345678", "1001")
    # One that connects while the phone still rings is told at once.
    late = least_client(building.staff)
    assert json.loads(late.out.wait_for_words("incoming_call"))["call_id"] == message["call_id"]
    at_desk.out.wait_for_words('"outcome":"missed"')
    assert server.stop() == 0
    assert not any("incoming_call" in line for line in elsewhere.out.rest())


def test_answered_call(building: Building, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tone.alaw").write_bytes(b"\xd5" * 8000)
    server = start_server(building.probe, folder)
    client = least_client(building.staff)
    sipp(building.phone, "phone_answers", "-d", "300", "-rtp_echo")
    sipp(building.pbx, "pbx_calls", "-s", "1001", "-d", "500", *HONG, peer=PHONE, folder=tmp_path)
    call_id = server.out.wait_for_event("ringing")["call_id"]
    server.out.wait_for_event("answered", call_id=call_id)
    server.out.wait_for_event("ended", call_id=call_id, outcome="answered")
    client.out.wait_for_words('"state":"answered"')
    assert server.stop() == 0


@pytest.mark.case(17)
def test_killed_server_alerts_again_once_it_is_back(building: Building, folder: Path, tmp_path: Path) -> None:
    server = start_server(building.probe, folder)
    client = start_client(building.staff, tmp_path / "client", SERVER, "--headless", environment={})
    # A phone that never says anything: the PBX sends its INVITE again each half second; a client takes one
    # for over that is not repeated within 2 s of the welcome.
    again = ("-T2", "500", "-max_invite_retrans", "200")
    with building.phone.inside():
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        silent.bind((PHONE, 5060))
    with silent:
        sipp(building.pbx, "pbx_calls_and_cancels", "-s", "1001", "-d", "1000", *again, *HONG, peer=PHONE)
        call_id = client.out.wait_for_event("incoming_call")["call_id"]
        # Said by now; said once more only where its record was not stored yet when the server died.
        assert server.out.wait_for_event("ringing")["call_id"] == call_id
        server.kill()
        client.out.wait_for_event("disconnected")
        server = start_server(building.probe, folder)
        server.out.wait_for_event("unwatched")
        # Clients are told again; to one that knew the call it is the same one.
        newcomer = least_client(building.staff)
        assert json.loads(newcomer.out.wait_for_words("incoming_call"))["call_id"] == call_id
        client.out.wait_for_event("connected")
    assert client.stop() == 0
    assert sum('"incoming_call"' in line for line in client.out.rest()) == 1
    assert server.stop() == 0
    store = SqliteStore(folder / FILE_NAME)
    assert [record.call_id for record in store.open_calls()] == [call_id]
    store.close()


def test_killed_client_is_told_again_once_it_is_back(
    building: Building, folder: Path, tmp_path: Path
) -> None:
    server = start_server(building.probe, folder)
    client = start_client(building.staff, tmp_path / "client", SERVER, "--headless", environment={})
    rings_until_cancelled(building, 5000)
    call_id = client.out.wait_for_event("incoming_call")["call_id"]
    client.kill()
    client = start_client(building.staff, tmp_path / "client", SERVER, "--headless", environment={})
    assert client.out.wait_for_event("incoming_call")["call_id"] == call_id
    client.out.wait_for_event("call_update", call_id=call_id)
    server.out.wait_for_event("ended", call_id=call_id, outcome="missed")
    assert client.stop() == 0
    assert server.stop() == 0


def test_killed_database_loses_no_call(building: Building, tmp_path: Path) -> None:
    # On the server's own PC: everything here happens in the probe's namespace.
    with building.probe.inside(), mongodb_server(tmp_path / "mongo") as database:
        with pymongo.MongoClient[Any](database.uri) as mongo:
            mongo["packetwave"]["members"].insert_many(
                [
                    {"extension_num": "1001", "default_ip": STAFF},
                    {"extension_num": "7", "default_ip": "nonsense"},
                ]
            )
        server = start_server(building.probe, tmp_path / "server", "--mongodb", database.uri)
        assert "nonsense" in "".join(server.err.seen)
        client = least_client(building.staff)
        database.kill()
        server.err.wait_for_words("cannot be reached")
        rings_until_cancelled(building, 300)
        # The last known members go on serving.
        client.out.wait_for_words("incoming_call")
        call_id = server.out.wait_for_event("ringing")["call_id"]
        server.out.wait_for_event("ended", call_id=call_id, outcome="missed")
        database.restart()
        server.err.wait_for_words("is there")

        def written() -> bool:
            with pymongo.MongoClient[Any](database.uri) as mongo:
                return mongo["packetwave"]["calls"].count_documents({"_id": call_id}) == 1

        wait_until(written, "the call is in the database, once")
        assert server.stop() == 0
