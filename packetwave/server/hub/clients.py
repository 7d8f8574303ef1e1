"""A client as others see it. Frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Untold(StrEnum):
    """Why a session is told of no call."""

    NO_ROW = "no_row"
    """Its address is in no row of the members table."""

    TAKEN = "taken"
    """Its address is that of a person whose PC is paired, and it is not that PC."""

    PAIRED_HERE = "paired_here"
    """A paired PC is at the same address."""

    SEVERAL = "several"
    """Several people's clients are at the same address: nobody can tell whose call it is."""

    NO_EXTENSION = "no_extension"
    """It is paired, for no extension."""


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """A connected client."""

    address: str
    since: datetime
    version: str = ""
    """"" for one that never said hello."""

    extensions: tuple[str, ...] = ()
    """Whose calls it is told."""

    wants: str = ""
    """The extension that it was installed for, a request only; "" for none."""

    acks: bool = False
    """Whether it says which calls its person was shown."""

    client: str = ""
    """A random id of its installation and user; "" for one that says none."""

    is_tls: bool = False
    pairing: str = ""
    """The id of its pairing, "" for a client that is known by its address."""

    pc: str = ""
    """The name of the paired PC."""

    untold: Untold | None = None
    """Why it is told of no call; None where it is."""
