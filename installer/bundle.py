"""What is in the built programs and what must not be: one list for build.spec, the checks and the licences.

Names and numbers, and nothing that needs a library: the Windows Python on the bench imports it too.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packetwave.common.choices import TRANSLATED

MEGABYTE = 1_000_000
SERVER_LIMIT_BYTES = 45 * MEGABYTE
MSI_LIMIT_BYTES = 25 * MEGABYTE
INSTALLED_LIMIT_BYTES = 60 * MEGABYTE

Entry = tuple[str, str, str]  # PyInstaller's: path in the bundle, where it comes from, kind


@dataclass(frozen=True, slots=True)
class Program:
    """A program to build."""

    name: str
    title: str
    """What Windows shows as its description (task manager, balloons)."""

    part: str
    """`server` or `client`: its package, its icon in assets/icons, its licences and its start in
    installer/start."""

    translations: tuple[str, ...]
    """Files of assets/i18n."""

    excluded: tuple[str, ...]
    """Modules left out."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Tools, tests, Qt's modules that nothing of ours imports, and what libraries would use where it was there.
_NO_PROGRAM_NEEDS = _words("""
    tkinter _tkinter unittest doctest pdb pydoc pydoc_data lib2to3 ensurepip setuptools pip pkg_resources test
    idlelib turtle pytest _pytest hypothesis
    PySide6.QtNetwork PySide6.QtQml PySide6.QtQuick PySide6.QtOpenGL PySide6.QtOpenGLWidgets PySide6.QtSql
    PySide6.QtTest PySide6.QtXml PySide6.QtDBus PySide6.QtPrintSupport
    IPython colorama matplotlib numpy PIL cffi pycparser lxml pandas trio uvloop
    encodings.hp_roman8 encodings.palmos encodings.ptcp154 encodings.kz1048 encodings.tis_620 encodings.cp037
    encodings.cp273 encodings.cp424 encodings.cp500 encodings.cp875 encodings.cp1026 encodings.cp1140
    encodings.cp1006 encodings.cp856 encodings.mac_arabic encodings.mac_croatian encodings.mac_cyrillic
    encodings.mac_farsi encodings.mac_greek encodings.mac_iceland encodings.mac_latin2 encodings.mac_roman
    encodings.mac_romanian encodings.mac_turkish encodings.rot_13 encodings.uu_codec
""")
# What only a server does, what Python's own modules would use for it, and the encodings of text consoles
# (not cp437: zipfile wants it).
_NO_CLIENT_NEEDS = _words("""
    packetwave.server scapy pymongo bson gridfs dns openpyxl et_xmlfile sqlite3 _sqlite3
    cryptography _cffi_backend
    multiprocessing _multiprocessing concurrent.futures.process
    xml xmlrpc pyexpat _decimal fractions statistics bz2 _bz2 lzma _lzma tarfile
    smtplib ftplib http.cookiejar websockets.legacy websockets.sync websockets.trio websockets.cli
    encodings.cp737 encodings.cp775 encodings.cp850 encodings.cp852 encodings.cp855 encodings.cp857
    encodings.cp858 encodings.cp860 encodings.cp861 encodings.cp862 encodings.cp863 encodings.cp864
    encodings.cp865 encodings.cp866 encodings.cp869 encodings.cp1125
""")
NOT_ON_WINDOWS = _words("asyncio.unix_events")
_NO_SERVER_NEEDS = _words("packetwave.client scapy.all scapy.layers scapy.arch")


def _translations(*parts: str) -> tuple[str, ...]:
    return tuple(f"{part}_{language}.qm" for part in parts for language in TRANSLATED)


SERVER = Program(
    name="PacketWave-Server",
    title="PacketWave Server",
    part="server",
    translations=_translations("ui", "console"),
    excluded=_NO_PROGRAM_NEEDS + _NO_SERVER_NEEDS,
)
CLIENT = Program(
    name="PacketWave-Client",
    title="PacketWave",
    part="client",
    translations=_translations("ui", "client"),
    excluded=_NO_PROGRAM_NEEDS + _NO_CLIENT_NEEDS,
)
PORTABLE = f"{CLIENT.name}-Portable"

# Files of Qt that come along by PyInstaller's hooks and that no window of ours loads.
_DROPPED_FILES = re.compile(
    r"""(opengl32sw|d3dcompiler_\d+|libEGL|libGLESv2|qdirect2d|qminimal|qmodernwindowsstyle|qsvgicon|qico|qpdf
        |qtvirtualkeyboardplugin|qeglfs|qlinuxfb|qvnc|qvkkhrdisplay
        |(lib)?Qt6(Network|Qml|Quick|OpenGL|Pdf|VirtualKeyboard|WebEngine|Labs|Sql|Test|Xml|ShaderTools
                   |Designer|Help|UiTools|PrintSupport)\w*
        |api-ms-win-.*|ext-ms-.*|ucrtbase)
        (\..*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_DROPPED_FOLDERS = re.compile(
    rf"""(^|/)plugins/(networkinformation|tls|generic|egldeviceintegrations|sqldrivers|printsupport|qmltooling
                      |imageformats/(?!(lib)?qsvg\b))
        |(^|/)translations/(?!(qtbase|qt)_({"|".join(TRANSLATED)})\.qm$)""",
    re.VERBOSE,
)
_RUNTIME = re.compile(r"(vcruntime140|msvcp140)(_\d)?\.dll", re.IGNORECASE)

_FORBIDDEN = re.compile(
    r"opengl32sw|Qt6?(Qml|Quick)|WebEngine|tkinter|hypothesis|_test\w*\.pyd|(^|[/.])(tests?|testing|_?pytest)[/.]",
    re.IGNORECASE,
)
_FORBIDDEN_IN_CLIENT = re.compile(
    r"(^|[/.])(scapy|pymongo|bson|openpyxl|_?sqlite3|dns|cryptography|_cffi_backend)([/.]|$)|packetwave[/.]server",
    re.IGNORECASE,
)


def is_dropped(target: str, source: str = "") -> bool:
    """Whether a file is left out of every bundle. target: its path there; source: where it comes from.

    What Windows itself brings is never taken along: under Wine it would be Wine's.
    """
    path = _path(target)
    of_the_system = str(_path(source)).lower().startswith("c:/windows/")
    return bool(of_the_system or _DROPPED_FILES.fullmatch(path.name) or _DROPPED_FOLDERS.search(str(path)))


def _path(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))


def with_one_runtime(binaries: list[Entry]) -> list[Entry]:
    """These files, but each of Microsoft's C++ runtime only once: beside Python's library, where all find it.

    Python's copy is taken before Qt's: it is the newer one.
    """
    runtime: dict[str, Entry] = {}
    others = []
    for target, source, kind in sorted(binaries, key=lambda entry: (len(_path(entry[0]).parts), entry)):
        name = _path(target).name
        if _RUNTIME.fullmatch(name):
            runtime.setdefault(name.lower(), (name, source, kind))
        else:
            others.append((target, source, kind))
    return sorted([*runtime.values(), *others])


def compress(archive: Path) -> None:
    """Write PyInstaller's base_library.zip, which it stores as it is, compressed: half a megabyte less."""
    with zipfile.ZipFile(archive) as stored:
        files = [(entry, stored.read(entry)) for entry in stored.infolist()]
    with zipfile.ZipFile(archive, "w") as compressed:
        for entry, content in files:
            compressed.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)


def forbidden(names: list[str], *, client: bool) -> list[str]:
    """Those of a bundle's files and modules that must not be in it."""
    return [
        name
        for name in sorted(name.replace("\\", "/") for name in names)
        if _FORBIDDEN.search(name) or (client and _FORBIDDEN_IN_CLIENT.search(name)) or is_dropped(name)
    ]
