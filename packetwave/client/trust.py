"""What this PC keeps of its pairing: `pairing.json` in the data folder, for this user only.

Owns that file. The key in it is sealed, see `secret`. Where the file cannot be written, what it would hold is
held until the program ends. Blocks on the disk for a moment; the engine's loop thread.
"""

import base64
import json
import logging
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from packetwave.client import secret
from packetwave.client.tls import BadFingerprint, read_fingerprint
from packetwave.common import files
from packetwave.protocol import pairing

_log = logging.getLogger(__name__)

_FILE = "pairing.json"
_VERSION = 1
_ID_BYTES = 8
_MOST_BYTES = 64 * 1024
_PATIENCE_S = 0.5


@dataclass(frozen=True, slots=True)
class Pairing:
    """By what a server knows this PC, and this PC the server."""

    fingerprint: bytes
    """Of the server's certificate."""

    tls_port: int
    """Where the server's TLS was when the pairing was made."""

    pairing: str
    key: str
    """64 hexadecimal digits; "" where it cannot be unsealed. The server is known all the same."""

    def __repr__(self) -> str:  # which may come into a log: without the key
        return f"Pairing({self.pairing!r})"


class Keeping(StrEnum):
    """How it is with the file, for the window."""

    WELL = ""
    DAMAGED = "damaged"
    """It could not be used, and is kept aside: there is no pairing any more."""

    SEALED = "sealed"
    """Its key was sealed by another user or on another PC: there is no pairing here."""

    UNWRITABLE = "unwritable"
    """What holds now is gone when the program ends."""


class Trust:
    """What is kept. data_dir: None where there is no place at all.

    Attributes: client, this installation's and user's own random id; pairing, None for none; keeping.
    """

    def __init__(self, data_dir: Path | None) -> None:
        self._path = None if data_dir is None else data_dir / _FILE
        self.client = secrets.token_hex(_ID_BYTES)
        self.pairing: Pairing | None = None
        self.keeping = Keeping.WELL
        try:
            self._load()
        except FileNotFoundError:
            self._save()
        except OSError as error:
            _log.warning("%s cannot be read: %s", _FILE, error)
            self.keeping = Keeping.UNWRITABLE

    def keep(self, made: Pairing) -> bool:
        """From now on this pairing holds, in place of any other. Whether it also holds after a restart."""
        self.pairing = made
        return self._save()

    def _load(self) -> None:
        if self._path is None:
            self.keeping = Keeping.UNWRITABLE
            return
        with self._path.open("rb") as file:
            text = file.read(_MOST_BYTES)
        try:
            keys = json.loads(text)
            self.client = _client(keys["client"])
            self.pairing = _pairing(keys)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            _log.warning("%s cannot be used (%s)", _FILE, type(error).__name__)
            self.keeping = Keeping.DAMAGED
            self._put_aside(self._path)
            self._save()
        if self.pairing is not None and not self.pairing.key:
            self.keeping = Keeping.SEALED

    def _put_aside(self, path: Path) -> None:
        aside = path.with_name(f"{path.name}.damaged")
        try:
            path.replace(aside)
        except OSError as error:
            _log.warning("%s cannot be put aside: %s", path.name, error)
        else:
            _log.warning("%s was put aside as %s", path.name, aside.name)

    def _save(self) -> bool:
        if self._path is None:
            return False
        try:
            text = json.dumps(_keys(self.client, self.pairing), indent=2) + "\n"
            files.replace(self._path, text.encode(), patience_s=_PATIENCE_S)
        except OSError as error:
            _log.warning("%s cannot be written: %s", _FILE, error)
            self.keeping = Keeping.UNWRITABLE
            return False
        if self.keeping is Keeping.UNWRITABLE or self.pairing is not None:
            self.keeping = Keeping.WELL
        return True


def _keys(client: str, kept: Pairing | None) -> dict[str, Any]:
    keys: dict[str, Any] = {"version": _VERSION, "client": client}
    if kept is not None:
        keys |= {
            "fingerprint": kept.fingerprint.hex(),
            "tls_port": kept.tls_port,
            "pairing": kept.pairing,
            "key": base64.b64encode(secret.seal(bytes.fromhex(kept.key))).decode(),
            "sealed": secret.NAME,
        }
    return keys


def _client(text: str) -> str:
    pairing.read_hex(text, _ID_BYTES)
    return text


def _pairing(keys: dict[str, Any]) -> Pairing | None:
    """The pairing in a file's keys. Raises ValueError, TypeError, KeyError."""
    if "pairing" not in keys:
        return None
    sealed = base64.b64decode(keys["key"], validate=True)
    try:
        key = secret.unseal(sealed) if keys["sealed"] == secret.NAME else b""
    except secret.Unreadable as error:
        _log.warning("the key cannot be unsealed: %s", error)
        key = b""
    port = keys["tls_port"]
    if len(key) not in (0, pairing.KEY_BYTES) or not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError("a key or port that cannot be")
    if not isinstance(keys["pairing"], str) or not keys["pairing"]:
        raise ValueError("no pairing's id")
    try:
        return Pairing(read_fingerprint(keys["fingerprint"]), port, keys["pairing"], key.hex())
    except (BadFingerprint, AttributeError) as error:
        raise ValueError("no fingerprint") from error
