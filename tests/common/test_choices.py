from packetwave.common.choices import (
    LANGUAGE_CHOICES,
    LANGUAGE_NAMES,
    LANGUAGES,
    SOURCE_LANGUAGE,
    TRANSLATED,
    language_choice,
    theme_choice,
)


def test_each_language_has_a_name_and_can_be_chosen() -> None:
    assert tuple(LANGUAGE_NAMES) == LANGUAGES
    assert ("auto", *LANGUAGE_NAMES) == LANGUAGE_CHOICES
    assert {*TRANSLATED, SOURCE_LANGUAGE} == set(LANGUAGE_NAMES)
    assert SOURCE_LANGUAGE not in TRANSLATED


def test_what_is_no_choice_follows_the_system() -> None:
    assert [language_choice(text) for text in ("ko", "en", "auto", "de", "")] == [
        *("ko", "en", "auto", "auto", "auto")
    ]
    assert [theme_choice(text) for text in ("dark", "light", "system", "pink")] == [
        *("dark", "light", "system", "system")
    ]
