"""Frames from an interface as they arrive. Detector thread, but for `interrupt`.

Nothing blocks in a library: on Linux one `poll` without the interpreter's lock waits for frames (on Windows
short pauses), then all that are there are taken. What keeps them until then: docs/decisions/capture-ring.md.
"""

import contextlib
import logging
import os
import select
import time
from types import TracebackType
from typing import Self

from packetwave.server.capture import handle, packet_queue
from packetwave.server.capture.packet_queue import Frame, PacketQueue
from packetwave.server.capture.ring import KernelRing

log = logging.getLogger(__name__)

# Npcap counts the frames' own bytes and takes memory only for those that wait. libpcap takes all of it at
# once, and fills a block of 256 KiB for each wait.
_BUFFER_BYTES = 64 * 1024 * 1024
_WAIT_MS = 8
_PAUSE_S = 0.002

BATCH = 512
"""How many frames one `read` gives at most: fewer, and there were no more at that moment."""


class LiveCapture:
    """An open capture. link_type: of all its frames, as in a pcap file's header.

    interface: a name, as in `Interface.name`. filter_text: as from `kernel_filter`, "" for everything.
    buffer_bytes: None to keep every frame while nobody reads for 10 s; a number for a libpcap buffer of that
    size, of a handle that may lose some. snaplen, wait_ms: of such a handle, see `handle.open_handle`.
    CaptureFault no_driver, no_rights or no_interface when it cannot be opened.
    """

    def __init__(
        self,
        interface: str,
        filter_text: str = "",
        *,
        snaplen: int = handle.SNAPLEN,
        buffer_bytes: int | None = None,
        wait_ms: int = 1,
    ) -> None:
        queue = _opened_queue(interface, filter_text) if buffer_bytes is None else None
        if queue is not None:
            self._source: PacketQueue | KernelRing = queue
            self.link_type = handle.ETHERNET
        else:
            wait_ms = _WAIT_MS if buffer_bytes is None else wait_ms
            size = _BUFFER_BYTES if buffer_bytes is None else buffer_bytes
            ring = KernelRing(interface, filter_text, snaplen=snaplen, buffer_bytes=size, wait_ms=wait_ms)
            self._source, self.link_type = ring, ring.link_type
        self._interrupted = self._closed = self._woken = False
        if not handle.WINDOWS:
            self._wake_reader, self._wake_writer = os.pipe()
            os.set_blocking(self._wake_writer, False)
            self._poll = select.poll()
            self._poll.register(self._source.fileno(), select.POLLIN)
            self._poll.register(self._wake_reader, select.POLLIN)

    def read(self, timeout_s: float) -> list[Frame]:
        """The frames that are there, at most `BATCH`; waits up to `timeout_s` for the first.

        Empty when none came or after `interrupt`. CaptureFault lost when the interface went away.
        """
        frames: list[Frame] = []
        if self._interrupted:
            return frames
        self._source.take(frames, BATCH)
        if frames or timeout_s <= 0:
            return frames
        if handle.WINDOWS:
            self._wait_by_pausing(frames, timeout_s)
        else:
            if any(descriptor == self._wake_reader for descriptor, _ in self._poll.poll(timeout_s * 1000)):
                os.read(self._wake_reader, 512)
            self._source.take(frames, BATCH)
        self._woken = False
        return frames

    def _wait_by_pausing(self, frames: list[Frame], timeout_s: float) -> None:
        """Where there is nothing to poll. Blocking in the library would not end everywhere (libpcap on Linux,
        and so Wine's, waits on without a frame), and would wait for a second one before giving the first."""
        deadline = time.monotonic() + timeout_s
        while not (frames or self._interrupted or self._woken) and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
            self._source.take(frames, BATCH)

    def stats(self) -> tuple[int, int]:
        """(received, dropped): frames that passed the filter since opening, and those of them that were
        lost for want of room. From the reading thread."""
        return self._source.stats()

    def interrupt(self) -> None:
        """Make `read` return at once, now and ever after. From any thread, also twice, not after `close`."""
        self._interrupted = True
        if isinstance(self._source, KernelRing):
            self._source.interrupt()
        if not handle.WINDOWS:
            with contextlib.suppress(BlockingIOError):  # woken often enough
                os.write(self._wake_writer, b"\0")

    def wake(self) -> None:
        """Make a `read` that waits return at once, this time. From any thread, not after `close`."""
        self._woken = True
        if not handle.WINDOWS:
            with contextlib.suppress(BlockingIOError):  # woken often enough
                os.write(self._wake_writer, b"\0")

    def close(self) -> None:
        """Give the interface back. Once the reading thread has stopped reading; also twice."""
        if self._closed:
            return
        self._closed = True
        self._source.close()
        if not handle.WINDOWS:
            os.close(self._wake_reader)
            os.close(self._wake_writer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _opened_queue(interface: str, filter_text: str) -> PacketQueue | None:
    """Linux' own queue; None where a ring has to do: another system, no Ethernet, no right to a long queue.
    Whether the interface can be had at all, and what the filter means, is libpcap's to say."""
    if handle.WINDOWS or not packet_queue.is_possible():
        return None
    probe = handle.open_handle(interface, snaplen=handle.SNAPLEN, buffer_bytes=1)
    try:
        if handle.binding().pcap_datalink(probe) != handle.ETHERNET:
            return None
        program = handle.compiled(probe, filter_text)
    finally:
        handle.binding().pcap_close(probe)
    try:
        return PacketQueue(interface, program)
    except OSError as error:
        log.info("'%s' is captured by libpcap's ring: %s", interface, error)
        return None
