import threading

from packetwave.common.standstill import Standstill, stack_of


def looks(seen: Standstill, *counts: object, patience: int = 1) -> list[bool]:
    """What is said at looks a second apart."""
    return [seen.look(count, float(at), patience=patience) for at, count in enumerate(counts)]


def test_what_moves_is_well() -> None:
    assert looks(Standstill(looks=2), 1, 2, 3, 4) == [False] * 4


def test_what_has_nothing_to_do_is_well() -> None:
    assert looks(Standstill(looks=2), None, None, None, None) == [False] * 4


def test_what_does_not_move_is_told_once_and_for_how_long_it_was() -> None:
    seen = Standstill(looks=2)
    assert looks(seen, 7, 7, 7, 7, 7) == [False, False, True, False, False]
    assert (seen.is_still, seen.still_s) == (True, 4.0)
    assert not seen.look(8, 6.0)
    assert (seen.is_still, seen.still_s) == (False, 6.0)
    assert not seen.look(8, 7.0)
    assert seen.look(8, 8.0)  # and again


def test_a_pause_of_who_looks_is_no_standstill() -> None:
    seen = Standstill(looks=3)
    assert not seen.look(1, 0.0)
    assert not seen.look(1, 1_000.0)  # the whole program was stopped meanwhile
    assert not seen.look(2, 1_000.5)


def test_what_may_take_long_is_waited_for() -> None:
    assert looks(Standstill(looks=2), 1, 1, 1, 1, 1, patience=2) == [False] * 4 + [True]


def test_where_a_thread_is() -> None:
    begun, may_go = threading.Event(), threading.Event()

    def stands_here() -> None:
        begun.set()
        may_go.wait(30)

    thread = threading.Thread(target=stands_here, name="some thread")
    thread.start()
    begun.wait(30)
    said = stack_of(thread.ident)
    may_go.set()
    thread.join()
    assert "some thread" in said and "stands_here" in said
    assert "has ended" in stack_of(thread.ident)
    assert "has ended" in stack_of(None)
