"""Why the client cannot run, as a code. `packetwave.client.desk.faults` has the words."""

from enum import StrEnum


class ClientFault(StrEnum):
    """What keeps the client from running."""

    SILENT = "silent"
    """A client runs already, and does not answer."""

    CRASH = "crash"
    """An error that nobody has foreseen."""
