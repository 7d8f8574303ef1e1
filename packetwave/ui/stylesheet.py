"""The style sheet of plain widgets, made from a theme's colours. Text in, text out; no Qt here.

Widgets choose a variant by dynamic properties: `kind="primary"` (the main button), `kind="flat"` (no frame),
`kind="card"` (a QFrame on the surface colour), `wrong=true` (a field that holds what cannot be saved).
No label reads its text as markup, tool tips and dialogs included: names and numbers come from the network.
"""

from packetwave.common.paths import assets_dir
from packetwave.ui.theme import Theme


def stylesheet(theme: Theme) -> str:
    """Qt style sheet for the whole application."""
    chevron = (assets_dir() / "icons" / "chevron.svg").as_posix()
    hover = theme.background if not theme.dark else "#272c36"
    return f"""
QLabel {{ qproperty-textFormat: PlainText; }}
QPushButton, QToolButton {{
    background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.border};
    border-radius: 7px; padding: 5px 13px; min-height: 18px;
}}
QToolButton {{ padding: 5px; }}
QLineEdit QToolButton {{ background: transparent; border: none; padding: 0; min-height: 0; }}
QPushButton:hover, QToolButton:hover {{ background: {hover}; }}
QPushButton:pressed, QToolButton:pressed, QPushButton:checked, QToolButton:checked {{
    background: {theme.accent_soft}; color: {theme.accent};
}}
QPushButton:focus, QToolButton:focus {{ border-color: {theme.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {theme.text_muted}; background: {theme.background}; }}
QPushButton[kind="primary"] {{
    background: {theme.accent}; color: {theme.on_accent}; border-color: {theme.accent};
}}
QPushButton[kind="primary"]:focus {{ border: 2px solid {theme.text}; padding: 4px 12px; }}
QPushButton[kind="primary"]:disabled {{
    background: {theme.background}; color: {theme.text_muted}; border-color: {theme.border};
}}
QPushButton[kind="flat"], QToolButton[kind="flat"] {{ background: transparent; border-color: transparent; }}
QPushButton[kind="flat"]:hover, QToolButton[kind="flat"]:hover {{ background: {hover}; }}
QPushButton[kind="flat"]:focus, QToolButton[kind="flat"]:focus {{ border-color: {theme.accent}; }}
QLineEdit {{
    background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.border};
    border-radius: 7px; padding: 5px 8px; min-height: 18px;
    selection-background-color: {theme.accent}; selection-color: {theme.on_accent};
}}
QLineEdit:focus {{ border-color: {theme.accent}; }}
QLineEdit:read-only {{ color: {theme.text_muted}; background: {theme.background}; }}
QLineEdit[wrong="true"] {{ border: 2px solid {theme.red}; padding: 4px 7px; }}
QComboBox {{
    background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.border};
    border-radius: 7px; padding: 5px 8px; min-height: 18px;
}}
QComboBox:focus, QComboBox:on {{ border-color: {theme.accent}; }}
QComboBox:disabled {{ color: {theme.text_muted}; background: {theme.background}; }}
QComboBox::drop-down {{ border: none; width: 26px; }}
QComboBox::down-arrow {{ image: url("{chevron}"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ border: 1px solid {theme.border}; padding: 3px; outline: none; }}
QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 6px; border-radius: 5px; }}
QComboBox QAbstractItemView::item:selected {{ background: {theme.accent_soft}; color: {theme.text}; }}
QFrame[kind="card"] {{
    background: {theme.surface}; border: 1px solid {theme.border}; border-radius: 10px;
}}
QLabel[kind="muted"] {{ color: {theme.text_muted}; }}
QLabel[kind="wrong"] {{ color: {theme.red}; }}
QTableView, QTreeView, QListView {{
    background: {theme.surface}; border: none; gridline-color: {theme.border};
    selection-background-color: {theme.accent_soft}; selection-color: {theme.text};
}}
QHeaderView {{ background: {theme.surface}; border: none; }}
QHeaderView::section {{
    background: {theme.surface}; color: {theme.text_muted}; border: none;
    border-bottom: 1px solid {theme.border}; padding: 7px 12px;
}}
QTableCornerButton::section {{ background: {theme.surface}; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
QScrollBar::handle {{
    background: {theme.border}; border-radius: 4px; margin: 2px; min-height: 28px; min-width: 28px;
}}
QScrollBar::handle:hover {{ background: {theme.text_muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QMenu {{
    background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.border}; padding: 4px;
}}
QMenu::item {{ padding: 6px 22px 6px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {theme.accent_soft}; color: {theme.text}; }}
QMenu::item:disabled {{ color: {theme.text_muted}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {theme.border}; margin: 4px 6px; }}
QToolTip {{
    background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.border}; padding: 4px 6px;
}}
"""
