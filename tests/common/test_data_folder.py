"""The data folder: made, tried, refused in a sentence; and who may read the whole PC's."""

from pathlib import Path

import pytest

from packetwave.common.data_folder import Unusable, check, make, security
from tests.small_disk import needs_mounts, small_disk

USER = "S-1-5-21-1004336348-1177238915-682003330-512"


def test_it_is_made_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "자료 폴더" / "server"
    for _ in range(2):
        assert make(folder) == ""
    assert list(folder.iterdir()) == []


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "자료 폴더").write_text("in the way")
    with pytest.raises(Unusable, match=r"자료 폴더.* cannot be used: .*--data-dir"):
        make(tmp_path / "자료 폴더")
    with pytest.raises(Unusable, match="자료 폴더"):
        make(tmp_path / "자료 폴더" / "server")


@needs_mounts
def test_a_disk_that_takes_nothing_is_said_and_refuses_nobody(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk.folder / "자료").mkdir()
        disk.protect()
        for folder in (disk.folder / "자료", disk.folder / "absent"):
            said = make(folder)
            assert "nothing can be written in the data folder" in said and "Read-only file system" in said


def test_checking_makes_nothing(tmp_path: Path) -> None:
    check(tmp_path / "absent")
    check(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_accounts_folder_is_a_sentence_of_its_own() -> None:
    folder, denied = Path("C:/ProgramData/PacketWave/server"), PermissionError(13, "Permission denied")
    assert "another Windows account keeps PacketWave's data in" in str(
        Unusable(folder, denied, is_shared=True)
    )
    assert "administrator" in str(Unusable(folder, denied, is_shared=True))
    assert "--data-dir" in str(Unusable(folder, denied, is_shared=False))
    full = OSError(28, "No space left on device")
    assert "No space left on device" in str(Unusable(folder, full, is_shared=True))


def test_who_may_read_the_whole_pcs_folder() -> None:
    """SYSTEM, Administrators, LOCAL SERVICE and the user, for all within; protected: nothing inherited."""
    assert security(USER) == (f"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;LS)(A;OICI;FA;;;{USER})")
