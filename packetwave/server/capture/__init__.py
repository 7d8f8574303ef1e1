"""Frames from an interface or a capture file. The only importer of scapy, and only when first needed."""

from packetwave.server.capture.doors import USUAL_PORTS, DoorFault, DoorKind, Doors, DoorState
from packetwave.server.capture.fault import FILE_FAULTS, CaptureFault, CaptureFaultCode
from packetwave.server.capture.filter import kernel_filter
from packetwave.server.capture.interfaces import Interface, has_link, list_interfaces, resolve_interface
from packetwave.server.capture.live import BATCH, LiveCapture
from packetwave.server.capture.meter import InterfaceMeter, InterfaceRate
from packetwave.server.capture.replay import Replay
from packetwave.server.capture.timeline import PAUSE_S, Steady

__all__ = [
    "BATCH",
    "FILE_FAULTS",
    "PAUSE_S",
    "USUAL_PORTS",
    "CaptureFault",
    "CaptureFaultCode",
    "DoorFault",
    "DoorKind",
    "DoorState",
    "Doors",
    "Interface",
    "InterfaceMeter",
    "InterfaceRate",
    "LiveCapture",
    "Replay",
    "Steady",
    "has_link",
    "kernel_filter",
    "list_interfaces",
    "resolve_interface",
]
