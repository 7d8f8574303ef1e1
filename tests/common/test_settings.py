"""Settings files: kept keys, bad values, damage, a write that is cut."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from packetwave.common.settings import FILE_VERSION, Loaded, Trouble, load, save, setting


@dataclass(frozen=True, slots=True)
class Sample:
    name: str = setting("none", lambda value: isinstance(value, str))
    sizes: tuple[int, ...] = setting((1,), lambda value: all(size > 0 for size in value))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "설정 폴더" / "settings.json"


def test_no_file_means_defaults(path: Path) -> None:
    assert load(Sample, path) == type(load(Sample, path))(Sample())


def test_written_and_read(path: Path) -> None:
    save(Sample("김", (2, 3)), path)
    loaded = load(Sample, path)
    assert (loaded.settings, loaded.problems) == (Sample("김", (2, 3)), ())
    assert json.loads(path.read_text("utf-8"))["version"] == FILE_VERSION
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_unknown_keys_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"version": 1, "later": {"a": 1}, "name": "x"}', encoding="utf-8")
    save(Sample("y"), path)
    assert json.loads(path.read_text("utf-8"))["later"] == {"a": 1}
    assert load(Sample, path).settings.name == "y"


def test_windows_editors_put_a_mark_first(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"name": "x"}', encoding="utf-8-sig")
    assert load(Sample, path).settings.name == "x"


def test_a_check_that_raises_is_a_bad_value(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"sizes": ["a"], "name": "x"}', encoding="utf-8")
    loaded = load(Sample, path)
    assert loaded.settings == Sample("x")
    assert "'sizes'" in loaded.problems[0]


@pytest.mark.parametrize("content", [b"{ half", b"[1]", b"\xff\xfe\x00", b"", b"[" * 100_000])
def test_a_damaged_file_is_put_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    loaded = load(Sample, path)
    assert loaded.settings == Sample()
    assert "put aside" in loaded.problems[0]
    assert path.with_name("settings.json.damaged").read_bytes() == content
    assert load(Sample, path).problems == ()


def test_a_damaged_file_that_cannot_be_put_aside_is_said(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("{ half")
    (path.with_name("settings.json.damaged") / "in the way").mkdir(parents=True)
    loaded = load(Sample, path)
    assert (loaded.settings, loaded.trouble) == (Sample(), Trouble.UNUSABLE)
    assert "cannot be put aside" in loaded.problems[0]
    save(Sample("y"), path)
    assert load(Sample, path) == Loaded(Sample("y"))


def test_what_was_wrong_has_a_code(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"name": 1}')
    assert load(Sample, path).trouble is Trouble.WRONG_VALUES
    path.write_text("no")
    assert load(Sample, path).trouble is Trouble.PUT_ASIDE
