"""Keep assets/i18n in step with the sources: `python -m installer.translations TASK [NAME…]`.

TASK update: read new source strings into the .ts files and compile; the translation is then written there, by
hand or in Qt Linguist. compile: make the .qm files. check: exit 1 and say what is unfinished, missing, or not
compiled. NAME: a file without its ending, such as client_ko; all without one. Runs Qt's lupdate and lrelease
as PySide6 ships them. No part of the running programs.
"""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from packetwave.common.choices import SOURCE_LANGUAGE, TRANSLATED

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "assets" / "i18n"
_PARTS = {
    "ui": (ROOT / "packetwave" / "ui",),
    "client": (ROOT / "packetwave" / "client",),
    "console": (
        ROOT / "packetwave" / "server" / "console",
        ROOT / "packetwave" / "server" / "diagnosis" / "sentences.py",
    ),
}
SOURCES = {f"{part}_{language}": sources for language in TRANSLATED for part, sources in _PARTS.items()}
"""Each file of assets/i18n, without its ending: what is translated in it."""

Entry = tuple[str, str, str]
"""Context, source string, disambiguation."""


def update(ts: Path, sources: Sequence[Path]) -> None:
    """Bring `ts` in step with the strings of these Python files and folders, keeping its translations."""
    found = (path for source in sources for path in ([source] if source.is_file() else source.rglob("*.py")))
    files = sorted(map(str, found))
    _run(
        "pyside6-lupdate", *files, "-ts", str(ts), "-source-language", SOURCE_LANGUAGE,
        "-target-language", _language(ts), "-no-obsolete", "-locations", "none",
    )  # fmt: skip


def _language(ts: Path) -> str:
    return ts.stem.rpartition("_")[2]


def compile_(ts: Path, qm: Path) -> None:
    """Make `qm` from `ts`."""
    _run("pyside6-lrelease", str(ts), "-qm", str(qm), "-silent")


def entries(ts: Path) -> dict[Entry, bool]:
    """Each entry of the file, and whether its translation is finished."""
    found: dict[Entry, bool] = {}
    for context in ET.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            key = (
                context.findtext("name", ""),
                message.findtext("source", ""),
                message.findtext("comment", ""),
            )
            translation = message.find("translation")
            text = "" if translation is None else "".join(translation.itertext()).strip()
            found[key] = translation is not None and "type" not in translation.attrib and bool(text)
    return found


def check(name: str) -> list[str]:
    """What is wrong with one translation, one line each; empty when all is well."""
    ts, qm, source = FOLDER / f"{name}.ts", FOLDER / f"{name}.qm", SOURCES[name]
    if not ts.is_file():
        return [f"{ts.name} does not exist"]
    wrong = []
    kept = entries(ts)
    with tempfile.TemporaryDirectory() as folder:
        fresh_ts, fresh_qm = Path(folder) / ts.name, Path(folder) / qm.name
        update(fresh_ts, source)
        wanted = entries(fresh_ts)
        compile_(ts, fresh_qm)
        if not qm.is_file() or qm.read_bytes() != fresh_qm.read_bytes():
            wrong.append(f"{qm.name} was not made from the present {ts.name}")
    for context, text, _ in sorted(wanted.keys() - kept.keys()):
        wrong.append(f"{ts.name} lacks {context}: {text!r}")
    for context, text, _ in sorted(kept.keys() - wanted.keys()):
        wrong.append(f"{ts.name} holds {context}: {text!r}, which no source uses")
    for (context, text, _), finished in sorted(kept.items()):
        if not finished:
            wrong.append(f"{ts.name} has no finished translation for {context}: {text!r}")
    return wrong


def main(arguments: list[str]) -> int:
    """Exit code: 0 fine, 1 something to do, 2 wrong usage."""
    task, names = (arguments[0], arguments[1:] or list(SOURCES)) if arguments else ("", [])
    if task not in ("update", "compile", "check") or not set(names) <= SOURCES.keys():
        sys.stderr.write(f"{__doc__}\n")
        return 2
    wrong: list[str] = []
    for name in names:
        ts = FOLDER / f"{name}.ts"
        if task == "check":
            wrong += check(name)
            continue
        if task == "update":
            update(ts, SOURCES[name])
        compile_(ts, ts.with_suffix(".qm"))
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


def _run(program: str, *arguments: str) -> None:
    beside = Path(sys.executable).parent / program  # the tools of this very environment
    done = subprocess.run([str(beside), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
