"""The book of paired PCs and enrolment keys, as a value. Pure: the time is an argument.

What a pairing is: docs/decisions/trust.md. Of a pairing's key only the hash is here. How the book is kept on
disk: `keeping.py`.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from packetwave.protocol.fields import format_at, parse_at
from packetwave.protocol.pairing import KEY_BYTES, key_hash, read_hex
from packetwave.server.trust.enrolment import EnrolmentKey

MAX_PAIRINGS = 5_000
"""As many as the hub has places."""

MAX_REVOKED = 1_000
"""Ids of pairings that are over, kept to tell their PCs so; beyond, they are unknown."""

_FORMAT = 1
_ID_BYTES = 8


class BookError(ValueError):
    """The text is no book, or a change is not possible."""


class LaterBookError(BookError):
    """The book was written by a later version of this program."""


class Refusal(StrEnum):
    """Why a pairing that a client names does not count; the values are on the wire."""

    UNKNOWN = "unknown"
    """There is no such pairing, or its key is another: the difference is nobody's business."""

    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Pairing:
    """One paired PC."""

    id: str
    key_hash: str
    """64 hexadecimal digits."""

    pc: str
    extensions: tuple[str, ...]
    """Whose calls it is told, normalised."""

    made_at: datetime
    made_from: str = ""
    """The address that it was made from."""

    seen_at: datetime | None = None
    address: str = ""
    """Where it was last connected from."""


@dataclass(frozen=True, slots=True)
class Book:
    """All pairings and enrolment keys, by their ids. Each change gives a new one."""

    pairings: Mapping[str, Pairing] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, EnrolmentKey] = field(default_factory=lambda: MappingProxyType({}))
    revoked: tuple[str, ...] = ()

    def find(self, pairing_id: str, key: str) -> Pairing | Refusal:
        """The pairing that has this id and this key (hexadecimal digits). Takes as long for a wrong key as
        for a right one."""
        pairing = self.pairings.get(pairing_id)
        try:
            said = key_hash(read_hex(key, KEY_BYTES)).hex()
        except ValueError:
            said = ""
        if hmac.compare_digest(said, pairing.key_hash if pairing else "0" * 64) and pairing is not None:
            return pairing
        return Refusal.REVOKED if pairing_id in self.revoked else Refusal.UNKNOWN

    def of_extensions(self, extensions: tuple[str, ...]) -> tuple[Pairing, ...]:
        """The pairings that have any of these, the oldest first."""
        wanted = set(extensions)
        found = [pairing for pairing in self.pairings.values() if wanted.intersection(pairing.extensions)]
        return tuple(sorted(found, key=lambda pairing: pairing.made_at))

    def add(self, pairing: Pairing) -> "Book":
        """With one more. Raises BookError where there are too many."""
        if len(self.pairings) >= MAX_PAIRINGS and pairing.id not in self.pairings:
            raise BookError(f"there are {MAX_PAIRINGS} pairings already")
        return replace(self, pairings=MappingProxyType({**self.pairings, pairing.id: pairing}))

    def revoke(self, pairing_id: str) -> "Book":
        """Without it; its PC is told that it was revoked."""
        if pairing_id not in self.pairings:
            return self
        left = {each.id: each for each in self.pairings.values() if each.id != pairing_id}
        revoked = (*self.revoked, pairing_id)[-MAX_REVOKED:]
        return replace(self, pairings=MappingProxyType(left), revoked=revoked)

    def seen(self, pairing_id: str, at: datetime, address: str) -> "Book":
        """It was connected then, from there."""
        pairing = self.pairings.get(pairing_id)
        if pairing is None:
            return self
        return self.add(replace(pairing, seen_at=_written(at), address=address))

    def put_key(self, key: EnrolmentKey) -> "Book":
        """With this enrolment key, or with what is left of it."""
        return replace(self, keys=MappingProxyType({**self.keys, key.id: key}))

    def serving(self, now: datetime) -> "Book":
        """Without the enrolment keys that are over."""
        left = {each.id: each for each in self.keys.values() if each.serves(now)}
        return replace(self, keys=MappingProxyType(left))

    def use_key(self, key_id: str) -> "Book":
        """With one use less of this key."""
        key = self.keys.get(key_id)
        return self if key is None else self.put_key(key.used())

    def drop_key(self, key_id: str) -> "Book":
        left = {each.id: each for each in self.keys.values() if each.id != key_id}
        return replace(self, keys=MappingProxyType(left))


def new_pairing(pc: str, extensions: tuple[str, ...], at: datetime, address: str) -> tuple[Pairing, str]:
    """A pairing made now, and its key in hexadecimal digits, which only its PC has from here on."""
    key = secrets.token_bytes(KEY_BYTES)
    pairing = Pairing(
        secrets.token_hex(_ID_BYTES),
        key_hash(key).hex(),
        pc,
        extensions,
        _written(at),
        address,
        None,
        address,
    )
    return pairing, key.hex()


def _written(at: datetime) -> datetime:
    """A time as the book has it: in milliseconds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def to_text(book: Book) -> str:
    """The book as JSON."""
    said = {
        "format": _FORMAT,
        "pairings": [
            {
                "id": each.id,
                "key_sha256": each.key_hash,
                "pc": each.pc,
                "extensions": list(each.extensions),
                "made_at": format_at(each.made_at),
                "made_from": each.made_from,
                "seen_at": format_at(each.seen_at),
                "address": each.address,
            }
            for each in book.pairings.values()
        ],
        "enrolment_keys": [
            {
                "key": each.key,
                "made_at": format_at(each.made_at),
                "until": format_at(each.until),
                "uses_left": each.uses_left,
            }
            for each in book.keys.values()
        ],
        "revoked": list(book.revoked),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def from_text(text: str) -> Book:
    """The book that `to_text` wrote. Raises BookError for anything else."""
    try:
        said = json.loads(text)
        number = said["format"]
        if not isinstance(number, int) or number > _FORMAT:
            raise LaterBookError("the pairings were written by a later version of this program")
        pairings = [_pairing(each) for each in said["pairings"]]
        keys = [
            EnrolmentKey(
                _text(each["key"]), parse_at(each["made_at"]), parse_at(each["until"]), int(each["uses_left"])
            )
            for each in said["enrolment_keys"]
        ]
        revoked = tuple(_text(each) for each in said["revoked"])
        return Book(
            MappingProxyType({each.id: each for each in pairings}),
            MappingProxyType({each.id: each for each in keys}),
            revoked,
        )
    except BookError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BookError("no list of pairings") from error


def _pairing(said: Mapping[str, Any]) -> Pairing:
    read_hex(said["key_sha256"], 32)
    return Pairing(
        id=_text(said["id"]),
        key_hash=_text(said["key_sha256"]).lower(),
        pc=_text(said["pc"]),
        extensions=tuple(_text(each) for each in said["extensions"]),
        made_at=parse_at(said["made_at"]),
        made_from=_text(said["made_from"]),
        seen_at=parse_at(said["seen_at"]) if said["seen_at"] else None,
        address=_text(said["address"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
