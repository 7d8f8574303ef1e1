import pytest

from packetwave.server.console.parts.search import Search, initials


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("   ", True),
        ("010-1234", True),
        ("01012345678", True),
        ("5678", True),
        ("9999", False),
        ("홍길동", True),
        ("길동", True),
        ("ㅎㄱㄷ", True),
        ("ㄱㄷ", True),
        ("홍ㄱ", True),
        ("ㅎㄷ", False),
        ("홍길 1001", True),
        ("홍길 1002", False),
        ("1001", True),
        ("kim", True),
        ("KIM", True),
        ("--", False),
    ],
)
def test_what_is_typed_finds_the_call(text: str, found: bool) -> None:
    assert Search(text).finds(("01012345678", "1001"), ("홍길동", "Kim Young-hee")) is found


def test_initials_keep_what_is_no_hangul() -> None:
    assert initials("홍길동 Ab1 쌍") == "ㅎㄱㄷ ab1 ㅆ"


def test_a_letter_that_grows_when_folded_does_not_disturb() -> None:
    assert Search("ㅎ").finds((), ("İ홍",)) is False
    assert Search("홍").finds((), ("İ홍",)) is True
