from pytestqt.qtbot import QtBot

from packetwave.ui.labels import ElidedLabel, PlainLabel


def test_marks_are_shown_not_obeyed(qtbot: QtBot) -> None:
    rich, plain = PlainLabel("<b>x</b>"), PlainLabel("x")
    qtbot.addWidget(rich)
    qtbot.addWidget(plain)
    assert rich.sizeHint().width() > plain.sizeHint().width()


def test_a_long_text_gives_way(qtbot: QtBot) -> None:
    label = ElidedLabel("아주 긴 이름 " * 40)
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() < 60 < label.sizeHint().width()
    label.resize(200, label.sizeHint().height())
    label.show()
    assert label.is_elided()
    assert not label.grab().toImage().isNull()
    label.setText("짧음")
    assert not label.is_elided()
