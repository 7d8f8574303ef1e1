"""One UDP socket, both ways of reading it, with real datagrams."""

import select
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from packetwave.server.capture import batches, mailbox
from packetwave.server.capture.mailbox import Letter, Mailbox, Turn, open_mailbox
from tests.server.capture.test_doors import free_port

HERE = "127.0.0.1"

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says it")


@pytest.fixture(params=[True, False], ids=["batches", "single"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param and not batches.is_possible():
        pytest.skip("only Linux has it")
    monkeypatch.setattr(batches, "is_possible", lambda: request.param)
    return bool(request.param)


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        yield made


def whole(box: Mailbox) -> Turn:
    """What there is."""
    assert select.select([box], [], [], 20)[0]
    return box.read()


def test_confirmed_senders_letters_come_with_their_time(way: bool, sender: socket.socket) -> None:
    port = free_port()
    box = open_mailbox(port, frozenset((HERE, "192.0.2.1", "2001:db8::1")))
    assert box.read() == Turn([], [], 0, True)
    before_s = time.time()
    for data in (b"one", b"", bytes(65_000)):
        sender.sendto(data, (HERE, port))
    turn = whole(box)
    assert [(one.source, one.data) for one in turn.letters] == [
        (HERE, b"one"),
        (HERE, b""),
        (HERE, bytes(65_000)),
    ]
    assert all(before_s - 0.1 <= one.at_s <= time.time() + 0.1 for one in turn.letters)
    assert (turn.strangers, turn.turned_away, turn.is_all, box.lost) == ([], 0, True, 0)
    box.close()
    box.close()


def test_strangers_are_counted_and_one_a_call_is_shown(way: bool, sender: socket.socket) -> None:
    port = free_port()
    box = open_mailbox(port, frozenset(("192.0.2.1",)))
    for number in range(40):
        sender.sendto(b"%d" % number, (HERE, port))
    turn = whole(box)
    assert (turn.letters, turn.turned_away) == ([], 40)
    assert 1 <= len(turn.strangers) <= 2
    assert {source for source, _ in turn.strangers} == {HERE}
    box.close()


def test_a_turn_is_bounded(way: bool, sender: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "TURN", 64)
    port = free_port()
    box = open_mailbox(port, frozenset((HERE,)))
    for number in range(100):
        sender.sendto(b"%d" % number, (HERE, port))
    first, second = whole(box), whole(box)
    assert (len(first.letters), first.is_all, len(second.letters), second.is_all) == (64, False, 36, True)
    box.close()


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
def test_senders_by_ipv6(way: bool) -> None:
    port = free_port()
    box = open_mailbox(port, frozenset(("::1",)))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        six.sendto(b"six", ("::1", port))
    (letter,) = whole(box).letters
    assert letter == Letter(letter.at_s, "::1", b"six")
    box.close()
    other = open_mailbox(port, frozenset((HERE,)))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        six.sendto(b"six", ("::1", port))
    turn = whole(other)
    assert (turn.letters, turn.strangers) == ([], [("::1", b"six")])
    other.close()


def test_where_there_is_no_ipv6(way: bool, sender: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    port = free_port()
    box = open_mailbox(port, frozenset((HERE,)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.3", 0))
        sender.sendto(b"four", (HERE, port))
        stranger.sendto(b"who", (HERE, port))
    turn = whole(box)
    if not turn.turned_away:
        turn = Turn(turn.letters + whole(box).letters, [("127.0.0.3", b"who")], 1, True)
    assert [(one.source, one.data) for one in turn.letters] == [(HERE, b"four")]
    assert turn.strangers == [("127.0.0.3", b"who")]
    box.close()


def test_a_taken_port_is_an_error(way: bool) -> None:
    port = free_port()
    box = open_mailbox(port, frozenset())
    with pytest.raises(OSError, match="in use"):
        open_mailbox(port, frozenset())
    box.close()


@linux
def test_what_the_system_had_no_room_for_is_counted(sender: socket.socket) -> None:
    port = free_port()
    box = open_mailbox(port, frozenset((HERE,)))
    data, sent = bytes(60_000), 1_000  # 60 MB, far more than waits anywhere
    for _ in range(sent):
        sender.sendto(data, (HERE, port))
    kept = 0
    while select.select([box], [], [], 0)[0]:
        kept += len(box.read().letters)
    sender.sendto(b"last", (HERE, port))  # with it the system says what it lost before
    kept += len(whole(box).letters)
    assert 0 < kept < sent
    assert box.lost == sent + 1 - kept
    box.close()


@linux
def test_a_report_has_the_time_at_which_it_came_and_not_when_it_was_read(sender: socket.socket) -> None:
    port = free_port()
    box = open_mailbox(port, frozenset((HERE,)))
    before_s = time.time()
    sender.sendto(b"HEP3", (HERE, port))
    after_s = time.time()
    (letter,) = box.read().letters
    box.close()
    assert before_s - 0.01 <= letter.at_s <= after_s
