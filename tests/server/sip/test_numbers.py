import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.sip.numbers import is_number, normalise

pytestmark = pytest.mark.case(22)


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        # one mobile caller
        ("01012345678", "01012345678"),
        ("010-1234-5678", "01012345678"),
        ("010 1234 5678", "01012345678"),
        ("010.1234.5678", "01012345678"),
        ("(010)1234-5678", "01012345678"),
        ("+821012345678", "01012345678"),
        ("+82-10-1234-5678", "01012345678"),
        ("+82 (0)10 1234 5678", "01012345678"),
        ("+8201012345678", "01012345678"),
        ("821012345678", "01012345678"),
        ("82-10-1234-5678", "01012345678"),
        ("00821012345678", "01012345678"),
        (" 01012345678 ", "01012345678"),
        ("+820111234567", "0111234567"),
        # Seoul and other areas
        ("+8221234567", "021234567"),
        ("+82212345678", "0212345678"),
        ("82212345678", "0212345678"),
        ("(02) 1234-5678", "0212345678"),
        ("02/1234-5678", "0212345678"),
        ("+82313334444", "0313334444"),
        # 070, 0505, 050x, 080
        ("+827012345678", "07012345678"),
        ("827012345678", "07012345678"),
        ("+825051234567", "05051234567"),
        ("8250512345678", "050512345678"),
        ("+8250712345678", "050712345678"),
        ("+82801234567", "0801234567"),
        # 15xx, 16xx, 18xx have no trunk zero
        ("1588-1234", "15881234"),
        ("15881234", "15881234"),
        ("+8215881234", "15881234"),
        ("8216441234", "16441234"),
        ("+82-1800-1234", "18001234"),
        ("008215771234", "15771234"),
        # short codes and extensions
        ("1001", "1001"),
        ("101", "101"),
        ("82", "82"),
        ("8210", "8210"),
        ("82100", "82100"),
        ("82101", "82101"),
        ("0", "0"),
        ("00", "00"),
        ("112", "112"),
        ("119", "119"),
        ("114", "114"),
        ("1330", "1330"),
        # international
        ("+14155550100", "+14155550100"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("+81312345678", "+81312345678"),
        ("+86 10 1234 5678", "+861012345678"),
        ("00114155550100", "00114155550100"),  # dialled by 001: as the exchange shows it
        ("00214155550100", "00214155550100"),
        ("0070014155550100", "0070014155550100"),
        ("00821", "00821"),  # too short to be Korea from abroad
        # no numbers
        ("*70", "*70"),
        ("#31#01012345678", "#31#01012345678"),
        ("*98", "*98"),
        ("kim", "kim"),
        ("kim.minsu", "kim.minsu"),
        ("1001a", "1001a"),
        ("+", "+"),
        ("-", "-"),
        ("()", "()"),
        ("", ""),
        ("010+1234", "010+1234"),
        ("++821012345678", "++821012345678"),
        ("anonymous", "anonymous"),
        ("service:sos", "service:sos"),
        ("٠١٠", "٠١٠"),  # digits of other scripts are dialled by nobody here
        ("1" * 200, "1" * 200),  # nobody's number
    ],
)
def test_numbers_as_dialled_in_korea(sent: str, number: str) -> None:
    assert normalise(sent) == number
    assert normalise(number) == number


def test_inside_another_country() -> None:
    assert normalise("+14155550100", "1") == "04155550100"
    assert normalise("+821012345678", "1") == "+821012345678"


@pytest.mark.parametrize(
    ("text", "yes"),
    [("01012345678", True), ("+1415", True), ("", False), ("+", False), ("*70", False), ("٠١", False)],
)
def test_what_is_a_number(text: str, yes: bool) -> None:
    assert is_number(text) is yes


numberish = st.text("+0123456789 -.()/*#82", max_size=30)


@given(numberish | st.text())
def test_done_twice_changes_nothing(user: str) -> None:
    once = normalise(user)
    assert normalise(once) == once


@given(st.from_regex(r"\+?[0-9][0-9 ().\-]{0,25}", fullmatch=True))
def test_numbers_are_digits_afterwards(user: str) -> None:
    assert is_number(normalise(user))


@given(st.from_regex(r"[1-9][0-9]{2,4}", fullmatch=True))
def test_extensions_are_left_alone(extension: str) -> None:
    assert normalise(extension) == extension


@given(st.from_regex(r"(10|2|31|70|505)[0-9]{7,8}", fullmatch=True))
def test_every_way_to_write_a_korean_number_is_one(national: str) -> None:
    forms = {
        normalise(prefix + national) for prefix in ("0", "+82", "+82 ", "+82-0", "0082", "00820", "+820")
    }
    assert forms == {"0" + national}
