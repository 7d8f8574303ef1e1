import os
import stat
import sys
from pathlib import Path

import pytest

from packetwave.common import files

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    files.replace(path, b"old\n")
    files.replace(path, b"\r\nnew")
    assert path.read_bytes() == b"\r\nnew"
    assert names(tmp_path) == ["calls.csv"]


def test_what_cannot_be_written_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "calls.csv"
    files.replace(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as failed:
        files.replace(path, b"new")
    assert failed.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["calls.csv"]


def test_a_folder_in_the_way_stays(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").mkdir()
    with pytest.raises(OSError):
        files.replace(tmp_path / "calls.csv", b"new")
    assert names(tmp_path) == ["calls.csv"]


@POSIX
def test_private_is_for_the_user_alone_whatever_the_old_file_allowed(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    files.replace(path, b"new", private=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@POSIX
def test_other_files_are_as_the_user_makes_files(tmp_path: Path) -> None:
    (tmp_path / "by_hand").touch()
    files.replace(tmp_path / "by_us", b"")
    assert (tmp_path / "by_us").stat().st_mode == (tmp_path / "by_hand").stat().st_mode


@POSIX
def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    path = tmp_path / "settings.json"
    path.symlink_to(precious)
    files.replace(path, b"new")
    assert precious.read_bytes() == b"precious"
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"


@POSIX
def test_a_link_laid_where_the_new_content_is_written_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    monkeypatch.setattr("threading.get_native_id", lambda: 1)
    (tmp_path / f"settings.json.{os.getpid()}-1.new").symlink_to(precious)
    files.replace(tmp_path / "settings.json", b"new")
    assert precious.read_bytes() == b"precious"
    assert names(tmp_path) == ["precious", "settings.json"]


@pytest.mark.parametrize("patience_s", [0.0, 10.0])
def test_a_file_that_is_read_at_this_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience_s: float
) -> None:
    """As on Windows, where it can then not be replaced."""
    path, put, refused = tmp_path / "instance.json", Path.replace, iter((True, True, False))

    def busy_twice(self: Path, target: Path) -> Path:
        if next(refused):
            raise PermissionError(13, "in use")
        return put(self, target)

    monkeypatch.setattr(Path, "replace", busy_twice)
    if patience_s:
        files.replace(path, b"new", patience_s=patience_s)
        assert path.read_bytes() == b"new"
    else:
        with pytest.raises(PermissionError):
            files.replace(path, b"new")
        assert names(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone gives files away")
def test_what_root_writes_belongs_to_whom_the_folder_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    folder.mkdir()
    os.chown(folder, 12345, 12346)
    elsewhere.write_text("somebody else's")
    (folder / "link").symlink_to(elsewhere)
    files.replace(folder / "kept", b"x", private=True)
    for name in ("kept", "link"):
        files.give_to_owner_of_folder(folder / name)
    assert ((folder / "kept").stat().st_uid, (folder / "kept").stat().st_gid) == (12345, 12346)
    assert elsewhere.stat().st_uid == 0  # a link is not followed
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    files.replace(folder / "mine", b"x")
    files.give_to_owner_of_folder(folder / "mine")
    assert (folder / "mine").stat().st_uid == 0
