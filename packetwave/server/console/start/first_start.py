"""The one question of the first start: this PC's MongoDB has members; use them? Qt main thread."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox

translate = QCoreApplication.translate


def mongodb_question(rows: int) -> QMessageBox:
    """The question; its default button takes the offer. rows: how many members there are."""
    box = QMessageBox(
        QMessageBox.Icon.Question,
        "PacketWave",
        translate("first", "Members in the MongoDB on this PC: {count}. Use them?").format(count=rows),
    )
    box.setInformativeText(
        translate("first", "Otherwise PacketWave keeps the members in its own database, without any set-up.")
    )
    use = box.addButton(translate("first", "Use MongoDB"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(translate("first", "Own database"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(use)
    return box


def use_mongodb(rows: int) -> bool:
    """Ask, and wait for the answer. True if the members in MongoDB are to be used."""
    box = mongodb_question(rows)
    box.exec()
    chosen = box.clickedButton()
    return chosen is not None and box.buttonRole(chosen) is QMessageBox.ButtonRole.AcceptRole
