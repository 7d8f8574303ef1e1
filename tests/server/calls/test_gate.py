"""Floods, with genuine calls among them: nothing genuine is lost, late, or ended twice."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from packetwave.server.calls.events import Ended, Flooded, Ringing
from packetwave.server.calls.gate import MAX_ASIDE
from packetwave.server.calls.share import LEAST_OF_SOURCE, OF_EXTENSION, OF_PROVEN, TOGETHER
from packetwave.server.calls.standing import ON_TRIAL_S
from tests.server.calls.conversation import Conversation

CALLER = "01012345678"


def of_office(**options: object) -> Conversation:
    """A PBX that has rung phones for some time, for calls of a carrier."""
    talk = Conversation()
    for seconds in (0.0, ON_TRIAL_S, 1.0):
        talk.wait(seconds)
        for caller in ("0255510001", "0255510002"):
            trunk = talk.leg("carrier", "pbx", caller, "0212345678").invite()
            talk.leg("pbx", "p4", caller, "1004").invite().ring().cancel().reply(487)
            trunk.reply(487)
    talk.wait(100)
    talk.events.clear()
    return talk


def scan(talk: Conversation, number: int) -> None:
    talk.leg(f"stranger-{number}", "pbx", "100", str(1001 + number % 4)).invite()


def scan_phone(talk: Conversation, number: int) -> None:
    talk.leg(f"stranger-{number % 50}", f"p{1 + number % 4}", "100", str(1001 + number % 4)).invite()


def spoof_phone(talk: Conversation, number: int) -> None:
    """Both sides are forged, from ever other addresses."""
    talk.leg(f"stranger-{number}", "p1", f"02{number:08}", "1001").invite().ring()


def spoof_from_few(talk: Conversation, number: int) -> None:
    """The same from few, who so look like PBXs."""
    talk.leg(f"stranger-{number % 5}", "p1", f"02{number:08}", "1001").invite().ring()


def spoof_pbx(talk: Conversation, number: int) -> None:
    talk.leg("pbx", "p4", f"02{number:08}", "1004").invite().ring()


def spoof_pbx_anywhere(talk: Conversation, number: int) -> None:
    talk.leg("pbx", "elsewhere", "100", str(2000 + number * 7919 % 7000)).invite()


def replies_alone(talk: Conversation, number: int) -> None:
    talk.leg("pbx", "p4", f"02{number:08}", "1004").ring()


FLOODS: list[Callable[[Conversation, int], None]] = [
    scan,
    scan_phone,
    spoof_phone,
    spoof_from_few,
    spoof_pbx,
    spoof_pbx_anywhere,
    replies_alone,
]


def genuine(talk: Conversation, flood: Callable[[], None]) -> list[str]:
    """Calls of every kind, with what floods them between all their messages; what is on their record."""
    flood()
    trunk = talk.leg("carrier", "pbx", CALLER, "0212345678").invite()
    flood()
    first = talk.leg("pbx", "p1", CALLER, "1001").invite()
    flood()
    second = talk.leg("pbx", "p2", CALLER, "1002").invite()
    third = talk.leg("pbx", "p3", "0317654321", "1003").invite()
    for leg in (first, second, third):
        leg.ring()
        flood()
    second.answer()
    first.cancel().reply(487)
    trunk.answer()
    flood()
    third.cancel()
    flood()
    third.reply(487)
    talk.wait(1)
    second.bye()
    trunk.bye()
    flood()
    talk.wait(1)
    ours = {
        event.call_id
        for event in talk.events
        if isinstance(event, Ringing) and event.caller in (CALLER, "0317654321")
    }
    return [
        text
        for event, text in zip(talk.events, talk.lines, strict=True)
        if event.call_id in ours and not text.endswith((": stopped", ": rings again"))
    ]


QUIET = [
    "01012345678 → 1001 dialled 0212345678",
    "01012345678 → 1002 dialled 0212345678",
    "0317654321 → 1003",
    "1002: answered",
    "1001: ended answered_elsewhere by 1002",
    "1003: ended missed",
    "1002: ended answered",
]


def test_without_a_flood() -> None:
    assert sorted(genuine(of_office(), lambda: None)) == sorted(QUIET)


@pytest.mark.parametrize("kind", [kind for kind in FLOODS if kind not in (spoof_phone, spoof_from_few)])
def test_a_flood_changes_nothing_of_others(kind: Callable[[Conversation, int], None]) -> None:
    """Of other extensions, or of another source; also what the carrier's leg shows, which is a stranger's."""
    talk = of_office()
    numbers = iter(range(1_000_000))

    def flood() -> None:
        for _ in range(150):
            talk.now_s += 0.0002
            kind(talk, next(numbers))

    for _ in range(20):  # all that may come at once is used up
        flood()
    talk.events.clear()
    assert sorted(genuine(talk, flood)) == sorted(QUIET)


@pytest.mark.parametrize("kind", [spoof_phone, spoof_from_few])
def test_a_flood_of_both_sides_at_the_same_phone_changes_nothing_of_the_pbx(
    kind: Callable[[Conversation, int], None],
) -> None:
    test_a_flood_changes_nothing_of_others(kind)


@pytest.mark.parametrize("seed", range(12))
def test_nor_does_any_mixture(seed: int) -> None:
    talk, random = of_office(), Random(seed)
    kinds = random.sample(FLOODS, random.randrange(1, 4))
    numbers = iter(range(1_000_000))

    def flood() -> None:
        for _ in range(random.randrange(200)):
            talk.now_s += random.choice((0.00005, 0.0002, 0.001))
            random.choice(kinds)(talk, next(numbers))

    for _ in range(10):
        flood()
    talk.events.clear()
    assert sorted(genuine(talk, flood)) == sorted(QUIET)
    talk.wait(2_000)
    talk.wait(2_000)
    rung = Counter(event.call_id for event in talk.events if isinstance(event, Ringing))
    ends = Counter(event.call_id for event in talk.events if isinstance(event, Ended))
    assert set(rung.values()) | set(ends.values()) <= {1}
    assert rung.keys() <= ends.keys(), "each ringing has its end"
    assert talk.tracker.is_empty


def test_a_pbx_nobody_knows_yet_is_heard_through_a_flood_of_scanners() -> None:
    """In front, behind and between; its calls are said when their phones reply. The carrier's own leg, a
    stranger's like the scanners', may be missed, and with it what was dialled."""
    talk = Conversation()
    numbers = iter(range(1_000_000))

    def flood() -> None:
        for _ in range(200):
            talk.now_s += 0.0001
            scan(talk, next(numbers))

    for _ in range(30):
        flood()
    said = [text.partition(" dialled")[0] for text in genuine(talk, flood)]
    rings = [text.partition(" dialled")[0] for text in QUIET if "→" in text]
    assert [text for text in said if "→" in text] == rings
    assert sorted(text for text in said if "ended" in text) == sorted(
        text for text in QUIET if "ended" in text
    )


def test_a_flood_is_told_up_to_its_budget_and_then_counted() -> None:
    talk = of_office()
    for number in range(5_000):
        spoof_pbx(talk, number)
        talk.now_s += 0.0001
    talk.wait(30)
    rung = [event for event in talk.events if isinstance(event, Ringing)]
    assert len(rung) == OF_PROVEN * OF_EXTENSION.ringing
    floods = [event for event in talk.events if isinstance(event, Flooded)]
    assert {(flood.source, flood.called, flood.call_id) for flood in floods} == {
        ("pbx", "1004", floods[0].call_id)
    }
    assert floods[-1].over and floods[-1].count + len(rung) == 5_000


def test_what_ends_makes_room_for_others() -> None:
    talk = of_office()
    for number in range(3_000):
        talk.leg("pbx", "p4", f"02{number:08}", "1004").invite().ring().cancel().reply(487)
        talk.now_s += 0.05
    assert len([text for text in talk.lines if "→ 1004" in text]) == 3_000
    assert not any(isinstance(event, Flooded) for event in talk.events)


def test_who_rings_from_many_hosts_has_no_more_of_a_phone() -> None:
    talk = of_office()
    for number in range(5_000):
        spoof_phone(talk, number)
        talk.now_s += 0.0001
    assert len(talk.lines) <= OF_PROVEN * OF_EXTENSION.ringing
    leg = talk.leg("pbx", "p1", CALLER, "1001").invite()
    assert talk.lines[-1] == f"{CALLER} → 1001", "at the INVITE, as ever"
    for number in range(LEAST_OF_SOURCE - 1):
        talk.leg("pbx", "p1", f"0311234{number:04}", "1001").invite()
    assert len([text for text in talk.lines if text.startswith("0311234")]) == LEAST_OF_SOURCE - 1
    leg.answer()
    assert talk.lines[-1] == "1001: answered"


def test_while_the_loop_is_behind_strangers_ring_nobody() -> None:
    crowded = [True]
    talk = of_office()
    talk.tracker.gate._is_crowded = lambda: crowded[0]
    talk.leg("stranger", "p1", "02999", "1001").invite().ring()
    talk.leg("pbx", "p2", CALLER, "1002").invite().ring()
    assert talk.lines == [f"{CALLER} → 1002"]
    crowded[0] = False
    talk.leg("stranger", "p1", "02998", "1001").invite().ring()
    assert talk.lines[-1] == "02998 → 1001"


def test_what_is_put_aside_is_bounded_and_forgotten() -> None:
    talk = of_office()
    for number in range(int(TOGETHER.burst) + 3 * MAX_ASIDE):
        scan(talk, number)
    assert len(talk.tracker.gate) == MAX_ASIDE
    talk.wait(40)
    assert not len(talk.tracker.gate)
