from datetime import datetime, timedelta

import pytest

from packetwave.server.console.clients.words import (
    moment,
    spaced,
    trust_matter,
    untold_words,
    waiting_words,
)
from packetwave.server.hub.clients import Untold
from packetwave.server.trust.identity import IdentityTrouble
from packetwave.server.trust.keeping import BookTrouble
from packetwave.server.trust.trust import TrustState
from tests.server.console.conftest import Clock


def is_korean(text: str) -> bool:
    return any("가" <= char <= "힣" for char in text)


@pytest.mark.parametrize("untold", Untold)
def test_why_a_pc_is_told_nothing_is_said_in_korean(untold: Untold, korean: None) -> None:
    assert untold_words(untold).startswith("알림 없음:")


@pytest.mark.parametrize("trouble", [*IdentityTrouble, *BookTrouble])
def test_what_is_the_matter_is_said_with_a_next_step(
    trouble: IdentityTrouble | BookTrouble, korean: None
) -> None:
    is_of_the_book = isinstance(trouble, BookTrouble)
    state = TrustState(book_trouble=trouble) if is_of_the_book else TrustState(identity_trouble=trouble)  # type: ignore[arg-type]
    matter = trust_matter(state)
    assert matter is not None
    assert is_korean(matter.what)
    assert is_korean(matter.next_step)


def test_nothing_is_the_matter(korean: None) -> None:
    assert trust_matter(TrustState()) is None
    assert is_korean(waiting_words(2)[1])


def test_times_of_today_have_no_date(clock: Clock) -> None:
    now = clock.at
    assert moment(now, now) == f"{now.astimezone():%H:%M:%S}"
    assert moment(now - timedelta(days=1), now).startswith(
        f"{(now - timedelta(days=1)).astimezone():%Y-%m-%d}"
    )
    assert moment(None, datetime.now(now.tzinfo)) == "–"


def test_digits_come_in_two_groups() -> None:
    assert spaced("042817") == "042 817"
