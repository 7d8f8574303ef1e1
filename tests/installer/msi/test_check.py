"""Each check finds what it is there for: the good package has no finding, each broken one its own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from installer.msi import check
from installer.msi.tables import Package
from tests.installer.msi import standin

GOOD = standin.package()
SIZES = {PurePosixPath(name): len(data) for name, data in standin.FILES.items()}


def findings(package: Package) -> list[str]:
    return [
        *(finding for one in check.CHECKS for finding in one(package)),
        *check.wrong_version(package, standin.VERSION),
        *check.wrong_files(package, SIZES),
    ]


def changed(table: str, change: Callable[[dict[str, str]], dict[str, str] | None]) -> Package:
    """The good package with this table's rows changed, or left out where `change` gives None."""
    old = GOOD.tables[table]
    rows = [new for row in old.rows if (new := change(dict(row))) is not None]
    assert rows != list(old.rows)
    return replace(GOOD, tables={**GOOD.tables, table: replace(old, rows=tuple(rows))})


def with_cell(table: str, key: str, column: str, value: str) -> Package:
    keys = GOOD.tables[table].keys
    return changed(table, lambda row: row | {column: value} if row[keys[0]] == key else row)


def without(table: str, key: str) -> Package:
    keys = GOOD.tables[table].keys
    return changed(table, lambda row: None if row[keys[0]] == key else row)


def with_property(name: str, value: str) -> Package:
    old = GOOD.tables["Property"]
    assert name not in old.cells("Value")
    rows = (*old.rows, {"Property": name, "Value": value})
    return replace(GOOD, tables={**GOOD.tables, "Property": replace(old, rows=rows)})


def at(action: str, sequence: int) -> Package:
    return with_cell("InstallExecuteSequence", action, "Sequence", str(sequence))


def registry_row(name: str, column: str, value: str) -> Package:
    return changed("Registry", lambda row: row | {column: value} if row["Name"] == name else row)


def test_the_good_package_has_no_finding() -> None:
    assert findings(GOOD) == []


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        pytest.param(with_cell("Property", *cell), finding, id=cell[0])
        for *cell, finding in (
            ("UpgradeCode", "Value", "{00000000-0000-0000-0000-000000000000}", "property UpgradeCode is"),
            ("ALLUSERS", "Value", "", "property ALLUSERS is ''"),
            ("ProductName", "Value", "", "property ProductName is ''"),
            ("ProductLanguage", "Value", "1033", "property ProductLanguage is '1033'"),
            (
                "SecureCustomProperties",
                "Value",
                "OLDERFOUND;NEWERFOUND",
                "SERVER is not in SecureCustomProperties",
            ),
            ("MsiHiddenProperties", "Value", "FINGERPRINT", "ENROLLKEY is not in MsiHiddenProperties"),
            ("ProductVersion", "Value", "1.2.4", "the product's version is '1.2.4'"),
        )
    ]
    + [
        pytest.param(without("Property", "ARPNOMODIFY"), "property ARPNOMODIFY is None", id="no ARPNOMODIFY"),
        pytest.param(with_property("AUTOSTART", "1"), "AUTOSTART has a value", id="preset AUTOSTART"),
        pytest.param(
            with_property("REMEMBERED_SERVER", "x"), "REMEMBERED_SERVER has a value", id="preset REMEMBERED"
        ),
        pytest.param(
            replace(GOOD, summary={**GOOD.summary, "Template": "Intel;1033"}),
            "template 'Intel;1033'",
            id="template",
        ),
        pytest.param(
            changed("Upgrade", lambda row: row if row["ActionProperty"] == "OLDERFOUND" else None),
            "exactly OLDERFOUND and NEWERFOUND",
            id="no downgrade test",
        ),
        pytest.param(
            changed("Upgrade", lambda row: row | {"UpgradeCode": "{00000000-0000-0000-0000-000000000000}"}),
            "another upgrade code",
            id="upgrade code",
        ),
        pytest.param(
            changed("Upgrade", lambda row: row | {"VersionMax": row["VersionMax"] and "9.9.9"}),
            "an older release would not be replaced",
            id="upgrade's version",
        ),
        pytest.param(
            changed("Upgrade", lambda row: row | {"Attributes": "0"}),
            "a newer release would not be recognised",
            id="downgrade removes",
        ),
    ],
)
def test_properties_and_versions(broken: Package, finding: str) -> None:
    assert any(finding in found for found in findings(broken)), findings(broken)


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (without("File", "ClientProgram"), "PacketWave-Client.exe is not in the package"),
        (with_cell("File", "ClientProgram", "File", "Other"), "is in the package and not in the folder"),
        (with_cell("File", "ClientProgram", "FileName", "PACKET~1.EXE|Other.exe"), "has the name"),
        (with_cell("File", "ClientProgram", "FileSize", "1"), "has 1 bytes in the package, 13 in the folder"),
        (with_cell("File", "ClientProgram", "Component_", "None"), "PacketWave-Client.exe has no component"),
        (with_cell("Component", "Installation", "ComponentId", ""), "component id (none) is there 1 times"),
        (changed("Component", lambda row: row | {"ComponentId": "{X}"}), "component id {X} is there"),
        (changed("Component", lambda row: row | {"ComponentId": "{X}"}), "is not the path's own"),
        (changed("Component", lambda row: row | {"KeyPath": ""}), "is not its component's key path"),
        (changed("Component", lambda row: row | {"Attributes": "4"}), "is not 64 bit"),
        (
            changed("FeatureComponents", lambda row: None if row["Component_"] == "RunAtSignIn" else row),
            "component RunAtSignIn belongs to no feature",
        ),
    ],
)
def test_files_and_components(broken: Package, finding: str) -> None:
    assert any(finding in found for found in findings(broken)), findings(broken)


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (changed("Registry", lambda row: None if row["Name"] == "Server" else row), "Server is missing"),
        (registry_row("Server", "Name", "server2"), "server2 is not one of ours"),
        (
            registry_row("Server", "Key", r"Software\PacketWave\Client\Deeper"),
            r"Deeper\Server is not one of ours",
        ),
        (registry_row("Server", "Root", "1"), "registry value Server is '[SERVER]' below root 1"),
        (
            registry_row("PacketWave", "Value", "[INSTALLDIR]PacketWave-Client.exe"),
            "registry value PacketWave is",
        ),
        (with_cell("Component", "RunAtSignIn", "Condition", ""), "PacketWave is written on the condition ''"),
        (
            with_cell("Component", "RunAtSignIn", "Attributes", "260"),
            "PacketWave stays what it is in a repair",
        ),
        (with_cell("AppSearch", "REMEMBERED_SERVER", "Property", "X"), "REMEMBERED_SERVER is not read from"),
        (with_cell("RegLocator", "FindServer", "Type", "2"), "REMEMBERED_SERVER is not read from"),
        (with_cell("RegLocator", "FindAutostart", "Name", "Server"), "REMEMBERED_AUTOSTART is not read from"),
        (
            registry_row("EnrollKey", "Key", r"Software\PacketWave\Client"),
            r"Client\EnrollKey is not one of ours",
        ),
        (registry_row("EnrollKey", "Key", r"Software\PacketWave\Client"), "the rights of"),
        (without("MsiLockPermissionsEx", "EnrolmentRights"), "the rights of"),
        (
            with_cell("MsiLockPermissionsEx", "EnrolmentRights", "SDDLText", "D:(A;;0xf003f;;;BU)"),
            "the rights of",
        ),
        (
            replace(GOOD, tables={**GOOD.tables, "LockPermissions": GOOD.tables["Registry"]}),
            "LockPermissions beside",
        ),
    ],
)
def test_registry(broken: Package, finding: str) -> None:
    assert any(finding in found for found in findings(broken)), findings(broken)


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (at("KeepServer", 49), "AppSearch < KeepServer < CostInitialize"),
        (at("KeepAutostart", 900), "AppSearch < KeepAutostart < CostInitialize"),
        (at("AutostartUnlessOff", 55), "KeepAutostart < AutostartUnlessOff"),
        (at("QuitClient", 1450), "QuitClient < InstallValidate"),
        (at("QuitClient", 99), "LaunchConditions < FindClient < QuitClient"),
        (at("RemoveExistingProducts", 1450), "InstallInitialize < RemoveExistingProducts"),
        (at("EndClients", 4000), "EndClients < RemoveFiles"),
        (at("EndClients", 6700), "EndClients is deferred and outside the transaction"),
        (at("StartClient", 6500), "InstallFinalize < StartClient"),
        (without("InstallExecuteSequence", "QuitClient"), "not in the sequence: QuitClient"),
        (
            with_cell("InstallExecuteSequence", "KeepServer", "Condition", ""),
            "KeepServer happens on the condition ''",
        ),
        (
            with_cell("InstallExecuteSequence", "StartClient", "Condition", "1"),
            "StartClient happens on the condition",
        ),
        (with_cell("CustomAction", "QuitClient", "Type", "50"), "the result of QuitClient would fail"),
        (with_cell("CustomAction", "StartClient", "Type", "82"), "would wait for the client"),
        (
            with_cell("InstallUISequence", "AppSearch", "Action", "KeepServer"),
            "KeepServer happens in the user interf",
        ),
    ],
)
def test_sequence(broken: Package, finding: str) -> None:
    assert any(finding in found for found in findings(broken)), findings(broken)


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        (
            with_cell("LaunchCondition", "Installed OR NOT NEWERFOUND", "Description", ""),
            "no text in both languages",
        ),
        (
            with_cell("Shortcut", "ClientShortcut", "Description", "Only English"),
            "Shortcut has no text in both",
        ),
        (
            with_cell("ActionText", "WriteRegistryValues", "Description", "한글만"),
            "ActionText has no text in both",
        ),
        (changed("LaunchCondition", lambda row: None), "the table LaunchCondition is empty"),
        (with_cell("ActionText", "WriteRegistryValues", "Template", "[1] [2] [3]"), "the log would have"),
        (with_cell("Shortcut", "ClientShortcut", "Target", "[#Other]"), "does not start the client"),
    ],
)
def test_words_and_shortcut(broken: Package, finding: str) -> None:
    assert any(finding in found for found in findings(broken)), findings(broken)
