"""Text from the network made fit for a label: one line, no control or direction signs, not endless. Pure."""

import unicodedata

_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # control, format (bidi), private, surrogates, line breaks


def plain(text: str, limit: int = 200) -> str:
    """The text without what could disturb its surroundings, at most `limit` characters, spaces collapsed.

    Labels that show it must still be PlainText: marks such as `<b>` are kept as they are.
    """
    seen = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text[: limit * 4])
    one_line = " ".join(seen.split())
    return one_line if len(one_line) <= limit else one_line[: limit - 1] + "…"
