"""Frames of an interface by libpcap or Npcap: everywhere but on Linux' Ethernet. Detector thread.

The handle never blocks. Frames are taken by a call that keeps Python's lock: given away at each frame, a busy
other thread would make every single one wait for its turn of 5 ms.
"""

import ctypes
import struct
from typing import Any

from packetwave.server.capture import handle
from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode
from packetwave.server.capture.packet_queue import Frame

_ERROR = -1  # PCAP_ERROR; 0 is "no frame", -2 "interrupted"


class KernelRing:
    """An open handle with a filter. link_type: of all its frames, as in a pcap file's header.

    CaptureFault where it cannot be had, ValueError for a text that is no filter.
    """

    def __init__(
        self, interface: str, filter_text: str, *, snaplen: int, buffer_bytes: int, wait_ms: int
    ) -> None:
        pcap = handle.binding()
        self._interface = interface
        self._handle: Any = handle.open_handle(
            interface, snaplen=snaplen, buffer_bytes=buffer_bytes, wait_ms=wait_ms
        )
        try:
            handle.set_filter(self._handle, handle.compiled(self._handle, filter_text))
        except ValueError:
            pcap.pcap_close(self._handle)
            raise
        self.link_type: int = pcap.pcap_datalink(self._handle)
        self._address = ctypes.cast(self._handle, ctypes.c_void_p).value
        self._header = ctypes.c_void_p()
        self._data = ctypes.c_void_p()
        seconds = "qq" if ctypes.sizeof(pcap.timeval) == 16 else "ii"
        self._header_format = struct.Struct(f"={seconds}II")
        self._lost: CaptureFault | None = None
        next_ex = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        self._next_ex = next_ex(("pcap_next_ex", pcap._lib))
        pcap.pcap_setnonblock(self._handle, 1, ctypes.create_string_buffer(pcap.PCAP_ERRBUF_SIZE))

    def fileno(self) -> int:
        """What to poll for reading; not on Windows."""
        return int(handle.binding().pcap_get_selectable_fd(self._handle))

    def take(self, frames: list[Frame], most: int) -> None:
        """Append the frames that are there until there are `most`; never waits. CaptureFault lost, said once
        what came before is taken."""
        next_ex, address, header, data = self._next_ex, self._address, self._header, self._data
        header_at, data_at = ctypes.byref(header), ctypes.byref(data)
        unpack, size, string_at = self._header_format.unpack, self._header_format.size, ctypes.string_at
        while len(frames) < most and not self._lost:
            status = next_ex(address, header_at, data_at)
            if status == 1:
                seconds, micros, captured, wire = unpack(string_at(header.value, size))  # type: ignore[arg-type]
                frames.append((seconds + micros / 1e6, wire, string_at(data.value, captured)))  # type: ignore[arg-type]
            else:
                if status == _ERROR:
                    self._lost = CaptureFault(
                        CaptureFaultCode.LOST, self._interface, handle.error_text(self._handle)
                    )
                break
        if self._lost and not frames:
            raise self._lost

    def stats(self) -> tuple[int, int]:
        """(received, dropped): frames that passed the filter since opening, and those of them that were
        lost because the buffer was full."""
        return handle.counts(self._handle)

    def interrupt(self) -> None:
        """Make a read that is going on return. From any thread."""
        handle.binding().pcap_breakloop(self._handle)

    def close(self) -> None:
        """Give the interface back. Also twice."""
        if self._handle is not None:
            handle.binding().pcap_close(self._handle)
            self._handle = None
