"""The command lines for WiX 3. WiX itself runs on a real Windows only."""

import xml.etree.ElementTree as ET
from pathlib import Path, PurePosixPath

from installer.msi import files, wix3
from installer.msi.build import SOURCE
from tests.installer.msi import standin

WIX = f"{{{files.NAMESPACE}}}"


def test_both_sources_are_compiled_for_64_bit_and_linked() -> None:
    candle, light = wix3.commands(Path("work"), "1.2.3", Path("out.msi"), Path("client.ico"), Path("wix"))
    assert candle[0].endswith("candle.exe")
    assert candle[candle.index("-arch") + 1] == "x64"
    assert {"-dVersion=1.2.3", "-dIcon=client.ico", str(SOURCE), str(Path("work/files.wxs"))} <= set(candle)
    assert light[0].endswith("light.exe")
    assert light[light.index("-out") + 1] == "out.msi"
    assert light[-2:] == [str(Path("work/client.wixobj")), str(Path("work/files.wixobj"))]


def test_the_fragment_names_the_files_of_the_folder(tmp_path: Path) -> None:
    folder = standin.make(tmp_path / "client")
    wix3.prepare(folder, tmp_path / "work")
    root = ET.parse(tmp_path / "work" / "files.wxs").getroot()
    sources = {Path(file.attrib["Source"]) for file in root.iter(f"{WIX}File")}
    assert sources == {folder.resolve() / PurePosixPath(name) for name in standin.FILES}


def test_the_source_uses_no_variable_that_is_not_given() -> None:
    given = {"Version", "Icon", "Key", "EnrolmentKey"}
    text = SOURCE.read_text("utf-8")
    assert {part.partition(")")[0] for part in text.split("$(var.")[1:]} == given
