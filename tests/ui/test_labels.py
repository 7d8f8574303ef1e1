from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from packetwave.ui.labels import ElidedLabel, PlainLabel, label


def test_marks_are_shown_not_obeyed(qtbot: QtBot) -> None:
    rich, plain = PlainLabel("<b>x</b>"), PlainLabel("x")
    qtbot.addWidget(rich)
    qtbot.addWidget(plain)
    assert rich.sizeHint().width() > plain.sizeHint().width()


def test_a_label_of_a_kind(qtbot: QtBot) -> None:
    made = label("<b>x</b>", kind="muted", wrap=True)
    qtbot.addWidget(made)
    assert made.textFormat() is Qt.TextFormat.PlainText
    assert (made.property("kind"), made.wordWrap()) == ("muted", True)
    assert label("x").property("kind") is None


def test_a_long_text_gives_way(qtbot: QtBot) -> None:
    long = ElidedLabel("아주 긴 이름 " * 40)
    qtbot.addWidget(long)
    assert long.minimumSizeHint().width() < 60 < long.sizeHint().width()
    long.resize(200, long.sizeHint().height())
    long.show()
    assert long.is_elided()
    assert not long.grab().toImage().isNull()
    long.setText("짧음")
    assert not long.is_elided()
