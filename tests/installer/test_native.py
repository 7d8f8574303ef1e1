"""The build on a Windows: what it needs, what it starts in which order, what stops it.

Programs are stand-ins; the real order was run with Windows' Python under Wine, WiX 3 never (docs/windows.md).
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from installer import check, native, programs, signing
from installer.delivery import MSI_NAME, NotGood
from tests.installer.msi import standin


@pytest.fixture(autouse=True)
def right_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "wrong_python", lambda version, system: [])


@pytest.fixture
def wix(tmp_path: Path) -> Path:
    """The folder of WiX 3 as its set-up makes it; its programs are below, in bin."""
    folder = tmp_path / "WiX Toolset v3.14"
    (folder / "bin").mkdir(parents=True)
    for name in ("candle.exe", "light.exe"):
        (folder / "bin" / name).touch()
    return folder


def nowhere(name: str) -> None:
    return None


class Ran:
    """Stands for the programs that a build starts: remembers command lines and makes what they would make."""

    def __init__(self, target: Path, *, light_makes: bytes | None = b"msi", fails: str = "") -> None:
        self.commands: list[list[str]] = []
        self.environments: list[Mapping[str, str] | None] = []
        self._target, self._light_makes, self._fails = target, light_makes, fails

    @property
    def names(self) -> list[str]:
        return [Path(command[0]).name for command in self.commands]

    def __call__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None) -> None:
        self.commands.append(list(command))
        self.environments.append(environment)
        assert log.is_relative_to(self._target)
        if Path(command[0]).name == self._fails:
            raise NotGood(f"{self._fails} ended with 1")
        if "PyInstaller" in command:
            for path in programs.files(self._target / "dist"):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(path.name.encode())
            standin.make(self._target / "dist" / "PacketWave-Client")
        if command[0].endswith("light.exe") and self._light_makes is not None:
            Path(command[command.index("-out") + 1]).write_bytes(self._light_makes)


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Builds with stand-ins, which no check of programs would pass; the folder delivered."""
    monkeypatch.setattr(check, "programs", lambda built, version: [])
    monkeypatch.setattr("installer.delivery.TOP", tmp_path)
    (tmp_path / "build" / "licences" / "server").mkdir(parents=True)
    (tmp_path / "installer" / "policy").mkdir(parents=True)

    def made(found: native.Tools, run: Ran, self_test: Callable[[Path], Iterator[str]] | None = None) -> Path:
        native.build_all(
            found, tmp_path / "out", tmp_path / "dist", run, self_test or (lambda path: iter(()))
        )
        return tmp_path / "dist"

    return made


@pytest.mark.parametrize(
    ("version", "system", "is_right"),
    [
        ((3, 13), "win-amd64", True),
        ((3, 12), "win-amd64", False),
        ((3, 14), "win-amd64", False),
        ((3, 13), "win32", False),
        ((3, 13), "win-arm64", False),
        ((3, 13), "linux-x86_64", False),
    ],
)
def test_only_the_python_of_the_wheels_will_do(
    version: tuple[int, int], system: str, is_right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert (list(native.wrong_python(version, system)) == []) is is_right


def test_wix_is_found_where_its_set_up_says(wix: Path) -> None:
    assert native.wix_folder({"WIX": f"{wix}/"}, nowhere) == wix / "bin"
    assert native.wix_folder({"WIX": str(wix / "bin")}, nowhere) == wix / "bin"


def test_wix_is_found_on_the_path(wix: Path) -> None:
    assert native.wix_folder({}, lambda name: str(wix / "bin" / name)) == wix / "bin"
    assert native.wix_folder({"WIX": "gone"}, lambda name: str(wix / "bin" / name)) == wix / "bin"


def test_half_a_wix_is_none(wix: Path) -> None:
    (wix / "bin" / "light.exe").unlink()
    assert native.wix_folder({"WIX": str(wix)}, nowhere) is None
    assert native.wix_folder({}, nowhere) is None


def test_all_that_is_missing_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "wrong_python", lambda version, system: ["another Python"])
    with pytest.raises(NotGood) as missing:
        native.tools({"PACKETWAVE_SIGN_PFX": str(tmp_path / "no.pfx")}, msi=True, which=nowhere)
    lines = str(missing.value).splitlines()
    assert [word in line for word, line in zip(("Python", "WiX 3", "no.pfx"), lines, strict=True)] == [
        True
    ] * 3


def test_signtool_is_needed_for_a_certificate_only(tmp_path: Path, wix: Path) -> None:
    environment = {"WIX": str(wix)}
    assert native.tools(environment, msi=True, which=nowhere) == native.Tools(wix / "bin", None)
    assert native.tools({}, msi=False, which=nowhere) == native.Tools(None, None)
    pfx = tmp_path / "c.pfx"
    pfx.touch()
    environment["PACKETWAVE_SIGN_PFX"] = str(pfx)
    with pytest.raises(NotGood, match="signtool"):
        native.tools(environment, msi=True, which=nowhere)
    found = native.tools(environment, msi=True, which=lambda name: name if name == "signtool" else None)
    assert found.certificate == signing.Certificate(pfx, None, "")


def test_everything_in_its_order(build: Callable[..., Path], tmp_path: Path, wix: Path) -> None:
    ran = Ran(tmp_path / "out")
    certificate = signing.Certificate(tmp_path / "c.pfx", None, "")
    tested = []

    def self_test(program: Path) -> Iterator[str]:
        tested.append((program.name, len(ran.commands)))
        return iter(())

    dist = build(native.Tools(wix / "bin", certificate), ran, self_test)
    assert ran.names == [Path(sys.executable).name, *["signtool"] * 3, "candle.exe", "light.exe", "signtool"]
    signed = [Path(command[-1]).name for command in ran.commands if command[0] == "signtool"]
    assert signed == [
        "PacketWave-Server.exe",
        "PacketWave-Client.exe",
        "PacketWave-Client-Portable.exe",
        MSI_NAME,
    ]
    assert tested == [(name, 4) for name in signed[:3]]  # as they are given out: signed
    assert ran.environments[0] is not None
    assert programs.environment().items() <= ran.environments[0].items()
    assert (dist / MSI_NAME).read_bytes() == b"msi"
    assert (dist / "PacketWave-Server.exe").is_file()


def test_without_wix_there_are_the_programs(build: Callable[..., Path], tmp_path: Path) -> None:
    ran = Ran(tmp_path / "out")
    dist = build(native.Tools(None, None), ran)
    assert ran.names == [Path(sys.executable).name]
    assert not (dist / MSI_NAME).exists()
    assert (dist / "PacketWave-Client-Portable.exe").is_file()


def test_a_program_that_does_not_prove_itself_is_not_given_out(
    build: Callable[..., Path], tmp_path: Path, wix: Path
) -> None:
    ran = Ran(tmp_path / "out")
    with pytest.raises(NotGood, match=r"Server\.exe: no windows"):
        build(native.Tools(wix / "bin", None), ran, lambda path: iter([f"{path.name}: no windows"]))
    assert "light.exe" not in ran.names
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("fails", ["candle.exe", "light.exe"])
def test_what_wix_refuses_is_not_given_out(
    fails: str, build: Callable[..., Path], tmp_path: Path, wix: Path
) -> None:
    with pytest.raises(NotGood, match=fails):
        build(native.Tools(wix / "bin", None), Ran(tmp_path / "out", fails=fails))
    assert not (tmp_path / "dist").exists()


def test_an_msi_of_an_earlier_build_is_never_taken(
    build: Callable[..., Path], tmp_path: Path, wix: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MSI_NAME).write_bytes(b"old")
    with pytest.raises(NotGood, match="was not made"):
        build(native.Tools(wix / "bin", None), Ran(tmp_path / "out", light_makes=None))


def test_an_msi_that_is_too_large_is_not_given_out(
    build: Callable[..., Path], tmp_path: Path, wix: Path
) -> None:
    with pytest.raises(NotGood, match="the limit is 25 MB"):
        build(native.Tools(wix / "bin", None), Ran(tmp_path / "out", light_makes=bytes(25_000_001)))
    assert not (tmp_path / "dist").exists()
