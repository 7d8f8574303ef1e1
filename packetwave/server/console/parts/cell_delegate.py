"""Paints `Cell`s: table rows and, with the same hand, the status line's chips.

Qt main thread. Owns no text: it draws what the model says, elided to its room, in the theme's colours.
"""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from packetwave.server.console.parts.cells import CELL, HIGHLIGHT, WRONG, Cell, Tone
from packetwave.ui import icons
from packetwave.ui.plain import unmarked
from packetwave.ui.theme import Theme

ROW_HEIGHT = 36
_MARGIN = 12
_GAP = 6
_PILL_HEIGHT = 22
_PILL_PADDING = 9
_SYMBOL_SIZE = 13


def tone_colors(theme: Theme, tone: Tone) -> tuple[str, str]:
    """Text colour and ground of a tone."""
    match tone:
        case Tone.QUIET:
            return theme.text_muted, theme.background
        case Tone.ACTIVE:
            return theme.accent, theme.accent_soft
        case Tone.GOOD:
            return theme.green, theme.green_soft
        case Tone.NOTICE:
            return theme.amber, theme.amber_soft
        case Tone.BAD:
            return theme.red, theme.red_soft


class CellDelegate(QStyledItemDelegate):
    """Paints the cells of a table.

    Attribute: theme, the colours painted with; set it anew when the theme changes.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        cell = index.data(CELL)
        width = cell_width(cell, option.font) if isinstance(cell, Cell) else 0  # type: ignore[attr-defined]
        return QSize(round(width) + 2 * _MARGIN, ROW_HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        cell = index.data(CELL)
        if not isinstance(cell, Cell):
            return
        # Qt's stubs leave out what QStyleOption holds.
        whole = QRectF(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected or index.data(HIGHLIGHT):
            painter.fillRect(whole, QColor(self.theme.accent_soft))
        painter.fillRect(
            QRectF(whole.left(), whole.bottom() - 1, whole.width(), 1), QColor(self.theme.border)
        )
        room = whole.adjusted(_MARGIN, 0, -_MARGIN, -1)
        paint_cell(painter, room, cell, option.font, self.theme)  # type: ignore[attr-defined]
        if index.data(WRONG):
            _frame(painter, whole, self.theme.red, 2)
        elif state & QStyle.StateFlag.State_HasFocus:
            _frame(painter, whole, self.theme.accent, 1)
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        if event.type() != QEvent.Type.ToolTip:
            return super().helpEvent(event, view, option, index)
        text = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        QToolTip.showText(event.globalPos(), unmarked(text), view, view.visualRect(index))
        return bool(text)


def paint_cell(painter: QPainter, room: QRectF, cell: Cell, font: QFont, theme: Theme) -> None:
    """Draw a cell at the left of its room, in the middle of its height."""
    if cell.tone is not None:
        _paint_pill(painter, room, cell, cell.tone, font, theme)
    elif cell.symbol:
        _paint_symbol(painter, QPointF(room.left(), room.center().y()), cell.symbol, theme.text_muted)
    else:
        _paint_parts(painter, room, cell, font, theme)


def cell_width(cell: Cell, font: QFont) -> float:
    """How wide a cell would like to be."""
    if cell.tone is None and cell.symbol:
        return _SYMBOL_SIZE
    width = sum(_width(text, part_font) for text, part_font in _parts(cell, font))
    width += _GAP * max(0, len(_parts(cell, font)) - 1)
    return width + (2 * _PILL_PADDING + _SYMBOL_SIZE + 4 if cell.tone is not None else 0)


def bold(font: QFont) -> QFont:
    """The font in the weight of what stands out."""
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def _parts(cell: Cell, font: QFont) -> list[tuple[str, QFont]]:
    parts = ((cell.strong, bold(font)), (cell.text, font), (cell.faint, font))
    return [(text, part_font) for text, part_font in parts if text]


def _paint_parts(painter: QPainter, room: QRectF, cell: Cell, font: QFont, theme: Theme) -> None:
    left = room.left()
    for text, part_font, color in (
        (cell.strong, bold(font), theme.text),
        (cell.text, font, theme.text),
        (cell.faint, font, theme.text_muted),
    ):
        if not text or left >= room.right():
            continue
        metrics = QFontMetricsF(part_font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.right() - left + 1)
        painter.setFont(part_font)
        painter.setPen(QColor(color))
        place = QRectF(left, room.top(), room.right() - left + 1, room.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
        left += metrics.horizontalAdvance(shown) + _GAP


def _paint_pill(painter: QPainter, room: QRectF, cell: Cell, tone: Tone, font: QFont, theme: Theme) -> None:
    color, ground = tone_colors(theme, tone)
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.95)
    text_room = room.width() - 2 * _PILL_PADDING - _SYMBOL_SIZE - 4
    shown = QFontMetricsF(small).elidedText(cell.text, Qt.TextElideMode.ElideRight, max(0.0, text_room))
    text_width = _width(shown, small)
    pill = QRectF(
        room.left() - 4,
        room.center().y() - _PILL_HEIGHT / 2,
        2 * _PILL_PADDING + _SYMBOL_SIZE + 4 + text_width,
        _PILL_HEIGHT,
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(pill, _PILL_HEIGHT / 2, _PILL_HEIGHT / 2)
    _paint_symbol(painter, QPointF(pill.left() + _PILL_PADDING, pill.center().y()), cell.symbol, color)
    painter.setFont(small)
    painter.setPen(QColor(color))
    painter.drawText(
        pill.adjusted(_PILL_PADDING + _SYMBOL_SIZE + 4, 0, 4, 0),
        int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine),
        shown,
    )


def _paint_symbol(painter: QPainter, left_middle: QPointF, symbol: str, color: str) -> None:
    """An icon of the project by its name, or a dot."""
    place = QRectF(left_middle.x(), left_middle.y() - _SYMBOL_SIZE / 2, _SYMBOL_SIZE, _SYMBOL_SIZE)
    if symbol == "dot":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawEllipse(place.center(), 4, 4)
        return
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(place.topLeft(), icons.pixmap(symbol, color, _SYMBOL_SIZE, ratio))


def _frame(painter: QPainter, whole: QRectF, color: str, width: int) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = painter.pen()
    pen.setColor(QColor(color))
    pen.setWidth(width)
    painter.setPen(pen)
    inset = width / 2
    painter.drawRect(whole.adjusted(inset, inset, -inset, -inset - 1))


def _width(text: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)
