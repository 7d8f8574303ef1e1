from packetwave.server.console.parts.cells import Cell, Tone


def test_a_cell_as_words_is_all_its_text_and_no_symbol() -> None:
    assert Cell(strong="1001", text="a", faint="김영희").words() == "1001 a 김영희"
    assert Cell(symbol="missed", text="Missed", tone=Tone.BAD).words() == "Missed"
    assert Cell().words() == ""
