"""The preview of an import: what a file would add and change, or what is wrong with it. Qt main thread."""

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from packetwave.server.console.members.rows import fields_of
from packetwave.server.console.members.words import file_problem
from packetwave.server.console.parts.widgets import button, card
from packetwave.server.office.values import Member
from packetwave.server.store.import_plan import ImportPlan
from packetwave.server.store.tables import TableFile
from packetwave.ui.labels import label
from packetwave.ui.plain import plain
from packetwave.ui.theme import scaled

translate = QCoreApplication.translate

_LINES_SHOWN = 500


class ImportDialog(QDialog):
    """Modal to its window only. Signal: confirmed(list of MemberChange)."""

    confirmed = Signal(object)

    def __init__(self, parent: QWidget, file_name: str, read: TableFile, plan: ImportPlan) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("members", "Import members"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 460)
        self._changes = () if read.problems else plan.changes
        title = label(plain(file_name))
        title.setFont(scaled(title.font(), 1.2, bold=True))
        self.summary = label(_summary(read, plan), kind="wrong" if read.problems else "muted", wrap=True)
        self.lines = QListWidget()
        self.lines.setAccessibleName(translate("members", "What would change"))
        lines = _lines(read, plan)
        self.lines.addItems(lines[:_LINES_SHOWN])
        if len(lines) > _LINES_SHOWN:
            more = translate("members", "and more: {count}").format(count=len(lines) - _LINES_SHOWN)
            self.lines.addItem(more)
        self.lines.setFrameShape(QListWidget.Shape.NoFrame)
        self.lines.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.lines.setSpacing(4)
        frame = card()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(8, 8, 8, 8)
        inside.addWidget(self.lines)
        self.confirm = button(translate("members", "Import"), self._confirm, primary=True)
        self.confirm.setEnabled(bool(self._changes))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        cancel = button(translate("members", "Cancel"), self.reject)
        buttons.addWidget(cancel)
        buttons.addWidget(self.confirm)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        for widget in (title, self.summary, frame):
            column.addWidget(widget)
        column.addLayout(buttons)
        (cancel if read.problems else self.confirm).setFocus()

    def _confirm(self) -> None:
        self.confirmed.emit(list(self._changes))
        self.accept()


def _summary(read: TableFile, plan: ImportPlan) -> str:
    if read.problems:
        return translate("members", "Nothing is imported before the file is right. What is wrong:")
    return translate(
        "members",
        "Added: {added} · changed: {changed} · unchanged: {unchanged} · not in the file, they stay: {stay}",
    ).format(
        added=len(plan.added),
        changed=len(plan.changed),
        unchanged=len(plan.unchanged),
        stay=len(plan.untouched),
    )


def _lines(read: TableFile, plan: ImportPlan) -> list[str]:
    if read.problems:
        return [file_problem(problem) for problem in read.problems]
    added = translate("members", "New: {member}")
    changed = translate("members", "Changed: {before} → {after}")
    return [
        *(added.format(member=_said(member)) for member in plan.added),
        *(changed.format(before=_said(edit.before), after=_said(edit.after)) for edit in plan.changed),
    ]


def _said(member: Member) -> str:
    return " ".join(plain(text) for text in fields_of(member) if text)
