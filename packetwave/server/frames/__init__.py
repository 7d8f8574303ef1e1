"""Bytes of captured frames to SIP-bearing payloads. Pure."""

from packetwave.server.frames.counters import Counters
from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.frames.payload import Payload

__all__ = ["Counters", "FrameDecoder", "Payload"]
