"""A client as others see it. A frozen value."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """A connected client. version: "" for one that never said hello. wants: the extension that it was
    installed for, a request only; "" for none."""

    address: str
    since: datetime
    version: str = ""
    extensions: tuple[str, ...] = ()
    wants: str = ""
