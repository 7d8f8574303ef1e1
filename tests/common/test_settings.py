import json
from dataclasses import dataclass
from pathlib import Path

from packetwave.common.settings import load, save, setting


@dataclass(frozen=True, slots=True)
class Sample:
    language: str = setting("auto", lambda value: value in ("auto", "ko", "en"))
    port: int = setting(8765, lambda value: 0 < value < 65536)
    ports: tuple[int, ...] = setting((5060,), lambda value: all(isinstance(port, int) for port in value))


def test_without_a_file_all_is_as_declared(tmp_path: Path) -> None:
    loaded = load(Sample, tmp_path / "settings.json")
    assert loaded.settings == Sample()
    assert loaded.problems == ()


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "settings.json"
    save(Sample("ko", 9000, (5060, 5080)), file)
    assert load(Sample, file).settings == Sample("ko", 9000, (5060, 5080))
    assert [entry.name for entry in file.parent.iterdir()] == ["settings.json"]


def test_keys_of_another_version_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"version": 1, "language": "en", "window": {"width": 900}}')
    save(Sample("ko"), file)
    keys = json.loads(file.read_text())
    assert keys["window"] == {"width": 900}
    assert keys["language"] == "ko"


def test_a_bad_value_falls_back_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"language": "fr", "port": "many", "ports": 5060}')
    loaded = load(Sample, file)
    assert loaded.settings == Sample()
    assert len(loaded.problems) == 3
    assert "'language'" in loaded.problems[0]
    assert "'fr'" in loaded.problems[0]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"language": "ko"}', encoding="utf-8-sig")
    assert load(Sample, file).settings.language == "ko"


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    for content in (b"", b"{", b"[1, 2]", b"\xff\xfe\x00", b"[" * 100_000):
        file.write_bytes(content)
        loaded = load(Sample, file)
        assert loaded.settings == Sample()
        assert "settings.json.damaged" in loaded.problems[0]
        assert (tmp_path / "settings.json.damaged").read_bytes() == content
        assert not file.exists()
