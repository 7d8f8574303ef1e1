"""The client with its windows: tray, popups and state window around one engine.

Owns them all, and the settings while the program runs. Qt main thread; the engine's notices come over the
bridge.
"""

import dataclasses
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from packetwave.client import preset
from packetwave.client import settings as client_settings
from packetwave.client.calls import (
    MOST_RINGING,
    Call,
    CallChanged,
    CallMissed,
    CallRinging,
    CallState,
    MissedKept,
    MissedSeen,
)
from packetwave.client.desk.stack import PopupStack
from packetwave.client.desk.tray import Tray
from packetwave.client.desk.window import StateWindow
from packetwave.client.engine import BondChanged, Engine, Failed, LinkChanged, Notice, WatchingChanged
from packetwave.client.link import LinkState, Phase
from packetwave.client.preset import Preset
from packetwave.client.settings import ClientSettings
from packetwave.client.shown import FILE_NAME as SHOWN_FILE
from packetwave.client.shown import Shown, entry_of
from packetwave.client.trust import Trust
from packetwave.common import settings as settings_file
from packetwave.common.choices import language_choice, theme_choice
from packetwave.common.instance import Instance, InstanceRequest
from packetwave.common.settings import Loaded
from packetwave.protocol import CallUpdate, IncomingCall, Watching
from packetwave.ui import languages, screenshots
from packetwave.ui.appearance import Appearance
from packetwave.ui.bridge import Bridge, Merge
from packetwave.ui.icons import icon
from packetwave.ui.quitter import Quitter

_log = logging.getLogger(__name__)

_MOST_WAITING = 2 * MOST_RINGING
"""Calls of which the windows have not heard yet: more than can ring, and so never a shown call's end."""

_TRAY_AGAIN_MS = 2000
_TEST_POPUP_MS = 8000


def _of(notice: object) -> tuple[str, str]:
    """What a notice speaks of: one call, or the one thing of its kind."""
    if isinstance(notice, CallRinging | CallChanged):
        return "call", notice.call.call_id
    return "", type(notice).__name__


def run(
    data_dir: Path,
    loaded: Loaded[ClientSettings],
    given: Preset,
    server: str | None,
    instance: Instance,
    listener: Callable[[Notice], None],
) -> int | None:
    """Run until told to end; the exit code, or None where another client holds the data folder.

    given: what was set before the user chose. server: from the command line, in place of any other.
    listener: hears each notice too, on the engine's thread.
    """
    present = QApplication.instance()
    app = present if isinstance(present, QApplication) else QApplication([sys.argv[0]])
    app.setApplicationName("PacketWave")
    app.setApplicationDisplayName("PacketWave")
    app.setDesktopFileName("packetwave-client")
    app.setWindowIcon(icon("client"))
    screenshots.start(app)
    requests = Bridge()
    if not instance.claim(requests.send):
        return None
    unwritable = "" if instance.trouble is None else instance.trouble.reason
    desk = Desk(app, data_dir, loaded, given, server, listener, unwritable)
    requests.received.connect(desk.on_request)
    desk.start()
    code = app.exec()
    requests.close()
    desk.close()
    return code


class Desk(QObject):
    """The client's windows around one engine.

    Attributes: engine, popups, tray, window, quitter, appearance; state, the link's state; watching, what the
    server said of whether it sees calls, None for nothing.
    """

    def __init__(
        self,
        app: QApplication,
        data_dir: Path,
        loaded: Loaded[ClientSettings],
        given: Preset,
        server: str | None,
        listener: Callable[[Notice], None],
        unwritable: str = "",
    ) -> None:
        super().__init__()
        self._app = app
        self._path = client_settings.path(data_dir)
        self._settings = settings = loaded.settings
        self._given = given
        self._tests = 0
        self._missed = 0
        self.watching: Watching | None = None
        self.appearance = Appearance(app, settings.theme)
        language = self._speak(settings.language)
        wanted = preset.server(server, given, settings.server)
        self._asks_for_server = preset.asks_for_server(wanted)
        self.state = LinkState(Phase.CONNECTING, wanted.text)
        self.quitter = Quitter(app, on_last_window=False)
        self.popups = PopupStack(
            self.appearance.theme, corner=settings.popup_corner, keep_missed=settings.keep_missed
        )
        self._bridge = Bridge(merge=Merge(_of, lambda notice: isinstance(notice, CallRinging), _MOST_WAITING))
        self._bridge.received.connect(self._on_notice)

        def hear(notice: Notice) -> None:
            self._bridge.send(notice)
            listener(notice)

        self.engine = Engine(
            hear,
            wanted.text,
            language=language,
            extension=given.extension.text,
            shown=Shown(data_dir / SHOWN_FILE),
            lists_shown=settings.keep_missed,
            trust=Trust(data_dir),
            given=given,
        )
        bond = self.engine.standing
        self.tray = Tray(self.state, given.server, given.pinned_by)
        self.tray.show_bond(bond)
        self.window = StateWindow(settings, wanted, self.state, given, loaded.trouble, unwritable, bond)
        self._tray_again = QTimer(self, interval=_TRAY_AGAIN_MS)
        self._tray_again.timeout.connect(self._look_for_tray)
        self._connect()

    def start(self) -> None:
        """Begin to connect; show the tray icon, or the window where there is no tray."""
        self.quitter.watch_signals()
        self.engine.start()
        self.tray.show()
        if not QSystemTrayIcon.isSystemTrayAvailable():
            self.window.show()
            self._tray_again.start()
        elif self._asks_for_server:
            self.window.bring_to_front()  # nothing will ever happen until a server is typed

    def close(self) -> None:
        """Clear up after the application's loop: nothing more crosses, no window is left, shown or not."""
        self._bridge.close()
        self._tray_again.stop()
        self.engine.join(0.2)
        self.popups.close_all()
        self.tray.hide()
        self.window.hide()
        for owned in (self.popups, self.tray, self.window, self.appearance):
            owned.deleteLater()

    @Slot(object)
    def on_request(self, request: object) -> None:
        """What another start of the program asks: a `InstanceRequest`; anything else is ignored."""
        if request == InstanceRequest.QUIT:
            self.quitter.quit()
        elif request == InstanceRequest.RAISE:
            self.window.bring_to_front()

    def _connect(self) -> None:
        self.quitter.add_stage("link", self.engine.stop)
        self.quitter.quitting.connect(self._on_quitting)
        self.appearance.changed.connect(self.popups.use_theme)
        self.popups.missed_changed.connect(self._on_missed)
        self.popups.shown.connect(self.engine.shown)
        self.popups.looked_at.connect(self.engine.look_at)
        self.tray.open_window.connect(self.window.bring_to_front)
        self.tray.test_popup.connect(self._on_test)
        self.tray.quit.connect(self.quitter.quit)
        self.window.server_chosen.connect(self._on_server)
        self.window.language_chosen.connect(self._on_language)
        self.window.theme_chosen.connect(self._on_theme)
        self.window.retry.connect(self.engine.retry)
        self.window.pairing.pair.connect(self.engine.pair)
        self.window.pairing.confirm.connect(self.engine.confirm_pairing)
        self.window.pairing.cancel.connect(self.engine.cancel_pairing)
        self.window.test_popup.connect(self._on_test)
        self.window.quit.connect(self.quitter.quit)
        self.window.window_closed.connect(self._on_window_closed)

    @Slot(object)
    def _on_notice(self, notice: object) -> None:
        match notice:
            case CallRinging(call=call):
                self.popups.ring(call)
            case CallChanged(call=call):
                self.popups.change(call)
                if call.outcome == "missed" and not self.popups.has(call.call_id):
                    self.engine.look_at([call.call_id])  # its popup was closed while it rang
            case CallMissed(missed=missed, is_listed=is_listed):
                if is_listed:
                    self.popups.miss(entry_of(missed).incoming)
                self.engine.noted(missed.call_id)
            case MissedKept(calls=calls):
                self.popups.miss(*calls)
            case MissedSeen(call_ids=call_ids):
                self.popups.take_off(call_ids)
            case Failed(failure=failure):
                self.window.show_failure(failure)
            case BondChanged(state=bond):
                self.tray.show_bond(bond)
                self.window.show_bond(bond)
            case LinkChanged(state=state):
                self.state = state
                if state.phase is not Phase.CONNECTED:
                    self.watching = None
                self._show_state()
            case WatchingChanged(watching=watching):
                self.watching = watching
                self._show_state()

    def _on_missed(self, missed: int) -> None:
        self._missed = missed
        self._show_state()

    def _show_state(self) -> None:
        self.tray.show_state(self.state, self._missed, self.watching)
        self.window.show_state(self.state, self.watching)

    def _on_server(self, server: str) -> None:
        self._save(server=server)
        self.engine.use_server(server)

    def _on_language(self, choice: str) -> None:
        self._save(language=choice)
        self._speak(choice)

    def _speak(self, choice: str) -> str:
        wanted = preset.language(self._given, choice).text
        return languages.install(self._app, language_choice(wanted), "client")

    def _on_theme(self, choice: str) -> None:
        self._save(theme=choice)
        self.appearance.choose(theme_choice(choice))

    def _save(self, **changes: str) -> None:
        self._settings = dataclasses.replace(self._settings, **changes)  # type: ignore[arg-type]  # texts only
        try:
            settings_file.save(self._settings, self._path)
        except OSError as error:
            _log.warning("the settings could not be written: %s", error)
            self.window.show_not_saved(error.strerror or str(error))
        else:
            self.window.show_not_saved("")

    def _on_test(self) -> None:
        self._tests += 1
        message = IncomingCall(
            "01012345678",
            "1001",
            call_id=f"test-{self._tests}",
            rang_at=datetime.now(UTC),
            caller_name=self.tr("PacketWave test"),
        )
        self.popups.ring(Call(message))
        ended = Call(message, CallUpdate(message.call_id, CallState.LAPSED))
        QTimer.singleShot(_TEST_POPUP_MS, self, lambda: self.popups.change(ended))

    def _on_window_closed(self) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable():
            self.quitter.quit()

    def _look_for_tray(self) -> None:
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._tray_again.stop()

    def _on_quitting(self) -> None:
        self._bridge.close()  # what still comes must open nothing
        self.popups.close_all()
        self.tray.hide()
        self.window.hide()
