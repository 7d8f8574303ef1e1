"""Counts over five minutes, and bounded tables of names."""

import pytest

from packetwave.server.diagnosis.window import MAX_NAMES, STEPS, Sightings, Window


def test_what_is_older_than_five_minutes_is_forgotten() -> None:
    window = Window()
    window.add("sip", 5)
    window.step()
    window.add("sip")
    assert (window["sip"], window.lately("sip", 1), window.lately("sip", 2)) == (6, 1, 6)
    for _ in range(STEPS):
        window.step()
    assert window["sip"] == 1
    window.step()
    assert window["sip"] == 0 and window.is_empty


def test_a_cleared_window_begins_anew() -> None:
    window = Window()
    window.add("sip")
    window.step()
    window.clear()
    assert window.is_empty and window["sip"] == 0
    window.step()
    assert window["sip"] == 0


def test_a_name_counts_from_its_third_sighting_and_is_news_once() -> None:
    seen = Sightings(enough=3, kept_s=60)
    for at_s in (0.0, 1.0):
        seen.see("a", at_s)
    assert (seen.names(1), seen.news, seen.holds("a", 1)) == ([], False, False)
    seen.see("a", 2)
    assert (seen.names(2), seen.news, seen.holds("a", 2)) == (["a"], True, True)
    seen.news = False
    seen.see("a", 3)
    assert not seen.news
    assert (seen.names(63), seen.holds("a", 64)) == (["a"], False)
    assert seen.names(64) == [] and len(seen) == 0


@pytest.mark.case(38)
def test_forged_names_push_out_those_not_seen_for_longest() -> None:
    seen = Sightings(enough=1, kept_s=60)
    for number in range(10 * MAX_NAMES):
        seen.see("steady", 0)
        seen.see(f"forged {number}", 0)
    assert len(seen) == MAX_NAMES
    assert seen.names(0)[0] == "steady"
    seen.forget("steady")
    assert not seen.holds("steady", 0)
