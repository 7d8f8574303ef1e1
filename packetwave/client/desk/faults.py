"""The dialog that says why the client cannot run, in the user's language. Qt main thread."""

import sys

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from packetwave.client.faults import ClientFault
from packetwave.common.choices import language_choice
from packetwave.ui import fault_box, languages
from packetwave.ui.icons import icon

translate = QCoreApplication.translate  # by this name Qt's lupdate finds the strings


def show(fault: ClientFault, detail: str, language: str) -> None:
    """Show why, and return when the dialog is closed.

    detail: shown as it is: for a crash, the log's place or "".
    language: a `LanguageChoice`, or what was given for one.
    """
    present = QApplication.instance()
    app = present if isinstance(present, QApplication) else QApplication([sys.argv[0]])
    app.setWindowIcon(icon("client"))
    languages.install(app, language_choice(language), "client")
    text, next_step = _words(fault)
    fault_box.show(text, f"{next_step}\n\n{detail}".strip())


def _words(fault: ClientFault) -> tuple[str, str]:
    match fault:
        case ClientFault.SILENT:
            return (
                translate("faults", "PacketWave is running already, but does not answer."),
                translate("faults", "Sign out of Windows and in again. That ends it, and starts it afresh."),
            )
        case ClientFault.CRASH:
            return (
                translate("faults", "PacketWave has ended because of an error of its own."),
                translate(
                    "faults",
                    "Start it again. If this comes back, pass this file on to who looks after your PCs:",
                ),
            )
