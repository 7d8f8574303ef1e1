"""What is only counted is said as one flood."""

from packetwave.server.calls import floods as module
from packetwave.server.calls.floods import LEAST, OVER_S, Floods
from tests.events import line

T0 = 1_700_000_000.0


def said(floods: Floods, at_s: float) -> list[str]:
    return [line(event) for event in floods.said(at_s)]


def test_a_flood_is_said_when_it_has_grown_and_when_it_is_over() -> None:
    floods = Floods()
    share = floods.share("pbx", "1001", is_relay=True)
    lines: list[str] = []
    for number in range(10_000):
        at_s = T0 + number / 1_000
        floods.count(share, at_s, "pbx")
        lines += said(floods, at_s)
    assert 3 <= len(lines) <= 5, lines  # each time it has doubled, at most once a second
    assert lines[0].startswith("flood of 1") and lines[0].endswith("from pbx to 1001")
    assert said(floods, T0 + 10 + OVER_S + 1) == ["flood of 10000 from pbx to 1001, over"]
    assert said(floods, T0 + 1_000) == []


def test_one_flood_has_one_id_and_the_next_another() -> None:
    floods = Floods()
    share = floods.share("pbx", "1001", is_relay=True)
    ids = []
    for begin_s in (T0, T0 + 100):
        for number in range(LEAST):
            floods.count(share, begin_s + number / 10, "pbx")
        ids.append([event.call_id for at_s in (3, 30) for event in floods.said(begin_s + at_s)])
    (first, same), (second, _) = ids
    assert first == same != second


def test_a_few_calls_too_many_are_no_flood() -> None:
    floods = Floods()
    share = floods.share("pbx", "1001", is_relay=True)
    for number in range(LEAST - 1):
        floods.count(share, T0 + number, "pbx")
    assert said(floods, T0 + LEAST) == []
    assert [*floods.end_all()] == []


def test_what_goes_on_at_the_end_is_said() -> None:
    floods = Floods()
    share = floods.share("", "", is_relay=False)
    for number in range(LEAST):
        floods.count(share, T0, f"host-{number % 2}")
    assert [line(event) for event in floods.end_all()] == [f"flood of {LEAST} from several to nobody, over"]


def test_shares_are_bounded(monkeypatch: object) -> None:
    floods = Floods()
    for number in range(module.MAX_SHARES + 10):
        floods.share("pbx", str(number), is_relay=True)
    assert len(floods._shares) == module.MAX_SHARES
