"""The interface picker's live counters, measured about once a second while somebody looks.

Owns the thread on which the counting handles live. Started and stopped on the loop thread.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from packetwave.common.supervision import Supervisor
from packetwave.server.capture import CaptureFault, InterfaceMeter, list_interfaces
from packetwave.server.watch.states import InterfaceInfo, InterfacesChanged

log = logging.getLogger(__name__)

PACE_S = 1.0

OnInterfaces = Callable[[InterfacesChanged], None]


class Meters:
    """Rates of all interfaces. ports: the SIP ports."""

    def __init__(self, ports: tuple[int, ...], supervisor: Supervisor) -> None:
        self.ports = ports
        self._supervisor = supervisor
        self._task: asyncio.Task[None] | None = None

    def start(self, on_interfaces: OnInterfaces) -> None:
        """Give the interfaces about once a second from now on; none, and why, where they cannot be listed."""
        if self._task is None:
            self._task = self._supervisor.keep("counting on the interfaces", lambda: self._run(on_interfaces))

    async def stop(self) -> None:
        """Give the handles back. Also twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self, on_interfaces: OnInterfaces) -> None:
        loop = asyncio.get_running_loop()
        meter = InterfaceMeter(self.ports)
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meter")
        try:
            while True:
                on_interfaces(await loop.run_in_executor(thread, _measure, meter))
                await asyncio.sleep(PACE_S)
        finally:
            thread.submit(meter.close)
            thread.shutdown(wait=False)


def _measure(meter: InterfaceMeter) -> InterfacesChanged:
    try:
        rates = {rate.name: rate for rate in meter.read(time.monotonic())}
        interfaces = list_interfaces()
    except CaptureFault as fault:
        log.debug("%s", fault)  # each second: the window says it, and a capture that is wanted logs it
        return InterfacesChanged((), fault.code, fault.reason)
    found = []
    for interface in interfaces:
        rate = rates.get(interface.name)
        found.append(
            InterfaceInfo(
                name=interface.name,
                description=interface.description,
                addresses=interface.addresses,
                up=interface.up,
                loopback=interface.loopback,
                packets_per_s=rate.packets_per_s if rate else None,
                sip_per_s=rate.sip_per_s if rate else None,
            )
        )
    return InterfacesChanged(tuple(found))
