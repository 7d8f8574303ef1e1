"""The client's MSI as users get it, installed, upgraded, repaired and removed on PCs of Wine's.

What Wine cannot show, and these tests do not claim: that a user without administrator rights is refused or
asked, what users may do with the enrolment's key (Wine's installer ignores the table of rights; that the
table is right, check.wrong_rights holds), that Windows keeps hidden properties out of its log (Wine ignores
the list), the Restart Manager, and that a repair takes away what its new properties no longer want.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.delivery import BUILT
from installer.msi import check
from installer.msi.build import build_msi
from installer.windows.bench import PC, Bench
from packetwave import __version__
from tests.e2e.programs import screen, wait_until
from tests.wine.conftest import MakePC
from tests.wine.pc import (
    CLIENT_FOLDER,
    CLIENT_KEY,
    CLIENT_PROGRAM,
    RUN_KEY,
    UNINSTALL_KEY,
    lasting,
    machine_files,
    msiexec,
    registry,
    running,
    values,
    windows_path,
)

pytestmark = pytest.mark.timeout(300)

CLIENT = BUILT / "PacketWave-Client"
NEXT = "{}.{}.{}".format(*__version__.split(".")[:2], int(__version__.split(".")[2]) + 1)
SECRETS = ("AB:CD:EF:01:23", "key-of-enrolment")
ALL = (
    "SERVER=ws://[fd00::5]:8765/전화 서버", "EXTENSION=1001", "LANG=ko", f"FINGERPRINT={SECRETS[0]}",
    f"ENROLLKEY={SECRETS[1]}",
)  # fmt: skip
GIVEN = {
    "Server": "ws://[fd00::5]:8765/전화 서버",
    "Extension": "1001",
    "Language": "ko",
    "Fingerprint": SECRETS[0],
}
ENROLMENT_KEY = rf"{CLIENT_KEY}\Enrolment"
ENROLMENT = {"EnrollKey": SECRETS[1]}
FIXED = {"InstallDir": f"{CLIENT_FOLDER}\\", "Version": __version__, "Autostart": "1"}
AT_SIGN_IN = {"PacketWave": f'"{CLIENT_PROGRAM}"'}
FAILED = 1603

# What Wine itself writes as its programs come and go; of the registry, `lasting` knows.
WINES_OWN_FILES = ("windows/Installer", "windows/temp", "ProgramData/Microsoft/Windows/Start Menu/Programs")


@pytest.fixture
def pc(make_pc: MakePC) -> PC:
    return make_pc()


@pytest.fixture
def with_screen(make_pc: MakePC) -> Iterator[PC]:
    with screen() as environment:
        yield make_pc(display=environment["DISPLAY"])


@pytest.fixture(scope="session")
def folder(bench: Bench) -> Iterator[Path]:
    """Where packages lie that only these tests make; the PCs see it."""
    with bench.scratch() as (here, _):
        yield here


@pytest.fixture(scope="session")
def newer(bench: Bench, folder: Path) -> Path:
    """The next version's MSI, with the same files."""
    build_msi(CLIENT, NEXT, folder / "newer.msi", bench)
    return folder / "newer.msi"


@pytest.fixture(scope="session")
def rebuilt(bench: Bench, folder: Path) -> Path:
    """Another build of the same version."""
    build_msi(CLIENT, __version__, folder / "rebuilt.msi", bench)
    return folder / "rebuilt.msi"


def install(pc: PC, package: Path, *properties: str, launch: bool = False) -> str:
    """Install or upgrade; what the log says."""
    start = () if launch else ("LAUNCH=0",)
    code, log = msiexec(pc, "/i", str(windows_path(pc, package)), *properties, *start)
    assert code == 0, log
    return log


def remove(pc: PC, package: Path) -> None:
    code, log = msiexec(pc, "/x", str(windows_path(pc, package)))
    assert code == 0, log


def products(pc: PC) -> list[dict[str, str]]:
    """What the list of installed programs has of ours."""
    found = registry(pc, UNINSTALL_KEY)
    return [data for data in found.values() if data.get("DisplayName") == "PacketWave"]


def machine(pc: PC) -> dict[tuple[str, str], str]:
    """Every value of the machine-wide registry but what is Wine's own doing; and our keys, if empty too."""
    return lasting(registry(pc, "HKEY_LOCAL_MACHINE"))


def files(pc: PC) -> set[str]:
    """Machine-wide files but Wine's own; and the start menu's entry, which Wine puts into a profile."""
    entries = {path.relative_to(pc.drive).as_posix() for path in pc.drive.rglob("PacketWave.lnk")}
    return {path for path in machine_files(pc) if not path.startswith(WINES_OWN_FILES)} | entries


def data_folder(pc: PC) -> Path:
    """The client's folder in the profile of the user who runs Wine."""
    (found,) = (pc.drive / "users").glob("*/AppData/Local/PacketWave/client")
    return found


def client_is_up(pc: PC) -> bool:
    """Whether a client runs that another start could ask something."""
    return any((pc.drive / "users").glob("*/AppData/Local/PacketWave/client/instance.json"))


def test_the_package_is_what_it_must_be(package: Path, bench: Bench) -> None:
    assert check.findings(package, CLIENT, __version__, bench) == []


def test_a_silent_installation_with_all_properties(pc: PC, package: Path) -> None:
    log = install(pc, package, *ALL)
    assert values(pc, CLIENT_KEY) == GIVEN | FIXED
    assert values(pc, ENROLMENT_KEY) == ENROLMENT
    assert values(pc, RUN_KEY) == AT_SIGN_IN
    installed = pc.drive / "Program Files" / "PacketWave" / "Client"
    built = {path.relative_to(CLIENT): path.read_bytes() for path in CLIENT.rglob("*") if path.is_file()}
    there = {
        path.relative_to(installed): path.read_bytes() for path in installed.rglob("*") if path.is_file()
    }
    assert there == built
    (product,) = products(pc)
    assert product["DisplayVersion"] == __version__
    assert product["Publisher"] == "PacketWave"
    assert product["InstallLocation"] == f"{CLIENT_FOLDER}\\"
    assert product["NoModify"] == "dword:00000001"
    assert "전화가 오면" in product["Comments"]
    assert len(list(pc.drive.rglob("PacketWave.lnk"))) == 1
    with_secret = [line for line in log.splitlines() if any(secret in line for secret in SECRETS)]
    assert all(line.startswith("Property(") for line in with_secret), with_secret
    assert running(pc, CLIENT_PROGRAM.name) == []


def test_without_properties_nothing_is_set_beforehand(pc: PC, package: Path) -> None:
    install(pc, package)
    assert values(pc, CLIENT_KEY) == FIXED
    assert values(pc, ENROLMENT_KEY) == {}
    assert values(pc, RUN_KEY) == AT_SIGN_IN


@pytest.mark.parametrize("server", ["htp:/@@ [nowhere", "999.1.2.3:99999", "[SERVER]", "a;b=c%PATH%&d"])
def test_a_malformed_server_is_stored_as_it_was_given(pc: PC, package: Path, server: str) -> None:
    """The client says what is wrong with it; the installation must not fail for it."""
    install(pc, package, f"SERVER={server}", "LANG=klingon")
    found = values(pc, CLIENT_KEY)
    assert found["Language"] == "klingon"
    assert found["Server"] == server


def test_an_upgrade_without_properties_keeps_everything(pc: PC, package: Path, newer: Path) -> None:
    install(pc, package, *ALL, "AUTOSTART=0")
    assert values(pc, RUN_KEY) == {}
    install(pc, newer)
    assert values(pc, CLIENT_KEY) == GIVEN | FIXED | {"Autostart": "0", "Version": NEXT}
    assert values(pc, ENROLMENT_KEY) == ENROLMENT
    assert values(pc, RUN_KEY) == {}
    assert [product["DisplayVersion"] for product in products(pc)] == [NEXT]
    assert {path.name for path in CLIENT.iterdir()} == {
        path.name for path in (pc.drive / "Program Files" / "PacketWave" / "Client").iterdir()
    }


def test_what_an_upgrade_is_given_wins_over_what_was(pc: PC, package: Path, newer: Path) -> None:
    install(pc, package, *ALL, "AUTOSTART=0")
    install(pc, newer, "SERVER=pw-server", "EXTENSION=-", "ENROLLKEY=-", "AUTOSTART=1")
    kept = {name: GIVEN[name] for name in ("Language", "Fingerprint")}
    assert values(pc, CLIENT_KEY) == FIXED | kept | {"Server": "pw-server", "Version": NEXT}
    assert values(pc, ENROLMENT_KEY) == {}
    assert values(pc, RUN_KEY) == AT_SIGN_IN


def test_an_enrolment_key_that_was_used_does_not_come_back(pc: PC, package: Path, newer: Path) -> None:
    install(pc, package, *ALL)
    pc.run("reg", "delete", ENROLMENT_KEY, "/f")
    install(pc, newer)
    assert values(pc, ENROLMENT_KEY) == {}
    assert values(pc, CLIENT_KEY) == GIVEN | FIXED | {"Version": NEXT}
    remove(pc, newer)
    assert values(pc, CLIENT_KEY) == {}


def test_an_installation_elsewhere_stays_there(pc: PC, package: Path, newer: Path) -> None:
    install(pc, package, r"INSTALLDIR=C:\프로그램 모음\Packet Wave")
    install(pc, newer)
    found = values(pc, CLIENT_KEY)
    assert found["InstallDir"] == "C:\\프로그램 모음\\Packet Wave\\"
    assert values(pc, RUN_KEY) == {"PacketWave": r'"C:\프로그램 모음\Packet Wave\PacketWave-Client.exe"'}
    assert (pc.drive / "프로그램 모음" / "Packet Wave" / CLIENT_PROGRAM.name).is_file()
    assert not (pc.drive / "Program Files" / "PacketWave").exists()


def test_another_build_of_the_same_version_replaces_it(pc: PC, package: Path, rebuilt: Path) -> None:
    install(pc, package, "SERVER=pw-server")
    install(pc, rebuilt)
    assert len(products(pc)) == 1
    assert values(pc, CLIENT_KEY) == FIXED | {"Server": "pw-server"}
    install(pc, rebuilt)
    assert len(products(pc)) == 1


def test_a_repair_brings_files_back_and_takes_new_properties(pc: PC, package: Path) -> None:
    install(pc, package, "SERVER=pw-server", "AUTOSTART=0")
    lost = pc.drive / "Program Files" / "PacketWave" / "Client" / "_internal" / "base_library.zip"
    lost.unlink()
    install(pc, package, "REINSTALL=ALL", "SERVER=pw-server-2", "EXTENSION=1002", "AUTOSTART=1")
    assert lost.read_bytes() == (CLIENT / "_internal" / "base_library.zip").read_bytes()
    assert values(pc, CLIENT_KEY) == FIXED | {"Server": "pw-server-2", "Extension": "1002"}
    assert values(pc, RUN_KEY) == AT_SIGN_IN


def test_an_upgrade_ends_the_running_client_and_starts_the_new_one(
    with_screen: PC, package: Path, newer: Path
) -> None:
    pc = with_screen
    install(pc, package, "SERVER=127.0.0.1:9", launch=True)
    wait_until(lambda: client_is_up(pc), "the installed client has started")
    (old,) = running(pc, CLIENT_PROGRAM.name)

    log = install(pc, newer)
    assert "QuitClient" in log
    assert running(pc, CLIENT_PROGRAM.name) == []
    assert not client_is_up(pc), "the client was killed: it did not end by itself"
    assert values(pc, CLIENT_KEY) == FIXED | {"Server": "127.0.0.1:9", "Version": NEXT}

    install(pc, newer, "REINSTALL=ALL", launch=True)
    wait_until(lambda: client_is_up(pc), "a client runs again")
    assert running(pc, CLIENT_PROGRAM.name) not in ([], [old])


def test_an_older_package_is_refused_and_ends_nothing(with_screen: PC, package: Path, newer: Path) -> None:
    pc = with_screen
    install(pc, newer, "SERVER=127.0.0.1:9", launch=True)
    wait_until(lambda: client_is_up(pc), "the installed client has started")
    before = machine(pc), files(pc), running(pc, CLIENT_PROGRAM.name)
    code, _ = msiexec(pc, "/i", str(windows_path(pc, package)))
    assert code == FAILED
    assert (machine(pc), files(pc), running(pc, CLIENT_PROGRAM.name)) == before
    assert client_is_up(pc)


def test_removing_leaves_nothing_machine_wide_and_the_profile_alone(
    with_screen: PC, package: Path, newer: Path
) -> None:
    pc = with_screen
    pc.run("cmd", "/c", "ver")  # Wine makes itself at home
    before = machine(pc), files(pc)
    install(pc, package, *ALL, launch=True)
    wait_until(lambda: client_is_up(pc), "the installed client has started")
    between = machine(pc), files(pc)
    assert before[0].items() < between[0].items()
    assert before[1] < between[1]

    install(pc, newer, launch=True)
    wait_until(lambda: client_is_up(pc), "the upgraded client has started")
    remove(pc, newer)
    assert running(pc, CLIENT_PROGRAM.name) == []
    after = machine(pc), files(pc)
    assert after[0].items() ^ before[0].items() == set()
    assert after[1] ^ before[1] == set()
    assert any(data_folder(pc).iterdir())


def test_a_damaged_installation_can_be_upgraded_and_removed(pc: PC, package: Path, newer: Path) -> None:
    """There is nothing left to ask to end."""
    program = pc.drive / "Program Files" / "PacketWave" / "Client" / CLIENT_PROGRAM.name
    install(pc, package, "SERVER=pw-server")
    program.unlink()
    install(pc, newer)
    assert program.is_file()
    assert values(pc, CLIENT_KEY) == FIXED | {"Server": "pw-server", "Version": NEXT}
    program.unlink()
    remove(pc, newer)
    assert products(pc) == []
    assert values(pc, CLIENT_KEY) == {}


def test_values_that_others_wrote_stay(pc: PC, package: Path) -> None:
    install(pc, package, "SERVER=pw-server")
    pc.run("reg", "add", CLIENT_KEY, "/v", "Note", "/d", "ours", "/f")
    policy = CLIENT_KEY.replace("Software\\", "Software\\Policies\\")
    pc.run("reg", "add", policy, "/v", "Server", "/d", "by-policy", "/f")
    remove(pc, package)
    assert values(pc, CLIENT_KEY) == {"Note": "ours"}
    assert values(pc, policy) == {"Server": "by-policy"}


def test_a_package_in_a_folder_with_korean_and_blanks(pc: PC, package: Path, folder: Path) -> None:
    place = folder / "새 폴더 (2)"
    place.mkdir()
    shutil.copyfile(package, place / "패킷 웨이브.msi")
    install(pc, place / "패킷 웨이브.msi", "SERVER=pw-server")
    assert values(pc, CLIENT_KEY)["Server"] == "pw-server"
