"""The members page: the member table, edited in place.

Qt main thread. Asks the engine only through `changes_wanted` of its model.
"""

from pathlib import Path

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QStyleOptionViewItem,
    QWidget,
)

from packetwave.common import files
from packetwave.server.console.members.import_dialog import ImportDialog
from packetwave.server.console.members.requests import Request, RequestStrip, open_requests
from packetwave.server.console.members.rows import EXTENSION, FIELD_NAMES, IP, NOTE
from packetwave.server.console.members.table import STATE_COLUMN, MemberModel
from packetwave.server.console.members.words import member_defect
from packetwave.server.console.parts.background import Background
from packetwave.server.console.parts.cell_delegate import CellDelegate
from packetwave.server.console.parts.cells import WRONG
from packetwave.server.console.parts.search import Search
from packetwave.server.console.parts.widgets import (
    Banner,
    CellTable,
    EmptyHint,
    IconButton,
    ask_where_to_save,
    button,
    color_icons,
    page_column,
    table_card,
)
from packetwave.server.console.parts.words import refused, unreadable, written
from packetwave.server.engine.notices import ChangeMembers, Refused
from packetwave.server.hub.clients import ClientInfo, Untold
from packetwave.server.office.values import MemberChange, MemberTable
from packetwave.server.store.import_plan import plan_import
from packetwave.server.store.tables import TableFile, read_file, to_csv, to_xlsx
from packetwave.ui import icons
from packetwave.ui.labels import label
from packetwave.ui.theme import Theme

translate = QCoreApplication.translate

_DEFECTS_SHOWN = 5
_TABLES = "CSV, Excel"
_WIDTHS = {"extension_num": 90, "name": 120, "default_ip": 160}  # the window holds one column more
_WIDTH, _STATE_WIDTH = 110, 270

AnyIndex = QModelIndex | QPersistentModelIndex


class MembersPage(QWidget):
    """The page with the members table.

    Attribute: model, the rows.
    """

    def __init__(self, model: MemberModel, theme: Theme) -> None:
        super().__init__()
        self.model = model
        self._delegate = _MemberDelegate(theme)
        self.table = _MemberView(self._delegate, model)
        self.table.setAccessibleName(translate("members", "Members"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(translate("members", "Find"))
        self.search.setAccessibleName(translate("members", "Find members"))
        self.search.setClearButtonEnabled(True)
        self._search_icon = self.search.addAction(
            icons.icon("search", theme.text_muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.textChanged.connect(self._apply_search)
        self.refusal = Banner(theme, translate("members", "Save again"))
        self.refusal.acted.connect(self._save_again)
        self.requests = RequestStrip(theme)
        self.requests.added.connect(self._add_requested)
        self.requests.ignored.connect(self._ignore_requested)
        self._clients: tuple[ClientInfo, ...] = ()
        self._ignored: set[Request] = set()
        self._has_table = False  # before it is there, everybody would seem to ask
        self._requests_due = QTimer(self, singleShot=True)  # once for many rows that change together
        self._requests_due.timeout.connect(self._show_requests)
        self._hint = EmptyHint()
        self._hint.say(
            translate("members", "No members yet"),
            translate("members", "Type whose extension belongs to which PC, or paste the cells from Excel."),
            translate("members", "Add a member"),
        )
        self._hint.acted.connect(self.add)
        self._defects = label(kind="wrong", wrap=True)
        self._defects.hide()
        self._files = Background(self)
        self._said = label(kind="muted", wrap=True)
        self._said.hide()
        self._refused_import: list[MemberChange] = []
        self._lay_out()
        self._set_up_shortcuts()
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._show_rows)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, model.dataChanged):
            signal.connect(self._requests_due.start)
        self.set_theme(theme)
        self._show_rows()

    def _lay_out(self) -> None:
        self._undo = IconButton("undo", translate("members", "Undo"))
        self._redo = IconButton("redo", translate("members", "Redo"))
        self._delete = button(translate("members", "Delete rows"), self.table.delete_rows, icon="delete")
        stack = self.model.undo
        for tool, step, may, can in (
            (self._undo, stack.undo, stack.canUndoChanged, stack.canUndo),
            (self._redo, stack.redo, stack.canRedoChanged, stack.canRedo),
        ):
            tool.setEnabled(can())
            tool.clicked.connect(step)
            may.connect(tool.setEnabled)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(button(translate("members", "Member"), self.add, primary=True, icon="plus"))
        self._import = button(translate("members", "Import…"), self._choose_import, icon="import")
        self._export = button(translate("members", "Export…"), self._choose_export, icon="export")
        for widget in (self._import, self._export, self._delete, self._undo, self._redo):
            bar.addWidget(widget)
        bar.addWidget(self.search, 1)
        frame, self._stack = table_card(self.table, self._hint)
        column = page_column(self)
        column.addLayout(bar)
        column.addWidget(self.refusal)
        column.addWidget(self.requests)
        column.addWidget(frame, 1)
        column.addWidget(self._defects)
        column.addWidget(self._said)
        column.addWidget(
            label(
                translate(
                    "members",
                    "Copy cells in Excel and paste them here as they are. "
                    "Marked cells are not saved until they are right.",
                ),
                kind="muted",
                wrap=True,
            )
        )

    def _set_up_shortcuts(self) -> None:
        find = QKeySequence(QKeySequence.StandardKey.Find)
        for key, act in (
            (QKeySequence(QKeySequence.StandardKey.Undo), self.model.undo.undo),
            (QKeySequence(QKeySequence.StandardKey.Redo), self.model.undo.redo),
            (QKeySequence("Ctrl+Y"), self.model.undo.redo),
            (QKeySequence(QKeySequence.StandardKey.Paste), self.table.paste),
            (QKeySequence("Ctrl+-"), self.table.delete_rows),
            (QKeySequence("Ctrl+N"), self.add),
            (find, self.search.setFocus),
        ):
            action = QAction(self)
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, act=act: act())
            self.addAction(action)

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._delegate.theme = theme
        self._search_icon.setIcon(icons.icon("search", theme.text_muted))
        self._hint.set_icon("people", theme)
        self.refusal.set_theme(theme)
        self.requests.set_theme(theme)
        color_icons(self, theme)
        self.table.viewport().update()

    def add(self) -> None:
        """A new row, its extension being typed."""
        self.search.clear()
        row = self.model.add_row()
        self._show_rows()
        index = self.model.index(row, EXTENSION)
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)
        self.table.edit(index)

    def show_table(self, table: MemberTable) -> None:
        """The members as stored now."""
        self._has_table = True
        self._requests_due.start()
        self.model.merge(table)
        if not self.model.held_rows():
            self.refusal.show_matter(None)
        lines = [member_defect(defect) for defect in table.defects[:_DEFECTS_SHOWN]]
        more = len(table.defects) - len(lines)
        if more:
            lines.append(translate("members", "and more: {count}").format(count=more))
        if lines:
            lines.insert(0, translate("members", "Rows in the database that are not right:"))
        self._defects.setText("\n".join(lines))
        self._defects.setVisible(bool(lines))

    def show_clients(self, clients: tuple[ClientInfo, ...]) -> None:
        """The PCs connected now: whose state the rows show, and who asks for a row."""
        self.model.set_connected(*_connected(clients))
        self._clients = clients
        self._requests_due.start()

    def show_refusal(self, refusal: Refused) -> None:
        """A change was not stored: say it above the table, keep what was typed."""
        if isinstance(refusal.command, ChangeMembers):
            changes = refusal.command.changes
            self.model.refuse(changes)
            self._refused_import = [] if self.model.held_rows() else list(changes)
            self.refusal.show_matter(refused(refusal.code, refusal.detail))

    def import_from(self, path: Path) -> None:
        """Read a file beside the window's work, then show what it would change."""
        self._said.hide()
        self._files.run(lambda: read_file(path.read_bytes()), lambda result: self._on_read(path, result))

    def export_to(self, path: Path) -> None:
        """Write all right rows to a file, XLSX where its name says so, else CSV."""
        members = self.model.members()
        write = to_xlsx if path.suffix.lower() == ".xlsx" else to_csv
        self._files.run(
            lambda: files.replace(path, write(members)),
            lambda error: self._say(written(path, error)),
        )

    def said(self) -> str:
        """What the line below the table says, "" for nothing."""
        return "" if self._said.isHidden() else self._said.text()

    def defects_text(self) -> str:
        """What is said of stored rows that are not right."""
        return self._defects.text()

    def _show_requests(self) -> None:
        if self._has_table:
            rows = (self.model.texts(row) for row in range(self.model.rowCount()))
            self.requests.show_requests(open_requests(self._clients, rows, self._ignored))

    def _add_requested(self, request: Request) -> None:
        row = self.model.rowCount()
        self.model.write([(row, EXTENSION, request.extension), (row, IP, request.address)])

    def _ignore_requested(self, request: Request) -> None:
        self._ignored.add(request)
        self._requests_due.start()

    def _save_again(self) -> None:
        self.refusal.show_matter(None)
        self.model.save_held()
        if self._refused_import:
            changes, self._refused_import = self._refused_import, []
            self.model.changes_wanted.emit(changes)

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.show()

    def _choose_import(self) -> None:
        dialog = QFileDialog(self, translate("members", "Import members"), "", f"{_TABLES} (*.csv *.xlsx)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.import_from(Path(name)))
        dialog.open()

    def _choose_export(self) -> None:
        ask_where_to_save(
            self,
            translate("members", "Export members"),
            filters="Excel (*.xlsx);;CSV (*.csv)",
            file_name="packetwave-members.xlsx",
            then=self.export_to,
        )

    def _on_read(self, path: Path, result: TableFile | OSError) -> None:
        if isinstance(result, OSError):
            self._say(unreadable(path, result))
            return
        plan = plan_import(self.model.table, result.rows)
        preview = ImportDialog(self, path.name, result, plan)
        preview.confirmed.connect(self.model.changes_wanted)
        preview.open()

    def _show_rows(self) -> None:
        self._stack.setCurrentWidget(self.table if self.model.rowCount() else self._hint)
        self._apply_search()

    def _apply_search(self) -> None:
        search = Search(self.search.text())
        for row in range(self.model.rowCount()):
            texts = self.model.texts(row)
            numbers = (texts[EXTENSION], texts[IP].replace(".", ""), texts[IP])
            hidden = bool(search) and any(texts) and not search.finds(numbers, texts)
            if hidden != self.table.isRowHidden(row):
                self.table.setRowHidden(row, hidden)


class _MemberView(CellTable):
    """Cells are selected and edited as in a spreadsheet: type to replace, F2 to change, Delete to clear."""

    def __init__(self, delegate: CellDelegate, model: MemberModel) -> None:
        super().__init__(delegate)
        self._members = model
        self.setSelectionMode(CellTable.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            CellTable.EditTrigger.DoubleClicked
            | CellTable.EditTrigger.EditKeyPressed
            | CellTable.EditTrigger.AnyKeyPressed
            | CellTable.EditTrigger.SelectedClicked
        )
        self.setModel(model)
        widths = {which: _WIDTHS.get(name, _WIDTH) for which, name in enumerate(FIELD_NAMES) if which != NOTE}
        self.set_widths({**widths, STATE_COLUMN: _STATE_WIDTH}, NOTE)

    def delete_rows(self) -> None:
        """Remove the rows of all selected cells."""
        self._members.remove_rows(self.selected_rows())

    def paste(self) -> None:
        """The clipboard's block at the current cell; below all rows where there is none."""
        current = self.currentIndex()
        row, column = (
            (current.row(), current.column()) if current.isValid() else (self._members.rowCount(), 0)
        )
        if column < STATE_COLUMN:
            self._members.paste(row, column, QGuiApplication.clipboard().text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() == Qt.Key.Key_Delete:
            self._members.write(
                [
                    (index.row(), index.column(), "")
                    for index in self.selectionModel().selectedIndexes()
                    if index.column() < STATE_COLUMN and not self.isRowHidden(index.row())
                ]
            )
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _copy(self) -> None:
        selected = {(i.row(), i.column()) for i in self.selectionModel().selectedIndexes()}
        if not selected:
            return
        columns = sorted({column for _, column in selected})
        lines = [
            "\t".join(
                str(self._members.index(row, column).data() or "") if (row, column) in selected else ""
                for column in columns
            )
            for row in sorted({row for row, _ in selected})
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))


class _MemberDelegate(CellDelegate):
    """The editor of a cell: its text is checked while it is typed and framed in red while it is wrong."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("cell")
        editor.setAccessibleName(index.model().headerData(index.column(), Qt.Orientation.Horizontal))
        place = QPersistentModelIndex(index)
        editor.textChanged.connect(lambda text: self._check(editor, place, text))
        return editor

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        assert isinstance(editor, QLineEdit)
        # Qt asks again whenever the row changes; what is being typed is not to be taken back.
        if editor.property("filled") is None:
            editor.setProperty("filled", True)
            editor.setText(index.data(Qt.ItemDataRole.EditRole))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: AnyIndex) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(model.index(index.row(), index.column()), editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        editor.setGeometry(option.rect)  # type: ignore[attr-defined]

    def destroyEditor(self, editor: QWidget, index: AnyIndex) -> None:
        model = index.model()
        if isinstance(model, MemberModel) and index.isValid():
            model.set_typing(index, None)
        super().destroyEditor(editor, index)

    def _check(self, editor: QLineEdit, place: QPersistentModelIndex, text: str) -> None:
        model = place.model()
        if not isinstance(model, MemberModel) or not place.isValid():
            return
        model.set_typing(place, text)
        wrong = bool(place.data(WRONG))
        color = self.theme.red if wrong else self.theme.accent
        editor.setStyleSheet(
            f"#cell {{ border: 2px solid {color}; border-radius: 0; padding: 0 9px; min-height: 0; }}"
        )


def _connected(clients: tuple[ClientInfo, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The addresses of PCs that are known by them, and the extensions of paired ones. A PC that is told
    nothing because the address is somebody else's is not that person's."""
    known = (each for each in clients if not each.pairing and each.untold in (None, Untold.NO_ROW))
    paired = (extension for each in clients if each.pairing for extension in each.extensions)
    return frozenset(each.address for each in known), frozenset(paired)
