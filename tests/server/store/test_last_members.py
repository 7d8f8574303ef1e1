"""The last good members, beside the database."""

from pathlib import Path

from packetwave.server.office.values import MemberTable
from packetwave.server.store.last_members import FILE_NAME, LastMembers
from tests.server.store.samples import HONG, KIM
from tests.small_disk import needs_mounts, small_disk


def test_each_place_has_its_own(tmp_path: Path) -> None:
    kept = LastMembers(tmp_path / FILE_NAME)
    assert kept.of("") is None
    kept.keep("", MemberTable((HONG,)))
    kept.keep("mongo/packetwave", MemberTable((KIM,)))
    again = LastMembers(tmp_path / FILE_NAME)
    assert again.of("") == MemberTable((HONG,))
    assert again.of("mongo/packetwave") == MemberTable((KIM,))


def test_what_is_the_same_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    kept = LastMembers(path)
    kept.keep("", MemberTable((HONG,)))
    before = path.stat().st_ino
    kept.keep("", MemberTable((HONG,)))
    assert path.stat().st_ino == before
    kept.keep("", MemberTable((KIM,)))
    assert path.stat().st_ino != before


@needs_mounts
def test_without_room_the_old_ones_stay_until_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk.folder / FILE_NAME
        kept = LastMembers(path)
        kept.keep("", MemberTable((HONG,)))
        disk.fill()
        kept.keep("", MemberTable((KIM,)))
        assert LastMembers(path).of("") == MemberTable((HONG,))
        kept.try_again()
        disk.make_room()
        kept.try_again()
        assert LastMembers(path).of("") == MemberTable((KIM,))
