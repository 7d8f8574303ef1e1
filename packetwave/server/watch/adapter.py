"""What is asked of an interface beside its frames: whether a cable is in, and a sample of all it carries.

Owns nothing. Detector thread.
"""

import contextlib
import logging
from collections.abc import Iterator

from packetwave.server.capture import CaptureFault, CaptureFaultCode, LiveCapture, has_link
from packetwave.server.diagnosis import SAMPLED_BYTES
from packetwave.server.watch.states import CaptureState, WatchState

log = logging.getLogger(__name__)

_SAMPLE_BUFFER_BYTES = 4 * 1024 * 1024


def link_state(name: str, shown: str) -> WatchState:
    """What an open capture of this interface does now. shown: as people know it."""
    if has_link(name):
        return WatchState(CaptureState.WATCHING, detail=shown)
    return WatchState(
        CaptureState.NO_LINK,
        CaptureFaultCode.NO_LINK,
        shown,
        str(CaptureFault(CaptureFaultCode.NO_LINK, shown)),
    )


@contextlib.contextmanager
def open_sample(interface: str) -> Iterator[LiveCapture | None]:
    """The second handle; None where there can be no second one: calls are told all the same."""
    try:
        sample = LiveCapture(interface, snaplen=SAMPLED_BYTES, buffer_bytes=_SAMPLE_BUFFER_BYTES)
    except CaptureFault as fault:
        log.warning("the mirror is not diagnosed by its other traffic: %s", fault)
        yield None
        return
    with sample:
        yield sample
