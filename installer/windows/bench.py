"""The bench as programs on this side see it: the folder of bench.sh, and Windows programs run in it.

Inside `bench.sh run …` only (PACKETWAVE_BENCH names the folder): whatever is started here ends with that.
A *PC* is a Wine prefix of its own: its own disk, registry and, when started in a network namespace, address.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath

PYTHON = PureWindowsPath("Z:/opt/python/python.exe")
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Bench:
    """The bench that this program runs on.

    Attribute: folder, the Debian folder. Raises RuntimeError outside `bench.sh run`.
    """

    def __init__(self) -> None:
        folder = os.environ.get("PACKETWAVE_BENCH")
        if not folder:
            raise RuntimeError("this runs on the bench only: installer/windows/bench.sh run …")
        self.folder = Path(folder)

    def command(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        netns: str | None = None,
    ) -> list[str]:
        """The command line that runs a program of the folder, with only this environment, in the checkout."""
        settings = {"HOME": "/root", "PATH": _PATH, "LANG": "C.UTF-8", **(environment or {})}
        into = ["ip", "netns", "exec", netns] if netns else []
        clean = ["env", "-i", *(f"{name}={value}" for name, value in settings.items())]
        return [*into, *clean, "chroot", str(self.folder), "env", "-C", "/project", *arguments]

    @contextmanager
    def scratch(self) -> Iterator[tuple[Path, PurePosixPath]]:
        """A fresh folder, as this side and as the folder's own programs see it. Gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="scratch-", dir=self.folder / "tmp") as name:
            here = Path(name)
            yield here, PurePosixPath("/") / here.relative_to(self.folder).as_posix()

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None, timeout_s: float = 600
    ) -> subprocess.CompletedProcess[str]:
        """Run a Debian program of the folder to its end; what it said. Raises CalledProcessError."""
        return subprocess.run(
            self.command(arguments, environment),
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=timeout_s,
        )


class PC:
    """A Windows of its own in `<folder>/pc/<name>`, copied from the empty one. Not started by being made.

    language: `ko_KR` or `en_US`, what its windows speak. display: an X display, None for no screen.
    netns: the network namespace in which all its programs run.
    """

    def __init__(
        self,
        bench: Bench,
        name: str,
        *,
        language: str = "ko_KR",
        display: str | None = None,
        netns: str | None = None,
    ) -> None:
        self.bench = bench
        self.name = name
        self.prefix = bench.folder / "pc" / name
        self._netns = netns
        self._started: list[subprocess.Popen[bytes]] = []
        self._environment = {
            "WINEPREFIX": f"/pc/{name}",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "winemenubuilder.exe=d",  # no entries in this machine's menus
            "LANG": f"{language}.UTF-8",
            "LC_ALL": f"{language}.UTF-8",
        }
        if display is not None:
            self._environment["DISPLAY"] = display
        if not self.prefix.exists():
            self.prefix.parent.mkdir(exist_ok=True)
            subprocess.run(["cp", "-a", str(bench.folder / "opt" / "prefix"), str(self.prefix)], check=True)

    @property
    def drive(self) -> Path:
        """Its drive C: as this side sees it."""
        return self.prefix / "drive_c"

    def command(self, *arguments: str, environment: Mapping[str, str] | None = None) -> list[str]:
        """The command line that runs a Windows program there. arguments[0]: its Windows path."""
        return self.bench.command(
            ["wine", *arguments], {**self._environment, **(environment or {})}, netns=self._netns
        )

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None, timeout_s: float = 600
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a Windows program to its end; its exit code and output. Raises TimeoutExpired."""
        command = self.command(*arguments, environment=environment)
        # Files, not pipes: what Wine starts beside the program would hold a pipe open after its end.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = subprocess.run(
                command, check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=timeout_s
            ).returncode
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(command, code, out.read(), err.read())

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a Windows program and let it run; at the latest `end` ends it."""
        started = subprocess.Popen(
            self.command(*arguments, environment=environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._started.append(started)
        return started

    def end(self) -> None:
        """End all that runs there, as switching it off would."""
        for how in ("--kill", "--wait"):
            subprocess.run(
                self.bench.command(["wineserver", how], self._environment, netns=self._netns),
                check=False,
                capture_output=True,
                timeout=60,
            )
        for started in self._started:
            started.wait(60)
        self._started.clear()
