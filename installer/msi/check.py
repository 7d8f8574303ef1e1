"""What must be true of the client's MSI before anyone gets it, as findings in words; none means fine.

The checks are pure: an MSI's tables as data in, findings out. `findings` reads the tables on the bench.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from installer.msi import files, tables
from installer.msi.build import CODE_PAGE, TEMPLATE
from installer.msi.tables import Package
from installer.windows.bench import Bench

UPGRADE_CODE = "{BF6747C4-3BE5-41C8-BBC2-CBCD4858B8EC}"
KEY = r"Software\PacketWave\Client"
ENROLMENT_KEY = rf"{KEY}\Enrolment"
RIGHTS = "D:P(A;;0xf003f;;;SY)(A;;0xf003f;;;BA)(A;;0x30019;;;BU)"
"""Of the enrolment's key: everything for system and administrators; users read and delete it."""
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
VALUES = {
    "SERVER": "Server",
    "EXTENSION": "Extension",
    "LANG": "Language",
    "FINGERPRINT": "Fingerprint",
    "ENROLLKEY": "EnrollKey",
}
"""The public properties and the names of the values that they become."""
REMEMBERED = {**VALUES, "AUTOSTART": "Autostart", "INSTALLDIR": "InstallDir"}
SECRET = ("FINGERPRINT", "ENROLLKEY")


def place_of(name: str) -> tuple[str, str]:
    """The registry key in which a value lies, and its name."""
    return (ENROLMENT_KEY if name == VALUES["ENROLLKEY"] else KEY), name


_LOCAL_MACHINE = "2"
_RAW_64_BIT = "18"  # msidbLocatorTypeRawValue + msidbLocatorType64bit
_COMPONENT_64_BIT = 256
_TRANSITIVE = 64
_CONTINUE = 64  # an action's result is ignored
_ASYNC = 128
_DEFERRED = 1024
_ONLY_DETECT = 2
_WITH_WORDS = (  # what people read: each must have English and Korean
    ("LaunchCondition", "Description"),
    ("Shortcut", "Description"),
    ("ActionText", "Description"),
)


def findings(msi: Path, folder: Path, version: str, bench: Bench) -> list[str]:
    """What is wrong with this MSI, made of this folder of the client."""
    with bench.scratch() as (here, inside):
        shutil.copyfile(msi, here / "client.msi")
        package = tables.read(str(inside / "client.msi"), bench)
        page = tables.code_page(str(inside / "client.msi"), bench)
    sizes = {path: (folder / path).stat().st_size for path in files.paths(folder)}
    wrong = [finding for check in CHECKS for finding in check(package)]
    if page != CODE_PAGE:
        wrong.append(f"the text is in code page {page}, not {CODE_PAGE}")
    return [*wrong, *wrong_version(package, version), *wrong_files(package, sizes)]


def wrong_properties(package: Package) -> Iterator[str]:
    properties = package.cells("Property", "Value")
    wanted = {
        "ProductName": "PacketWave",
        "Manufacturer": "PacketWave",
        "ProductLanguage": "0",
        "UpgradeCode": UPGRADE_CODE,
        "ALLUSERS": "1",
        "ARPNOMODIFY": "1",
        "ARPPRODUCTICON": "PacketWave.ico",
        "REBOOT": "ReallySuppress",
        "MSIRMSHUTDOWN": "1",
        "REINSTALLMODE": "amus",
    }
    for name, value in wanted.items():
        if properties.get(name) != value:
            yield f"property {name} is {properties.get(name)!r}, not {value!r}"
    for name in (*VALUES, "AUTOSTART", "LAUNCH", *(f"REMEMBERED_{name}" for name in REMEMBERED)):
        if name in properties:
            yield f"property {name} has a value in the package: one given before could not be kept"
    listed = {
        name: set(properties.get(name, "").split(";"))
        for name in ("SecureCustomProperties", "MsiHiddenProperties")
    }
    secure = {
        *VALUES,
        "AUTOSTART",
        "LAUNCH",
        "OLDERFOUND",
        "NEWERFOUND",
        *(f"REMEMBERED_{name}" for name in REMEMBERED),
    }
    for name in sorted(secure - listed["SecureCustomProperties"]):
        yield f"property {name} is not in SecureCustomProperties"
    for name in (name for secret in SECRET for name in (secret, f"REMEMBERED_{secret}")):
        if name not in listed["MsiHiddenProperties"]:
            yield f"property {name} is not in MsiHiddenProperties: it would be in the log"
    if package.summary.get("Template") != TEMPLATE:
        yield f"summary information: template {package.summary.get('Template')!r}, not {TEMPLATE!r}"


def wrong_version(package: Package, version: str) -> Iterator[str]:
    """The product's version, and those of releases that it replaces or gives way to."""
    found = package.cells("Property", "Value").get("ProductVersion")
    if found != version:
        yield f"the product's version is {found!r}, not {version!r}"
    by_property = {row["ActionProperty"]: row for row in package.rows("Upgrade")}
    older, newer = by_property.get("OLDERFOUND"), by_property.get("NEWERFOUND")
    if older is None or newer is None or len(by_property) != 2:
        yield "the table Upgrade must have exactly OLDERFOUND and NEWERFOUND"
        return
    if any(row["UpgradeCode"].upper() != UPGRADE_CODE for row in (older, newer)):
        yield "the table Upgrade has another upgrade code"
    if older["VersionMax"] != version or int(older["Attributes"]) & _ONLY_DETECT:
        yield "an older release would not be replaced"
    if newer["VersionMin"] != version or newer["VersionMax"] or not int(newer["Attributes"]) & _ONLY_DETECT:
        yield "a newer release would not be recognised"


def wrong_files(package: Package, sizes: dict[PurePosixPath, int]) -> Iterator[str]:
    """Files that are missing in the package, too many, or not those of the folder.

    sizes: of the files that must be in it, by their paths below the install folder.
    """
    rows = {row["File"]: row for row in package.rows("File")}
    components = {row["Component"]: row for row in package.rows("Component")}
    expected = {files.file_id(path): path for path in sizes}
    for key in sorted(rows.keys() - expected.keys()):
        yield f"{rows[key]['FileName']} is in the package and not in the folder"
    for key in sorted(expected.keys() - rows.keys()):
        yield f"{expected[key]} is not in the package"
    for key in sorted(expected.keys() & rows.keys()):
        path, row = expected[key], rows[key]
        if row["FileName"].rpartition("|")[2] != path.name:
            yield f"{path} has the name {row['FileName']}"
        if int(row["FileSize"]) != sizes[path]:
            yield f"{path} has {row['FileSize']} bytes in the package, {sizes[path]} in the folder"
        component = components.get(row["Component_"])
        if component is None:
            yield f"{path} has no component"
            continue
        if component["ComponentId"] != f"{{{files.guid(path)}}}":
            yield f"{path} has a component id that is not the path's own"
        if component["KeyPath"] != key:
            yield f"{path} is not its component's key path"


def wrong_components(package: Package) -> Iterator[str]:
    rows = package.rows("Component")
    for guid, count in Counter(row["ComponentId"] for row in rows).items():
        if count > 1 or not guid:
            yield f"component id {guid or '(none)'} is there {count} times"
    in_feature = {row["Component_"] for row in package.rows("FeatureComponents")}
    for row in rows:
        if row["Component"] not in in_feature:
            yield f"component {row['Component']} belongs to no feature"
        if not int(row["Attributes"]) & _COMPONENT_64_BIT:
            yield f"component {row['Component']} is not 64 bit"


def wrong_registry(package: Package) -> Iterator[str]:
    """Values, the conditions on which they are written, and the places from which they are read back."""
    components = {row["Component"]: row for row in package.rows("Component")}
    found = {(row["Key"], row["Name"]): row for row in package.rows("Registry")}
    wanted = {place_of(name): (f"[{prop}]", f'{prop} AND {prop} <> "-"') for prop, name in VALUES.items()}
    wanted[KEY, "Autostart"] = ("[AUTOSTART]", "")
    wanted[KEY, "InstallDir"] = ("[INSTALLDIR]", "")
    wanted[KEY, "Version"] = ("[ProductVersion]", "")
    wanted[RUN_KEY, "PacketWave"] = ('"[INSTALLDIR]PacketWave-Client.exe"', 'AUTOSTART <> "0"')
    for key, name in sorted(found.keys() ^ wanted.keys()):
        what = "is missing" if (key, name) in wanted else "is not one of ours"
        yield f"registry value {key}\\{name} {what}"
    for place in sorted(found.keys() & wanted.keys()):
        row, (value, condition) = found[place], wanted[place]
        component = components.get(row["Component_"], {})
        if row["Root"] != _LOCAL_MACHINE or row["Value"] != value:
            yield f"registry value {place[1]} is {row['Value']!r} below root {row['Root']}"
        if component.get("Condition", "") != condition:
            yield f"registry value {place[1]} is written on the condition {component.get('Condition')!r}"
        if condition and not int(component.get("Attributes", "0")) & _TRANSITIVE:
            yield f"registry value {place[1]} stays what it is in a repair with other properties"
    searches = package.cells("AppSearch", "Signature_")
    locators = {row["Signature_"]: row for row in package.rows("RegLocator")}
    for prop, name in REMEMBERED.items():
        locator = locators.get(searches.get(f"REMEMBERED_{prop}", ""), {})
        read = tuple(locator.get(column, "") for column in ("Root", "Key", "Name", "Type"))
        if read != (_LOCAL_MACHINE, *place_of(name), _RAW_64_BIT):
            yield f"REMEMBERED_{prop} is not read from {place_of(name)[0]}\\{name} in the 64-bit registry"


def wrong_rights(package: Package) -> Iterator[str]:
    """Users must be able to take the enrolment key off the PC, and to put none there."""
    values = {row["Registry"]: (row["Key"], row["Name"]) for row in package.rows("Registry")}
    found = [
        (values.get(row["LockObject"]), row["Table"], row["SDDLText"], row["Condition"])
        for row in package.rows("MsiLockPermissionsEx")
    ]
    if found != [(place_of(VALUES["ENROLLKEY"]), "Registry", RIGHTS, "")]:
        yield f"the rights of {ENROLMENT_KEY} are {found}"
    if package.rows("LockPermissions"):
        yield "LockPermissions beside MsiLockPermissionsEx: Windows Installer refuses the package"


def wrong_sequence(package: Package) -> Iterator[str]:
    """The order of actions: each of ours in its place among Windows Installer's."""
    rows = {row["Action"]: row for row in package.rows("InstallExecuteSequence")}
    order = {name: int(row["Sequence"]) for name, row in rows.items()}
    types = {name: int(number) for name, number in package.cells("CustomAction", "Type").items()}
    keeps = [f"Keep{name}" for name in REMEMBERED.values()]
    chains = (
        *(("AppSearch", keep, "CostInitialize") for keep in keeps),
        ("KeepAutostart", "AutostartUnlessOff", "CostInitialize"),
        ("CostFinalize", "TellInstallDir", "RegisterProduct"),
        ("FindRelatedProducts", "LaunchConditions", "FindClient", "QuitClient", "InstallValidate"),
        ("InstallInitialize", "RemoveExistingProducts", "ProcessComponents"),
        ("InstallInitialize", "FindTaskkill", "EndClients", "RemoveFiles"),
        ("RemoveFiles", "InstallFiles", "WriteRegistryValues", "InstallFinalize", "StartClient"),
    )
    for chain in chains:
        missing = [name for name in chain if name not in order]
        if missing:
            yield f"not in the sequence: {', '.join(missing)}"
        elif sorted(chain, key=order.__getitem__) != list(chain):
            yield f"the sequence must be {' < '.join(chain)}"
    conditions = {
        **{f"Keep{name}": f"REMEMBERED_{prop} AND NOT {prop}" for prop, name in REMEMBERED.items()},
        "AutostartUnlessOff": 'AUTOSTART <> "0"',
        "QuitClient": "REMEMBERED_INSTALLDIR AND NOT UPGRADINGPRODUCTCODE",
        "EndClients": 'REMOVE ~= "ALL" AND NOT UPGRADINGPRODUCTCODE',
        "StartClient": 'NOT (REMOVE ~= "ALL") AND LAUNCH <> "0" AND UserSID <> "S-1-5-18"',
    }
    for name, condition in conditions.items():
        if name in rows and rows[name]["Condition"] != condition:
            yield f"{name} happens on the condition {rows[name]['Condition']!r}, not {condition!r}"
    for name in order:
        if types.get(name, 0) & _DEFERRED and not order.get("InstallInitialize", 0) < order[name] < order.get(
            "InstallFinalize", 0
        ):
            yield f"{name} is deferred and outside the transaction"
    for name in ("QuitClient", "EndClients", "StartClient"):
        if not types.get(name, 0) & _CONTINUE:
            yield f"the result of {name} would fail the installation"
    if not types.get("StartClient", 0) & _ASYNC:
        yield "the installation would wait for the client that it started"
    in_windows = {row["Action"] for row in package.rows("InstallUISequence")}
    for name in sorted(in_windows & types.keys()):
        yield f"{name} happens in the user interface's sequence too"


def wrong_words(package: Package) -> Iterator[str]:
    for table, column in _WITH_WORDS:
        rows = package.rows(table)
        if not rows:
            yield f"the table {table} is empty"
        for row in rows:
            if not (
                _has_korean(row[column])
                and any(letter.isascii() and letter.isalpha() for letter in row[column])
            ):
                yield f"{table} has no text in both languages: {row[column]!r}"
    template = package.cells("ActionText", "Template").get("WriteRegistryValues")
    if template is None or "[3]" in template:
        yield "the log would have the registry values that are written"
    shortcuts = package.rows("Shortcut")
    if [(row["Directory_"], row["Target"], row["WkDir"]) for row in shortcuts] != [
        ("ProgramMenuFolder", f"[#{files.PROGRAM_ID}]", files.INSTALL_FOLDER)
    ]:
        yield "the start menu's entry does not start the client"


def _has_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


CHECKS: Sequence[Callable[[Package], Iterator[str]]] = (
    wrong_properties,
    wrong_components,
    wrong_registry,
    wrong_rights,
    wrong_sequence,
    wrong_words,
)
