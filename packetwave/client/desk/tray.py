"""The tray icon: the link's state as a picture and in words, and the client's menu.

Owns the icon and its menu. Tells by signals what was chosen, and does none of it. Qt main thread.
"""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from packetwave.client.bond import BondState
from packetwave.client.desk import pairing_words, words
from packetwave.client.link import LinkState, Phase
from packetwave.client.preset import Origin, Setting
from packetwave.protocol import Watching
from packetwave.ui.icons import icon

_TOOLTIP_CHARS = 120  # Windows cuts at 127


def icon_name(state: LinkState, missed: int, watching: Watching | None = None) -> str:
    """The drawing for a state of the link, a number of missed calls that are still shown, and what the server
    said of whether it sees calls."""
    match state.phase:
        case Phase.CONNECTED if watching is not None and not watching.is_watching:
            return "tray_offline"
        case Phase.CONNECTED:
            return "tray_missed" if missed else "tray_connected"
        case Phase.CONNECTING:
            return "tray_connecting"
        case Phase.WAITING | Phase.STOPPED:
            return "tray_offline"


class Tray(QObject):
    """The icon in the tray, and its menu.

    Signals: open_window(), test_popup(), quit(), each when it was chosen. given, pinned_by: as in
    `words.link`.
    """

    open_window = Signal()
    test_popup = Signal()
    quit = Signal()

    def __init__(
        self,
        state: LinkState,
        given: Setting = Setting(),  # noqa: B008 - a frozen value
        pinned_by: Origin = Origin.USER,
    ) -> None:
        super().__init__()
        self._state = state
        self._bond = BondState()
        self._given, self._pinned_by = given, pinned_by
        self._missed = 0
        self._watching: Watching | None = None
        self._icon = QSystemTrayIcon(self)
        self._menu = _Menu()
        self.destroyed.connect(self._menu.deleteLater)  # no widget can be a QObject's child
        self._menu.language_changed.connect(self._retranslate)
        self._state_line = QAction(self._menu)
        self._state_line.triggered.connect(self.open_window)
        self._open = QAction(self._menu)
        self._open.triggered.connect(self.open_window)
        self._test = QAction(self._menu)
        self._test.triggered.connect(self.test_popup)
        self._quit = QAction(self._menu)
        self._quit.triggered.connect(self.quit)
        self._menu.addAction(self._state_line)
        self._menu.addSeparator()
        self._menu.addActions([self._open, self._test])
        self._menu.addSeparator()
        self._menu.addAction(self._quit)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._retranslate()

    @property
    def menu(self) -> QMenu:
        """The menu behind the icon."""
        return self._menu

    @property
    def tooltip(self) -> str:
        """What stands at the icon."""
        return self._icon.toolTip()

    def show(self) -> None:
        """Put the icon into the tray; where there is none yet, Qt waits for it."""
        self._icon.show()

    def hide(self) -> None:
        """Take the icon out of the tray, before the program ends: Windows would leave a ghost."""
        self._icon.hide()

    def show_state(self, state: LinkState, missed: int, watching: Watching | None = None) -> None:
        """Say how the link is, how many missed calls are still shown, and whether the server sees calls."""
        self._state, self._missed, self._watching = state, missed, watching
        self._retranslate()

    def show_bond(self, bond: BondState) -> None:
        """Say what is to be done about the pairing, if anything is."""
        self._bond = bond
        self._retranslate()

    def _retranslate(self) -> None:
        title, advice = words.link(self._state, self._given, self._pinned_by, self._watching)
        lines = [f"PacketWave · {title}", pairing_words.short(self._bond)]
        is_blind = self._watching is not None and not self._watching.is_watching
        if self._missed:
            lines.append(self.tr("Missed calls: {count}").format(count=self._missed))
        elif self._state.phase is not Phase.CONNECTED or is_blind:
            lines.append(advice)
        said = "\n".join(line for line in lines if line)[:_TOOLTIP_CHARS]
        self._icon.setToolTip(said.replace("<", "‹"))  # which some desktops would read as markup
        self._icon.setIcon(icon(icon_name(self._state, self._missed, self._watching)))
        self._state_line.setText(title.replace("&", "&&"))
        self._state_line.setIcon(icon(icon_name(self._state, 0, self._watching)))
        self._open.setText(self.tr("Open PacketWave…"))
        self._test.setText(self.tr("Show a test popup"))
        self._quit.setText(self.tr("Quit"))

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_window.emit()


class _Menu(QMenu):
    """The icon's menu, which tells when the language changes.

    Signal: language_changed(). The icon itself is no widget and is not told.
    """

    language_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.language_changed.emit()
        super().changeEvent(event)
