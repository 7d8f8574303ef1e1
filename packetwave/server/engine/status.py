"""The server's state at one moment, told when it changes, at most some times a second. On the loop thread."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from packetwave.common.loop_watch import Stalls
from packetwave.common.supervision import Failure
from packetwave.server.calls.events import Unwatched
from packetwave.server.capture import DoorKind
from packetwave.server.diagnosis import Finding, Severity
from packetwave.server.engine.notices import DoorStatus, FileFault, Notice, Status, StatusChanged
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.hub import Hub
from packetwave.server.store.journal import Journal
from packetwave.server.store.thread import Caretaker, Flusher
from packetwave.server.trust.trust import Trust, TrustState
from packetwave.server.watch.detector import DoorCounts
from packetwave.server.watch.lookout import Lookout
from packetwave.server.watch.states import CaptureState, Live, WatchState

STATUS_S = 0.5
"""How often it is looked at without being noted."""

_PAUSE_S = 0.05
"""Between two looks, however often it is noted: a look costs work for every client."""


class StatusBoard:
    """Puts the status together. Attributes: listening and tls_listening, where clients connect; failure, the
    latest unexpected one, None for none; store_still_since, unwatched, stalls: as in `Status`; standing,
    findings that no traffic ends."""

    def __init__(
        self,
        notify: Callable[[Notice], None],
        *,
        lookout: Lookout,
        hub: Hub,
        switchboard: Switchboard,
        journal: Journal,
        flusher: Flusher,
        caretaker: Caretaker,
        file_faults: tuple[FileFault, ...],
        trust: Trust | None,
    ) -> None:
        self.listening = ""
        self.tls_listening = ""
        self._trust = trust
        self.failure: Failure | None = None
        self.store_still_since: datetime | None = None
        self.stalls = Stalls()
        self.unwatched: Unwatched | None = None
        self.standing: tuple[Finding, ...] = ()
        self._notify = notify
        self._lookout = lookout
        self._hub = hub
        self._switchboard = switchboard
        self._journal = journal
        self._flusher = flusher
        self._caretaker = caretaker
        self._file_faults = file_faults
        self._rate = Rate()
        self._door_rates = {kind: (Rate(), Rate()) for kind in DoorKind}
        self._noted = asyncio.Event()
        self._told = Status()

    def note(self) -> None:
        """Something of it may have changed."""
        self._noted.set()

    async def run(self) -> None:
        """Tell it whenever it is another, for ever."""
        while True:
            self._noted.clear()
            status = self.look()
            if status != self._told:
                self._told = status
                self._notify(StatusChanged(status))
            await asyncio.sleep(_PAUSE_S)
            try:
                async with asyncio.timeout(STATUS_S):
                    await self._noted.wait()
            except TimeoutError:
                pass

    def look(self) -> Status:
        """The status now."""
        watch = self._lookout.watch
        state = watch.state if watch is not None else WatchState(CaptureState.STOPPED)
        counts = self._lookout.counts
        source = watch.source if watch is not None else None
        store, store_detail = self._flusher.state
        waiting = self._journal.unwritten if self.store_still_since is None else self._journal.held
        return Status(
            capture=state.capture,
            capture_code=state.code,
            capture_detail=state.detail,
            interface=source.interface if isinstance(source, Live) else "",
            frames=counts.frames,
            sip_messages=counts.sip_messages,
            sip_per_s=self._rate.at(time.monotonic(), counts.sip_messages),
            rtp_per_s_estimate=float(f"{watch.rtp_per_s:.2g}") if watch is not None else 0.0,
            findings=_worst_first((*(watch.findings if watch is not None else ()), *self.standing)),
            doors=self._doors(),
            dropped_by_kernel=watch.dropped if watch is not None else 0,
            clients=self._hub.clients(),
            members_expected=len(self._switchboard.directory.addresses),
            store=store,
            store_detail=store_detail,
            unwritten_calls=self._flusher.unwritten + waiting,
            store_health=self._caretaker.health,
            lines_lost=self._journal.lines_lost,
            lines_trouble=self._journal.lines_trouble,
            listening=self.listening,
            tls_listening=self.tls_listening,
            trust=self._trust.state() if self._trust is not None else TrustState(),
            file_faults=self._file_faults,
            store_still_since=self.store_still_since,
            unwatched=self.unwatched,
            stalls=self.stalls,
            failure=self.failure,
        )

    def _doors(self) -> tuple[DoorStatus, ...]:
        doors, watch, now_s = self._lookout.doors, self._lookout.watch, time.monotonic()
        told = []
        for state in doors.states() if doors is not None else ():
            counts = watch.door_counts.get(state.kind) if watch is not None else None
            counts = counts or DoorCounts()
            datagrams, sip = self._door_rates[state.kind]
            told.append(
                DoorStatus(state, counts, datagrams.at(now_s, state.datagrams), sip.at(now_s, counts.sip))
            )
        return tuple(told)


def _worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: list(Severity).index(finding.severity), reverse=True))


class Rate:
    """Messages a second, from a count that only grows; measured over at least half a second."""

    def __init__(self) -> None:
        self._since_s = 0.0
        self._count = 0
        self._per_s = 0.0

    def at(self, now_s: float, count: int) -> float:
        """The rate at this time, with the count at this time."""
        elapsed_s = now_s - self._since_s
        if elapsed_s >= STATUS_S:
            if self._since_s:
                self._per_s = round(max(0, count - self._count) / elapsed_s, 1)
            self._since_s, self._count = now_s, count
        return self._per_s
