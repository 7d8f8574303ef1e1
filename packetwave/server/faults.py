"""Why the server cannot start, in words and as a code."""

import errno
import logging
from typing import Literal

from packetwave.common.exit_codes import ExitCode
from packetwave.server.store.base import StoreError

log = logging.getLogger(__name__)

FaultCode = Literal["folder", "foreign_folder", "running", "port", "store", "other"]
"""For the dialog. folder: the data folder cannot be used; foreign_folder: it is another Windows account's;
running: a server that does not answer has it; port: another program listens there."""


class StartFault(Exception):
    """The engine cannot start. str() says why and what to do; exit_code is what the program ends with.

    code: for the dialog, which has words of its own. detail: what it adds to them as it is.
    """

    def __init__(self, text: str, exit_code: ExitCode, code: FaultCode = "other", detail: str = "") -> None:
        super().__init__(text)
        self.exit_code = exit_code
        self.code: FaultCode = code
        self.detail = detail or text


def start_fault(error: BaseException) -> StartFault:
    """The fault behind any error of starting; one that is a bug goes to the crash log too."""
    if isinstance(error, StoreError):
        return StartFault(str(error), ExitCode.FAILED, "store")
    log.error("the server cannot start", exc_info=error)
    return StartFault(f"the server cannot start: {error!r}", ExitCode.FAILED)


def listen_fault(listen: str, error: OSError) -> StartFault:
    """Why clients cannot connect to `listen`."""
    if error.errno == errno.EADDRINUSE:
        text = f"{listen} is in use: is PacketWave running already? Choose another port with --listen."
        return StartFault(text, ExitCode.IN_USE, "port", listen)
    return StartFault(f"cannot listen on {listen}: {error.strerror or error}", ExitCode.FAILED)
