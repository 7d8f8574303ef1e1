import pytest

from installer.msi import tables
from tests.installer.msi import standin

EXPORTED = (
    "Condition\tDescription\r\ns255\tl255\r\nLaunchCondition\tCondition\r\n"
    "Installed OR NOT NEWERFOUND\t이미 설치 / installed\r\nVersionNT64\t\r\n"
)


def test_a_table_is_read() -> None:
    table = tables.parse_table(EXPORTED)
    assert (table.name, table.columns, table.keys) == (
        "LaunchCondition",
        ("Condition", "Description"),
        ("Condition",),
    )
    assert table.cells("Description") == {
        "Installed OR NOT NEWERFOUND": "이미 설치 / installed",
        "VersionNT64": "",
    }


def test_a_code_page_in_front_and_escaped_characters_are_understood() -> None:
    table = tables.parse_table("A\tB\ns1\ts2\n949\tT\tA\tB\none\x10\x19two\tthree\x11four\n")
    assert (table.name, table.keys) == ("T", ("A", "B"))
    assert table.rows == ({"A": "one\r\ntwo", "B": "three\tfour"},)


@pytest.mark.parametrize("broken", ["", "A\tB\n", EXPORTED + "one cell\r\n", EXPORTED + "a\tb\tc\r\n"])
def test_what_is_no_table_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match=r"no exported table|cells of"):
        tables.parse_table(broken)


def test_a_missing_table_has_no_rows() -> None:
    package = tables.Package({}, {})
    assert package.rows("File") == ()
    assert package.cells("File", "FileName") == {}


def test_the_summary_is_read() -> None:
    found = tables.parse_summary("Title: Installation Database\nTemplate: x64;0\nComments: a: b\nno value\n")
    assert found == {"Title": "Installation Database", "Template": "x64;0", "Comments": "a: b"}


def test_updates_name_the_row_by_its_keys() -> None:
    table = tables.parse_table(EXPORTED)
    assert list(tables.updates(table, "Description", {"이미 설치 / installed": "new"})) == [
        "UPDATE `LaunchCondition` SET `Description` = 'new' WHERE `Condition` = 'Installed OR NOT NEWERFOUND'"
    ]
    with pytest.raises(ValueError, match="cannot write"):
        list(tables.updates(table, "Description", {"": "the user's"}))


def test_the_exported_package_is_read_whole() -> None:
    package = standin.package()
    assert package.cells("Property", "Value")["ProductVersion"] == standin.VERSION
    assert len(package.rows("File")) == len(standin.FILES)
    assert "가 이미 설치되어 있습니다" in "".join(package.cells("LaunchCondition", "Description").values())
