from pathlib import Path

import pytest

from packetwave.client import settings as client_settings
from packetwave.client.settings import ClientSettings
from packetwave.common import settings


def test_written_and_read_again(tmp_path: Path) -> None:
    wanted = ClientSettings("회사서버:9000", "ko", "dark", "top_left", False)
    settings.save(wanted, client_settings.path(tmp_path))
    assert settings.load(ClientSettings, client_settings.path(tmp_path)) == settings.Loaded(wanted)


@pytest.mark.parametrize(
    "wrong",
    [
        '{"language": "fr"}',
        '{"theme": 3}',
        '{"popup_corner": ["top"]}',
        '{"keep_missed": "yes"}',
        '{"server": null}',
    ],
)
def test_a_wrong_value_falls_back_and_is_named(tmp_path: Path, wrong: str) -> None:
    client_settings.path(tmp_path).write_text(wrong)
    loaded = settings.load(ClientSettings, client_settings.path(tmp_path))
    assert loaded.settings == ClientSettings()
    assert len(loaded.problems) == 1
