"""The dialog that says why a program cannot run, where nobody reads what it writes. Qt main thread."""

from PySide6.QtWidgets import QMessageBox


def show(text: str, detail: str = "") -> None:
    """Show the text, and return when the dialog is closed. An application must be there. detail: below it."""
    box = QMessageBox(QMessageBox.Icon.Critical, "PacketWave", text)
    box.setInformativeText(detail)
    box.exec()
