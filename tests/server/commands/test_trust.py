"""`packetwave-server trust …`, alone and beside a running server."""

import json
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packetwave.common.exit_codes import ExitCode
from packetwave.server.app import main as server_main
from packetwave.server.commands.trust import main
from packetwave.server.trust.identity import open_identity
from packetwave.server.trust.keeping import BookFile
from packetwave.server.trust.pairings import Pairing, new_pairing
from packetwave.server.trust.trust import TRUST_FOLDER

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
WORD = "맞는 비밀번호 문장"


def nobody(_text: str) -> str:
    raise AssertionError("nobody is asked")


def paired(data: Path, pc: str = "KIM-PC") -> Pairing:
    pairing, _ = new_pairing(pc, ("1001", "1005"), AT, "192.0.2.1")
    BookFile(data / TRUST_FOLDER).change(lambda book: book.add(pairing))
    return pairing


def run(data: Path, *arguments: str, word: str = "") -> int:
    answers = iter([word] * 2)
    return main([*arguments, "--data-dir", str(data)], ask=(lambda _text: next(answers)) if word else nobody)


def test_the_fingerprint_is_there_before_the_first_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "new"
    assert server_main(["trust", "fingerprint", "--data-dir", str(data)]) == ExitCode.FINE
    said = capsys.readouterr().out.strip()
    assert re.fullmatch("[0-9a-f]{64}", said)
    assert open_identity(data / TRUST_FOLDER).fingerprint.hex() == said


def test_pairings_are_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairing = paired(tmp_path, "KIM\tPC\n")
    assert run(tmp_path, "list") == ExitCode.FINE
    assert capsys.readouterr().out == (
        f"{pairing.id}\tKIM?PC?\t1001,1005\t192.0.2.1\t2026-11-25T09:00:00.000Z\t\n"
    )
    assert run(tmp_path, "revoke", pairing.id) == ExitCode.FINE
    assert BookFile(tmp_path / TRUST_FOLDER).read().revoked == (pairing.id,)
    assert run(tmp_path, "revoke", pairing.id) == ExitCode.FAILED
    assert "there is no pairing" in capsys.readouterr().err


def test_an_enrolment_key_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "enrol", "--days", "3", "--uses", "40") == ExitCode.FINE
    said = capsys.readouterr()
    (key,) = BookFile(tmp_path / TRUST_FOLDER).read().keys.values()
    assert said.out == key.key + "\n"
    assert key.uses_left == 40
    assert f"FINGERPRINT={open_identity(tmp_path / TRUST_FOLDER).fingerprint.hex()}" in said.err
    assert run(tmp_path, "enrol", "--days", "0") == ExitCode.FAILED
    assert run(tmp_path, "list") == ExitCode.FINE
    assert key.key not in capsys.readouterr().out


def test_certificate_and_pairings_go_to_another_pc(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "carried"
    pairing = paired(old)
    fingerprint = open_identity(old / TRUST_FOLDER).fingerprint
    assert run(old, "export", "--to", str(file), word=WORD) == ExitCode.FINE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    there_before = paired(new, "LEE-PC")
    certificate_before = open_identity(new / TRUST_FOLDER).pem
    assert run(new, "import", str(file), word=WORD) == ExitCode.FINE
    assert open_identity(new / TRUST_FOLDER).fingerprint == fingerprint
    assert list(BookFile(new / TRUST_FOLDER).read().pairings) == [pairing.id]
    (certificate,) = (new / TRUST_FOLDER).glob("identity.pem.*.before")
    assert certificate.read_bytes() == certificate_before
    assert stat.S_IMODE(certificate.stat().st_mode) == 0o600
    (book,) = (new / TRUST_FOLDER).glob("pairings.json.*.before")
    assert there_before.id in book.read_text()
    assert "from its next start on" in capsys.readouterr().err


def test_nothing_is_changed_by_a_wrong_passphrase_or_a_damaged_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, file, word = tmp_path / "old", tmp_path / "new", tmp_path / "carried", tmp_path / "word"
    word.write_text(f"{WORD}\nnot this\n")
    paired(old)
    assert run(old, "export", "--to", str(file), "--passphrase-file", str(word)) == ExitCode.FINE
    before = paired(new)
    assert run(new, "import", str(file), word="another passphrase") == ExitCode.FAILED
    assert "the passphrase is wrong" in capsys.readouterr().err
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "locked": said["locked"][4:]}))
    assert run(new, "import", str(file), word=WORD) == ExitCode.FAILED
    assert "damaged" in capsys.readouterr().err
    assert run(new, "import", str(tmp_path / "nothing"), word=WORD) == ExitCode.FAILED
    assert list(BookFile(new / TRUST_FOLDER).read().pairings) == [before.id]
    assert not (new / TRUST_FOLDER / "identity.pem").exists()


def test_passphrases_are_typed_twice_and_not_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "carried"
    answers = iter(["one passphrase", "another one"])
    arguments = ["export", "--to", str(file), "--data-dir", str(tmp_path)]
    assert main(arguments, ask=lambda _text: next(answers)) == ExitCode.FAILED
    assert "not the same" in capsys.readouterr().err
    assert run(tmp_path, "export", "--to", str(file), word="short") == ExitCode.FAILED
    assert "at least 8 characters" in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["revoke"], ["export"], ["enrol", "--days", "x"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == ExitCode.WRONG_USAGE
    assert "usage" in capsys.readouterr().err
