"""The calls page: the live call log with its search, its figures and its export. Qt main thread."""

from pathlib import Path

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from packetwave.server.console.calls.export import EXPORT_FILTER, write_calls
from packetwave.server.console.calls.log import CallFilter, CallLog, Column, Period
from packetwave.server.console.calls.tally_strip import TallyStrip
from packetwave.server.console.parts.background import Background
from packetwave.server.console.parts.cell_delegate import CellDelegate
from packetwave.server.console.parts.widgets import (
    CellTable,
    EmptyHint,
    ask_where_to_save,
    button,
    color_icons,
    page_column,
    table_card,
)
from packetwave.server.console.parts.words import written
from packetwave.server.store.formulas import for_pasting
from packetwave.ui import icons
from packetwave.ui.labels import label
from packetwave.ui.theme import Theme

translate = QCoreApplication.translate

_TYPING_PAUSE_MS = 150
_DATE_CHECK_MS = 30_000


class CallsPage(QWidget):
    """The page with the call log.

    Signal: capture_wanted(): the person wants to choose what is watched.
    """

    capture_wanted = Signal()

    def __init__(self, log: CallLog, theme: Theme) -> None:
        super().__init__()
        self.log = log
        self._theme = theme
        self._delegate = CellDelegate(theme)
        self.table = _LogTable(self._delegate)
        self.table.setAccessibleName(translate("calls", "Call log"))
        self.table.setModel(log)
        self.table.copy_wanted.connect(self._copy)
        self._periods = QButtonGroup(self)
        self.search = QLineEdit()
        self._search_icon = self.search.addAction(
            icons.icon("search", theme.text_muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self._missed = QPushButton(translate("calls", "Missed only"))
        self._export = button(translate("calls", "Export…"), self._choose_export, icon="export")
        self._said = label(kind="muted")
        self._hint = EmptyHint()
        self._hint.acted.connect(self._on_hint)
        self._strip = TallyStrip(theme)
        self._files = Background(self)
        self._lay_out()
        self._set_up_search()
        self._watches = False
        log.tally_changed.connect(self._show_tally)
        log.modelReset.connect(self._show_hint)
        log.rowsInserted.connect(self._show_hint)
        log.rowsRemoved.connect(self._show_hint)
        date_check = QTimer(self, interval=_DATE_CHECK_MS)
        date_check.timeout.connect(log.follow_date)
        date_check.start()
        self.set_theme(theme)
        self._show_tally()
        self._show_hint()

    def _period_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for number, text in enumerate(
            (translate("calls", "Today"), translate("calls", "7 days"), translate("calls", "All"))
        ):
            choice = QPushButton(text)
            choice.setCheckable(True)
            choice.setChecked(number == 0)
            self._periods.addButton(choice, number)
            row.addWidget(choice)
        self._periods.idToggled.connect(lambda _number, on: self._apply_filter() if on else None)
        return row

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addLayout(self._period_buttons())
        bar.addWidget(self.search, 1)
        bar.addWidget(self._missed)
        bar.addWidget(self._export)
        frame, self._stack = table_card(self.table, self._hint)
        column = page_column(self)
        column.addLayout(bar)
        column.addWidget(frame, 1)
        column.addWidget(self._said)
        column.addWidget(self._strip)
        self._said.hide()

    def _set_up_search(self) -> None:
        self.search.setPlaceholderText(
            translate("calls", "Find by number, name, extension or initial consonants (ㅎㄱㄷ)")
        )
        self.search.setAccessibleName(translate("calls", "Find calls"))
        self.search.setClearButtonEnabled(True)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self._apply_filter)
        self.search.textChanged.connect(lambda: self._typing.start())
        self._missed.setCheckable(True)
        self._missed.toggled.connect(self._apply_filter)
        find = QAction(self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.triggered.connect(lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.addAction(find)

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = self._delegate.theme = theme
        self._search_icon.setIcon(icons.icon("search", theme.text_muted))
        self._hint.set_icon("phone", theme)
        self._strip.set_theme(theme)
        color_icons(self, theme)
        self.table.viewport().update()

    def set_watching(self, on: bool) -> None:
        """Whether frames are being read: an empty log says what is missing."""
        self._watches = on
        self._show_hint()

    def export_to(self, path: Path) -> None:
        """Write the calls shown to a file beside the window's work, then say that it is done."""
        records = self.log.shown()
        self._export.setEnabled(False)
        self._files.run(lambda: write_calls(path, records), lambda error: self._on_exported(path, error))

    def said(self) -> str:
        """What the line below the log says, "" for nothing."""
        return "" if self._said.isHidden() else self._said.text()

    def _apply_filter(self) -> None:
        self._typing.stop()
        period = tuple(Period)[self._periods.checkedId()]
        self.log.set_filter(CallFilter(period, self.search.text(), self._missed.isChecked()))

    def _show_tally(self) -> None:
        self._strip.show_tally(self.log.tally)

    def _show_hint(self) -> None:
        if self.log.rowCount():
            self._stack.setCurrentWidget(self.table)
            return
        if self.log.is_filtered():
            self._hint.say(
                translate("calls", "No call matches"),
                translate("calls", "Try fewer letters or a longer period."),
                translate("calls", "Show all"),
            )
        elif self._watches:
            self._hint.say(
                translate("calls", "No calls yet"),
                translate("calls", "Calls appear here the moment a phone rings."),
            )
        else:
            self._hint.say(
                translate("calls", "Nothing is watched yet"),
                translate("calls", "Choose the network interface at the switch's mirror port."),
                translate("calls", "Choose an interface"),
            )
        self._stack.setCurrentWidget(self._hint)

    def _on_hint(self) -> None:
        if self.log.is_filtered():
            self.search.clear()
            self._missed.setChecked(False)
            self._apply_filter()
        else:
            self.capture_wanted.emit()

    def _copy(self) -> None:
        rows = [
            "\t".join(for_pasting(self.log.index(row, column).data() or "") for column in Column)
            for row in self.table.selected_rows()
        ]
        if rows:
            QGuiApplication.clipboard().setText("\n".join(rows))

    def _choose_export(self) -> None:
        ask_where_to_save(
            self,
            translate("calls", "Export calls"),
            filters=EXPORT_FILTER,
            file_name="packetwave-calls.csv",
            then=self.export_to,
        )

    def _on_exported(self, path: Path, error: OSError | None) -> None:
        self._export.setEnabled(True)
        self._said.setText(written(path, error))
        self._said.show()


class _LogTable(CellTable):
    """Whole rows are selected; calls coming in on top do not move what is being read further down."""

    def __init__(self, delegate: CellDelegate) -> None:
        super().__init__(delegate)
        self.setSelectionBehavior(CellTable.SelectionBehavior.SelectRows)
        self.setSelectionMode(CellTable.SelectionMode.ExtendedSelection)
        self.setEditTriggers(CellTable.EditTrigger.NoEditTriggers)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        widths = {
            Column.TIME: 132,
            Column.DIRECTION: 44,
            Column.CALLED: 190,
            Column.STATE: 250,
            Column.ALERT: 120,
        }
        self.set_widths({int(column): width for column, width in widths.items()}, Column.CALLER)

    def rowsInserted(self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        bar = self.verticalScrollBar()
        if bar.value() > 0 and start <= self.rowAt(0):
            height = (end - start + 1) * self.verticalHeader().defaultSectionSize()
            self.updateGeometries()
            bar.setValue(bar.value() + height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
            return
        super().keyPressEvent(event)
