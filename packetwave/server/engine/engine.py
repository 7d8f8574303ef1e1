"""The whole server without Qt, as the program's main thread has it: started, told commands, stopped.

Owns the loop thread. All that runs on it is in `running.py`; notices go from there to every listener.
Stopping is in order (detector, hub, store), idempotent and bounded.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable

from packetwave.common.loop_watch import LoopWatch, Stalls
from packetwave.common.supervision import Failure, Supervisor
from packetwave.server.engine.notices import Command, Notice
from packetwave.server.engine.running import Plan, Running, open_running
from packetwave.server.faults import StartFault, start_fault

Listener = Callable[[Notice], None]


class Engine:
    """One run of the server. listeners: hear each notice, on the loop thread; they must return at once."""

    def __init__(self, plan: Plan, *listeners: Listener) -> None:
        self._plan = plan
        self._listeners = listeners
        self._thread = threading.Thread(target=self._run_loop, name="loop", daemon=True)
        self._started = threading.Event()
        self._fault: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_asked: asyncio.Event | None = None
        self._supervisor = Supervisor(self._on_failure)
        self._running: Running | None = None
        self._port = self._tls_port = 0
        self._done: list[Callable[[], None]] = []
        self._done_lock = threading.Lock()
        self._is_done = False

    def listen(self, listener: Listener) -> None:
        """One more listener hears each notice from now on. Any thread."""
        self._listeners = (*self._listeners, listener)

    def start(self) -> None:
        """Begin; returns once clients can connect. Raises StartFault."""
        self._thread.start()
        self._started.wait()
        if self._fault is not None:
            self._thread.join()
            raise self._fault

    def submit(self, command: Command) -> None:
        """Hand a command over, from any thread; never blocks. Without effect once the engine stops."""
        self._post(self._obey, command)

    def stop(self, done: Callable[[], None] = lambda: None) -> None:
        """Begin to stop; returns at once. done: called, from any thread, when all is stopped. Also twice."""
        with self._done_lock:
            if not self._is_done:
                self._done.append(done)
                done = lambda: None  # noqa: E731
        done()
        if self._stop_asked is not None:
            self._post(self._stop_asked.set)

    def join(self, timeout_s: float) -> bool:
        """True if the engine has stopped within that time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def port(self) -> int:
        """The port clients connect to without TLS, 0 for none."""
        return self._port

    @property
    def tls_port(self) -> int:
        """The same with TLS."""
        return self._tls_port

    def _post(self, function: Callable[..., None], *arguments: object) -> None:
        """Call a function on the loop thread soon, from any thread; not after the end."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(function, *arguments)

    def _obey(self, command: Command) -> None:
        if self._running is not None:
            self._running.obey(command)

    def _notify(self, notice: Notice) -> None:
        for listener in self._listeners:
            with self._supervisor.guard("a listener"):
                listener(notice)

    def _on_failure(self, failure: Failure) -> None:
        self._post(self._tell_failure, failure)

    def _tell_failure(self, failure: Failure) -> None:
        if self._running is not None:
            self._running.tell_failure(failure)

    def _tell_stalls(self, stalls: Stalls) -> None:
        if self._running is not None:
            self._running.tell_stalls(stalls)

    def _run_loop(self) -> None:
        try:
            asyncio.run(self._run())
        finally:
            self._loop = None
            with self._done_lock:
                self._is_done = True
                waiting, self._done = self._done, []
            for done in waiting:
                done()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop_asked = asyncio.Event()
        self._supervisor.watch_loop()
        try:
            running = await open_running(self._plan, self._supervisor, self._notify, self._post)
        except Exception as error:  # noqa: BLE001 - whatever it is, the starting thread waits for it
            self._fault = error if isinstance(error, StartFault) else start_fault(error)
            self._started.set()
            return
        self._running = running
        self._port, self._tls_port = running.port, running.tls_port
        self._started.set()
        watch = LoopWatch(self._post, threading.get_ident(), self._tell_stalls)
        watch.start()
        try:
            await running.begin()
            await self._stop_asked.wait()
        finally:
            watch.stop()
            await running.close()
