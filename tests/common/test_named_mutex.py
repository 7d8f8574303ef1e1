from pathlib import Path

from packetwave.common.named_mutex import NamedMutex, name_of


def test_a_folder_has_one_name_however_it_is_spelt(tmp_path: Path) -> None:
    name = name_of(tmp_path)
    assert name.startswith("Local\\PacketWave-") and name.count("\\") == 1
    assert name_of(tmp_path / "x" / "..") == name
    assert name_of(tmp_path / "x") != name
    assert name_of(Path("\udcff")).isascii()


def test_it_is_taken_and_given_back(tmp_path: Path) -> None:
    mutex = NamedMutex(tmp_path)
    assert mutex.take()
    mutex.give_back()
    mutex.give_back()
    assert mutex.take()
    mutex.give_back()
