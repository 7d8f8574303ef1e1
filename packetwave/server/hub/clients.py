"""A client as others see it. A frozen value."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """A connected client."""

    address: str
    since: datetime
    version: str = ""
    """"" for one that never said hello."""

    extensions: tuple[str, ...] = ()
    wants: str = ""
    """The extension that it was installed for, a request only; "" for none."""
    acks: bool = False
    """Whether it says which calls its person was shown."""
