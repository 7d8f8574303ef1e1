"""Live counters for the interface picker."""

import asyncio

from packetwave.server.meters import Meters
from packetwave.server.notices import InterfaceInfo


def test_interfaces_come_until_it_is_stopped() -> None:
    async def work() -> list[tuple[InterfaceInfo, ...]]:
        found: list[tuple[InterfaceInfo, ...]] = []
        twice = asyncio.Event()

        def note(interfaces: tuple[InterfaceInfo, ...]) -> None:
            found.append(interfaces)
            if len(found) == 2:
                twice.set()

        meters = Meters((5060,))
        meters.start(note)
        meters.start(note)  # one is enough
        async with asyncio.timeout(20):
            await twice.wait()
        await meters.stop()
        await meters.stop()
        return found

    found = asyncio.run(work())
    names = {interface.name for interface in found[-1]}
    assert names and names == {interface.name for interface in found[0]}
    loopback = next((interface for interface in found[-1] if interface.loopback), None)
    assert loopback is None or "127.0.0.1" in loopback.addresses
