import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.common.settings import Loaded, load, save, setting


@dataclass(frozen=True, slots=True)
class Example:
    name: str = setting("none", lambda value: isinstance(value, str))
    seconds: int = setting(30, lambda value: 0 < value <= 600)
    ports: tuple[int, ...] = setting((5060,), lambda value: all(port < 65536 for port in value))


def test_without_a_file_the_defaults(tmp_path: Path) -> None:
    assert load(Example, tmp_path / "settings.json") == Loaded(Example())


def test_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "settings.json"
    wanted = Example("회사", 5, (5060, 5080))
    save(wanted, path)
    assert load(Example, path) == Loaded(wanted)
    assert json.loads(path.read_text("utf-8"))["version"] == 1
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


def test_keys_of_another_version_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"of_the_future": [1], "seconds": 5}')
    save(load(Example, path).settings, path)
    assert json.loads(path.read_text("utf-8"))["of_the_future"] == [1]


@pytest.mark.parametrize("wrong", ['"5"', "0", "null", "[]", "{}", "601"])
def test_a_bad_value_falls_back_alone_and_is_named(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(f'{{"name": "kept", "seconds": {wrong}}}')
    loaded = load(Example, path)
    assert loaded.settings == Example("kept")
    assert len(loaded.problems) == 1
    assert "'seconds'" in loaded.problems[0]


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b'"text"'])
def test_a_damaged_file_is_put_aside(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(text)
    loaded = load(Example, path)
    assert loaded.settings == Example()
    assert "damaged" in loaded.problems[0]
    assert (tmp_path / "settings.json.damaged").read_bytes() == text
    save(Example("new"), path)
    assert load(Example, path) == Loaded(Example("new"))


def test_a_file_from_notepad_has_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"seconds": 5}', encoding="utf-8-sig")
    assert load(Example, path) == Loaded(Example(seconds=5))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.fixed_dictionaries({}, optional={"name": values, "seconds": values, "ports": values, "x": values}))
def test_no_value_at_all_raises(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, object]) -> None:
    path = tmp_path_factory.getbasetemp() / "any-settings.json"
    path.write_text(json.dumps(keys))
    loaded = load(Example, path)
    assert 0 < loaded.settings.seconds <= 600
