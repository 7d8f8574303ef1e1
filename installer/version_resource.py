"""The version resource of a Windows program: what the task manager, the Explorer and tray balloons show."""

from typing import Any

from installer.bundle import Program

_LANGUAGE = "041204B0"  # Korean, Unicode


def fields(program: Program, name: str, version: str) -> dict[str, str]:
    """The resource's texts. name: of the file, without .exe."""
    return {
        "CompanyName": "PacketWave",
        "FileDescription": program.title,
        "FileVersion": version,
        "InternalName": name,
        "LegalCopyright": "PacketWave, GPL-2.0-or-later",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "PacketWave",
        "ProductVersion": version,
    }


def numbers(version: str) -> tuple[int, int, int, int]:
    """`1.2.3` as the four numbers of a resource; what follows the third (`.dev1`) is left out."""
    major, minor, patch = (int("".join(filter(str.isdigit, part)) or 0) for part in version.split(".")[:3])
    return major, minor, patch, 0


def resource(program: Program, name: str, version: str) -> Any:
    """PyInstaller's object for it; only where PyInstaller runs on Windows."""
    from PyInstaller.utils.win32 import versioninfo as info

    four = numbers(version)
    texts = [info.StringStruct(key, value) for key, value in fields(program, name, version).items()]
    return info.VSVersionInfo(
        ffi=info.FixedFileInfo(filevers=four, prodvers=four, mask=0x3F, OS=0x40004, fileType=1),
        kids=[
            info.StringFileInfo([info.StringTable(_LANGUAGE, texts)]),
            info.VarFileInfo([info.VarStruct("Translation", [0x0412, 0x04B0])]),
        ],
    )
