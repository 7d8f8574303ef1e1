"""`--self-test`: the installed program proves that it is whole, without a server, a phone or a network.

Owns a loopback WebSocket server for as long as the test runs. Main thread. The report is written by
`packetwave.common.selftest`.
"""

import asyncio
import contextlib
import queue
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

from packetwave import __version__
from packetwave.client import secret, tls
from packetwave.client import settings as client_settings
from packetwave.client.calls import Call, CallRinging
from packetwave.client.engine import Engine, Notice
from packetwave.client.settings import ClientSettings
from packetwave.common import selftest, settings
from packetwave.common.choices import LANGUAGE_CHOICES
from packetwave.protocol import PROTOCOL_VERSION, IncomingCall, Welcome, encode, pairing

_LINK_S = 10.0
_CALL = IncomingCall("01012345678", "1001", call_id="self-test", caller_name="홍길동", dialled="0212345678")


def run(data_dir: Path) -> int:
    """Run all checks and write the report; 0 when all passed, else 1."""
    return selftest.run(_CHECKS, data_dir)


def _check_settings(data_dir: Path) -> str:
    path = data_dir / "self-test-settings.json"
    wanted = ClientSettings(server="ws://127.0.0.1:8765", language="ko")
    settings.save(wanted, path)
    try:
        if settings.load(ClientSettings, path).settings != wanted:
            raise RuntimeError("what was written is not what was read")
    finally:
        path.unlink()
    return str(client_settings.path(data_dir))


def _check_link(_data_dir: Path) -> str:
    heard: queue.Queue[Notice] = queue.Queue()
    with _server() as url:
        engine = Engine(heard.put, url)
        engine.start()
        try:
            while True:
                notice = heard.get(timeout=_LINK_S)
                if isinstance(notice, CallRinging):
                    break
        finally:
            engine.stop()
            engine.join(_LINK_S)
    if notice.call.incoming != _CALL:
        raise RuntimeError(f"the call came as {notice.call}")
    return "a call came over a loopback connection"


def _check_protection(_data_dir: Path) -> str:
    key = pairing.nonce()
    if secret.unseal(secret.seal(key)) != key:
        raise RuntimeError("what was sealed is not what was unsealed")
    tls.context()
    return f"{ssl.OPENSSL_VERSION}, keys are kept by {secret.NAME}"


def _check_windows(_data_dir: Path) -> str:
    selftest.draw_anywhere()
    from PySide6.QtCore import qVersion
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtWidgets import QApplication, QSystemTrayIcon

    if QApplication.instance() is None:
        _keep.append(QApplication([sys.argv[0]]))
    tray = "a tray" if QSystemTrayIcon.isSystemTrayAvailable() else "no tray"
    return f"Qt {qVersion()}, platform {QGuiApplication.platformName()}, {tray}"


def _check_translations(_data_dir: Path) -> str:
    from PySide6.QtCore import QCoreApplication

    from packetwave.ui import languages

    app = QCoreApplication.instance()
    if app is None:
        raise RuntimeError("there is no application")
    said = {}
    for language in LANGUAGE_CHOICES:
        languages.install(app, language, "client")
        said[language] = QCoreApplication.translate("Popup", "Incoming call")
    if said["ko"] != "전화 수신" or said["en"] != "Incoming call":
        raise RuntimeError(f"the windows would say {said}")
    return said["ko"]


def _check_popup(data_dir: Path) -> str:
    from PySide6.QtCore import QCoreApplication

    from packetwave.client.desk.cards import Card
    from packetwave.client.desk.popup import Popup
    from packetwave.ui import languages
    from packetwave.ui.theme import LIGHT

    app = QCoreApplication.instance()
    if app is None:
        raise RuntimeError("there is no application")
    languages.install(app, "ko", "client")
    popup = Popup(Card(Call(_CALL), 1, 0.0), LIGHT, lambda: 4.0)
    image = popup.grab().toImage()
    popup.close()
    popup.deleteLater()
    colors = {image.pixel(x, y) for x in range(image.width()) for y in range(0, image.height(), 2)}
    if len(colors) < 16:
        raise RuntimeError(f"the popup's picture has {len(colors)} colours: nothing was drawn")
    path = data_dir / "self-test-popup.png"
    if not image.save(str(path)):
        raise OSError(f"{path} could not be written")
    return str(path)


_CHECKS: dict[str, selftest.Check] = {
    "settings": _check_settings,
    "link": _check_link,
    "protection": _check_protection,
    "windows": _check_windows,
    "translations": _check_translations,
    "popup": _check_popup,
}
_keep: list[object] = []  # Qt's application object, until the process ends


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """The URL of a server that welcomes who says hello and tells one call."""
    from websockets.asyncio.server import ServerConnection, serve

    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(encode(Welcome(PROTOCOL_VERSION, __version__, (_CALL.called,))))
        await connection.send(encode(_CALL))
        await connection.wait_closed()

    started: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = queue.Queue()

    async def work() -> None:
        over = asyncio.Event()
        async with serve(talk, "127.0.0.1", 0) as server:
            started.put((asyncio.get_running_loop(), over, server.sockets[0].getsockname()[1]))
            await over.wait()

    thread = Thread(target=lambda: asyncio.run(work()), name="self-test-server", daemon=True)
    thread.start()
    loop, over, port = started.get(timeout=_LINK_S)
    try:
        yield f"ws://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(_LINK_S)
