"""Frames from an interface as they arrive. Detector thread, but for `interrupt`.

The handle never blocks: on Linux one `poll` without the interpreter's lock waits for frames (on Windows short
pauses), then all that are there are taken without giving the lock away between them (given away at each of
them, a busy other thread would make every single frame wait for its turn of 5 ms).
"""

import contextlib
import ctypes
import os
import select
import struct
import time
from types import TracebackType
from typing import Any, Self

from packetwave.server.capture import handle
from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode

Frame = tuple[float, int, bytes]  # (packet time in seconds since 1970 UTC, length on the wire, bytes)

_BUFFER_BYTES = 16 * 1024 * 1024
_BATCH = 512
_PAUSE_S = 0.002
_ERROR = -1  # PCAP_ERROR; 0 is "no frame", -2 "interrupted"


class LiveCapture:
    """An open capture. link_type: of all its frames, as in a pcap file's header.

    interface: a name, as in `Interface.name`. filter_text: as from `kernel_filter`, "" for everything.
    snaplen, buffer_bytes: how much of each frame is kept, and how much of all waits in the kernel.
    wait_ms: see `handle.open_handle`.
    CaptureFault no_driver, no_rights or no_interface when it cannot be opened.
    """

    def __init__(
        self,
        interface: str,
        filter_text: str = "",
        *,
        snaplen: int = handle.SNAPLEN,
        buffer_bytes: int = _BUFFER_BYTES,
        wait_ms: int = 1,
    ) -> None:
        pcap = handle.binding()
        self._interface = interface
        self._handle: Any = handle.open_handle(
            interface, snaplen=snaplen, buffer_bytes=buffer_bytes, wait_ms=wait_ms
        )
        try:
            handle.set_filter(self._handle, filter_text)
        except ValueError:
            pcap.pcap_close(self._handle)
            raise
        self.link_type: int = pcap.pcap_datalink(self._handle)
        self._address = ctypes.cast(self._handle, ctypes.c_void_p).value
        self._header = ctypes.c_void_p()
        self._data = ctypes.c_void_p()
        seconds = "qq" if ctypes.sizeof(pcap.timeval) == 16 else "ii"
        self._header_format = struct.Struct(f"={seconds}II")
        self._interrupted = False
        self._lost: CaptureFault | None = None
        next_ex = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        self._next_ex = next_ex(("pcap_next_ex", pcap._lib))
        pcap.pcap_setnonblock(self._handle, 1, ctypes.create_string_buffer(pcap.PCAP_ERRBUF_SIZE))
        if not handle.WINDOWS:
            self._wake_reader, self._wake_writer = os.pipe()
            os.set_blocking(self._wake_writer, False)
            self._poll = select.poll()
            self._poll.register(pcap.pcap_get_selectable_fd(self._handle), select.POLLIN)
            self._poll.register(self._wake_reader, select.POLLIN)

    def read(self, timeout_s: float) -> list[Frame]:
        """The frames that are there, at most some hundred; waits up to `timeout_s` for the first.

        Empty when none came or after `interrupt`. CaptureFault lost when the interface went away.
        """
        frames: list[Frame] = []
        if self._interrupted:
            return frames
        self._take(frames)
        if frames or timeout_s <= 0:
            return frames
        if handle.WINDOWS:
            self._wait_by_pausing(frames, timeout_s)
        else:
            self._poll.poll(timeout_s * 1000)
            self._take(frames)
        return frames

    def _wait_by_pausing(self, frames: list[Frame], timeout_s: float) -> None:
        """Where there is nothing to poll. Blocking in the library would not end everywhere (libpcap on Linux,
        and so Wine's, waits on without a frame), and would wait for a second one before giving the first."""
        deadline = time.monotonic() + timeout_s
        while not frames and not self._interrupted and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
            self._take(frames)

    def _take(self, frames: list[Frame]) -> None:
        next_ex, address, header, data = self._next_ex, self._address, self._header, self._data
        header_at, data_at = ctypes.byref(header), ctypes.byref(data)
        unpack, size, string_at = self._header_format.unpack, self._header_format.size, ctypes.string_at
        while len(frames) < _BATCH and not self._lost:
            status = next_ex(address, header_at, data_at)
            if status == 1:
                seconds, micros, captured, wire = unpack(string_at(header.value, size))  # type: ignore[arg-type]
                frames.append((seconds + micros / 1e6, wire, string_at(data.value, captured)))  # type: ignore[arg-type]
            else:
                if status == _ERROR:  # said once only: what came before it is given first
                    self._lost = CaptureFault(
                        CaptureFaultCode.LOST, self._interface, handle.error_text(self._handle)
                    )
                break
        if self._lost and not frames:
            raise self._lost

    def stats(self) -> tuple[int, int]:
        """(received, dropped): frames that passed the filter since opening, and those of them that were
        lost because the buffer was full. From the reading thread."""
        return handle.counts(self._handle)

    def interrupt(self) -> None:
        """Make `read` return at once, now and ever after. From any thread, also twice, not after `close`."""
        self._interrupted = True
        handle.binding().pcap_breakloop(self._handle)
        if not handle.WINDOWS:
            with contextlib.suppress(BlockingIOError):  # woken often enough
                os.write(self._wake_writer, b"\0")

    def close(self) -> None:
        """Give the interface back. Once the reading thread has stopped reading; also twice."""
        if self._handle is None:
            return
        handle.binding().pcap_close(self._handle)
        self._handle = None
        if not handle.WINDOWS:
            os.close(self._wake_reader)
            os.close(self._wake_writer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
