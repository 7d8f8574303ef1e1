"""PCs that ask to be paired, as data: who may ask how often, and what the digits are worth."""

import hashlib
from datetime import UTC, datetime

import pytest

from packetwave.protocol.pairing import commitment, digits, nonce
from packetwave.server.trust.asking import (
    ASKED_S,
    OF_ADDRESS,
    OF_ALL,
    REVEALS_S,
    WAITING,
    WAITS_S,
    Asking,
    NotPaired,
    Request,
)

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SERVER = hashlib.sha256(b"the server's certificate").digest()
HERE = "192.0.2.1"


def ask(asking: Asking[str], who: str, client_nonce: bytes, now_s: float = 0.0, address: str = HERE) -> bytes:
    answer = asking.ask(who, address, "PC", "1001", commitment(client_nonce), now_s, AT)
    assert isinstance(answer, bytes), answer
    return answer


def try_to(asking: Asking[str], who: str, now_s: float, address: str = HERE) -> bytes | NotPaired:
    return asking.ask(who, address, "PC", "", commitment(nonce()), now_s, AT)


def test_from_the_commitment_to_the_digits_and_the_managers_answer() -> None:
    asking: Asking[str] = Asking(SERVER)
    mine = nonce()
    theirs = ask(asking, "kim", mine)
    assert asking.waiting() == ()  # nothing to compare before the nonce is revealed
    request = asking.reveal("kim", mine, 1.0)
    assert isinstance(request, Request)
    assert request.digits == digits(SERVER, mine, theirs)
    assert asking.waiting() == (request,)
    assert asking.take(request.id, 2.0) == ("kim", request)
    assert asking.take(request.id, 2.0) is None
    assert asking.waiting() == ()


def test_somebody_in_between_has_to_choose_before_they_know() -> None:
    """A man in the middle pairs with both; his two fingerprints give other digits, and what he could still
    choose he had to commit himself to before."""
    asking: Asking[str] = Asking(SERVER)
    his_certificate = hashlib.sha256(b"another certificate").digest()
    alike = 0
    for number in range(200):
        victims, his = nonce(), nonce()
        # The victim's commitment gives him nothing; he commits himself to his own nonce at the server.
        servers = ask(asking, f"{number}", his, number * ASKED_S, f"10.0.{number}.1")
        request = asking.reveal(f"{number}", his, number * ASKED_S)
        assert isinstance(request, Request)
        shown_to_victim = digits(his_certificate, victims, servers)
        alike += request.digits == shown_to_victim
        assert asking.take(request.id, number * ASKED_S) is not None  # denied
    assert alike == 0
    # Nor can he reveal another nonce than the committed one, once he knows the server's.
    ask(asking, "late", nonce(), 1e6)
    assert asking.reveal("late", nonce(), 1e6) is NotPaired.WRONG
    assert asking.reveal("late", nonce(), 1e6) is NotPaired.WRONG


def test_guessing_is_bounded_for_an_address_and_altogether() -> None:
    asking: Asking[str] = Asking(SERVER)
    for number in range(OF_ADDRESS):
        ask(asking, "kim", nonce(), number)
        asking.gone("kim")
    assert try_to(asking, "kim", 10.0) is NotPaired.LIMITED
    assert try_to(asking, "kim", ASKED_S - 1) is NotPaired.LIMITED
    assert isinstance(try_to(asking, "kim", ASKED_S), bytes)  # the first is ten minutes ago
    everybody: Asking[str] = Asking(SERVER)
    for number in range(OF_ALL):
        ask(everybody, f"{number}", nonce(), 0.0, f"10.0.0.{number}")
        everybody.gone(f"{number}")
    assert try_to(everybody, "x", 1.0, "10.0.1.1") is NotPaired.LIMITED
    assert isinstance(try_to(everybody, "x", ASKED_S, "10.0.1.1"), bytes)


def test_refused_digits_never_come_again() -> None:
    nonces = iter(bytes([number]) * 32 for number in range(10))
    asking: Asking[str] = Asking(SERVER, lambda: next(nonces))
    mine = nonce()
    shown = set()
    for number in range(3):
        ask(asking, "kim", mine, number)
        request = asking.reveal("kim", mine, number)
        assert isinstance(request, Request)
        shown.add(request.digits)
        assert asking.take(request.id, number) is not None
    assert len(shown) == 3


def test_one_request_of_an_address_waits_and_so_many_of_all() -> None:
    asking: Asking[str] = Asking(SERVER)
    mine = nonce()
    ask(asking, "kim", mine)
    assert try_to(asking, "another session", 0.0) is NotPaired.LIMITED
    ask(asking, "kim", mine)  # the same asks anew
    for number in range(WAITING - 1):
        ask(asking, f"{number}", nonce(), 0.0, f"10.0.0.{number}")
    assert try_to(asking, "x", 0.0, "10.0.1.1") is NotPaired.LIMITED
    assert not asking.gone("kim")
    assert isinstance(try_to(asking, "x", 0.0, "10.0.1.1"), bytes)


def test_nobody_waits_for_ever() -> None:
    asking: Asking[str] = Asking(SERVER)
    mine = nonce()
    ask(asking, "kim", mine)
    assert asking.reveal("kim", mine, REVEALS_S) is NotPaired.EXPIRED
    ask(asking, "kim", mine)
    request = asking.reveal("kim", mine, 1.0)
    assert isinstance(request, Request)
    assert asking.expire(WAITS_S) == []
    assert asking.take(request.id, 1.0 + WAITS_S) is None
    assert asking.expire(1.0 + WAITS_S) == ["kim"]
    assert asking.waiting() == ()


def test_a_request_goes_with_who_asked() -> None:
    asking: Asking[str] = Asking(SERVER)
    mine = nonce()
    ask(asking, "kim", mine)
    assert not asking.gone("lee")
    request = asking.reveal("kim", mine, 1.0)
    assert isinstance(request, Request)
    assert asking.gone("kim")
    assert asking.take(request.id, 2.0) is None


@pytest.mark.parametrize("twice", [True, False])
def test_a_nonce_without_its_commitment_is_wrong(twice: bool) -> None:
    asking: Asking[str] = Asking(SERVER)
    mine = nonce()
    if twice:
        ask(asking, "kim", mine)
        asking.reveal("kim", mine, 1.0)
    assert asking.reveal("kim", mine, 1.0) is NotPaired.WRONG
    assert asking.waiting() == ()
