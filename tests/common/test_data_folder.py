"""The data folder: made, tried, refused in a sentence; and who may read the whole PC's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from packetwave.common.data_folder import Unusable, check, make, security, trouble_with
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


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounts, so needs root")
def test_a_folder_that_can_only_be_read(tmp_path: Path) -> None:
    """Root may write anywhere but on a read-only mount; so in a mount namespace of its own."""
    script = (
        "import sys, pathlib, packetwave.common.data_folder as here; here.make(pathlib.Path(sys.argv[1]))"
    )
    read_only = 'mount --bind -o ro "$1" "$1" && exec "$2" -c "$3" "$1"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", read_only, "sh", str(tmp_path), sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount:" in done.stderr:
        pytest.skip(f"cannot mount here: {done.stderr}")
    assert "Unusable: the data folder" in done.stderr
    assert "Read-only file system; choose another with --data-dir" in done.stderr


def test_checking_makes_nothing(tmp_path: Path) -> None:
    check(tmp_path / "absent")
    check(tmp_path)
    assert list(tmp_path.iterdir()) == []


@needs_mounts
def test_a_full_disk_is_told_to_who_can_do_without(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        folder = disk.folder / "client"
        assert trouble_with(folder) is None
        disk.fill()
        trouble = trouble_with(folder)
        assert trouble is not None
        assert trouble.reason == "No space left on device"
        assert list(folder.iterdir()) == []
        disk.make_room()
        assert trouble_with(folder) is None


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
