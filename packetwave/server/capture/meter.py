"""Live counters of all interfaces, so that the manager picks the one that moves. One thread.

Two handles an interface, both cheap: one without a filter is never read, the kernel only counts for it; one
with the SIP filter is read. Not all that passes is SIP (IPv6 multicast reports and later fragments do on any
network): these frames are decoded as those of a capture are, and the messages counted.
"""

from collections.abc import Collection
from types import TracebackType
from typing import NamedTuple, Self

from packetwave.server.capture import interfaces
from packetwave.server.capture.fault import CaptureFault
from packetwave.server.capture.filter import kernel_filter
from packetwave.server.capture.live import LiveCapture
from packetwave.server.frames import FrameDecoder

_LIST_AGAIN_S = 5.0  # how soon an interface plugged in shows up
_COUNT_SNAPLEN = 64
_COUNT_BUFFER_BYTES = 1024 * 1024
_COUNT_WAIT_MS = 500  # read once a second: handed over each millisecond, few frames would fill the buffer
_SIP_READS = 4  # at most some thousand frames a second and interface are looked at, more is "a lot" as well


class InterfaceRate(NamedTuple):
    """How much an interface carries.

    name: as in `Interface`. Rates since the reading before, of frames and of SIP messages; None at the
    first one and where the interface cannot be opened."""

    name: str
    packets_per_s: float | None
    sip_per_s: float | None


class _Counter:
    def __init__(self, name: str, ports: frozenset[int]) -> None:
        self._all = LiveCapture(name, snaplen=_COUNT_SNAPLEN, buffer_bytes=_COUNT_BUFFER_BYTES)
        try:
            self._sip = LiveCapture(
                name, kernel_filter(ports), buffer_bytes=_COUNT_BUFFER_BYTES, wait_ms=_COUNT_WAIT_MS
            )
        except CaptureFault:
            self._all.close()
            raise
        self._decoder = FrameDecoder(ports=ports, trusted_tunnels=frozenset())
        self._received = 0
        self._since_s: float | None = None

    def rates(self, now_s: float) -> tuple[float, float] | None:
        received, _ = self._all.stats()
        sip = 0
        for _ in range(_SIP_READS):
            frames = self._sip.read(0)
            for at_s, _, frame in frames:
                sip += len(self._decoder.decode(at_s, self._sip.link_type, frame))
            if not frames:
                break
        elapsed_s = None if self._since_s is None else now_s - self._since_s
        came = (received - self._received) % 2**32
        self._received, self._since_s = received, now_s
        if elapsed_s is None or elapsed_s <= 0:
            return None
        return came / elapsed_s, sip / elapsed_s

    def close(self) -> None:
        self._all.close()
        self._sip.close()


class InterfaceMeter:
    """Counts on every interface until closed. ports: the SIP ports. CaptureFault no_driver from `read`."""

    def __init__(self, ports: Collection[int]) -> None:
        self._ports = frozenset(ports)
        self._counters: dict[str, _Counter | None] = {}
        self._listed_s: float | None = None

    def read(self, now_s: float) -> list[InterfaceRate]:
        """The rates of all interfaces now. now_s: any steady clock; call it about once a second."""
        if self._listed_s is None or now_s - self._listed_s >= _LIST_AGAIN_S:
            self._listed_s = now_s
            self._list_again()
        rates = []
        for name, counter in self._counters.items():
            try:
                measured = counter.rates(now_s) if counter else None
            except CaptureFault:  # it went away
                measured = None
                if counter:
                    counter.close()
                self._counters[name] = None
            rates.append(InterfaceRate(name, *(measured or (None, None))))
        return rates

    def _list_again(self) -> None:
        there = [found.name for found in interfaces.list_interfaces()]
        for name in self._counters.keys() - set(there):
            self._drop(name)
        for name in there:
            if self._counters.get(name) is None:
                try:
                    self._counters[name] = _Counter(name, self._ports)
                except CaptureFault:
                    self._counters[name] = None

    def _drop(self, name: str) -> None:
        counter = self._counters.pop(name)
        if counter:
            counter.close()

    def close(self) -> None:
        """Give the interfaces back. Also twice."""
        for name in list(self._counters):
            self._drop(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
