"""MongoDB addresses: no password on a command line, in a log or in an error."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.store.base import StoreError
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.mongo_uri import ENVIRONMENT_NAME, hide, place_of, redact, uri_from, without_srv

PLAIN = "mongodb://localhost:27017"
SECRET = "mongodb://hong:s3cret@office:27017/?authSource=admin"


def test_an_argument_without_a_password() -> None:
    assert uri_from(PLAIN, {}) == PLAIN
    assert uri_from("mongodb://hong@office", {}) == "mongodb://hong@office"
    assert uri_from(PLAIN, {ENVIRONMENT_NAME: SECRET}) == PLAIN


def test_no_argument() -> None:
    assert uri_from(None, {}) == ""
    assert uri_from(None, {ENVIRONMENT_NAME: f" {SECRET}\n"}) == SECRET


@pytest.mark.parametrize(
    "uri",
    [
        *(SECRET, "mongodb://u:pa/ss@h", "mongodb://u:p@ss@h/", "mongodb+srv://u:x@h", "mongodb://:x@h"),
        "mongodb://h/?tls=true&tlsCertificateKeyFilePassword=x",
        "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:x",
        "mongodb://h/?w=1;proxyPassword=x",
        "mongodb://h/?password=x",
        "mongodb://h/?w=1&awsSecretKey=x;y",
    ],
)
def test_a_password_in_the_argument_is_refused_without_repeating_it(uri: str) -> None:
    with pytest.raises(ValueError, match="@FILE") as refused:
        uri_from(uri, {})
    assert "s3cret" not in str(refused.value)
    assert uri not in str(refused.value)


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "uri"
    file.write_text(f"\ufeff{SECRET}\n", encoding="utf-8")
    assert uri_from(f"@{file}", {}) == SECRET


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe\x00"])
def test_a_file_that_does_not_serve(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "uri"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ValueError, match="uri"):
        uri_from(f"@{file}", {})


def test_an_empty_argument_is_wrong_usage() -> None:
    with pytest.raises(ValueError, match="mongodb://"):
        uri_from("", {})


def test_redacted() -> None:
    assert redact(SECRET) == "mongodb://hong:***@office:27017/?authSource=admin"
    assert redact(PLAIN) == PLAIN
    assert redact("mongodb://h/?proxyPassword=abc&w=1") == "mongodb://h/?proxyPassword=***&w=1"
    assert redact("mongodb://h/?w=1;proxyPassword=abc;d=1") == "mongodb://h/?w=1;proxyPassword=***"


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=0xFFF), min_size=4).filter(lambda t: "***" not in t)
)
def test_no_password_is_ever_shown(password: str) -> None:
    uri = f"mongodb://Z:ZZ{password}ZZ@Y:1/?x=y"
    assert f"ZZ{password}ZZ" not in redact(uri)
    assert redact(redact(uri)) == redact(uri)


def test_the_place_is_the_database_whatever_the_user_and_the_options() -> None:
    assert place_of(SECRET, "packetwave") == "office:27017/packetwave"
    assert place_of("mongodb://b,a:5/other?replicaSet=r", "packetwave") == "a:5,b:27017/packetwave"
    assert place_of("mongodb+srv://u:p@cluster.example/x?w=1", "packetwave") == "cluster.example/packetwave"
    assert place_of("mongodb://[::1]:5", "packetwave") == "::1:5/packetwave"


@pytest.mark.parametrize(
    "uri",
    [
        *("", "localhost", "http://office", "mongodb://", "mongodb://h:99999", "mongodb://h/?nothing=1"),
        *("mongodb://h/?serverSelectionTimeoutMS=soon", "mongodb+srv://", "mongodb://h/?tlsCAFile=/nowhere"),
        *("mongodb://u:s3/cret@h", "mongodb://u:s3c@cret@h", "mongodb://u:s3cret%zz@h"),
    ],
)
def test_a_wrong_uri_is_told_without_its_password(uri: str) -> None:
    with pytest.raises(StoreError, match="MongoDB URI") as told:
        MongoStore(uri)
    for part in ("s3", "cret"):
        assert part not in str(told.value)


def test_a_text_that_quotes_a_secret_loses_it() -> None:
    uri = "mongodb://hong:p%40ss%2Fword@h/?authMechanismProperties=AWS_SESSION_TOKEN:t%3Dok&proxyPassword=abc"
    for quoted in ("p%40ss%2Fword", "p@ss/word", "t%3Dok", "t=ok", "abc", "AWS_SESSION_TOKEN:t%3Dok"):
        assert quoted not in hide(f"wrong: {quoted!r}", uri)
    assert hide("nothing of it", uri) == "nothing of it"
    assert hide("MongoDB is away", "mongodb://a:is@h") == "MongoDB is away", "too short to be a secret"


def test_a_uri_for_who_does_not_ask_the_dns() -> None:
    assert without_srv("mongodb+srv://u:p@c.example/x?srvMaxHosts=2&w=1") == "mongodb://u:p@c.example/x?w=1"
    assert without_srv("mongodb+srv://c.example/?w=1") == "mongodb://c.example/?w=1"
