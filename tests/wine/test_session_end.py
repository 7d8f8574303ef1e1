"""The end of the session (log-off, shutdown) on Windows: both programs end in order before it is over.

`wineboot --end-session` sends WM_QUERYENDSESSION and WM_ENDSESSION to the windows of all programs, and ends
programs that stay, as Windows does.
"""

from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from installer.windows.bench import PC, PYTHON
from packetwave.protocol.rules import CLOSE_GOING_AWAY
from packetwave.server.store.sqlite import FILE_NAME as DATABASE
from tests.client.loopback import WAIT_S, LoopbackServer
from tests.e2e.programs import screen, wait_until, windows
from tests.wine.conftest import MakePC
from tests.wine.pc import running, windows_path
from tests.wine.test_programs import folder_program
from tests.wine.test_whole_way import CONSOLE

DATA = r"C:\data"
PARENT_LEVEL = 0x280
"""At which all processes start; higher ones are told first."""
IN_ORDER = ("the system wants this program to end", "all has stopped")

pytestmark = pytest.mark.timeout(120)


def end_session(pc: PC, program: str) -> None:
    """As on log-off. The program is gone when this returns."""
    assert running(pc, program)
    assert pc.run("wineboot", "--end-session", timeout_s=60).returncode == 0
    assert running(pc, program) == []


def log_of(pc: PC, program: str) -> str:
    """What it wrote, in a run that left no crash and told of no error."""
    folder = pc.drive / "data"
    assert (folder / "logs" / f"{program}.crash").stat().st_size == 0
    text = (folder / "logs" / f"{program}.log").read_text("utf-8")
    assert not any(level in text for level in (" ERROR ", " CRITICAL ")), text
    return text


def test_a_client_in_the_tray_takes_its_leave(make_pc: MakePC) -> None:
    server = LoopbackServer()
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        program = windows_path(pc, folder_program())
        # As Windows starts it at log-on: with no output to write to.
        pc.start("start", "/wait", str(program), "--server", server.url, "--data-dir", DATA)
        server.hellos.get(timeout=WAIT_S)
        assert windows(display, "PacketWave") == []
        end_session(pc, program.name)
        assert server.close_codes.get(timeout=WAIT_S) == CLOSE_GOING_AWAY
        text = log_of(pc, "client")
    server.close()
    assert [words for words in IN_ORDER if words in text] == list(IN_ORDER), text


def test_the_console_stays_when_it_is_called_off_and_then_ends_in_order(
    make_pc: MakePC, server_program: Path
) -> None:
    """Wine tells processes in the order of their numbers, first the one that unpacked the program: so its
    own part is played here. `_be_told_first` is for Windows, see `test_windows_is_asked_to_tell_it_first`."""
    with screen() as display:
        pc = make_pc(display=display["DISPLAY"])
        program = windows_path(pc, server_program)
        pc.start("start", "/wait", str(program), "--data-dir", DATA, "--listen", "127.0.0.1:0")
        wait_until(lambda: windows(display, CONSOLE), "the console is on the screen")
        log = pc.drive / "data" / "logs" / "server.log"
        said = "clients connect to "
        wait_until(lambda: said in log.read_text("utf-8"), "it listens")
        address = log.read_text("utf-8").partition(said)[2].split()[0]
        worker = str(running(pc, program.name)[-1])
        script = str(windows_path(pc, Path(__file__).with_name("end_session.py")))
        with connect(f"ws://{address}", open_timeout=WAIT_S) as client:
            assert pc.run(str(PYTHON), script, worker, "off").returncode == 0
            client.ping().wait(WAIT_S)
            assert windows(display, CONSOLE)
            assert pc.run(str(PYTHON), script, worker, "end").returncode == 0
            with pytest.raises(ConnectionClosed):
                client.recv(timeout=WAIT_S)
            assert client.close_code == CLOSE_GOING_AWAY
        wait_until(lambda: not running(pc, program.name), "the program has ended")
        text = log_of(pc, "server")
        assert not (pc.drive / "data" / f"{DATABASE}-wal").exists()  # the database was closed
    assert [words for words in IN_ORDER if words in text] == list(IN_ORDER), text


def test_windows_is_asked_to_tell_it_first(make_pc: MakePC) -> None:
    """The process that works comes before that which unpacked it: only this can be seen under Wine."""
    pc = make_pc()
    script = (
        "import ctypes; from PySide6.QtWidgets import QApplication; "
        "from packetwave.ui.quitter import Quitter; "
        "quitter = Quitter(QApplication([])); level, flags = ctypes.c_ulong(), ctypes.c_ulong(); "
        "ctypes.WinDLL('kernel32').GetProcessShutdownParameters(ctypes.byref(level), ctypes.byref(flags)); "
        "print(level.value)"
    )
    ended = pc.run(str(PYTHON), "-c", script, environment={"QT_QPA_PLATFORM": "offscreen"})
    assert int(ended.stdout) > PARENT_LEVEL
