import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from packetwave.client import preset as preset_module
from packetwave.client.preset import (
    Origin,
    Preset,
    Setting,
    Values,
    asks_for_server,
    forget_enrolment,
    is_locked,
    language,
    preset,
    read,
    server,
)

GOOD, BAD = "192.168.0.10", "http://not this"


def installed(text: str) -> Preset:
    return preset({}, {}, {"Server": text})


def policy(text: str) -> Preset:
    return preset({"Server": text}, {}, {"Server": "elsewhere"})


def test_nothing_is_set_beforehand() -> None:
    assert preset({}, {}, {}) == Preset()


def test_the_pcs_policy_beats_the_users_which_beats_the_installation() -> None:
    given = preset(
        {"Server": "machine"},
        {"Server": "user", "Extension": "1002"},
        {"Server": "msi", "Extension": "1001", "Language": "ko"},
    )
    assert given == Preset(
        Setting("machine", Origin.POLICY),
        Setting("1002", Origin.POLICY),
        Setting("ko", Origin.INSTALLATION),
    )


@pytest.mark.parametrize("value", ["", "   ", "\t\r\n", "\0", " \0junk"])
def test_what_is_blank_says_nothing(value: str) -> None:
    given = preset({"Server": value, "Language": value}, {}, {"Server": GOOD})
    assert given == Preset(server=Setting(GOOD, Origin.INSTALLATION))


@pytest.mark.parametrize("value", [7, b"x", ["office-pc"], 1.5])
def test_what_is_no_text_is_named_and_says_nothing(value: object) -> None:
    given = preset({"Server": value}, {}, {"Server": GOOD})
    assert given.server == Setting(GOOD, Origin.INSTALLATION)
    (problem,) = given.problems
    assert "policy" in problem
    assert "'Server'" in problem


def test_blanks_around_a_value_and_the_case_of_a_language_do_not_matter() -> None:
    given = preset({}, {}, {"Server": f"  {GOOD}\0", "Extension": " 1001 ", "Language": " KO "})
    assert (given.server.text, given.extension.text, given.language.text) == (GOOD, "1001", "ko")


def test_a_language_there_is_not() -> None:
    given = preset({"Language": "kr"}, {}, {"Language": "en"})
    assert given.language == Setting("en", Origin.INSTALLATION)
    assert "'kr'" in given.problems[0]


def test_endless_text_is_cut() -> None:
    assert len(installed("x" * 100_000).server.text) == 255


@pytest.mark.parametrize(
    ("command_line", "given", "own", "holds", "locked"),
    [
        (None, Preset(), "", Setting(), False),
        (None, Preset(), " own ", Setting("own"), False),
        ("typed", policy(GOOD), "own", Setting("typed"), False),
        ("", policy(GOOD), "own", Setting(""), False),
        (None, policy(GOOD), "own", Setting(GOOD, Origin.POLICY), True),
        (None, policy(BAD), "own", Setting(BAD, Origin.POLICY), True),
        (None, installed(GOOD), "own", Setting(GOOD, Origin.INSTALLATION), True),
        (None, installed(BAD), "", Setting(BAD, Origin.INSTALLATION), False),
        (None, installed(BAD), "own", Setting("own"), False),
    ],
)
def test_which_server_holds(
    command_line: str | None, given: Preset, own: str, holds: Setting, locked: bool
) -> None:
    assert server(command_line, given, own) == holds
    assert is_locked(holds) is locked


@pytest.mark.parametrize(
    ("keys", "own", "holds"),
    [
        ({}, "auto", Setting("auto")),
        ({}, "en", Setting("en")),
        ({"installed": "ko"}, "auto", Setting("ko", Origin.INSTALLATION)),
        ({"installed": "ko"}, "en", Setting("en")),
        ({"policy": "ko"}, "en", Setting("ko", Origin.POLICY)),
        ({"policy": "auto", "installed": "ko"}, "en", Setting("auto", Origin.POLICY)),
    ],
)
def test_which_language_holds(keys: dict[str, str], own: str, holds: Setting) -> None:
    def values(key: str) -> Values:
        return {"Language": keys[key]} if key in keys else {}

    assert language(preset({}, values("policy"), values("installed")), own) == holds


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a registry")
def test_elsewhere_nothing_is_set_beforehand() -> None:
    assert read() == Preset()


@pytest.mark.parametrize(
    ("holds", "asks"),
    [
        (Setting(), True),
        (Setting(BAD), True),
        (Setting(GOOD), False),
        (Setting(BAD, Origin.INSTALLATION), True),
        (Setting(GOOD, Origin.INSTALLATION), False),
        (Setting(BAD, Origin.POLICY), False),  # the user can do nothing about it
    ],
)
def test_a_server_is_asked_for_where_the_user_can_say_it(holds: Setting, asks: bool) -> None:
    assert asks_for_server(holds) is asks


PIN = "ab" * 32
KEY = "cd" * 16


def test_a_fingerprint_and_an_enrolment_key_are_read() -> None:
    given = preset({}, {}, {"Fingerprint": PIN.upper(), "EnrollKey": f" {KEY} "})
    assert (given.fingerprint, given.pinned_by) == (bytes.fromhex(PIN), Origin.INSTALLATION)
    assert given.enrol_key == bytes.fromhex(KEY)
    assert given.problems == ()
    by_policy = preset({"Fingerprint": "00" * 32}, {}, {"Fingerprint": PIN})
    assert (by_policy.fingerprint, by_policy.pinned_by) == (bytes(32), Origin.POLICY)


@pytest.mark.parametrize("text", ["", "AB:CD", PIN[:-1], "xyz", PIN + "00"])
def test_a_fingerprint_that_is_none_is_named_and_pins_nothing(text: str) -> None:
    given = preset({}, {}, {"Fingerprint": text})
    assert (given.fingerprint, given.pinned_by) == (None, Origin.USER)
    assert len(given.problems) == (1 if text else 0)


@pytest.mark.parametrize("text", ["ab" * 15, "a secret that somebody thought of", "abc", 7, b"x"])
def test_an_enrolment_key_that_is_none_or_too_short_is_in_no_log(text: object) -> None:
    given = preset({}, {}, {"EnrollKey": text})
    assert given.enrol_key == b""
    (problem,) = given.problems
    assert "'EnrollKey'" in problem and str(text) not in problem
    assert KEY not in repr(preset({}, {}, {"EnrollKey": KEY}))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(preset_module.ENVIRONMENT, str(tmp_path / "client.json"))
    return tmp_path / "client.json"


def test_elsewhere_than_on_windows_a_file_says_it(file: Path) -> None:
    assert read() == Preset()
    file.write_text(json.dumps({"Server": "pw-server", "Extension": "1001", "EnrollKey": KEY}))
    given = read()
    assert given.server == Setting("pw-server", Origin.INSTALLATION)
    assert given.enrol_key == bytes.fromhex(KEY)


@pytest.mark.parametrize("text", ["{", "[1]", "\udcff", "[" * 100_000])
def test_a_damaged_file_says_nothing_and_is_named(file: Path, text: str) -> None:
    file.write_text(text, errors="surrogateescape")
    given = read()
    assert replace(given, problems=()) == Preset()
    assert bool(given.problems) is (text != "[1]")


def test_the_enrolment_key_is_taken_out_and_the_rest_stays(file: Path) -> None:
    file.write_text(json.dumps({"Server": "pw-server", "EnrollKey": KEY, "Note": "ours"}))
    assert forget_enrolment()
    assert json.loads(file.read_text()) == {"Server": "pw-server", "Note": "ours"}
    assert forget_enrolment()
    file.unlink()
    assert forget_enrolment()


def test_a_file_that_cannot_be_written_is_said(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.mkdir()
    assert not forget_enrolment()
    assert "cannot be taken out" in caplog.text
