"""Text from the network made fit for a label or a tool tip: it is shown as it is, never as markup. Pure."""

import html
import unicodedata

_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # control, format (bidi), private, surrogates, line breaks


def plain(text: str, limit: int = 200) -> str:
    """The text on one line without what could disturb its surroundings, spaces collapsed, at most `limit`
    characters.

    Labels that show it must still be PlainText: marks such as `<b>` are kept as they are.
    """
    seen = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text[: limit * 4])
    one_line = " ".join(seen.split())
    return one_line if len(one_line) <= limit else one_line[: limit - 1] + "…"


def unmarked(text: str) -> str:
    """The text in the form in which a tool tip, which reads markup wherever it finds some, shows just its
    characters."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if "<" in text else text
