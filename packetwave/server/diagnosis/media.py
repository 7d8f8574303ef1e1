"""RTP streams in the sampled frames: recognised by what they do, since no port says RTP. Pure."""

from collections import OrderedDict

from packetwave.server.diagnosis.window import Window

_FLOWS = 2048
_SURE = 3
"""Packets of one flow with the same source number and another sequence number each: then it is RTP."""

NEW_AFTER_S = 30.0
"""Streams that were there when the watching began have had their first packet sampled by then."""

_RTCP = range(64, 96)  # RFC 5761 section 4: these payload types are RTCP's


class _Flow:
    __slots__ = ("is_new", "packets", "sequence", "source")

    def __init__(self, source: bytes, sequence: bytes, is_new: bool) -> None:
        self.source = source
        self.sequence = sequence
        self.packets = 1
        self.is_new = is_new


class Media:
    """Counts into the window: `rtp`, packets of sure streams; `new_streams`, those that began meanwhile."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._flows: OrderedDict[bytes, _Flow] = OrderedDict()

    def see(self, key: bytes, data: bytes, watched_s: float) -> bool:
        """True if this datagram's payload is RTP. key: its addresses and ports; watched_s: for how long."""
        if len(data) < 12 or data[0] >> 6 != 2 or (data[1] & 0x7F) in _RTCP:
            return False
        sequence, source = data[2:4], data[8:12]
        flow = self._flows.get(key)
        if flow is None or flow.source != source:
            is_new = flow is None and watched_s > NEW_AFTER_S
            self._flows[key] = _Flow(source, sequence, is_new)
            self._flows.move_to_end(key)
            if len(self._flows) > _FLOWS:
                self._flows.popitem(last=False)
            return False
        self._flows.move_to_end(key)
        if sequence != flow.sequence:
            flow.sequence = sequence
            flow.packets += 1
            if flow.packets == _SURE:
                self._window.add("rtp", _SURE - 1)
                self._window.add("new_streams", flow.is_new)
        if flow.packets < _SURE:
            return False
        self._window.add("rtp")
        return True

    def clear(self) -> None:
        """Forget all streams."""
        self._flows.clear()
