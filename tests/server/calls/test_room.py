"""The room as it is to be read: small modules, each drawn from those before it, and nothing in a circle."""

import ast
from pathlib import Path

import packetwave.server.calls

ROOM = "packetwave.server.calls"
MODULES = {path.stem: path for path in sorted(Path(packetwave.server.calls.__path__[0]).glob("*.py"))}
LINES = 400


def imported(path: Path) -> set[str]:
    """The modules of the room that a file imports, under TYPE_CHECKING too."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.removeprefix(f"{ROOM}.") for name in names if name.startswith(f"{ROOM}.")}


def test_nothing_is_imported_in_a_circle() -> None:
    left = {name: imported(path) for name, path in MODULES.items()}
    assert len(left) > 12 and "leg" in left["ring"]
    while ready := [name for name, needs in left.items() if not needs & left.keys()]:
        for name in ready:
            del left[name]
    assert left == {}


def test_each_module_can_be_read_at_one_sitting() -> None:
    long = {name: len(path.read_text("utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: lines for name, lines in long.items() if lines > LINES} == {}
