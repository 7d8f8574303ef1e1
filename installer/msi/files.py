"""The client's files as a fragment of WiX source: one component a file, the folders they lie in.

Pure but for reading the files. A component's GUID is derived from the path below the install folder: it is
the same in every release, as the installer's component rules want it. The order is that of the paths: two
builds of the same files give the same fragment.
"""

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from installer.msi.pe_version import file_version

NAMESPACE = "http://schemas.microsoft.com/wix/2006/wi"
INSTALL_FOLDER = "INSTALLDIR"
GROUP = "ClientFiles"
PROGRAM = "PacketWave-Client.exe"
PROGRAM_ID = "ClientProgram"
"""The id of the program's row, which shortcut and custom actions of client.wxs name."""

_GUIDS = uuid.UUID("C47C5C10-E998-4D89-8E79-CB16E2F39A54")
_VERSIONED = (".exe", ".dll", ".pyd")


def guid(path: PurePosixPath) -> str:
    """The GUID of the component of this path below the install folder, in upper case without braces."""
    return str(uuid.uuid5(_GUIDS, str(path).lower())).upper()


def identifier(kind: str, path: PurePosixPath) -> str:
    """The row's key for a path: unique, at most 72 characters, the same in every build."""
    return f"{kind}_{uuid.uuid5(_GUIDS, str(path).lower()).hex}"


def file_id(path: PurePosixPath) -> str:
    """The key of a file's row."""
    return PROGRAM_ID if path == PurePosixPath(PROGRAM) else identifier("F", path)


def paths(folder: Path) -> list[PurePosixPath]:
    """All files below the folder, relative to it and sorted. ValueError for a name that wixl would lose."""
    found = sorted(
        PurePosixPath(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()
    )
    strange = [str(path) for path in found if not str(path).isascii()]
    if strange:
        raise ValueError(f"wixl makes empty names of these: {', '.join(strange)}")
    if PurePosixPath(PROGRAM) not in found:
        raise ValueError(f"there is no {PROGRAM} in {folder}")
    return found


def versions(folder: Path, files: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """The version of each program file that has one."""
    found = {}
    for path in files:
        if path.suffix.lower() in _VERSIONED:
            version = file_version((folder / path).read_bytes())
            if version is not None:
                found[path] = version
    return found


def fragment(
    files: Iterable[PurePosixPath], versions: Mapping[PurePosixPath, str], source: PurePath
) -> bytes:
    """The fragment as XML. files: relative; source: the folder they lie in, as the compiler sees it.

    It fills INSTALLDIR and gathers the components in the group ClientFiles. A folder with no file of its own
    gets a component too: the uninstallation removes the folders of its components. What lies deeper comes
    first, so that a folder is empty when its turn comes.
    """
    root = ET.Element("Wix", xmlns=NAMESPACE)
    part = ET.SubElement(root, "Fragment")
    group = ET.Element("ComponentGroup", Id=GROUP)
    top = ET.SubElement(part, "DirectoryRef", Id=INSTALL_FOLDER)
    _fill(top, PurePosixPath(), _Content(sorted(files), versions, source, group))
    part.append(group)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


@dataclass(frozen=True, slots=True)
class _Content:
    files: Sequence[PurePosixPath]
    versions: Mapping[PurePosixPath, str]
    source: PurePath
    group: ET.Element


def _fill(element: ET.Element, folder: PurePosixPath, content: _Content) -> None:
    below = {path.relative_to(folder).parts[0] for path in content.files if folder in path.parent.parents}
    for name in sorted(below):
        inner = ET.SubElement(element, "Directory", Id=identifier("D", folder / name), Name=name)
        _fill(inner, folder / name, content)
    own = [path for path in content.files if path.parent == folder]
    if not own:
        component = _component(element, content.group, "E", folder)
        ET.SubElement(component, "RemoveFolder", Id=identifier("R", folder), On="uninstall")
    for path in own:
        version = {"DefaultVersion": content.versions[path]} if path in content.versions else {}
        ET.SubElement(
            _component(element, content.group, "C", path),
            "File",
            version,
            Id=file_id(path),
            Name=path.name,
            Source=str(content.source / path),
            KeyPath="yes",
        )


def _component(folder: ET.Element, group: ET.Element, kind: str, path: PurePosixPath) -> ET.Element:
    name = identifier(kind, path)
    ET.SubElement(group, "ComponentRef", Id=name)
    return ET.SubElement(folder, "Component", Id=name, Guid=guid(path))


def short_names(names: Iterable[str]) -> dict[str, str]:
    """`SHORT~1.EXE|long name` for each of the names of one folder that is not a valid short name itself.

    The installer's format for names of files and folders. Short ones are used where a volume has no others.
    """
    ordered = sorted(names)
    taken = {name.upper() for name in ordered if _is_short(name)}
    found = {}
    for name in ordered:
        if _is_short(name):
            continue
        stem, dot, ending = name.rpartition(".") if "." in name[1:] else (name, "", "")
        ending = _allowed(ending)[:3]
        count = 1
        while (short := _numbered(stem, count) + (f".{ending}" if dot and ending else "")) in taken:
            count += 1
        taken.add(short)
        found[name] = f"{short}|{name}"
    return found


def _numbered(stem: str, count: int) -> str:
    number = f"~{count}"
    return (_allowed(stem) or "_")[: 8 - len(number)] + number


def _allowed(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalnum() or letter in "_-")


def _is_short(name: str) -> bool:
    stem, _, ending = name.partition(".")
    return (
        0 < len(stem) <= 8
        and len(ending) <= 3
        and _allowed(stem) == stem.upper()
        and _allowed(ending) == ending.upper()
    )
