import pytest
from PySide6.QtWidgets import QApplication

from packetwave.client.attempt import UNPROVEN
from packetwave.client.bond import KEY_EXPIRED, LOST, NO_TLS, BondState, Standing
from packetwave.client.desk import pairing_words
from packetwave.client.preset import Origin, Preset, preset
from packetwave.client.trust import Keeping
from packetwave.ui import languages

REASONS = [
    "denied",
    "expired",
    "limited",
    "plain",
    "no_extension",
    KEY_EXPIRED,
    UNPROVEN,
    LOST,
    "of the future",
]
STATES = [BondState(standing) for standing in Standing]
STATES += [BondState(reason=reason) for reason in REASONS]
STATES += [BondState(keeping=keeping) for keeping in (Keeping.DAMAGED, Keeping.SEALED)]
STATES += [
    BondState(Standing.PAIRED, keeping=Keeping.UNWRITABLE),
    BondState(Standing.PAIRED, reason="denied"),
]


def test_every_state_has_words_of_its_own_in_both_languages(qapp: QApplication) -> None:
    for language in ("ko", "en"):
        languages.install(qapp, language, "client")
        said = [pairing_words.bond(state) for state in STATES]
        assert len(set(said)) == len(STATES)
        korean = [any("가" <= sign <= "힣" for sign in " ".join(words)) for words in said]
        assert korean == [language == "ko"] * len(said)


def test_the_end_of_a_pairing_is_said_and_so_is_that_it_waits_for_the_right_server() -> None:
    assert pairing_words.bond(BondState(Standing.REFUSED, reason="revoked"))[0] == "이 PC의 짝이 풀렸습니다."
    stopped = pairing_words.bond(BondState(Standing.PAIRED), is_stopped=True)
    assert stopped != pairing_words.bond(BondState(Standing.PAIRED))
    tried = pairing_words.bond(BondState(Standing.PAIRED, reason="denied"), is_stopped=True)
    assert tried[0] == stopped[0] and tried[1] == "서버 관리자가 거절했습니다."


@pytest.mark.parametrize("standing", list(Standing))
def test_the_tray_says_only_what_is_to_be_done(standing: Standing) -> None:
    said = pairing_words.short(BondState(standing))
    assert bool(said) is (standing in (Standing.COMPARING, Standing.REFUSED))


def test_what_was_set_and_cannot_be_used_is_said() -> None:
    said = {
        pairing_words.given(each)
        for each in (
            Preset(),
            Preset(pinned_by=Origin.INSTALLATION),
            Preset(pinned_by=Origin.POLICY, unusable=("Fingerprint",)),
            preset({}, {}, {"Fingerprint": "AB:CD"}),
            preset({}, {}, {"EnrollKey": "too short"}),
            preset({}, {}, {"EnrollKey": "too short", "Fingerprint": "AB:CD"}),
        )
    }
    assert len(said) == 6 and "" in said


def test_no_tls_and_a_plain_line_are_the_same_to_the_user() -> None:
    assert pairing_words.bond(BondState(reason=NO_TLS)) == pairing_words.bond(BondState(reason="plain"))


def test_digits_are_read_in_two_groups_and_heard_one_by_one() -> None:
    assert pairing_words.digits("042817") == "042 817"
    assert pairing_words.spelled("042817") == "숫자: 0 4 2 8 1 7"
