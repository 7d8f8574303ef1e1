from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from packetwave.server.console.members.rows import EXTENSION, IP, NAME, NOTE
from packetwave.server.console.members.table import STATE_COLUMN, MemberModel
from packetwave.server.console.parts.cells import WRONG
from packetwave.server.office.values import Member, MemberChange, MemberTable, Put, Remove
from tests.server.console.conftest import member

KIM = member("1001", "192.168.0.101", "김영희")
PARK = member("1002", "192.168.0.102", "박민수")
LEE = member("1003", "192.168.0.103", "이철수")


class Store:
    """The other side: takes the changes that the model asks for, and answers when the test says so."""

    def __init__(self, model: MemberModel, *members: Member) -> None:
        self.asked: list[list[MemberChange]] = []
        self._model = model
        self._rows = {each.row_id: each for each in members}
        self._next = 0
        model.changes_wanted.connect(self.asked.append)
        self.tell()

    def take(self, changes: Sequence[MemberChange]) -> None:
        """Store changes."""
        for change in changes:
            if isinstance(change, Remove):
                del self._rows[change.row_id]
            elif change.member.row_id:
                self._rows[change.member.row_id] = change.member
            else:
                self._next += 1
                row_id = f"new-{self._next}"
                self._rows[row_id] = replace(change.member, row_id=row_id)

    def tell(self) -> None:
        self._model.merge(MemberTable(tuple(sorted(self._rows.values(), key=lambda m: m.extension_num))))

    def answer(self) -> None:
        """Store all that was asked for and say so."""
        asked, self.asked[:] = list(self.asked), []
        for changes in asked:
            self.take(changes)
            self.tell()

    def rows(self) -> list[tuple[str, str, str]]:
        members = sorted(self._rows.values(), key=lambda m: m.extension_num)
        return [(m.extension_num, m.default_ip, m.name) for m in members]


@pytest.fixture
def model(qtbot: QtBot) -> Iterator[MemberModel]:
    made = MemberModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    tester.deleteLater()
    made.deleteLater()


def shown(model: MemberModel) -> list[tuple[str, str, str]]:
    texts = [model.texts(row) for row in range(model.rowCount())]
    return [(each[EXTENSION], each[IP], each[NAME]) for each in texts]


def state(model: MemberModel, row: int) -> str:
    said = model.index(row, STATE_COLUMN).data()
    assert isinstance(said, str)
    return said


def put(model: MemberModel, row: int, which: int, text: str) -> bool:
    return model.setData(model.index(row, which), text)


def test_a_right_change_is_saved_at_once(model: MemberModel) -> None:
    store = Store(model, KIM, PARK)
    assert put(model, 0, NAME, "김영이")
    assert store.asked == [[Put(replace(KIM, name="김영이"))]]
    assert state(model, 0) == "Saving…"
    store.answer()
    assert state(model, 0) == "Not connected"
    assert store.asked == []


def test_nothing_changed_is_nothing_saved(model: MemberModel) -> None:
    store = Store(model, KIM)
    put(model, 0, NAME, KIM.name)
    assert store.asked == []
    assert not model.undo.canUndo()


@pytest.mark.parametrize(
    ("which", "text", "said"),
    [
        (IP, "192.168.0.1033", "Not an IP address"),
        (IP, "", "The PC's IP is missing"),
        (EXTENSION, "", "The extension is missing"),
        (EXTENSION, "천일", "Not an extension"),
    ],
)
def test_a_wrong_change_is_marked_and_not_saved(model: MemberModel, which: int, text: str, said: str) -> None:
    store = Store(model, KIM, PARK)
    put(model, 0, which, text)
    assert store.asked == []
    assert state(model, 0) == said
    assert model.index(0, which).data(WRONG) is True
    assert model.index(0, NAME).data(WRONG) is False
    assert state(model, 1) == "Not connected"


def test_a_wrong_row_is_saved_once_it_is_right(model: MemberModel) -> None:
    store = Store(model, KIM)
    put(model, 0, IP, "192.168.0.1033")
    put(model, 0, NAME, "김")
    assert store.asked == []
    put(model, 0, IP, "192.168.0.133")
    assert store.asked == [[Put(replace(KIM, name="김", default_ip="192.168.0.133"))]]


def test_text_is_marked_while_it_is_typed(model: MemberModel) -> None:
    store = Store(model, KIM)
    index = model.index(0, IP)
    model.set_typing(index, "192.168.0.")
    assert state(model, 0) == "Not an IP address"
    model.set_typing(index, "192.168.0.7")
    assert state(model, 0) == "Not connected"
    assert store.asked == []
    model.set_typing(index, None)
    assert store.asked == []


def test_a_doubled_row_is_marked_and_not_saved(model: MemberModel) -> None:
    store = Store(model, KIM, PARK)
    model.write([(2, EXTENSION, "1001"), (2, IP, " 192.168.0.101 ")])
    assert state(model, 2) == "There twice"
    assert state(model, 0) == "Not connected"
    assert store.asked == []
    put(model, 2, IP, "192.168.0.111")
    assert len(store.asked) == 1


def test_one_extension_may_have_two_desks(model: MemberModel) -> None:
    store = Store(model, KIM)
    model.write([(1, EXTENSION, "1001"), (1, IP, "192.168.0.200")])
    store.answer()
    assert shown(model) == [("1001", "192.168.0.101", "김영희"), ("1001", "192.168.0.200", "")]


def test_an_empty_new_row_is_neither_wrong_nor_saved(model: MemberModel) -> None:
    store = Store(model, KIM)
    row = model.add_row()
    assert state(model, row).startswith("New")
    assert store.asked == []


def test_a_new_row_is_added_once_however_it_is_typed_on(model: MemberModel) -> None:
    store = Store(model)
    row = model.add_row()
    put(model, row, EXTENSION, "1007")
    put(model, row, IP, "192.168.0.107")
    put(model, row, NAME, "한")
    put(model, row, NAME, "한지민")
    assert len(store.asked) == 1
    store.answer()
    store.answer()
    assert store.rows() == [("1007", "192.168.0.107", "한지민")]
    assert state(model, 0) == "Not connected"


def test_addresses_are_kept_as_the_store_writes_them(model: MemberModel) -> None:
    store = Store(model)
    model.write([(0, EXTENSION, " 1007"), (0, IP, "::FFFF:192.168.0.7")])
    store.answer()
    assert store.rows() == [("1007", "192.168.0.7", "")]
    assert shown(model) == [("1007", "192.168.0.7", "")]


def test_rows_are_deleted_also_from_the_store(model: MemberModel) -> None:
    store = Store(model, KIM, PARK, LEE)
    model.remove_rows([2, 0, 0])
    assert shown(model) == [("1002", "192.168.0.102", "박민수")]
    store.tell()  # the store has not done it yet
    assert len(shown(model)) == 1
    store.answer()
    assert store.rows() == [("1002", "192.168.0.102", "박민수")]
    assert len(shown(model)) == 1


def test_a_new_row_deleted_before_it_is_stored_leaves_the_store_again(model: MemberModel) -> None:
    store = Store(model)
    model.write([(0, EXTENSION, "1007"), (0, IP, "192.168.0.107")])
    model.remove_rows([0])
    store.answer()
    assert shown(model) == []
    store.answer()
    assert store.rows() == []


def test_undo_and_redo_reach_the_store(model: MemberModel) -> None:
    store = Store(model, KIM, PARK)
    put(model, 0, NAME, "김")
    store.answer()
    model.remove_rows([1])
    store.answer()
    model.undo.undo()
    store.answer()
    assert store.rows()[1] == ("1002", "192.168.0.102", "박민수")
    model.undo.undo()
    store.answer()
    assert store.rows()[0] == ("1001", "192.168.0.101", "김영희")
    model.undo.redo()
    model.undo.redo()
    store.answer()
    assert store.rows() == [("1001", "192.168.0.101", "김")]
    assert shown(model) == store.rows()


def test_undo_of_a_delete_keeps_unknown_fields(model: MemberModel) -> None:
    store = Store(model, replace(KIM, extra={"floor": 3}))
    model.remove_rows([0])
    store.answer()
    model.undo.undo()
    assert store.asked == [[Put(replace(KIM, extra={"floor": 3}, row_id=""))]]


def test_undo_of_a_new_row_removes_it(model: MemberModel) -> None:
    store = Store(model, KIM)
    model.paste(1, 0, "1007\t한\t\t192.168.0.107")
    store.answer()
    assert len(store.rows()) == 2
    model.undo.undo()
    store.answer()
    assert store.rows() == shown(model) == [("1001", "192.168.0.101", "김영희")]


def test_a_block_from_excel_is_one_step_and_its_right_rows_are_saved(model: MemberModel) -> None:
    store = Store(model, KIM)
    model.paste(
        0,
        0,
        '1001\t김영이\t영업\t192.168.0.101\t"두 줄\n메모"\n'
        "1008\t오\t구매\t192.168.0.999\t\n1009\t유\t\t10.0.0.9\r\n",
    )
    assert len(store.asked) == 1
    store.answer()
    assert [row[0] for row in store.rows()] == ["1001", "1009"]
    assert model.texts(0)[NOTE] == "두 줄 메모"
    assert state(model, 1) == "Not an IP address"
    model.undo.undo()
    assert shown(model) == [("1001", "192.168.0.101", "김영희")]


def test_a_company_is_typed_and_saved(model: MemberModel) -> None:
    store = Store(model, KIM)
    model.paste(0, NOTE, "메모\t한빛상사")
    ((change,),) = store.asked
    assert isinstance(change, Put)
    assert (change.member.note, change.member.company) == ("메모", "한빛상사")


def test_a_block_wider_than_the_table_is_cut(model: MemberModel) -> None:
    Store(model, KIM)
    model.paste(0, NOTE, "메모\t회사\t넘침\t넘침")
    assert model.texts(0)[NOTE] == "메모"
    assert model.rowCount() == 1


def test_changes_by_others_come_in_where_they_belong(model: MemberModel) -> None:
    store = Store(model, KIM, LEE)
    model.add_row()
    store.take([Put(replace(PARK, row_id="")), Put(replace(KIM, name="김씨")), Remove(LEE.row_id)])
    store.tell()
    assert shown(model) == [
        ("1001", "192.168.0.101", "김씨"),
        ("1002", "192.168.0.102", "박민수"),
        ("", "", ""),
    ]
    assert store.asked == []


def test_what_is_being_typed_is_not_lost_to_others(model: MemberModel) -> None:
    store = Store(model, KIM, PARK)
    put(model, 0, IP, "192.168.0.1033")
    model.set_typing(model.index(1, NAME), "박")
    store.take([Put(replace(KIM, name="김씨")), Remove(PARK.row_id)])
    store.tell()
    assert model.texts(0)[IP] == "192.168.0.1033"
    model.set_typing(model.index(1, NAME), None)
    assert shown(model)[1] == ("1002", "192.168.0.102", "박민수")
    assert state(model, 1) == "Not saved"
    assert store.asked == []


def test_what_is_refused_stays_and_is_saved_when_asked_again(model: MemberModel) -> None:
    store = Store(model, KIM)
    put(model, 0, NAME, "김")
    model.refuse(store.asked.pop())
    assert model.texts(0)[NAME] == "김"
    assert state(model, 0) == "Not saved"
    assert model.held_rows() == 1
    store.tell()
    assert store.asked == []
    model.save_held()
    store.answer()
    assert store.rows() == [("1001", "192.168.0.101", "김")]
    assert model.held_rows() == 0


def test_a_refused_new_row_is_added_once(model: MemberModel) -> None:
    store = Store(model)
    model.write([(0, EXTENSION, "1007"), (0, IP, "192.168.0.107")])
    model.refuse(store.asked.pop())
    put(model, 0, NAME, "한")
    store.answer()
    assert store.rows() == [("1007", "192.168.0.107", "한")]
    assert model.rowCount() == 1


def test_a_refused_delete_brings_the_row_back(model: MemberModel) -> None:
    store = Store(model, KIM, PARK)
    model.remove_rows([0])
    model.refuse(store.asked.pop())
    assert shown(model) == store.rows()


def test_connected_pcs_are_shown(model: MemberModel) -> None:
    Store(model, KIM, PARK)
    model.set_connected(frozenset({"192.168.0.102"}))
    assert (state(model, 0), state(model, 1)) == ("Not connected", "Connected")


def test_the_state_cannot_be_edited(model: MemberModel) -> None:
    Store(model, KIM)
    assert not model.flags(model.index(0, STATE_COLUMN)) & Qt.ItemFlag.ItemIsEditable
    assert model.flags(model.index(0, NAME)) & Qt.ItemFlag.ItemIsEditable
    assert not model.setData(model.index(0, STATE_COLUMN), "x")


def test_only_right_rows_are_exported(model: MemberModel) -> None:
    Store(model, KIM, PARK)
    put(model, 0, IP, "x")
    model.add_row()
    assert model.members() == (PARK,)
