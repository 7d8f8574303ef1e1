import uuid
import xml.etree.ElementTree as ET
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.msi import files
from tests.installer.msi import standin
from tests.installer.msi.test_pe_version import program, version_info

WIX = f"{{{files.NAMESPACE}}}"
SOURCE = PurePosixPath("/built")


def fragment(folder: Path) -> ET.Element:
    found = files.paths(folder)
    return ET.fromstring(files.fragment(found, files.versions(folder, found), SOURCE))


def installed(root: ET.Element) -> dict[str, str]:
    """The path below the install folder of each file, by its source."""

    def below(element: ET.Element, path: PurePosixPath) -> dict[str, str]:
        found = {
            file.attrib["Source"]: str(path / file.attrib["Name"])
            for file in element.findall(f"{WIX}Component/{WIX}File")
        }
        for folder in element.findall(f"{WIX}Directory"):
            found |= below(folder, path / folder.attrib["Name"])
        return found

    top = root.find(f"{WIX}Fragment/{WIX}DirectoryRef")
    assert top is not None
    assert top.attrib["Id"] == "INSTALLDIR"
    return below(top, PurePosixPath())


def test_each_file_lies_where_it_lay(tmp_path: Path) -> None:
    root = fragment(standin.make(tmp_path))
    assert installed(root) == {f"/built/{name}": name for name in standin.FILES}


def test_each_file_is_the_key_path_of_its_own_component_in_the_group(tmp_path: Path) -> None:
    root = fragment(standin.make(tmp_path))
    components = list(root.iter(f"{WIX}Component"))
    with_file = [component for component in components if component.find(f"{WIX}File") is not None]
    assert len(with_file) == len(standin.FILES)
    assert all(len(component) == 1 and component[0].attrib["KeyPath"] == "yes" for component in with_file)
    group = root.find(f"{WIX}Fragment/{WIX}ComponentGroup")
    assert group is not None
    assert [ref.attrib["Id"] for ref in group] == [component.attrib["Id"] for component in components]
    ids = [
        element.attrib["Id"]
        for element in root.iter()
        if element.tag != f"{WIX}ComponentRef" and "Id" in element.attrib
    ]
    assert len(ids) == len(set(ids))
    assert max(map(len, ids)) <= 72
    program = next(file for file in root.iter(f"{WIX}File") if file.attrib["Name"] == files.PROGRAM)
    assert program.attrib["Id"] == files.PROGRAM_ID


def test_a_folder_without_files_has_a_component_that_removes_it(tmp_path: Path) -> None:
    root = fragment(standin.make(tmp_path))
    assets = next(folder for folder in root.iter(f"{WIX}Directory") if folder.attrib["Name"] == "assets")
    removed = assets.findall(f"{WIX}Component/{WIX}RemoveFolder")
    assert [folder.attrib["On"] for folder in removed] == ["uninstall"]
    assert len(list(root.iter(f"{WIX}RemoveFolder"))) == 1


def test_what_lies_deeper_comes_first(tmp_path: Path) -> None:
    root = fragment(standin.make(tmp_path))
    for folder in [*root.iter(f"{WIX}Directory"), *root.iter(f"{WIX}DirectoryRef")]:
        kinds = [child.tag for child in folder]
        assert kinds == sorted(kinds, key=f"{WIX}Component".__eq__)


def test_guids_stay_the_same_in_every_release() -> None:
    """A fixed value: a changed GUID for an installed path breaks upgrades."""
    assert files.guid(PurePosixPath("PacketWave-Client.exe")) == "2931F836-6926-5665-AC14-422B286A7170"
    assert files.guid(PurePosixPath("_internal/a.DLL")) == files.guid(PurePosixPath("_internal/A.dll"))
    assert uuid.UUID(files.guid(PurePosixPath("_internal/a.dll"))).version == 5


def test_the_same_files_give_the_same_fragment(tmp_path: Path) -> None:
    found = files.paths(standin.make(tmp_path))
    assert found == sorted(found)
    assert files.fragment(found, {}, SOURCE) == files.fragment(reversed(found), {}, SOURCE)


def test_versions_of_programs_are_carried(tmp_path: Path) -> None:
    standin.make(tmp_path)
    (tmp_path / "_internal" / "Qt6Core.dll").write_bytes(program(version_info(6, 9, 3, 0)))
    (tmp_path / "_internal" / "data.bin").write_bytes(program(version_info(1, 1, 1, 1)))
    carried = {
        file.attrib["Name"]: file.get("DefaultVersion") for file in fragment(tmp_path).iter(f"{WIX}File")
    }
    assert {name: version for name, version in carried.items() if version} == {"Qt6Core.dll": "6.9.3.0"}


def test_names_that_would_be_lost_and_a_folder_without_the_program_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"PacketWave-Client\.exe"):
        files.paths(tmp_path)
    standin.make(tmp_path)
    (tmp_path / "_internal" / "한글.txt").touch()
    with pytest.raises(ValueError, match=r"한글\.txt"):
        files.paths(tmp_path)


def test_short_names() -> None:
    assert files.short_names(["PacketWave-Client.exe", "assets", "a b.txt", "Qt6Gui.dll", "x.json"]) == {
        "PacketWave-Client.exe": "PACKET~1.EXE|PacketWave-Client.exe",
        "a b.txt": "AB~1.TXT|a b.txt",
        "x.json": "X~1.JSO|x.json",
    }
    assert files.short_names(["websockets-17.4.dist-info"]) == {
        "websockets-17.4.dist-info": "WEBSOC~1.DIS|websockets-17.4.dist-info"
    }


NAME = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,20}[A-Za-z0-9_]", fullmatch=True)


@given(st.sets(NAME, max_size=30))
def test_short_names_are_short_and_unique(names: set[str]) -> None:
    found = files.short_names(names)
    shorts = [short.partition("|")[0] for short in found.values()]
    everything = [*shorts, *(name.upper() for name in names - found.keys())]
    assert len(set(shorts)) == len(shorts)
    assert set(shorts).isdisjoint(name.upper() for name in names - found.keys())
    for short in everything:
        stem, _, ending = short.partition(".")
        assert 1 <= len(stem) <= 8
        assert len(ending) <= 3
        assert " " not in short
    assert all(long.partition("|")[2] == name for name, long in found.items())
