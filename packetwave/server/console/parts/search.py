"""Finding a call or a member by what a person types: numbers however written, names, initial consonants.

Pure; used on the Qt main thread. `ㅎㄱㄷ` finds 홍길동, `홍ㄱ` too; `010-1234` finds 01012345678.
Several words must all be found.
"""

from collections.abc import Iterable
from functools import lru_cache

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FIRST_SYLLABLE, _LAST_SYLLABLE = ord("가"), ord("힣")
_SYLLABLES_PER_INITIAL = 21 * 28  # vowels times final consonants, Unicode chapter 3.12
_WRITTEN_IN_NUMBERS = str.maketrans("", "", "-.()")


@lru_cache(maxsize=65_536)
def initials(text: str) -> str:
    """The text with each Hangul syllable reduced to its initial consonant, the rest in lower case."""
    return "".join(
        _INITIALS[(ord(char) - _FIRST_SYLLABLE) // _SYLLABLES_PER_INITIAL]
        if _FIRST_SYLLABLE <= ord(char) <= _LAST_SYLLABLE
        else char.lower()
        for char in text
    )


class Search:
    """What is looked for. Empty text finds everything."""

    def __init__(self, text: str) -> None:
        self._words = tuple(_Word(word) for word in text.split())

    def __bool__(self) -> bool:
        return bool(self._words)

    def finds(self, numbers: Iterable[str], names: Iterable[str]) -> bool:
        """Whether each word is in one of the numbers (digits, as stored) or of the names."""
        if not self._words:
            return True
        all_numbers, all_names = tuple(numbers), tuple(names)
        return all(
            any(word.in_number(number) for number in all_numbers)
            or any(word.in_name(name) for name in all_names)
            for word in self._words
        )


class _Word:
    def __init__(self, word: str) -> None:
        self._folded = word.lower()
        self._number = self._folded.translate(_WRITTEN_IN_NUMBERS)
        self._has_initials = any(char in _INITIALS for char in word)

    def in_number(self, number: str) -> bool:
        return bool(self._number) and self._number in number.lower()

    def in_name(self, name: str) -> bool:
        folded = name.lower()
        if self._folded in folded:
            return True
        if not self._has_initials or len(folded) != len(name):
            return False
        firsts = initials(name)
        length = len(self._folded)
        return any(
            all(
                wanted == (firsts if wanted in _INITIALS else folded)[start + offset]
                for offset, wanted in enumerate(self._folded)
            )
            for start in range(len(folded) - length + 1)
        )
