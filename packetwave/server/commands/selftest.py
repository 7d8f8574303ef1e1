"""`packetwave-server --self-test`: store, hub with a client's call, capture, window. Main thread."""

import asyncio
import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from websockets.asyncio.client import connect

from packetwave.common import selftest
from packetwave.protocol import IncomingCall, Message, decode
from packetwave.server.calls.events import Outcome
from packetwave.server.hub import Hub
from packetwave.server.office.values import CallRecord, Member, Put
from packetwave.server.store.opening import open_stores
from packetwave.server.trust.identity import fingerprint_of, new_pem, read_identity, server_context

_LOOP_S = 10.0


def run(folder: Path, *, headless: bool) -> int:
    """Run the checks (headless: without the window's) and write the report; 0 when all passed, else 1."""
    checks: dict[str, selftest.Check] = {
        "store": _check_store,
        "hub": _check_hub,
        "capture": _check_capture,
    }
    if not headless:
        checks |= {"windows": _check_windows, "translations": _check_translations}
    return selftest.run(checks, folder)


def _check_store(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="self-test-") as name:
        at = datetime.now(UTC).replace(microsecond=0)
        call = CallRecord("self-test", at, "01012345678", "1001", outcome=Outcome.MISSED)
        stores = open_stores(Path(name))
        stores.members.change_members([Put(Member("1001", "192.0.2.1", name="김영희"))])
        stores.calls.put_calls([call])
        stores.close()
        stores = open_stores(Path(name))
        members, calls = stores.members.load_members().members, stores.calls.load_calls(since=at)
        stores.close()
    if [member.name for member in members] != ["김영희"] or calls != [call]:
        raise RuntimeError("what was written is not what was read")
    return "written, closed, opened and read"


def _check_hub(_folder: Path) -> str:
    identity = read_identity(new_pem())
    client_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_tls.check_hostname, client_tls.verify_mode = False, ssl.CERT_NONE  # the fingerprint is looked at

    async def hears(url: str, tls: ssl.SSLContext | None) -> tuple[Message, bytes]:
        async with asyncio.timeout(_LOOP_S), connect(url, ssl=tls, proxy=None) as client:
            shown = client.transport.get_extra_info("ssl_object")
            return decode(str(await client.recv())), shown.getpeercert(True) if shown else b""

    async def told() -> None:
        message = IncomingCall("01012345678", "1001", call_id="self-test")
        hub = Hub(
            ringing=lambda _extensions, after, _number: [(1, message)][after:],
            on_told=lambda _call_id, _address, _took_ms: None,
            on_change=lambda: None,
        )
        port = await hub.open("127.0.0.1", 0)
        tls_port = await hub.open_tls("127.0.0.1", 0, server_context(identity))
        try:
            plain, _ = await hears(f"ws://127.0.0.1:{port}", None)
            protected, shown = await hears(f"wss://127.0.0.1:{tls_port}", client_tls)
        finally:
            await hub.close()
        ids = [heard.call_id for heard in (plain, protected) if isinstance(heard, IncomingCall)]
        if ids != [message.call_id] * 2:
            raise RuntimeError(f"the clients were told {plain} and {protected}")
        if fingerprint_of(shown) != identity.fingerprint:
            raise RuntimeError("the client saw another certificate")

    asyncio.run(told())
    return "two clients were told of a call over loopback connections, one with TLS"


def _check_capture(_folder: Path) -> str:
    from packetwave.server.capture import CaptureFault, list_interfaces

    try:
        return f"{len(list_interfaces())} interfaces"
    except CaptureFault as fault:
        return str(fault)  # named missing: everything else works without it


def _check_windows(_folder: Path) -> str:
    selftest.draw_anywhere()
    from packetwave.server.console.selftest import draw

    return draw()


def _check_translations(_folder: Path) -> str:
    from packetwave.server.console.selftest import check_translations

    return check_translations()
