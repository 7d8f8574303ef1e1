"""Frames from an interface or a capture file. The only importer of scapy, and only when first needed."""

from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode
from packetwave.server.capture.filter import kernel_filter
from packetwave.server.capture.interfaces import Interface, list_interfaces, resolve_interface
from packetwave.server.capture.live import LiveCapture
from packetwave.server.capture.meter import InterfaceMeter, InterfaceRate
from packetwave.server.capture.replay import Replay

__all__ = [
    "CaptureFault",
    "CaptureFaultCode",
    "Interface",
    "InterfaceMeter",
    "InterfaceRate",
    "LiveCapture",
    "Replay",
    "kernel_filter",
    "list_interfaces",
    "resolve_interface",
]
