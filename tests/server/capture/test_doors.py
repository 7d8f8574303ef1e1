"""Doors beside the mirror, with real datagrams on the loopback address."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from packetwave.server.capture import doors as module
from packetwave.server.capture.doors import Datagram, DoorFault, DoorKind, Doors
from packetwave.server.capture.mailbox import open_mailbox

HERE = frozenset(("127.0.0.1",))


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Room:
    """Doors, and whoever sends to them."""

    def __init__(self, trusted: frozenset[str], *kinds: DoorKind) -> None:
        self.ready = threading.Event()
        self.doors = Doors({kind: free_port() for kind in kinds}, trusted, self.ready.set)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, kind: DoorKind, *datagrams: bytes) -> None:
        for data in datagrams:
            self.sender.sendto(data, ("127.0.0.1", self.doors.ports[kind]))

    def wait_for(self, count: int) -> list[Datagram]:
        taken: list[Datagram] = []
        while len(taken) < count:
            assert self.ready.wait(20)
            self.ready.clear()
            taken += self.doors.take(1000)
        return taken

    def close(self) -> None:
        self.doors.close()
        self.doors.close()
        self.sender.close()


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room(HERE, DoorKind.HEP, DoorKind.TZSP)
    made.doors.open()
    yield made
    made.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "doors"]


def test_what_confirmed_senders_send_waits_in_its_order(room: Room) -> None:
    room.send(DoorKind.HEP, b"HEP3 one", b"HEP3 two")
    room.send(DoorKind.TZSP, b"\x01\x00\x00\x01 three")
    taken = room.wait_for(3)
    assert {(one.kind, one.source, one.data) for one in taken} == {
        (DoorKind.HEP, "127.0.0.1", b"HEP3 one"),
        (DoorKind.HEP, "127.0.0.1", b"HEP3 two"),
        (DoorKind.TZSP, "127.0.0.1", b"\x01\x00\x00\x01 three"),
    }
    assert [one.data for one in taken if one.kind is DoorKind.HEP] == [b"HEP3 one", b"HEP3 two"]
    hep, tzsp = room.doors.states()
    assert (hep.datagrams, hep.strangers, tzsp.datagrams, hep.fault) == (2, 0, 1, None)


def test_strangers_are_turned_away_and_named_once_where_they_send_what_is_expected() -> None:
    room = Room(frozenset(("192.0.2.1",)), DoorKind.HEP)
    room.doors.open()
    room.send(DoorKind.HEP, *[b"HEP3 forged"] * 50, b"noise")
    while sum(state.strangers for state in room.doors.states()) < 51:
        threading.Event().wait(0.001)
    assert room.doors.take(1000) == []
    assert room.doors.strangers() == [(DoorKind.HEP, "127.0.0.1")]
    room.send(DoorKind.HEP, b"noise")
    while sum(state.strangers for state in room.doors.states()) < 52:
        threading.Event().wait(0.001)
    assert room.doors.strangers() == []
    room.close()


def test_what_nobody_takes_is_bounded_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 10)
    room = Room(HERE, DoorKind.HEP)
    room.doors.open()
    for _ in range(50):
        room.send(DoorKind.HEP, b"HEP3")
    while sum(state.datagrams + state.lost for state in room.doors.states()) < 50:
        threading.Event().wait(0.001)
    assert len(room.doors.take(1000)) == 10
    assert room.doors.states()[0].lost == 40
    room.close()


def test_so_many_bytes_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty thousand of the largest datagrams would be 1.3 GB."""
    monkeypatch.setattr(module, "WAITING_BYTES", 200_000)
    room = Room(HERE, DoorKind.HEP)
    room.doors.open()
    large = b"HEP3" + bytes(60_000)
    for _ in range(2):
        for number in range(5):
            room.send(DoorKind.HEP, large)
            while sum(state.datagrams + state.lost for state in room.doors.states()) % 5 != (number + 1) % 5:
                threading.Event().wait(0.001)
        assert [len(one.data) for one in room.doors.take(1000)] == [60_004] * 3  # room is there again
    assert room.doors.lost == 4
    room.close()


def test_a_flood_of_strangers_costs_no_report_of_a_confirmed_sender() -> None:
    """100,000 datagrams in a row from an address that is not confirmed, 200 genuine ones among them; sent as
    fast as they are read, so that no socket's room is tried here."""
    room = Room(frozenset(("127.0.0.2",)), DoorKind.HEP)
    room.doors.open()
    pbx = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    pbx.bind(("127.0.0.2", 0))
    port = room.doors.ports[DoorKind.HEP]
    forged = b"HEP3" + bytes(400)
    until = time.monotonic() + 60

    def wait_for(count: int) -> None:
        while sum(state.strangers + state.datagrams for state in room.doors.states()) < count:
            assert time.monotonic() < until
            threading.Event().wait(0.0002)

    for number in range(100_000):
        room.sender.sendto(forged, ("127.0.0.1", port))
        if number % 500 == 0:
            pbx.sendto(b"HEP3 %d" % number, ("127.0.0.1", port))
        if number % 100 == 0:
            wait_for(number - 100)
    wait_for(100_200)
    pbx.close()
    taken = room.doors.take(1000)
    (state,) = room.doors.states()
    assert [one.data for one in taken] == [b"HEP3 %d" % number for number in range(0, 100_000, 500)]
    assert (state.datagrams, state.strangers, state.lost) == (200, 100_000, 0)
    assert room.doors.strangers() == [(DoorKind.HEP, "127.0.0.1")]
    room.close()


def test_forged_addresses_make_no_list_grow() -> None:
    room = Room(frozenset(), DoorKind.HEP)
    for number in range(1000):
        room.doors._name(DoorKind.HEP, f"192.0.2.{number}", b"HEP3")
    assert len(room.doors.strangers()) == 64
    room.close()


def test_a_port_that_is_taken_is_said_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.01)
    room = Room(HERE, DoorKind.HEP)
    port = room.doors.ports[DoorKind.HEP]
    taken = open_mailbox(port, frozenset())
    room.doors.open()
    state = room.doors.states()[0]
    assert (state.fault, state.reason, room.doors.is_any_open) == (
        DoorFault.TAKEN,
        "Address already in use",
        False,
    )
    assert caplog.text.count("cannot be received on UDP port") == 1
    taken.close()
    while not room.doors.is_any_open:
        threading.Event().wait(0.001)
    room.send(DoorKind.HEP, b"HEP3")
    assert len(room.wait_for(1)) == 1
    room.close()


def test_an_answer_that_reached_nobody_closes_no_door(room: Room) -> None:
    room.send(DoorKind.HEP, b"HEP3")
    room.wait_for(1)
    room.sender.close()  # whoever answers it now is told so by ICMP
    other = Room(HERE)
    other.sender.sendto(b"HEP3 again", ("127.0.0.1", room.doors.ports[DoorKind.HEP]))
    assert room.wait_for(1)[0].data == b"HEP3 again"
    other.close()


def test_doors_that_were_never_opened_leave_nothing_open() -> None:
    doors = Doors({DoorKind.HEP: free_port()}, frozenset())
    reader = doors._stop_reader
    doors.close()
    doors.close()
    assert reader.fileno() == -1
