"""Why the server cannot start, in words, and the exit codes (docs and scripts rely on them)."""

import errno
import logging

from packetwave.server.store.base import StoreError

log = logging.getLogger(__name__)

EXIT_FINE, EXIT_FAILED, EXIT_WRONG_USAGE, EXIT_NO_CAPTURE, EXIT_IN_USE = 0, 1, 2, 3, 4


class StartFault(Exception):
    """The engine cannot start. str() says why and what to do; exit_code is what the program ends with."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def start_fault(error: BaseException) -> StartFault:
    """The fault behind any error of starting; one that is a bug goes to the crash log too."""
    if isinstance(error, StoreError):
        return StartFault(str(error), EXIT_FAILED)
    log.error("the server cannot start", exc_info=error)
    return StartFault(f"the server cannot start: {error!r}", EXIT_FAILED)


def listen_fault(listen: str, error: OSError) -> StartFault:
    """Why clients cannot connect to `listen`."""
    if error.errno == errno.EADDRINUSE:
        text = f"{listen} is in use: is PacketWave running already? Choose another port with --listen."
        return StartFault(text, EXIT_IN_USE)
    return StartFault(f"cannot listen on {listen}: {error.strerror or error}", EXIT_FAILED)
