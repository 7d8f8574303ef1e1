"""What wixl lacks of WiX 3, done before and after it: pure text in, text out.

Before: attributes and elements that it does not know are taken out of the source (it would lose the row), and
text beyond ASCII (it would write empty strings) is replaced by marks. After: SQL for msibuild puts into the
tables what WiX 3 would have put there. The source stays what WiX 3 compiles.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from installer.msi.files import NAMESPACE, short_names
from installer.msi.tables import Package, Table, quoted, updates

_TRANSITIVE = 64  # msidbComponentAttributesTransitive
_UNKNOWN = ("Hidden", "Transitive")
_RIGHTS = f"{{{NAMESPACE}}}PermissionEx"
_NEW_TABLE = (
    "CREATE TABLE `MsiLockPermissionsEx` "
    "(`MsiLockPermissionsEx` CHAR(72) NOT NULL, `LockObject` CHAR(72) NOT NULL, "
    "`Table` CHAR(32) NOT NULL, `SDDLText` LONGCHAR NOT NULL, `Condition` CHAR(255) "
    "PRIMARY KEY `MsiLockPermissionsEx`)"
)
_WITH_TEXT = (
    ("LaunchCondition", "Description"),
    ("Shortcut", "Description"),
    ("Property", "Value"),
    ("ActionText", "Description"),
)
_WITH_NAMES = (  # table, column, column of the folder in which the names are to differ
    ("Directory", "DefaultDir", "Directory_Parent"),
    ("Shortcut", "Name", "Directory_"),
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """WiX source as wixl takes it, and what was taken out of it."""

    source: bytes
    texts: dict[str, str]
    """What each mark in the source stands for."""

    secure: tuple[str, ...]
    """Ids of the properties that are to be secure."""

    hidden: tuple[str, ...]
    """Ids of the properties that the log must not have."""

    transitive: tuple[str, ...]
    """Ids of the components whose conditions are looked at again in a repair."""

    rights: tuple[tuple[str, str, str], ...] = ()
    """Who may do what with a registry key: an id, the name of a value in that key, and the SDDL."""


def prepare(source: bytes) -> Prepared:
    """WiX 3 source as wixl takes it."""
    builder = ET.TreeBuilder(insert_pis=True)  # <?define … ?>
    ET.register_namespace("", NAMESPACE)
    root = ET.fromstring(source, ET.XMLParser(target=builder))
    texts: dict[str, str] = {}
    marked: dict[str, list[str]] = {"Secure": [], "Hidden": [], "Transitive": []}
    for element in root.iter():
        for name, ids in marked.items():
            if element.get(name) == "yes":
                ids.append(element.attrib["Id"])
        for name in _UNKNOWN:
            element.attrib.pop(name, None)
        for name, value in element.attrib.items():
            if not value.isascii():
                mark = f"TEXT-{len(texts) + 1}"
                texts[mark] = value
                element.set(name, mark)
        if element.text is not None and not element.text.isascii():
            mark = f"TEXT-{len(texts) + 1}"
            texts[mark] = element.text
            element.text = mark
    rights = []
    for element in root.iter():
        for child in element.findall(_RIGHTS):
            rights.append((child.attrib["Id"], element.attrib["Name"], child.attrib["Sddl"]))
            element.remove(child)
    found = {name: tuple(ids) for name, ids in marked.items()}
    return Prepared(
        ET.tostring(root, encoding="utf-8", xml_declaration=True),
        texts,
        found["Secure"],
        found["Hidden"],
        found["Transitive"],
        tuple(rights),
    )


def queries(prepared: Prepared, made: Package) -> Iterator[str]:
    """SQL for what wixl left out of the package that it made."""
    for name, column in _WITH_TEXT:
        yield from updates(made.tables[name], column, prepared.texts)
    properties = made.cells("Property", "Value")
    secure = dict.fromkeys(
        [*filter(None, properties.get("SecureCustomProperties", "").split(";")), *prepared.secure]
    )
    for name, ids in (("SecureCustomProperties", secure), ("MsiHiddenProperties", prepared.hidden)):
        yield from _property(name, ";".join(ids), exists=name in properties)
    for component, attributes in made.cells("Component", "Attributes").items():
        if component in prepared.transitive:
            yield (
                f"UPDATE `Component` SET `Attributes` = {int(attributes) | _TRANSITIVE} "
                f"WHERE `Component` = {quoted(component)}"
            )
    yield from _rights(prepared, made)
    for name, column, folder in _WITH_NAMES:
        table = made.tables[name]
        yield from _short(table, column, {row[table.keys[0]]: row[folder] for row in table.rows})
    folders = made.cells("Component", "Directory_")
    files = made.tables["File"]
    yield from _short(files, "FileName", {row["File"]: folders[row["Component_"]] for row in files.rows})


def _rights(prepared: Prepared, made: Package) -> Iterator[str]:
    """The table of rights. ValueError where a value is not in the package once."""
    if prepared.rights:
        yield _NEW_TABLE
    for name, value, sddl in prepared.rights:
        (row,) = (row for row in made.rows("Registry") if row["Name"] == value)
        columns = "`MsiLockPermissionsEx`, `LockObject`, `Table`, `SDDLText`"
        said = ", ".join(map(quoted, (name, row["Registry"], "Registry", sddl)))
        yield f"INSERT INTO `MsiLockPermissionsEx` ({columns}) VALUES ({said})"


def _property(name: str, value: str, *, exists: bool) -> Iterator[str]:
    if exists:
        yield f"UPDATE `Property` SET `Value` = {quoted(value)} WHERE `Property` = {quoted(name)}"
    else:
        yield f"INSERT INTO `Property` (`Property`, `Value`) VALUES ({quoted(name)}, {quoted(value)})"


def _short(table: Table, column: str, folders: dict[str, str]) -> Iterator[str]:
    """Short names beside long ones. folders: by a row's key, the folder in which its name is to be unique."""
    named = [row for row in table.rows if _is_long_name(row[column])]
    for folder in sorted(set(folders.values())):
        here = [row for row in named if folders[row[table.keys[0]]] == folder]
        yield from updates(_only(table, here), column, short_names(row[column] for row in here))


def _only(table: Table, rows: Iterable[object]) -> Table:
    return Table(table.name, table.columns, table.keys, tuple(rows))  # type: ignore[arg-type]


def _is_long_name(name: str) -> bool:
    return name != "SourceDir" and "|" not in name and not re.fullmatch(r"\.+", name)
