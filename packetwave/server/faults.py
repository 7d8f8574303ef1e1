"""Why the server cannot start, in words and as a code."""

import errno
import logging
from enum import StrEnum

from packetwave.common.exit_codes import ExitCode
from packetwave.server.store.base import StoreError

log = logging.getLogger(__name__)


class StartFaultCode(StrEnum):
    """Why the server cannot start, for the dialog, which has its own words for each."""

    FOLDER = "folder"
    """The data folder cannot be used."""

    FOREIGN_FOLDER = "foreign_folder"
    """The data folder belongs to another Windows account."""

    RUNNING = "running"
    """A server has the data folder already, and does not answer."""

    PORT = "port"
    """Another program listens at the port."""

    STORE = "store"
    """The database cannot be opened."""

    OTHER = "other"
    """Anything else; the text says what."""


class StartFault(Exception):
    """The server cannot start. str() says why and what to do; exit_code is what the program ends with.

    code: for the dialog, which has words of its own. detail: what it adds to them as it is.
    """

    def __init__(
        self,
        text: str,
        exit_code: ExitCode,
        code: StartFaultCode = StartFaultCode.OTHER,
        detail: str = "",
    ) -> None:
        super().__init__(text)
        self.exit_code = exit_code
        self.code = code
        self.detail = detail or text


def start_fault(error: BaseException) -> StartFault:
    """The fault behind any error of starting; one that is a bug goes to the crash log too."""
    if isinstance(error, StoreError):
        return StartFault(str(error), ExitCode.FAILED, StartFaultCode.STORE)
    log.error("the server cannot start", exc_info=error)
    return StartFault(f"the server cannot start: {error!r}", ExitCode.FAILED)


def listen_fault(listen: str, error: OSError, option: str = "--listen") -> StartFault:
    """Why clients cannot connect to `listen`. option: what names another address."""
    if error.errno == errno.EADDRINUSE:
        text = f"{listen} is in use: is PacketWave running already? Choose another port with {option}."
        return StartFault(text, ExitCode.IN_USE, StartFaultCode.PORT, listen)
    return StartFault(f"cannot listen on {listen}: {error.strerror or error}", ExitCode.FAILED)
