"""What goes to wixl, and what is put right after it."""

import xml.etree.ElementTree as ET

from installer.msi import check, files, wixl
from installer.msi.build import SOURCE
from installer.msi.tables import Package, parse_table
from tests.installer.msi import standin

WIX = f"{{{files.NAMESPACE}}}"
PREPARED = wixl.prepare(SOURCE.read_bytes())


def test_wixl_gets_ascii_without_attributes_that_it_does_not_know() -> None:
    assert PREPARED.source.isascii()
    root = ET.fromstring(PREPARED.source)
    assert root.tag == f"{WIX}Wix"
    assert not any(element.attrib.keys() & {"Hidden", "Transitive"} for element in root.iter())
    assert not list(root.iter(f"{WIX}PermissionEx"))
    assert b'<?define Key = "Software\\PacketWave\\Client"?>' in PREPARED.source


def test_nothing_else_changes() -> None:
    before, after = ET.fromstring(SOURCE.read_bytes()), ET.fromstring(PREPARED.source)
    for element in before.iter():
        for child in element.findall(f"{WIX}PermissionEx"):
            element.remove(child)
    pairs = list(zip(before.iter(), after.iter(), strict=True))
    assert len(pairs) > 80
    for old, new in pairs:
        assert old.tag == new.tag
        kept = {name: PREPARED.texts.get(value, value) for name, value in new.attrib.items()}
        assert kept == {
            name: value for name, value in old.attrib.items() if name not in ("Hidden", "Transitive")
        }
        text = (new.text or "").strip()
        assert PREPARED.texts.get(text, text) == (old.text or "").strip()


def test_what_is_to_be_put_right_is_read_off_the_source() -> None:
    assert PREPARED.hidden == ("FINGERPRINT", "ENROLLKEY", "REMEMBERED_FINGERPRINT", "REMEMBERED_ENROLLKEY")
    assert {"SERVER", "LAUNCH", "REMEMBERED_INSTALLDIR"} <= set(PREPARED.secure)
    assert "RunAtSignIn" in PREPARED.transitive
    assert "Installation" not in PREPARED.transitive
    assert len(PREPARED.texts) == 5
    assert PREPARED.rights == (("EnrolmentRights", "EnrollKey", check.RIGHTS),)


def test_texts_lists_attributes_and_short_names_are_put_in() -> None:
    shortcut, condition = (
        next(mark for mark, text in PREPARED.texts.items() if part in text) for part in ("popup", "newer")
    )
    exported = {
        "LaunchCondition": "Condition\tDescription\ns\ts\nLaunchCondition\tCondition\n"
        f"NOT NEWERFOUND\t{condition}\n",
        "Shortcut": "Shortcut\tName\tDirectory_\tDescription\ns\ts\ts\ts\n"
        "Shortcut\tShortcut\n"
        f"ClientShortcut\tPacketWave\tProgramMenuFolder\t{shortcut}\n",
        "Property": "Property\tValue\ns\ts\nProperty\tProperty\n"
        "SecureCustomProperties\tOLDERFOUND;NEWERFOUND\n",
        "ActionText": "Action\tDescription\ns\ts\nActionText\tAction\n",
        "Component": "Component\tDirectory_\tAttributes\ns\ts\ti\nComponent\tComponent\n"
        "RunAtSignIn\tINSTALLDIR\t260\nC1\tINSTALLDIR\t256\nC2\tD\t256\n",
        "Directory": "Directory\tDirectory_Parent\tDefaultDir\ns\ts\ts\n"
        "Directory\tDirectory\n"
        "TARGETDIR\t\tSourceDir\nINSTALLDIR\tTARGETDIR\tClient\nD\tINSTALLDIR\t_internal\nMenu\tTARGETDIR\t.\n",
        "Registry": "Registry\tKey\tName\ns\ts\ts\nRegistry\tRegistry\nR1\tA\tServer\nR2\tB\tEnrollKey\n",
        "File": "File\tComponent_\tFileName\ns\ts\ts\nFile\tFile\n"
        "F1\tC1\ta long name.dll\nF2\tC1\ta long naming.dll\nF3\tC2\ta long name.dll\nF4\tC2\tshort.dll\n",
    }
    made = Package({name: parse_table(text) for name, text in exported.items()}, {})
    found = list(wixl.queries(PREPARED, made))
    assert found[0].startswith("UPDATE `LaunchCondition` SET `Description` = '더 새로운 버전의")
    assert found[1].startswith("UPDATE `Shortcut` SET `Description` = '전화가 오면")
    secure = next(query for query in found if "SecureCustomProperties" in query)
    assert secure.startswith("UPDATE `Property` SET `Value` = 'OLDERFOUND;NEWERFOUND;SERVER;")
    assert (
        "INSERT INTO `Property` (`Property`, `Value`) VALUES ('MsiHiddenProperties', "
        "'FINGERPRINT;ENROLLKEY;REMEMBERED_FINGERPRINT;REMEMBERED_ENROLLKEY')"
    ) in found
    create, insert = (query for query in found if "MsiLockPermissionsEx" in query)
    assert create.startswith("CREATE TABLE `MsiLockPermissionsEx` (")
    assert insert.endswith(f"VALUES ('EnrolmentRights', 'R2', 'Registry', '{check.RIGHTS}')")
    assert [query for query in found if "`Component`" in query] == [
        "UPDATE `Component` SET `Attributes` = 324 WHERE `Component` = 'RunAtSignIn'"
    ]
    assert [query.partition("SET ")[2] for query in found if "|" in query] == [
        "`DefaultDir` = '_INTER~1|_internal' WHERE `Directory` = 'D'",
        "`Name` = 'PACKET~1|PacketWave' WHERE `Shortcut` = 'ClientShortcut'",
        "`FileName` = 'ALONGN~1.DLL|a long name.dll' WHERE `File` = 'F3'",
        "`FileName` = 'ALONGN~1.DLL|a long name.dll' WHERE `File` = 'F1'",
        "`FileName` = 'ALONGN~2.DLL|a long naming.dll' WHERE `File` = 'F2'",
    ]


def test_every_text_of_the_source_is_in_the_package() -> None:
    package = standin.package()
    cells = {row[column] for name, column in wixl._WITH_TEXT for row in package.rows(name)}
    assert set(PREPARED.texts.values()) <= cells
