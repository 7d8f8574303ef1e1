"""What an import would do: rows in, plan out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.office.values import Member, MemberTable, Put
from packetwave.server.store.import_plan import Edit, ImportPlan, plan_import
from packetwave.server.store.sqlite import SqliteStore
from packetwave.server.store.tables import TableRow, read_file, to_csv
from tests.server.store.samples import HONG, KIM

STORED_HONG = replace(HONG, row_id="1")
STORED_KIM = replace(KIM, row_id="2")
TABLE = MemberTable((STORED_HONG, STORED_KIM))


def _plan(text: str, table: MemberTable = TABLE) -> ImportPlan:
    file = read_file(text.encode())
    assert file.problems == ()
    return plan_import(table, file.rows)


def test_into_an_empty_table_everything_is_new() -> None:
    plan = _plan("ext,ip,이름\n1001,10.0.0.1,홍길동\n1001,10.0.0.2,\n", MemberTable())
    assert plan == ImportPlan(added=(Member("1001", "10.0.0.1", "홍길동"), Member("1001", "10.0.0.2")))
    assert plan.changes == tuple(Put(member) for member in plan.added)


def test_rows_that_the_file_does_not_name_stay() -> None:
    plan = _plan("ext,ip\n1001,192.168.0.101\n")
    assert plan == ImportPlan(unchanged=(STORED_HONG,), untouched=(STORED_KIM,))
    assert plan.changes == ()


def test_an_extension_with_one_row_moves_to_the_address_of_the_file() -> None:
    after = replace(STORED_HONG, default_ip="10.0.0.9")
    plan = _plan("ext,ip\n1001,10.0.0.9\n")
    assert plan == ImportPlan(changed=(Edit(STORED_HONG, after),), untouched=(STORED_KIM,))
    assert plan.changes == (Put(after),)


def test_an_extension_with_two_rows_in_the_file_gets_a_second_desk() -> None:
    plan = _plan("ext,ip\n1001,192.168.0.101\n1001,10.0.0.9\n")
    assert plan.unchanged == (STORED_HONG,)
    assert plan.added == (Member("1001", "10.0.0.9"),)


def test_an_extension_with_two_stored_rows_gets_a_third() -> None:
    second = Member("1001", "10.0.0.2", row_id="3")
    plan = _plan("ext,ip\n1001,10.0.0.9\n", MemberTable((STORED_HONG, second)))
    assert plan == ImportPlan(added=(Member("1001", "10.0.0.9"),), untouched=(STORED_HONG, second))


def test_only_columns_of_the_file_change() -> None:
    plan = _plan("ext,ip,department\n1001,192.168.0.101,\n")
    assert plan.changed == (Edit(STORED_HONG, replace(STORED_HONG, department="")),)


def test_unknown_columns_are_merged_and_values_that_read_the_same_are_the_same() -> None:
    stored = replace(STORED_HONG, extra={"floor": 2, "seat": "A", "gone": None})
    table = MemberTable((stored,))
    assert _plan("ext,ip,floor,gone,new\n1001,192.168.0.101,2,,\n", table).unchanged == (stored,)
    (edit,) = _plan("ext,ip,floor,seat\n1001,192.168.0.101,3,\n", table).changed
    assert edit.after.extra == {"floor": "3", "seat": "", "gone": None}


def test_empty_cells_of_unknown_columns_make_no_field() -> None:
    assert _plan("ext,ip,seat\n1009,10.0.0.9,\n").added == (Member("1009", "10.0.0.9"),)


_ROWS = st.lists(
    st.builds(
        Member,
        extension_num=st.sampled_from(["1001", "1002", "1003"]),
        default_ip=st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        name=st.sampled_from(["", "홍길동", "=1"]),
        extra=st.dictionaries(st.just("seat"), st.sampled_from(["", "A"])),
    ),
    max_size=6,
    unique_by=lambda member: (member.extension_num, member.default_ip),
)


@given(stored=_ROWS, given_rows=_ROWS)
def test_done_twice_the_second_changes_nothing(stored: list[Member], given_rows: list[Member]) -> None:
    store = SqliteStore(":memory:")
    table = store.change_members([Put(member) for member in stored])
    rows = [TableRow(line, member) for line, member in enumerate(given_rows, start=2)]
    plan = plan_import(table, rows)
    assert len(plan.added) + len(plan.changed) + len(plan.unchanged) == len(rows)
    touched = len(plan.changed) + len(plan.unchanged)
    assert touched + len(plan.untouched) == len(table.members)
    after = store.change_members(plan.changes)
    assert after.defects == ()
    assert len(after.members) == len(table.members) + len(plan.added)
    again = plan_import(after, rows)
    assert (again.added, again.changed) == ((), ())
    exported = read_file(to_csv(after.members)).rows
    assert plan_import(after, exported).changes == ()
    store.close()
