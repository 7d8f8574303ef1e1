"""Small widgets that the console's pages share: chip, banner, hint of an empty page, tables, buttons.

Qt main thread. They know no engine and no codes; pages give them words and cells.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDesktopServices, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from packetwave.server.console.parts.cell_delegate import (
    ROW_HEIGHT,
    CellDelegate,
    cell_width,
    paint_cell,
    tone_colors,
)
from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.server.console.parts.words import Matter
from packetwave.ui import icons
from packetwave.ui.labels import label, set_tip
from packetwave.ui.theme import Theme, scaled

_CHIP_PADDING = 12
_DOT_ROOM = 16


def card() -> QFrame:
    """A frame on the surface colour."""
    made = QFrame()
    made.setProperty("kind", "card")
    return made


def page_column(page: QWidget) -> QVBoxLayout:
    """The column in which a page's parts stand, from top to bottom."""
    made = QVBoxLayout(page)
    made.setContentsMargins(16, 16, 16, 16)
    made.setSpacing(12)
    return made


def ask_where_to_save(
    parent: QWidget, title: str, *, filters: str, file_name: str, then: Callable[[Path], object]
) -> None:
    """Let the person name a file to be written; returns at once. then: gets it, unless they cancel.

    filters: as Qt's file dialog takes them. file_name: proposed; its ending is put where the person types
    none.
    """
    dialog = QFileDialog(parent, title, "", filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setDefaultSuffix(Path(file_name).suffix.removeprefix("."))
    dialog.selectFile(file_name)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()


def table_card(table: QTableView, hint: QWidget) -> tuple[QFrame, QStackedWidget]:
    """A card with a table, and what is said in its place when there is nothing to show; the stack of both."""
    frame, stack = card(), QStackedWidget()
    stack.addWidget(table)
    stack.addWidget(hint)
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(1, 6, 1, 6)
    inside.addWidget(stack)
    return frame, stack


class IconButton(QToolButton):
    """A small button with an icon alone; its name is its tooltip and what a screen reader says."""

    def __init__(self, icon_name: str, text: str) -> None:
        super().__init__()
        self._icon_name = icon_name
        set_tip(self, text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in these colours."""
        self.setIcon(icons.icon(self._icon_name, theme.text))


class Chip(QAbstractButton):
    """A part of the status line: a dot in the tone of its state and a cell; clicked, it leads to its page."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tone: Tone | None = None
        self._cell = Cell()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_cell(self, cell: Cell, tone: Tone | None = None, hint: str = "") -> None:
        """Say something else. hint: the same at length, as a tooltip."""
        self._cell, self._tone = cell, tone
        self.setText(cell.words())
        self.setAccessibleName(cell.words())
        set_tip(self, hint)
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        dot = _DOT_ROOM if self._tone is not None else 0
        return QSize(round(cell_width(self._cell, self.font())) + 2 * _CHIP_PADDING + dot + 2, 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 90), 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(theme.accent if self.hasFocus() else theme.border))
        painter.setBrush(QColor(theme.background if self.underMouse() else theme.surface))
        painter.drawRoundedRect(frame, 8, 8)
        room = frame.adjusted(_CHIP_PADDING, 0, -_CHIP_PADDING, 0)
        if self._tone is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tone_colors(theme, self._tone)[0]))
            painter.drawEllipse(QRectF(room.left(), room.center().y() - 4.5, 9, 9))
            room = room.adjusted(_DOT_ROOM, 0, 0, 0)
        paint_cell(painter, room, self._cell, self.font(), theme)
        painter.end()


class Banner(QFrame):
    """What is the matter and what to do, above a page, until it is over. Never a dialog."""

    acted = Signal()

    def __init__(self, theme: Theme, action: str) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._icon = QLabel()
        self._what = label(wrap=True)
        self._what.setFont(scaled(self._what.font(), 1.0, bold=True))
        self._next = label(wrap=True)
        self._link = QPushButton()
        self._link.clicked.connect(self._open_link)
        self._retry = action
        self._action = QPushButton(action)
        self._action.clicked.connect(self.acted)
        self._url = ""
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._what)
        texts.addWidget(self._next)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addLayout(texts, 1)
        row.addWidget(self._link)
        row.addWidget(self._action)
        self.set_theme(theme)
        self.hide()

    def show_matter(self, matter: Matter | None, link_text: str = "", action: str = "") -> None:
        """Say it, or hide for None. action: what the button says instead of what it always does."""
        if matter is not None:
            self._what.setText(matter.what)
            self._next.setText(matter.next_step)
            self._next.setVisible(bool(matter.next_step))
            self._url = matter.link
            self._link.setText(link_text)
            self._link.setVisible(bool(matter.link))
            self._action.setText(action or self._retry)
            self._action.setVisible(matter.can_retry)
            self.setAccessibleName(f"{matter.what} {matter.next_step}")
        self.setVisible(matter is not None)

    def text(self) -> str:
        """What it says now, "" while hidden."""
        return "" if self.isHidden() else f"{self._what.text()} {self._next.text()}".strip()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self.setStyleSheet(
            f"#banner {{ background: {theme.amber_soft}; border: 1px solid {theme.amber};"
            " border-radius: 8px; }"
            f"#banner QLabel {{ color: {theme.text}; background: transparent; }}"
        )
        self._icon.setPixmap(icons.pixmap("warning", theme.amber, 20, self.devicePixelRatioF()))

    def _open_link(self) -> None:
        QDesktopServices.openUrl(QUrl(self._url))


class EmptyHint(QWidget):
    """What an empty page says in its middle: what will be here, and a button that leads on.

    Attribute: button, hidden where there is nothing to do.
    """

    acted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = label()
        self._title.setFont(scaled(self._title.font(), 1.25, bold=True))
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = label(kind="muted", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton()
        self.button.setProperty("kind", "primary")
        self.button.clicked.connect(self.acted)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(2)
        for widget in (self._icon, self._title, self._text):
            column.addWidget(widget)
        column.addSpacing(6)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)

    def say(self, title: str, text: str, button: str = "") -> None:
        """Put its words in. button: "" for none."""
        self._title.setText(title)
        self._text.setText(text)
        self.button.setText(button)
        self.button.setVisible(bool(button))

    def set_icon(self, name: str, theme: Theme) -> None:
        """The picture above the words."""
        self._icon.setPixmap(icons.pixmap(name, theme.text_muted, 40, self.devicePixelRatioF()))


class CellTable(QTableView):
    """A table of cells with rows of one height, painted by the given delegate."""

    copy_wanted = Signal()

    def __init__(self, delegate: CellDelegate) -> None:
        super().__init__()
        self.setItemDelegate(delegate)
        delegate.setParent(self)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setMinimumSectionSize(36)

    def set_widths(self, widths: dict[int, int], stretched: int) -> None:
        """Column widths in pixels; one column takes the rest."""
        header = self.horizontalHeader()
        for column, width in widths.items():
            header.resizeSection(column, width)
        header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)

    def selected_rows(self) -> list[int]:
        """Rows with a selected cell, from top to bottom."""
        selection: QItemSelectionModel = self.selectionModel()
        return sorted({index.row() for index in selection.selectedIndexes()})


def button(
    text: str, on_click: Callable[[], object], *, primary: bool = False, icon: str = ""
) -> QPushButton:
    """A push button; `icon` is kept as its property `icon_name` for `color_icons`."""
    made = QPushButton(f" {text}" if icon else text)  # the style leaves no room beside the icon
    made.setAccessibleName(text)
    if primary:
        made.setProperty("kind", "primary")
    if icon:
        made.setProperty("icon_name", icon)
    made.clicked.connect(lambda: on_click())
    return made


def color_icons(parent: QWidget, theme: Theme) -> None:
    """Draw the icons of all buttons under a widget in these colours."""
    for each in parent.findChildren(QPushButton):
        name = each.property("icon_name")
        if name:
            is_primary = each.property("kind") == "primary"
            made = QIcon(icons.icon(name, theme.on_accent if is_primary else theme.text))
            off = icons.pixmap(name, theme.text_muted, 16, parent.devicePixelRatioF())
            made.addPixmap(off, QIcon.Mode.Disabled)
            each.setIcon(made)
    for tool in parent.findChildren(IconButton):
        tool.set_theme(theme)
