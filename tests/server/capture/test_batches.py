"""Messages of a Linux socket, many at a call. Its users are tested in test_packet_queue and test_mailbox."""

import errno
import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from packetwave.server.capture import batches
from packetwave.server.capture.batches import AT_ONCE, NAME_BYTES, Batches, said_beside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        receiving.bind(("127.0.0.1", 0))
        sending.connect(receiving.getsockname())
        yield receiving, sending


def test_nothing_there_is_said_and_not_waited_for(pair: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(BlockingIOError) as refused:
        Batches(pair[0], 100).receive()
    assert refused.value.errno == errno.EAGAIN


def test_a_batch_after_the_other(pair: tuple[socket.socket, socket.socket]) -> None:
    receiving, sending = pair
    made = Batches(receiving, 100)
    for number in range(AT_ONCE + 5):
        sending.send(b"%d" % number)
    assert made.receive(3) == 3
    assert [made.data(number) for number in range(3)] == [b"0", b"1", b"2"]
    assert made.receive() == AT_ONCE
    assert made.data(AT_ONCE - 1) == b"%d" % (AT_ONCE + 2)
    assert made.receive() == 2
    assert len(made.names()) == 2 * NAME_BYTES
    assert made.names()[4:8] == socket.inet_aton("127.0.0.1")


def test_more_than_is_kept_of_a_message_is_cut(pair: tuple[socket.socket, socket.socket]) -> None:
    receiving, sending = pair
    made = Batches(receiving, 10)
    sending.send(bytes(50))
    made.receive()
    assert made.data(0) == bytes(10)


def test_what_the_kernel_says_beside_it(pair: tuple[socket.socket, socket.socket]) -> None:
    receiving, sending = pair
    receiving.setsockopt(batches.SOL_SOCKET, batches.TIMESTAMP_NS, 1)
    made = Batches(receiving, 10)
    sending.send(b"x")
    made.receive()
    ((level, kind, begin),) = said_beside(made.control(0))
    assert (level, kind) == (batches.SOL_SOCKET, batches.TIMESTAMP_NS)
    assert batches.time_at(made.control(0), begin) > 1.6e9


def test_a_broken_word_ends_the_reading() -> None:
    assert len(list(said_beside(struct.pack("@Nii", 0, 1, 35)))) == 1
    assert list(said_beside(b"\0" * 7)) == []
