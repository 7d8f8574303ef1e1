"""Decides who has the data folder: a server without a window, or the console that takes its place.

States of a `--headless` process (docs/decisions/handover.md has the reasons):

    start ─► STANDING BY ─── the folder is free ──► WATCHING ─── it ends, or a signal comes ──► end
                 ▲                                     │
                 └─ the console has it, or is gone ─ GIVING WAY ◄─ a console asks for the folder

WATCHING: holds the folder (`instance.lock`); an engine runs. GIVING WAY: the engine has stopped, the folder
is free, and the connection of the console that asked is still open: it claims the folder meanwhile. STANDING
BY: tries again and again whether the folder is free, which it is as soon as the console has closed, or died.
In each of them a signal ends the process. Only one unattended process at a time has a data folder, in any
state: it holds `headless.lock` as long as it lives.

Main thread; a console's wish comes on the instance's thread.
"""

import logging
import queue
import select
import socket
from collections.abc import Callable
from pathlib import Path

from packetwave.common.exit_codes import ExitCode
from packetwave.common.instance import FolderLock, Instance
from packetwave.common.signals import StopSignals

log = logging.getLogger(__name__)

_POLL_S = 0.5
_CLAIM_S = 15.0  # longer than a console waits for its claim


class Unattended:
    """One unattended process's hold on a data folder. signals: installed. Raises OSError where the folder
    cannot be used."""

    def __init__(self, folder: Path, signals: StopSignals) -> None:
        self._instance = Instance(folder, must_write=False)
        self._only = FolderLock(folder / "headless.lock")
        self._signals = signals
        self._asking: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()

    @property
    def has_to_give_way(self) -> bool:
        """Whether a console asks for the folder. The signals' `wait` returns when that begins."""
        return not self._asking.empty()

    def run(self, watch: Callable[[], int], *, on_stand_by: Callable[[], None]) -> int | None:
        """Watch whenever no console does; the exit code, None where another unattended process does so.

        watch: runs the server until it ends, has to give way, or a signal comes; the exit code.
        on_stand_by: called before each time of standing by: give back what only one process can have.
        """
        if not self._is_only():
            return None
        try:
            while self._stand_by(on_stand_by):
                code = watch()
                if self._signals.came or code != ExitCode.FINE or not self.has_to_give_way:
                    return code  # who asked meanwhile finds the folder free
                if not self._give_way():
                    break
            return ExitCode.FINE
        finally:
            self._instance.release()
            self._only.give_back()
            while self.has_to_give_way:
                self._asking.get().close()

    def _is_only(self) -> bool:
        try:
            return self._only.take()
        except OSError as error:  # a disk that takes nothing
            log.warning("another unattended process may run with this data folder: %s", error)
            return True

    def _stand_by(self, on_stand_by: Callable[[], None]) -> bool:
        """True with the folder claimed; False when a signal came first."""
        if self._claim():
            return True
        log.info("standing by: a console watches with this data folder")
        on_stand_by()
        while not self._claim():
            if self._signals.wait(_POLL_S):
                return False
        log.info("the console is gone")
        return True

    def _give_way(self) -> bool:
        """True once who asked has the folder or is gone; False when a signal came first."""
        self._instance.release()
        log.info("a console takes over")
        while self.has_to_give_way:
            with self._asking.get() as talk:
                while not select.select([talk], [], [], 0)[0]:
                    ready, _, _ = select.select([talk, self._signals.socket], [], [], _CLAIM_S)
                    if not ready:
                        log.warning("the console that asked neither takes over nor ends")
                        break
                    if self._signals.socket in ready and self._signals.wait():
                        return False
        return True

    def _claim(self) -> bool:
        return self._instance.claim(lambda _request: None, self._on_asked)

    def _on_asked(self, talk: socket.socket) -> None:
        self._asking.put(talk)
        self._signals.ask()
