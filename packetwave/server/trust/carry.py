"""Identity and pairings in one file, locked by a passphrase, to be taken to a new server PC. Pure.

scrypt makes the key of the passphrase, AES-256-GCM locks. Format 1 fixes both with their numbers: a file that
asks for others asks for a later version of this program.
"""

import base64
import hashlib
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LEAST_PASSPHRASE = 8
"""Characters."""

_WHAT = "PacketWave trust"
_FORMAT = 1
_N, _R, _P = 2**15, 8, 1
_MEMORY_BYTES = 64 * 1024 * 1024


class CarryError(ValueError):
    """The file cannot be read, or the passphrase cannot be used; str() says why."""


class WrongPassphraseError(CarryError):
    """The passphrase is another."""


def lock(identity_pem: bytes, book_text: str, passphrase: str) -> bytes:
    """The file's content. Raises CarryError for a passphrase that is too short."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise CarryError(f"the passphrase must have at least {LEAST_PASSPHRASE} characters")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    plain = json.dumps({"identity": identity_pem.decode(), "pairings": book_text}).encode()
    locked = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, _WHAT.encode())
    said = {"what": _WHAT, "format": _FORMAT}
    said |= {"salt": _written(salt), "nonce": _written(nonce), "locked": _written(locked)}
    said["sum"] = _sum(salt, nonce, locked)
    return (json.dumps(said, indent=1) + "\n").encode()


def unlock(content: bytes, passphrase: str) -> tuple[bytes, str]:
    """The identity's PEM text and the book's text. Raises CarryError."""
    try:
        said = json.loads(content)
        if said["what"] != _WHAT:
            raise CarryError("this is no file with PacketWave's certificate and pairings")
        if said["format"] != _FORMAT:
            raise CarryError("the file was written by a later version of this program")
        salt, nonce, locked = (_read(said[name]) for name in ("salt", "nonce", "locked"))
        is_whole = said["sum"] == _sum(salt, nonce, locked)
    except CarryError:
        raise
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CarryError(
            "the file is damaged, or no file with PacketWave's certificate and pairings"
        ) from error
    if not is_whole:
        raise CarryError("the file is damaged")
    try:
        inner = json.loads(AESGCM(_key(passphrase, salt)).decrypt(nonce, locked, _WHAT.encode()))
        return inner["identity"].encode(), str(inner["pairings"])
    except InvalidTag as error:
        raise WrongPassphraseError("the passphrase is wrong") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CarryError("the file is damaged") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY_BYTES, dklen=32)


def _sum(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).hexdigest()


def _written(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _read(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
