import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from packetwave.common import files

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="on Windows the folder's rights decide")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def append(path: Path | str, content: bytes) -> None:
    with io.FileIO(path, "a", opener=files.open_private) as file:
        file.write(content)


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
def test_it_is_for_the_user_alone_whatever_the_old_file_allowed(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    files.replace(path, b"new")
    assert mode_of(path) == 0o600


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


@POSIX
def test_what_is_added_to_is_for_the_user_alone_and_loses_wider_rights(tmp_path: Path) -> None:
    path = tmp_path / "events"
    append(path, b"1")
    assert mode_of(path) == 0o600
    path.chmod(0o664)
    append(path, b"2")
    assert (mode_of(path), path.read_bytes()) == (0o600, b"12")


def test_a_link_is_refused_by_name_and_what_it_leads_to_is_untouched(tmp_path: Path) -> None:
    precious, path = tmp_path / "precious", tmp_path / "events"
    precious.write_bytes(b"precious")
    precious.chmod(0o644)
    path.symlink_to(precious)
    ways: list[Callable[[Path], object]] = [
        lambda path: append(path, b"x"),
        files.make_private,
        files.make_folder,
    ]
    for open_it in ways:
        with pytest.raises(OSError, match="is a symbolic link, which is not followed") as refused:
            open_it(path)
        assert refused.value.filename == str(path)
    files.narrow(path)
    assert precious.read_bytes() == b"precious"
    assert stat.S_IMODE(precious.stat().st_mode) == stat.S_IMODE(precious.lstat().st_mode)
    if sys.platform != "win32":
        assert mode_of(precious) == 0o644


@POSIX
def test_a_link_to_nothing_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "events").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        append(tmp_path / "events", b"x")
    assert names(tmp_path) == ["events"]


@POSIX
def test_the_systems_own_links_and_what_is_no_file_stay_usable(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    append(pipe, b"through the pipe")
    assert os.read(reader, 100) == b"through the pipe"
    os.close(reader)
    assert mode_of(pipe) == 0o644
    append("/dev/null", b"x")
    script = (
        "import io, sys; from packetwave.common import files;"
        "io.FileIO(sys.argv[1], 'a', opener=files.open_private).write(b'said')"
    )
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        done = subprocess.run([sys.executable, "-c", script, name], capture_output=True, check=True)
        assert done.stdout == b"said"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="becomes another user, so needs root")
def test_a_file_of_another_account_that_it_could_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.touch()
    path.chmod(0o666)
    folder = path.parent
    while folder != folder.parent:  # pytest's own folders are root's alone
        folder.chmod(folder.stat().st_mode | 0o011)
        folder = folder.parent
    child = os.fork()
    if not child:
        os.setgid(65534)
        os.setuid(65534)
        try:
            os.close(files.open_private(path, os.O_WRONLY | os.O_APPEND))
        except PermissionError as error:
            os._exit(0 if "belongs to another account" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@POSIX
def test_a_file_that_something_else_opens_is_made_for_the_user_alone(tmp_path: Path) -> None:
    files.make_private(tmp_path / "packetwave.db")
    assert mode_of(tmp_path / "packetwave.db") == 0o600
    (tmp_path / "packetwave.db").chmod(0o644)
    files.make_private(tmp_path / "packetwave.db")
    assert mode_of(tmp_path / "packetwave.db") == 0o600
    files.narrow(tmp_path / "absent")
    assert names(tmp_path) == ["packetwave.db"]


@POSIX
def test_a_folder_is_made_for_the_user_alone(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "logs")
    files.make_folder(tmp_path / "logs")
    assert mode_of(tmp_path / "logs") == 0o700


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone gives files away")
def test_what_root_writes_belongs_to_whom_the_folder_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    folder.mkdir()
    os.chown(folder, 12345, 12346)
    elsewhere.write_text("somebody else's")
    (folder / "link").symlink_to(elsewhere)
    files.replace(folder / "kept", b"x")
    for name in ("kept", "link"):
        files.give_to_owner_of_folder(folder / name)
    assert ((folder / "kept").stat().st_uid, (folder / "kept").stat().st_gid) == (12345, 12346)
    assert elsewhere.stat().st_uid == 0  # a link is not followed
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    files.replace(folder / "mine", b"x")
    files.give_to_owner_of_folder(folder / "mine")
    assert (folder / "mine").stat().st_uid == 0
