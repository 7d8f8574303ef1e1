"""A database's password is in no log, event, list of processes or word of the program, come what may."""

import contextlib
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from packetwave.server.office.values import Member
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.mongo_uri import ENVIRONMENT_NAME
from tests.mongo_door import Door, certificate, door, needs_openssl
from tests.mongodb import MongoServer, mongodb_server
from tests.server.engine.test_engine import missed_call
from tests.server.store.samples import add

pytestmark = [needs_openssl, pytest.mark.timeout(180)]

USER, PASSWORD = "hong", "s3cret/비밀@#!"
SECRETS = [
    text.encode()
    for text in (PASSWORD, quote(PASSWORD, safe=""), json.dumps(PASSWORD)[1:-1], "k3ypass", "s3cret", "w0rng")
]
IN_URI = quote(PASSWORD, safe="")
LISTEN = ("--listen", "127.0.0.1:0")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoServer]:
    with mongodb_server(tmp_path_factory.mktemp("mongodb")) as server:
        store = MongoStore(server.uri, wait_s=5)
        store.change_members(add(Member("1001", "127.0.0.1", "김영희")))
        store.close()
        yield server


@pytest.fixture(scope="module")
def way_in(behind: MongoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Path]]:
    context, path = certificate(tmp_path_factory.mktemp("tls"))
    with door(behind.port, USER, PASSWORD, context) as made:
        yield made, path


def uri_of(made: Door, password: str, *options: str) -> str:
    more = "&".join(("authMechanism=PLAIN", "tls=true", *options))
    return f"mongodb://{USER}:{password}@127.0.0.1:{made.port}/?{more}"


class Ran:
    """A server that read a recording, and all that was to be seen of it."""

    def __init__(self, folder: Path, uri: str, how: str) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        events, given = folder / "events", folder / "uri"
        more, environment = [], {}
        if how == "settings":
            (self.data / "settings.json").write_text(json.dumps({"mongodb": uri}))
        elif how == "file":
            given.write_text(uri)
            more = ["--mongodb", f"@{given}"]
        else:
            environment = {ENVIRONMENT_NAME: uri}
        server = subprocess.Popen(
            [
                *(sys.executable, "-X", "dev", "-m", "packetwave.server", "--headless", *LISTEN, *more),
                *("--data-dir", str(self.data), "--replay", str(missed_call(folder, rings_s=1.5))),
                *("--events", str(events)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
        )
        assert server.stderr is not None and server.stdout is not None
        said = b""
        while b"clients connect to" not in said:
            line = server.stderr.readline()
            assert line, said.decode()
            said += line
        self.processes = command_lines()
        out, err = server.communicate(timeout=60)
        self.code, self.said = server.returncode, (said + err).decode()
        self.seen = {"stdout": out, "stderr": said + err, "events": events.read_bytes()}
        self.seen |= {
            str(path): path.read_bytes()
            for path in self.data.rglob("*")
            if path.is_file() and path.name != "settings.json"
        }

    def leaks(self) -> list[str]:
        everything = {**self.seen, "processes": self.processes}
        return [name for name, content in everything.items() if any(each in content for each in SECRETS)]


def command_lines() -> bytes:
    if not Path("/proc/self/cmdline").exists():
        done = subprocess.run(["ps", "-axww", "-o", "args"], capture_output=True, check=True)
        return done.stdout
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return b"\n".join(lines)


@pytest.mark.parametrize("how", ["settings", "file", "environment"])
def test_a_password_that_serves(way_in: tuple[Door, Path], tmp_path: Path, how: str) -> None:
    made, path = way_in
    before = made.entered
    ran = Ran(tmp_path, uri_of(made, IN_URI, f"tlsCAFile={quote(str(path))}"), how)
    assert (ran.code, ran.leaks()) == (0, [])
    assert made.entered > before
    assert "is there" in ran.said, "the database was used"
    assert "packetwave.server" in ran.processes.decode(errors="replace")
    if how == "settings" and sys.platform != "win32":
        assert (ran.data / "settings.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("what", ["password", "certificate", "option", "key", "away"])
def test_one_that_does_not(way_in: tuple[Door, Path], tmp_path: Path, what: str) -> None:
    made, path = way_in
    trusted = f"tlsCAFile={quote(str(path))}"
    key = shutil.copy(path.with_name("key.pem"), tmp_path / "client.pem")
    uri = {
        "password": uri_of(made, "w0rng-" + IN_URI, trusted),
        "certificate": uri_of(made, IN_URI),
        "option": uri_of(made, IN_URI, trusted, "authMechanismProperties=SERVICE_NAME:s3cret"),
        "key": uri_of(
            made, IN_URI, trusted, f"tlsCertificateKeyFile={key}", "tlsCertificateKeyFilePassword=k3ypass"
        ),
        "away": f"mongodb://{USER}:{IN_URI}@127.0.0.1:1/?authMechanism=PLAIN",
    }[what]
    refused = made.refused
    ran = Ran(tmp_path, uri, "settings")
    assert (ran.code, ran.leaks()) == (0, [])
    assert "MongoDB" in ran.said
    if what == "password":
        assert made.refused > refused
        assert "refuses the user name or the password" in ran.said


def test_a_uri_that_is_none_is_refused_without_it(tmp_path: Path) -> None:
    for number, uri in enumerate(
        (
            f"mongodb://{USER}:s3cret@127.0.0.1:99999",
            f"mongodb://{USER}:s3c@s3cret@127.0.0.1",
            "mongodb://127.0.0.1/?password=s3cret",
            "mongodb://127.0.0.1/?w=1;tlsCertificateKeyFilePassword=k3ypass",
            f"mongodb+srv://{USER}:s3cret@",
        )
    ):
        data = tmp_path / str(number)
        data.mkdir()
        (data / "settings.json").write_text(json.dumps({"mongodb": uri}))
        for command in (
            ["--headless", *LISTEN, "--replay", str(missed_call(tmp_path))],
            ["members", "list"],
            ["privacy", "delete", "01012345678", "--yes"],
        ):
            done = subprocess.run(
                [sys.executable, "-m", "packetwave.server", *command, "--data-dir", str(data)],
                capture_output=True,
                check=False,
                timeout=60,
            )
            # The one that is a URI leads to a database that is away.
            assert done.returncode == 1 or (b"cannot be reached" in done.stderr and "w=1" in uri)
            written = b"".join(
                path.read_bytes()
                for path in data.rglob("*")
                if path.is_file() and path.name != "settings.json"
            )
            assert not any(secret in done.stdout + done.stderr + written for secret in SECRETS), done.stderr


def test_on_the_command_line_it_is_wrong_usage_and_not_repeated() -> None:
    for command in (["--headless"], ["members", "list"], ["privacy", "delete", "1001"]):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "packetwave.server",
                *command,
                "--mongodb",
                "mongodb://hong:s3cret@office",
            ],
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 2
        assert b"@FILE" in done.stderr
        assert b"s3cret" not in done.stderr + done.stdout


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a client half made
def test_a_traceback_does_not_hold_it_either(
    way_in: tuple[Door, Path], caplog: pytest.LogCaptureFixture
) -> None:
    made, path = way_in
    for uri in (
        uri_of(made, "w0rng", f"tlsCAFile={quote(str(path))}"),
        "mongodb://hong:s3cret@127.0.0.1:1/?authMechanism=PLAIN",
        "mongodb+srv://hong:s3cret@127.0.0.1/?tls=maybe",
    ):
        try:
            with contextlib.closing(MongoStore(uri)) as store:
                store.load_members()
        except Exception:
            logging.getLogger("packetwave.test").exception("failed")
        else:
            raise AssertionError(uri)
    text = caplog.text.encode()
    assert text.count(b"Traceback") >= 3
    assert [secret for secret in SECRETS if secret in text] == []
