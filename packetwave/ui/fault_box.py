"""The dialog that says why a program cannot run, where nobody reads what it writes. Qt main thread."""

from PySide6.QtWidgets import QMessageBox

_PLAIN = "QLabel { qproperty-textFormat: PlainText; }"  # the program's own style sheet is not loaded yet


def show(text: str, detail: str = "") -> None:
    """Show the text, and return when the dialog is closed. An application must be there. detail: below it."""
    box = QMessageBox(QMessageBox.Icon.Critical, "PacketWave", text)
    box.setStyleSheet(_PLAIN)
    box.setInformativeText(detail)
    box.exec()
