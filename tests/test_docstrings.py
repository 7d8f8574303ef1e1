"""The form of docstrings: what a thing is comes first, and a value's fields are described under each."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FEW = 4
"""So many fields may be described in the class's docstring; one reads them at a glance."""


_BEGINS_WITH_PARTS = re.compile(r"(Attributes?|Signals?): |[a-z_]+(, [a-z_]+)*: ")


def fields(node: ast.ClassDef) -> list[str]:
    """The names of a dataclass's or named tuple's fields; none for any other class."""
    is_value = any("dataclass" in ast.unparse(each) for each in node.decorator_list) or any(
        ast.unparse(base) == "NamedTuple" for base in node.bases
    )
    own = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
    return [target.id for target in own if isinstance(target, ast.Name)] if is_value else []


def definitions() -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Each class and function of the programs and of what builds them, as `path:name`."""
    for folder in ("packetwave", "installer"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield f"{path.relative_to(ROOT).as_posix()}:{node.name}", node


def described(text: str, names: list[str]) -> list[str]:
    """Those of the fields that this running text describes, as in `port: of the server. host, name: …`."""
    said = {
        name for found in re.finditer(r"([a-z_]+(?:, [a-z_]+)*): ", text) for name in found[1].split(", ")
    }
    return [name for name in names if name in said]


def test_what_running_text_is() -> None:
    assert described("A thing. host, port: where it is. at: when.", ["host", "port", "at", "size"]) == [
        *("host", "port", "at")
    ]
    assert described("A thing of a host and a port.", ["host", "port"]) == []


def test_fields_are_described_under_each() -> None:
    wrong, seen = [], 0
    for name, node in definitions():
        if not isinstance(node, ast.ClassDef) or len(names := fields(node)) <= FEW:
            continue
        seen += 1
        found = described(ast.get_docstring(node) or "", names)
        if found:
            wrong.append(f"{name}: {', '.join(found)}")
    assert wrong == []
    assert seen > 20


def test_what_a_thing_is_comes_before_its_parts() -> None:
    wrong = [name for name, node in definitions() if _BEGINS_WITH_PARTS.match(ast.get_docstring(node) or "")]
    assert wrong == []
