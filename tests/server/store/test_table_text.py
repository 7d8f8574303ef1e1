"""A members table as text and back."""

import pytest

from packetwave.server.office.values import Defect, DefectCode, MemberTable
from packetwave.server.store.table_text import table_from_text, table_to_text
from tests.server.store.samples import HONG, KIM


def test_there_and_back() -> None:
    table = MemberTable((HONG, KIM), (Defect("3", "default_ip", DefectCode.BAD_IP, "nowhere"),))
    assert table_from_text(table_to_text(table)) == table
    assert table_from_text(table_to_text(MemberTable())) == MemberTable()


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "[]", "{}", '{"members": [{"from": 1}], "defects": []}', '{"members": [], "defects": 3}'),
        '{"members": [], "defects": [{"row_id": "1", "field_name": "x", "code": "new", "value": ""}]}',
    ],
)
def test_what_is_no_table_is_none(text: object) -> None:
    assert table_from_text(text) is None
