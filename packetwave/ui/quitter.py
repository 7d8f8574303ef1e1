"""Ending a program with windows: ordered, idempotent, bounded, on the Qt main thread.

Every wish to end (Ctrl+C, SIGTERM, last window closed, the session's end, a menu) comes to `Quitter.quit`.
It never waits for a thread: each stage is begun, and reports when it is over; a timer bounds all together.

The session's end (log-off, shutdown, an installer that closes programs) comes on Windows in two messages.
With WM_QUERYENDSESSION (`commitDataRequest`) Qt agrees, and nothing is ended here: another program may still
refuse, or the person call it off, and then the popups must go on. With WM_ENDSESSION Qt emits `aboutToQuit`,
and when that returns Windows may end the process: so it returns when all has stopped. Qt hears of neither
unless the program has a native window, which one in the tray need not have: the quitter has one, never shown.

A program that is one file is two processes there: the one that unpacked it is told of the session's end, too,
and half a second later ends the one that works. So the latter asks Windows to be told before all others.
"""

import logging
import sys
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, QSocketNotifier, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QWindow
from PySide6.QtWidgets import QApplication

from packetwave.common.signals import StopSignals
from packetwave.ui.bridge import Bridge

_log = logging.getLogger(__name__)

Begin = Callable[[Callable[[], None]], None]
"""Begins a stage and returns at once; what it is given is called, from any thread, when the stage is over."""


class Quitter(QObject):
    """Stops the stages in the order they were added, then ends the application's loop with the exit code.

    limit_s: how long all stages together may take; then the program ends anyway and the log says who was
    late.
    Signals: quitting() when the end begins, stopped(int) with the exit code just before the loop ends.
    """

    quitting = Signal()
    stopped = Signal(int)

    def __init__(self, app: QApplication, *, limit_s: float = 1.7, on_last_window: bool = True) -> None:
        super().__init__(app)
        self._stages: list[tuple[str, Begin]] = []
        self._current = -1
        self._code = 0
        self._over = False
        self._reports = Bridge(self)
        self._reports.received.connect(self._on_report)
        self._limit = QTimer(self, singleShot=True, interval=int(limit_s * 1000))
        self._limit.timeout.connect(self._on_limit)
        app.setQuitOnLastWindowClosed(False)
        if on_last_window:
            app.lastWindowClosed.connect(self.quit)
        app.aboutToQuit.connect(self._on_session_end)
        self._ear = _Ear(self.quit)
        self._ear.create()
        _be_told_first()
        self._signals: StopSignals | None = None
        self._notifier: QSocketNotifier | None = None

    def watch_signals(self) -> None:
        """Let Ctrl+C, SIGTERM and SIGBREAK quit. Main thread only."""
        self._signals = StopSignals()
        self._signals.install()
        self._notifier = QSocketNotifier(self._signals.socket.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def add_stage(self, name: str, begin: Begin) -> None:
        """Append a stage; `begin(done)` must not block. Stages added while quitting are not run."""
        self._stages.append((name, begin))

    @property
    def is_quitting(self) -> bool:
        """Whether the program is ending."""
        return self._current >= 0

    @Slot()
    def quit(self, code: int = 0) -> None:
        """Begin to end; asked again, nothing more happens (the first exit code stands)."""
        if self.is_quitting:
            return
        self._code = code
        self._current = 0
        self.quitting.emit()
        self._limit.start()
        self._begin()

    def _begin(self) -> None:
        if self._over:
            return
        if self._current >= len(self._stages):
            _log.info("all has stopped")
            self._finish()
            return
        index = self._current
        name, begin = self._stages[index]
        try:
            begin(lambda: self._reports.send(index))
        except Exception:  # noqa: BLE001 - a stage that cannot stop must not keep the others from stopping
            _log.exception("stopping %s failed", name)
            self._reports.send(index)

    @Slot(object)
    def _on_report(self, index: object) -> None:
        if index == self._current and not self._over:
            self._current += 1
            self._begin()

    @Slot()
    def _on_limit(self) -> None:
        _log.error("%s did not stop in time", self._stages[self._current][0])
        self._finish()

    def _finish(self) -> None:
        if self._over:
            return
        self._over = True
        self._limit.stop()
        self._reports.close()
        if self._notifier is not None:
            self._notifier.setEnabled(False)
        if self._signals is not None:
            self._signals.restore()
        self.stopped.emit(self._code)
        QApplication.exit(self._code)

    @Slot()
    def _on_signal(self) -> None:
        if self._signals is not None:
            self._signals.socket.recv(64)
        self.quit()

    @Slot()
    def _on_session_end(self) -> None:
        # The end of every program's loop comes here, too; most have stopped in order by then.
        if self._over:
            return
        _log.info("the system wants this program to end")
        self.quit()
        if not self._over:
            inner = QEventLoop()
            self.stopped.connect(inner.quit)
            inner.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


class _Ear(QWindow):
    """The window that hears the session's messages, and `taskkill` without /F, which closes all windows."""

    def __init__(self, on_close: Callable[[], None]) -> None:
        super().__init__()
        self._on_close = on_close

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # it must hear to the end
        self._on_close()


if sys.platform == "win32":
    import ctypes

    _FIRST = 0x3FF  # of the levels for programs; all start at 0x280

    def _be_told_first() -> None:
        if not ctypes.WinDLL("kernel32").SetProcessShutdownParameters(_FIRST, 0):
            _log.warning("Windows may end this program before it has stopped")

else:

    def _be_told_first() -> None:
        """Nothing to do: only Windows ends programs in an order."""
