"""What a table cell says, as a value: models give it under `CELL`, the delegate paints it.

No colours and no words of its own: tones are named here and coloured by the theme, words come from `words`.
"""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt

CELL = Qt.ItemDataRole.UserRole + 1
"""Item data role of a `Cell`."""

WRONG = CELL + 1
"""Item data role: whether a cell holds what cannot be saved."""

HIGHLIGHT = CELL + 2
"""Item data role: whether a row is happening now."""


class Tone(StrEnum):
    """How a pill is coloured. Its words and its symbol say the same without the colour."""

    QUIET = "quiet"
    ACTIVE = "active"
    GOOD = "good"
    NOTICE = "notice"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table cell shows: text in up to three weights; or, with a tone, a pill of symbol and text; or a
    symbol in place of its text."""

    strong: str = ""
    """Text that stands out."""

    text: str = ""
    faint: str = ""
    """Text that matters less."""

    symbol: str = ""
    """The name of a project icon, or `dot`."""

    tone: Tone | None = None
    """The pill's colour, None for no pill."""

    def words(self) -> str:
        """The same as plain text: for copying, export and screen readers."""
        return " ".join(part for part in (self.strong, self.text, self.faint) if part)
