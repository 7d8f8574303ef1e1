"""The rules of docs/architecture.md that can be read off imports and names of files; and its tables."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "packetwave"

PURE = (
    "packetwave.protocol",
    "packetwave.common.addresses",
    "packetwave.common.choices",
    "packetwave.common.exit_codes",
    "packetwave.server.frames",
    "packetwave.server.sip",
    "packetwave.server.calls",
    "packetwave.server.diagnosis",
    "packetwave.server.office",
    "packetwave.client.address",
    "packetwave.client.attempt",
    "packetwave.client.calls",
    "packetwave.client.line",
    "packetwave.client.routes",
    "packetwave.client.desk.cards",
)

FLOORS = (  # a room may import those before it, and itself
    "packetwave",
    "packetwave.server",
    "packetwave.protocol",
    "packetwave.common",
    "packetwave.ui",
    "packetwave.server.frames",
    "packetwave.server.sip",
    "packetwave.server.calls",
    "packetwave.server.diagnosis",
    "packetwave.server.capture",
    "packetwave.server.machine",
    "packetwave.server.office",
    "packetwave.server.settings",
    "packetwave.server.trust",
    "packetwave.server.store",
    "packetwave.server.hub",
    "packetwave.server.watch",
    "packetwave.server.faults",
    "packetwave.server.unattended",
    "packetwave.server.engine",
    "packetwave.server.console.parts",
    "packetwave.server.console.calls",
    "packetwave.server.console.members",
    "packetwave.server.console.clients",
    "packetwave.server.console.capture",
    "packetwave.server.console.settings",
    "packetwave.server.console.start",
    "packetwave.server.console",
    "packetwave.server.commands",
    "packetwave.server.app",
    "packetwave.server.__main__",
    "packetwave.client.address",
    "packetwave.client.tls",
    "packetwave.client.preset",
    "packetwave.client.settings",
    "packetwave.client",
    "packetwave.client.desk",
    "packetwave.client.selftest",
    "packetwave.client.app",
    "packetwave.client.__main__",
)

LOOSE = ("packetwave.server", "packetwave.client")  # their own modules stand on several floors

FORBIDDEN = {  # a room: what it must not import
    "packetwave.server": ("packetwave.client",),
    "packetwave.client": ("packetwave.server",),
    "packetwave.server.machine": (
        "packetwave.server.console",
        "packetwave.server.engine.engine",
        "packetwave.ui",
    ),
    "packetwave.common": ("packetwave.server", "packetwave.client", "packetwave.ui"),
    "packetwave.ui": ("packetwave.server", "packetwave.client"),
    "packetwave.protocol": ("packetwave.server", "packetwave.client", "packetwave.common", "packetwave.ui"),
}

ONLY_IN = {  # a library: the rooms that may import it
    "scapy": ("packetwave.server.capture",),
    "pymongo": ("packetwave.server.store",),
    "bson": ("packetwave.server.store",),
    "sqlite3": ("packetwave.server.store",),
    "websockets": (
        "packetwave.server.hub",
        "packetwave.server.commands.selftest",
        "packetwave.client.link",
        "packetwave.client.selftest",
    ),
    "PySide6": (
        "packetwave.ui",
        "packetwave.client.desk",
        "packetwave.client.selftest",
        "packetwave.server.console",
    ),
    "shiboken6": ("packetwave.ui", "packetwave.client.desk", "packetwave.server.console"),
    "platformdirs": ("packetwave.common",),
    "filelock": ("packetwave.common",),
    "openpyxl": ("packetwave.server",),
    "cryptography": ("packetwave.server.trust.identity", "packetwave.server.trust.carry"),
}

UNTESTED = {
    "packetwave.protocol.rules": "numbers only",
    "packetwave.client.faults": "codes only; desk/test_faults.py holds each to its words",
    "packetwave.server.calls.events": "frozen values only",
    "packetwave.server.engine.notices": "frozen values only",
    "packetwave.server.engine.running": "test_engine.py tries the whole",
    "packetwave.server.watch.states": "frozen values only",
    "packetwave.server.hub.clients": "a frozen value only",
    "packetwave.server.hub.limits": "numbers only",
    "packetwave.server.hub.listening": "options only; test_hub.py and test_tls.py listen",
    "packetwave.server.office.values": "frozen values only",
    "packetwave.server.store.base": "declarations; test_contract.py holds both stores to them",
}
"""Modules without a test file of their own, and why."""


BARE_TASKS = {
    "packetwave.common.supervision": "the supervisor",
    "packetwave.server.hub.hub": "a session's writer ends with its session",
}
"""Modules that start tasks themselves, and why."""


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of each import in a file, wherever in it; `from a import b` counts as a and as a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import; write the whole name"
            assert node.module is not None
            yield node.lineno, node.module
            for name in node.names:
                if f"{node.module}.{name.name}" in MODULES:
                    yield node.lineno, f"{node.module}.{name.name}"


def within(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


ALL_IMPORTS = [
    (module, f"{path.relative_to(ROOT)}:{line}: {imported}", imported)
    for module, path in MODULES.items()
    for line, imported in imports(path)
]


def test_every_import_was_read() -> None:
    assert len(MODULES) > 40
    assert ("packetwave.client.link", "websockets.asyncio.client") in {(m, i) for m, _, i in ALL_IMPORTS}


def test_pure_rooms_import_the_standard_library_and_each_other() -> None:
    wrong = [
        where
        for module, where, imported in ALL_IMPORTS
        if within(module, PURE)
        and imported.split(".")[0] not in sys.stdlib_module_names
        and not within(imported, PURE)
    ]
    assert wrong == []


def test_rooms_keep_to_their_side() -> None:
    wrong = [
        where
        for module, where, imported in ALL_IMPORTS
        for room, forbidden in FORBIDDEN.items()
        if within(module, (room,)) and within(imported, forbidden)
    ]
    assert wrong == []


def test_libraries_are_imported_only_in_their_rooms() -> None:
    wrong = []
    for module, where, imported in ALL_IMPORTS:
        library = imported.split(".")[0]
        if library in ONLY_IN:
            if not within(module, ONLY_IN[library]):
                wrong.append(where)
        elif library != "packetwave" and library not in sys.stdlib_module_names:
            wrong.append(f"{where}: a library that no room is given")
    assert wrong == []


def floor(module: str) -> int:
    """The floor of the closest room that a module is in."""
    return max((len(room), number) for number, room in enumerate(FLOORS) if within(module, (room,)))[1]


def test_nothing_imports_upward() -> None:
    wrong = [
        where
        for module, where, imported in ALL_IMPORTS
        if imported in MODULES and floor(imported) > floor(module)
    ]
    assert wrong == []


def test_every_module_is_in_a_room() -> None:
    top = {name for name in MODULES if floor(name) == 0}
    assert top == {"packetwave"}
    assert {name for name in MODULES if floor(name) == FLOORS.index("packetwave.server")} == {
        "packetwave.server"
    }
    used = {floor(name) for name in MODULES}
    assert [room for number, room in enumerate(FLOORS) if number not in used] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    packages = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    arrows: dict[str, set[str]] = {name: set() for name in MODULES}
    for module, _, imported in ALL_IMPORTS:
        # A package that is named only to reach a module in it is no arrow of its own.
        if imported in MODULES and not (imported in packages and within(module, (imported,))):
            arrows[module].add(imported)
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(f"imported in a circle: {' -> '.join(error.args[1])}")


def loaded_after(statements: str) -> set[str]:
    """The modules in a fresh Python that has run these statements."""
    show = f"{statements}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_the_client_never_loads_what_is_the_servers() -> None:
    client = [name for name in MODULES if within(name, ("packetwave.client",)) and "__main__" not in name]
    loaded = loaded_after("\n".join(f"import {name}" for name in client))
    assert "packetwave.client.desk" in loaded
    assert {
        name
        for name in loaded
        if within(name, ("packetwave.server", "scapy", "pymongo", "bson", "cryptography"))
    } == set()


@pytest.mark.parametrize("program", ["packetwave.client.app", "packetwave.server.app"])
def test_a_program_without_windows_loads_no_qt(program: str) -> None:
    loaded = loaded_after(f"import {program}")
    assert program in loaded
    assert {name for name in loaded if within(name, ("PySide6", "shiboken6"))} == set()


def test_every_module_has_its_test_file() -> None:
    wrong = []
    for name, path in MODULES.items():
        place = PurePosixPath(path.relative_to(PACKAGE).as_posix())
        if place.name in ("__init__.py", "__main__.py"):
            continue
        expected = ROOT / "tests" / place.parent / f"test_{place.name}"
        if expected.exists() == (name in UNTESTED):
            wrong.append(f"{name}: {expected.relative_to(ROOT)}")
    assert wrong == []
    assert set(UNTESTED) <= set(MODULES)


def test_no_task_is_started_without_a_supervisor() -> None:
    """A task that nobody watches ends unheard."""
    wrong = []
    for name, path in MODULES.items():
        if name in BARE_TASKS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("create_task", "ensure_future", "TaskGroup"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.attr}")
    assert wrong == []
    assert set(BARE_TASKS) <= set(MODULES)


def test_tool_tips_are_set_in_one_place() -> None:
    """Qt reads markup in them wherever it finds some."""
    allowed = {"packetwave.ui.labels", "packetwave.client.desk.tray"}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("setToolTip", "setStatusTip", "setWhatsThis", "showMessage")
        and name not in allowed
    ]
    assert wrong == []


MAP = ROOT / "docs" / "architecture.md"


def mapped() -> dict[str, list[str]]:
    """Each room of the map (`packetwave.server.frames`), and the modules that have a line in its table."""
    rooms: dict[str, list[str]] = {}
    here: list[str] = []
    for line in MAP.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = re.fullmatch(r"### `([a-z_/]+)/`", line)
            room = f"packetwave.{heading[1].replace('/', '.')}" if heading else ""
            here = rooms.setdefault(room, [])
        elif row := re.match(r"\| `(\w+)` \| \S", line):
            here.append(f"{room}.{row[1]}")
    rooms.pop("", None)  # what stands before and after the rooms
    return rooms


def test_each_module_has_a_line_on_the_map() -> None:
    lines = [name for room in mapped().values() for name in room]
    there = [
        name for name, path in MODULES.items() if path.stem not in ("__init__", "__main__") and "." in name
    ]
    wrong = [f"{name}: no line in {MAP.name}" for name in there if name not in lines]
    wrong += [f"{name}: a line in {MAP.name}, and no module" for name in lines if name not in there]
    wrong += [f"{name}: two lines in {MAP.name}" for name in set(lines) if lines.count(name) > 1]
    assert not wrong, "\n".join(wrong)


def test_the_map_has_the_rooms_from_the_lowest_floor_to_the_highest() -> None:
    order = [room for room in FLOORS if room in mapped() and room not in LOOSE]
    assert [room for room in mapped() if room not in LOOSE] == order


def test_packages_only_gather_names() -> None:
    """An `__init__.py` has a docstring, imports and `__all__`, and no code of its own."""
    wrong = []
    for path in PACKAGE.rglob("__init__.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            simple = isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign))
            if not simple and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []
