"""Where a certificate comes from and the command lines that sign; tests/wine signs for real."""

from pathlib import Path

import pytest

from installer import signing


def test_none_is_given() -> None:
    assert signing.certificate({}) is None
    assert signing.certificate({"PACKETWAVE_SIGN_PFX": ""}) is None


def test_one_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no\.pfx"):
        signing.certificate({"PACKETWAVE_SIGN_PFX": str(tmp_path / "no.pfx")})


def test_the_password_is_in_no_command_line_of_linux(tmp_path: Path) -> None:
    pfx, password = tmp_path / "c.pfx", tmp_path / "password"
    pfx.touch()
    password.write_text("geheim\n")
    found = signing.certificate(
        {"PACKETWAVE_SIGN_PFX": str(pfx), "PACKETWAVE_SIGN_PASSWORD_FILE": str(password)}
    )
    assert found is not None
    command = found.linux_command(Path("a.exe"), Path("b.exe"))
    assert "geheim" not in command
    assert command[-4:] == ["-in", "a.exe", "-out", "b.exe"]
    assert str(password) in command
    assert "-ts" not in command
    assert found.windows_command(Path("a.exe"))[-3:] == ["/p", "geheim", "a.exe"]


def test_a_time_stamp_where_asked_for(tmp_path: Path) -> None:
    pfx = tmp_path / "c.pfx"
    pfx.touch()
    found = signing.certificate(
        {"PACKETWAVE_SIGN_PFX": str(pfx), "PACKETWAVE_SIGN_TIMESTAMP": "http://time.example"}
    )
    assert found is not None
    assert found.linux_command(Path("a"), Path("b"))[-6:-4] == ["-ts", "http://time.example"]
    assert "http://time.example" in found.windows_command(Path("a"))
