"""What must be true of the built programs before anyone gets them: sizes, contents, version, files' origin.

Each check gives findings in words; none means fine. Reads files only, so it runs on Linux and on Windows.
"""

from collections.abc import Iterator
from pathlib import Path

from installer import bundle, version_resource
from packetwave.common.choices import TRANSLATED

_PE_WITH_TEXT = b"MZ"
_OF_WINE = (b"Wine builtin DLL", b"Wine placeholder DLL")  # at offset 64 of what is Wine's own


def contents(program: Path) -> list[str]:
    """All files and modules in a built program, sorted: those inside the exe (modules as `module:name`), and
    those in the folder it lies in where that is a bundle's (`_internal` beside it)."""
    from PyInstaller.archive.readers import CArchiveReader, ZlibArchiveReader

    names = set()
    archive = CArchiveReader(str(program))
    for name in archive.toc:
        names.add(name.replace("\\", "/"))
        if name.lower().endswith(".pyz"):
            modules: ZlibArchiveReader = archive.open_embedded_archive(name)
            names |= {f"module:{module}" for module in modules.toc}
    folder = program.parent
    if (folder / "_internal").is_dir():
        names |= {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return sorted(names)


def programs(built: Path, version: str) -> Iterator[str]:
    """What is wrong with the programs in PyInstaller's folder `built` (for Windows)."""
    server = built / f"{bundle.SERVER.name}.exe"
    client = built / bundle.CLIENT.name / f"{bundle.CLIENT.name}.exe"
    portable = built / f"{bundle.PORTABLE}.exe"
    missing = [str(path) for path in (server, client, portable) if not path.is_file()]
    yield from (f"{path} was not built" for path in missing)
    if missing:
        return
    yield from too_large(server, bundle.SERVER_LIMIT_BYTES)
    yield from too_large(client.parent, bundle.INSTALLED_LIMIT_BYTES)
    for program, file in ((bundle.SERVER, server), (bundle.CLIENT, client), (bundle.CLIENT, portable)):
        inside = contents(file)
        names = [name.removeprefix("module:") for name in inside]
        for name in bundle.forbidden(names, client=program is bundle.CLIENT):
            yield f"{file.name} contains {name}"
        translations = (f"assets/i18n/{name}" for name in program.translations)
        for wanted in (*_WANTED, *translations, f"module:packetwave.{program.part}.app"):
            if not any(name.removeprefix("_internal/") == wanted for name in inside):
                yield f"{file.name} lacks {wanted}"
        yield from wrong_version(program, file, version)
    for file in sorted(client.parent.rglob("*")):
        if file.is_file() and is_of_wine(file):
            yield f"{file.name} in the client's folder is Wine's own, not Microsoft's or ours"


_WANTED = (
    "assets/icons/client.svg", "licences/PacketWave.txt",
    *(f"PySide6/translations/qtbase_{language}.qm" for language in TRANSLATED),
    "PySide6/plugins/platforms/qwindows.dll", "VCRUNTIME140.dll",
    "VCRUNTIME140_1.dll", "MSVCP140.dll", "python3.dll",
    "_ssl.pyd", "libssl-3.dll", "libcrypto-3.dll",  # the protected line
)  # fmt: skip


def too_large(path: Path, limit_bytes: int) -> Iterator[str]:
    """A finding where a file, or all files of a folder together, are larger than that."""
    size = size_bytes(path)
    if size > limit_bytes:
        yield f"{path.name} has {size / 1e6:.1f} MB, the limit is {limit_bytes / 1e6:.0f} MB"


def size_bytes(path: Path) -> int:
    """The size of a file, or of all files of a folder together."""
    return sum(
        file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()
    )


def is_of_wine(file: Path) -> bool:
    """Whether a library is one that Wine brings in place of Windows' own."""
    with file.open("rb") as opened:
        start = opened.read(128)
    return start.startswith(_PE_WITH_TEXT) and start[64:].startswith(_OF_WINE)


def wrong_version(program: bundle.Program, file: Path, version: str) -> Iterator[str]:
    """Findings where the version resource does not say what it should, or where there is no icon."""
    from pefile import PE, RESOURCE_TYPE

    with PE(str(file), fast_load=True) as image:
        image.parse_data_directories()
        kinds = {entry.id for entry in image.DIRECTORY_ENTRY_RESOURCE.entries}
        if RESOURCE_TYPE["RT_GROUP_ICON"] not in kinds:
            yield f"{file.name} has no icon"
        said = {}
        for block in getattr(image, "FileInfo", [[]])[0]:
            for table in getattr(block, "StringTable", []):
                said.update({key.decode(): value.decode() for key, value in table.entries.items()})
    for key, wanted in version_resource.fields(program, file.stem, version).items():
        if said.get(key) != wanted:
            yield f"{file.name} says {key} = {said.get(key)!r}, not {wanted!r}"
