"""The checks of built programs find what is wrong; the real programs are checked by `make windows`."""

from pathlib import Path

from installer import check


def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1_500_000))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b").write_bytes(bytes(1_000_000))
    assert list(check.too_large(tmp_path / "a", 1_500_000)) == []
    assert list(check.too_large(tmp_path / "a", 1_000_000)) == ["a has 1.5 MB, the limit is 1 MB"]
    assert list(check.too_large(tmp_path, 2_000_000)) == [f"{tmp_path.name} has 2.5 MB, the limit is 2 MB"]


def test_a_library_of_wine_is_known(tmp_path: Path) -> None:
    library = tmp_path / "dbghelp.dll"
    library.write_bytes(b"MZ".ljust(64, b"\0") + b"Wine builtin DLL\0".ljust(64, b"\0"))
    assert check.is_of_wine(library)
    library.write_bytes(b"MZ".ljust(64, b"\0") + b"This program cannot be run in DOS mode".ljust(64, b"\0"))
    assert not check.is_of_wine(library)


def test_programs_that_were_not_built_are_named(tmp_path: Path) -> None:
    found = list(check.programs(tmp_path, "1.2.3"))
    assert len(found) == 3
    assert all(finding.endswith("was not built") for finding in found)
