"""Live counters for the interface picker."""

import asyncio

import pytest

from packetwave.common.supervision import Supervisor
from packetwave.server.capture import CaptureFault, CaptureFaultCode, InterfaceMeter
from packetwave.server.watch import meters as meters_module
from packetwave.server.watch.meters import Meters
from packetwave.server.watch.states import InterfacesChanged


def test_interfaces_come_until_it_is_stopped() -> None:
    async def work() -> list[InterfacesChanged]:
        found: list[InterfacesChanged] = []
        twice = asyncio.Event()

        def note(notice: InterfacesChanged) -> None:
            found.append(notice)
            if len(found) == 2:
                twice.set()

        meters = Meters((5060,), Supervisor())
        meters.start(note)
        meters.start(note)  # one is enough
        async with asyncio.timeout(20):
            await twice.wait()
        await meters.stop()
        await meters.stop()
        return found

    found = asyncio.run(work())
    assert found[-1].code is None
    names = {interface.name for interface in found[-1].interfaces}
    assert names and names == {interface.name for interface in found[0].interfaces}
    loopback = next((interface for interface in found[-1].interfaces if interface.loopback), None)
    assert loopback is None or "127.0.0.1" in loopback.addresses


def test_without_a_driver_it_is_said_until_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Npcap is installed while the program runs: the next second shows the interfaces."""
    missing = True
    real = InterfaceMeter.read

    def read(self: InterfaceMeter, now_s: float) -> object:
        if missing:
            raise CaptureFault(CaptureFaultCode.NO_DRIVER, reason="wpcap.dll not found")
        return real(self, now_s)

    monkeypatch.setattr(InterfaceMeter, "read", read)
    monkeypatch.setattr(meters_module, "PACE_S", 0.01)

    async def work() -> InterfacesChanged:
        nonlocal missing
        said: asyncio.Queue[InterfacesChanged] = asyncio.Queue()
        meters = Meters((5060,), Supervisor())
        meters.start(said.put_nowait)
        async with asyncio.timeout(20):
            assert await said.get() == InterfacesChanged(
                (), CaptureFaultCode.NO_DRIVER, "wpcap.dll not found"
            )
            missing = False
            while (found := await said.get()).code:
                pass
        await meters.stop()
        return found

    assert asyncio.run(work()).interfaces
