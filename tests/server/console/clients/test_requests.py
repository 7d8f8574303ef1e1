from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from packetwave.server.console.clients.requests import RequestCard, RequestList
from packetwave.server.trust.asking import Request
from packetwave.server.trust.pairings import Pairing
from packetwave.ui.theme import DARK, LIGHT
from tests.server.console.conftest import Clock


def a_request(clock: Clock, name: str = "r1", extension: str = "") -> Request:
    return Request(name, "192.168.0.101", "KIM-PC", extension, "042817", clock.at)


class Asked:
    """A list, and what the person decided."""

    def __init__(self, qtbot: QtBot, *pairings: Pairing) -> None:
        self.list = RequestList(LIGHT)
        qtbot.addWidget(self.list)
        self._pairings = pairings
        self.approved: list[tuple[str, tuple[str, ...], str]] = []
        self.denied: list[str] = []
        self.list.approved.connect(lambda *said: self.approved.append(said))
        self.list.denied.connect(self.denied.append)

    def show(self, *requests: tuple[Request, tuple[str, ...]]) -> list[RequestCard]:
        made = self.list.show_requests(list(requests), self._others)
        self.list.show()
        return made

    def _others(self, extensions: tuple[str, ...]) -> tuple[Pairing, ...]:
        return tuple(each for each in self._pairings if set(each.extensions) & set(extensions))


def old_pc(clock: Clock) -> Pairing:
    return Pairing("old", "0" * 64, "OLD-PC", ("1001",), clock.at)


def test_the_digits_are_large_and_read_one_by_one(qtbot: QtBot, clock: Clock) -> None:
    asked = Asked(qtbot)
    (card,) = asked.show((a_request(clock), ("1001",)))
    assert "0 4 2 8 1 7" in card.approve.accessibleDescription()
    assert "KIM-PC at 192.168.0.101" in card.approve.accessibleDescription()
    qtbot.mouseClick(card.approve, Qt.MouseButton.LeftButton)
    assert asked.approved == [("r1", (), "")]
    qtbot.mouseClick(card.deny, Qt.MouseButton.LeftButton)
    assert asked.denied == ["r1"]


def test_the_old_pc_is_retired_unless_the_person_keeps_it(qtbot: QtBot, clock: Clock) -> None:
    asked = Asked(qtbot, old_pc(clock))
    (card,) = asked.show((a_request(clock), ("1001",)))
    assert card.retire.isVisible()
    assert "OLD-PC" in card.retire.text()
    card.approve.click()
    card.retire.click()
    card.approve.click()
    assert asked.approved == [("r1", ("old",), ""), ("r1", (), "")]


def test_a_pc_that_nothing_is_known_of_needs_an_extension(qtbot: QtBot, clock: Clock) -> None:
    asked = Asked(qtbot, old_pc(clock))
    (card,) = asked.show((a_request(clock), ()))
    assert card.extension is not None
    assert not card.approve.isEnabled()
    assert not card.retire.isVisible()
    card.extension.setText("not one!")
    assert not card.approve.isEnabled()
    card.extension.setText(" 1001 ")
    assert card.retire.isVisible()
    card.approve.click()
    assert asked.approved == [("r1", ("old",), "1001")]


def test_a_card_stays_as_the_person_left_it_while_others_come_and_go(qtbot: QtBot, clock: Clock) -> None:
    asked = Asked(qtbot)
    first, second = (a_request(clock, "r1"), ()), (a_request(clock, "r2"), ("1002",))
    (card,) = asked.show(first)
    assert card.extension is not None
    card.extension.setText("1001")
    (new,) = asked.show(first, second)
    assert new.request.id == "r2"
    assert card.extension.text() == "1001"
    assert asked.show(second) == []
    assert asked.list.cards == [new]
    asked.list.set_theme(DARK)
    asked.show()
    assert asked.list.cards == []


def test_names_from_the_network_are_no_markup(qtbot: QtBot, clock: Clock) -> None:
    asked = Asked(qtbot)
    request = Request("r1", "192.168.0.101", "<b>KIM</b>\n", "", "042817", clock.at)
    (card,) = asked.show((request, ("1001",)))
    assert "<b>KIM</b> at" in card.approve.accessibleDescription()
