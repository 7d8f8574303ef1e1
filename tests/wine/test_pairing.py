"""The protected line with the client as users get it: the MSI's FINGERPRINT and ENROLLKEY, and DPAPI.

The servers are tests/client/tls_servers.py's. What Wine cannot show: that another Windows account cannot
unseal the key (Wine's DPAPI keeps it from nobody who tries), and that an ordinary user may delete the
registry key of the enrolment (Wine's installer sets no rights).
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installer.windows.bench import PC
from packetwave.protocol import pairing
from tests.client.tls_servers import WAIT_S, Known, PairingServer, certificate
from tests.e2e.programs import screen, wait_until
from tests.wine.conftest import MakePC
from tests.wine.pc import CLIENT_KEY, CLIENT_PROGRAM, running, values
from tests.wine.test_msi import ENROLMENT_KEY, data_folder, folder, install, newer, remove

__all__ = ["folder", "newer"]  # fixtures

pytestmark = pytest.mark.timeout(300)

KEY = bytes(range(32))


@pytest.fixture
def server() -> Iterator[PairingServer]:
    made = PairingServer(known=Known(enrolment={pairing.enrolment_id(KEY): KEY}))
    yield made
    made.close()


@pytest.fixture
def pc(make_pc: MakePC) -> Iterator[PC]:
    with screen() as environment:
        yield make_pc(display=environment["DISPLAY"])


def kept(pc: PC) -> dict[str, Any]:
    """The file in which the client keeps its pairing."""
    return dict(json.loads((data_folder(pc) / "pairing.json").read_text("utf-8")))


def log(pc: PC) -> str:
    """What the client has said so far; "" before it has begun."""
    found = (pc.drive / "users").glob("*/AppData/Local/PacketWave/client/logs/client.log")
    return "".join(path.read_text("utf-8") for path in found)


def test_an_installed_client_enrols_itself_keeps_its_key_sealed_and_stays_paired(
    pc: PC, server: PairingServer, package: Path, newer: Path
) -> None:
    install(pc, package, f"SERVER={server.url}", f"ENROLLKEY={KEY.hex()}", "EXTENSION=1001", launch=True)
    hello = server.hellos.get(timeout=60)
    assert hello.key == server.known.keys[hello.pairing]
    wait_until(lambda: values(pc, ENROLMENT_KEY) == {}, "the enrolment key is off the PC")
    assert values(pc, CLIENT_KEY)["Server"] == server.url

    keys = kept(pc)
    assert (keys["sealed"], keys["pairing"]) == ("dpapi", hello.pairing)
    assert bytes.fromhex(keys["fingerprint"]) == server.identity.fingerprint
    assert bytes.fromhex(hello.key) not in base64.b64decode(keys["key"])
    everything = log(pc) + json.dumps(keys)
    assert hello.key not in everything and KEY.hex() not in everything

    install(pc, newer, launch=True)
    again = server.hellos.get(timeout=60)
    assert (again.key, again.client) == (hello.key, hello.client)
    assert values(pc, ENROLMENT_KEY) == {}

    remove(pc, newer)
    assert values(pc, CLIENT_KEY) == {} and values(pc, ENROLMENT_KEY) == {}
    assert running(pc, CLIENT_PROGRAM.name) == []
    assert kept(pc)["pairing"] == hello.pairing  # the user's own


def test_a_fingerprint_of_the_installation_admits_one_server(
    pc: PC, server: PairingServer, package: Path
) -> None:
    wrong = certificate("other").fingerprint.hex(":")
    install(pc, package, f"SERVER={server.url}", f"FINGERPRINT={wrong}", launch=True)
    wait_until(lambda: "certificate_changed" in log(pc), "the client says why it does not connect")
    assert server.hellos.empty()
    right = server.identity.fingerprint.hex()
    install(pc, package, "REINSTALL=ALL", f"FINGERPRINT={right}", launch=True)
    assert server.hellos.get(timeout=60).key == ""


def test_a_server_without_the_key_is_told_nothing_and_the_key_stays(pc: PC, package: Path) -> None:
    false = PairingServer(known=Known(enrolment={pairing.enrolment_id(KEY): b"x" * 32}))
    try:
        install(pc, package, f"SERVER={false.url}", f"ENROLLKEY={KEY.hex()}", launch=True)
        wait_until(lambda: "not_proven" in log(pc), "the client says why it does not connect")
        assert false.hellos.empty() and false.known.keys == {}
        assert values(pc, ENROLMENT_KEY) == {"EnrollKey": KEY.hex()}
    finally:
        false.close()


def test_a_key_that_cannot_be_unsealed_is_said_and_the_server_stays_known(
    pc: PC, server: PairingServer, package: Path
) -> None:
    install(pc, package, f"SERVER={server.url}", f"ENROLLKEY={KEY.hex()}", launch=True)
    hello = server.hellos.get(timeout=60)
    assert pc.run(str(CLIENT_PROGRAM), "--quit").returncode == 0
    keys = kept(pc)
    keys["key"] = base64.b64encode(b"what another account has sealed").decode()
    (data_folder(pc) / "pairing.json").write_text(json.dumps(keys), "utf-8")
    pc.start(str(CLIENT_PROGRAM))
    later = server.hellos.get(timeout=WAIT_S * 3)
    assert (later.pairing, later.key, later.client) == ("", "", hello.client)
    assert "cannot be unsealed" in log(pc)
    assert pc.run(str(CLIENT_PROGRAM), "--quit").returncode == 0
