"""The card for a roll-out: the certificate's fingerprint, and keys by which PCs pair themselves.

Qt main thread. Knows no engine. A key is shown once and kept nowhere.
"""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from packetwave import __version__
from packetwave.server.console.clients.words import moment
from packetwave.server.console.parts.widgets import IconButton, button, card
from packetwave.server.engine.notices import KeyMade
from packetwave.server.trust.enrolment import DAYS, MAX_DAYS, MAX_USES, USES
from packetwave.server.trust.trust import KeyInfo
from packetwave.ui.labels import ElidedLabel, label, set_tip
from packetwave.ui.theme import Theme, scaled

translate = QCoreApplication.translate


def install_command(server: str, fingerprint: str, key: str) -> str:
    """What installs a client that pairs itself."""
    return (
        f"msiexec /i PacketWave-Client-{__version__}.msi SERVER={server} FINGERPRINT={fingerprint}"
        f" ENROLLKEY={key}"
    )


class Copied(QWidget):
    """A text that is only to be copied: shortened where it is long, with a button. Attribute: button."""

    def __init__(self, copy: str, theme: Theme) -> None:
        super().__init__()
        self._whole = ""
        self.shown = ElidedLabel()
        self.button = IconButton("copy", copy)
        self.button.set_theme(theme)
        self.button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._whole))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.shown)
        row.addWidget(self.button)
        row.addStretch(1)

    def show_text(self, text: str) -> None:
        """This text, "" for none."""
        self._whole = text
        self.shown.setText(text or "–")
        set_tip(self.shown, text)
        self.button.setEnabled(bool(text))

    def text(self) -> str:
        return self._whole


class RollOutCard(QFrame):
    """The card.

    Signals: key_wanted(int, int): days and PCs; key_unwanted(str): the id of a key that is to serve no more.

    Attributes: fingerprint, key, command: texts to be copied; days, uses, make: what a key is asked for with.
    """

    key_wanted = Signal(int, int)
    key_unwanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._server = ""
        self._keys: tuple[KeyInfo, ...] = ()
        self.fingerprint = Copied(translate("clients", "Copy the fingerprint"), theme)
        self.key = Copied(translate("clients", "Copy the key"), theme)
        self.command = Copied(translate("clients", "Copy the command"), theme)
        self.days = _number(DAYS, MAX_DAYS)
        self.uses = _number(USES, MAX_USES)
        self.make = button(
            translate("clients", "Make a key"),
            lambda: self.key_wanted.emit(self.days.value(), self.uses.value()),
        )
        self._once = label(
            translate(
                "clients",
                "The key is shown this once. Whoever has it can pair a PC as long as it is valid: give it to "
                "the installation only.",
            ),
            kind="muted",
            wrap=True,
        )
        self._made = QWidget()
        self._serving = QVBoxLayout()
        self._serving.setSpacing(4)
        self._lay_out()
        self._made.hide()

    def _lay_out(self) -> None:
        title = label(translate("clients", "Pair many PCs at once"))
        title.setFont(scaled(title.font(), 1.1, bold=True))
        about = label(
            translate(
                "clients",
                "A client that is installed with a key pairs itself, without anybody comparing digits. The "
                "fingerprint tells it which server is the right one.",
            ),
            kind="muted",
            wrap=True,
        )
        asked = QHBoxLayout()
        asked.setSpacing(8)
        for text, field in (
            (translate("clients", "Valid for days:"), self.days),
            (translate("clients", "For so many PCs:"), self.uses),
        ):
            name = label(text)
            name.setBuddy(field)
            field.setAccessibleName(text)
            asked.addWidget(name)
            asked.addWidget(field)
        asked.addWidget(self.make)
        asked.addStretch(1)
        made = QGridLayout(self._made)
        made.setContentsMargins(0, 0, 0, 0)
        made.setColumnStretch(1, 1)
        for number, (text, copied) in enumerate(
            (
                (translate("clients", "Key"), self.key),
                (translate("clients", "Installation"), self.command),
            )
        ):
            made.addWidget(label(text), number, 0)
            made.addWidget(copied, number, 1)
        made.addWidget(self._once, 2, 0, 1, 2)
        finger = QHBoxLayout()
        finger.addWidget(label(translate("clients", "The server's fingerprint")))
        finger.addWidget(self.fingerprint, 1)
        frame = card()
        column = QVBoxLayout(frame)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(about)
        column.addLayout(finger)
        column.addLayout(asked)
        column.addWidget(self._made)
        column.addLayout(self._serving)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        for each in (self.fingerprint, self.key, self.command):
            each.button.set_theme(theme)

    def show_server(self, server: str, fingerprint: str) -> None:
        """Where clients find the server, and by what they know it."""
        self._server = server
        self.fingerprint.show_text(fingerprint)
        self.make.setEnabled(bool(fingerprint))

    def show_made(self, made: KeyMade) -> None:
        """A key was made."""
        self.key.show_text(made.key)
        self.command.show_text(install_command(self._server, self.fingerprint.text(), made.key))
        self._made.show()

    def show_keys(self, keys: tuple[KeyInfo, ...], now: datetime) -> None:
        """The keys that serve now."""
        serving = tuple(key for key in keys if key.uses_left > 0 and now < key.until)
        if serving == self._keys:
            return
        self._keys = serving
        while self._serving.count():
            line = self._serving.takeAt(0).widget()
            if isinstance(line, QWidget):
                line.hide()
                line.deleteLater()
        for key in serving:
            self._serving.addWidget(self._line(key, now))

    def keys(self) -> tuple[KeyInfo, ...]:
        """Those that are shown."""
        return self._keys

    def _line(self, key: KeyInfo, now: datetime) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        said = translate("clients", "A key of {made} serves for {uses} more PCs until {until}").format(
            made=moment(key.made_at, now), uses=key.uses_left, until=moment(key.until, now)
        )
        text: QLabel = label(said)
        drop = button(translate("clients", "End it"), lambda: self.key_unwanted.emit(key.id))
        drop.setAccessibleDescription(said)
        row.addWidget(text)
        row.addWidget(drop)
        row.addStretch(1)
        return line


def _number(value: int, most: int) -> QSpinBox:
    made = QSpinBox()
    made.setRange(1, most)
    made.setValue(value)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    return made
