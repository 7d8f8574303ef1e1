"""libpcap (Linux) and Npcap (Windows) through scapy's binding: devices, handles, filters.

Owns every call into the C library. scapy's binding is imported on first use, so that everything else works
where no capture library is installed. A handle belongs to one thread.
"""

import ctypes
import functools
import sys
from collections.abc import Iterator
from typing import Any

from packetwave.server.capture.fault import CaptureFault, CaptureFaultCode

ETHERNET = 1
WINDOWS: bool = sys.platform == "win32"
SNAPLEN = 262144  # libpcap's largest: also what a network card has merged from TCP segments is whole

_WARNING = 0  # pcap_activate: negative is an error, above zero a warning (such as no promiscuous mode)
_RET, _JUMP = 0x06, 0x05  # BPF: return a constant; jump always

Program = list[tuple[int, int, int, int]]
"""A BPF program: code, jt, jf, k of each step."""


@functools.cache
def binding() -> Any:
    """scapy's libpcap binding. CaptureFault no_driver where there is no libpcap or Npcap."""
    try:
        import scapy.libs.winpcapy
    except (OSError, AttributeError, KeyError) as error:  # not there, or too old to have a function it needs
        raise CaptureFault(CaptureFaultCode.NO_DRIVER, reason=str(error)) from None
    return scapy.libs.winpcapy


def devices() -> Iterator[Any]:
    """Each `pcap_if` of this machine; valid only until the next one is asked for."""
    pcap = binding()
    first = ctypes.POINTER(pcap.pcap_if)()
    errors = ctypes.create_string_buffer(pcap.PCAP_ERRBUF_SIZE)
    if pcap.pcap_findalldevs(ctypes.byref(first), errors) != 0:
        raise CaptureFault(CaptureFaultCode.NO_INTERFACE, reason=_text(errors.value))
    try:
        device = first
        while device:
            yield device.contents
            device = device.contents.next
    finally:
        pcap.pcap_freealldevs(first)


def open_handle(interface: str, *, snaplen: int, buffer_bytes: int, wait_ms: int = 1) -> Any:
    """An activated `pcap_t*`, promiscuous where the interface can be. CaptureFault where it cannot be had.

    wait_ms: how long frames are gathered before they are handed over; on Linux each time takes one block
    (256 KiB) of the buffer, however few came. Not libpcap's immediate mode: there each frame takes a slot of
    the greatest size. On Windows neither is so: a read that does not block gives what is there.
    """
    pcap = binding()
    errors = ctypes.create_string_buffer(pcap.PCAP_ERRBUF_SIZE)
    handle = pcap.pcap_create(interface.encode(), errors)
    if not handle:
        raise CaptureFault(CaptureFaultCode.NO_INTERFACE, interface, _text(errors.value))
    pcap.pcap_set_snaplen(handle, snaplen)
    pcap.pcap_set_promisc(handle, 1)
    pcap.pcap_set_timeout(handle, wait_ms)
    pcap.pcap_set_buffer_size(handle, buffer_bytes)
    status = pcap.pcap_activate(handle)
    if status < _WARNING:
        reason = _text(pcap.pcap_geterr(handle)) or _text(pcap.pcap_statustostr(status))
        pcap.pcap_close(handle)
        no_rights = status in (pcap.PCAP_ERROR_PERM_DENIED, pcap.PCAP_ERROR_PROMISC_PERM_DENIED)
        code = CaptureFaultCode.NO_RIGHTS if no_rights else CaptureFaultCode.NO_INTERFACE
        raise CaptureFault(code, interface, reason)
    return handle


def compiled(handle: Any, text: str) -> Program:
    """A program for this handle's frames that lets pass what any line of `text` lets pass; [] for "".

    On another link type than Ethernet the lines that mean nothing there (tags) are left out.
    ValueError where a line is no filter expression.
    """
    pcap = binding()
    programs: list[Program] = []
    for number, line in enumerate(text.splitlines()):
        program = pcap.bpf_program()
        if pcap.pcap_compile(handle, ctypes.byref(program), line.encode(), 1, -1) != 0:
            if number and pcap.pcap_datalink(handle) != ETHERNET:
                continue
            raise ValueError(f"no capture filter: {line!r}: {_text(pcap.pcap_geterr(handle))}")
        steps = (program.bf_insns[index] for index in range(program.bf_len))
        programs.append([(step.code, step.jt, step.jf, step.k) for step in steps])
        pcap.pcap_freecode(ctypes.byref(program))
    return chain(programs) if programs else []


def set_filter(handle: Any, program: Program) -> None:
    """Let only frames pass that this program accepts, all where it is []."""
    if not program:
        return
    pcap = binding()
    from scapy.libs.structures import bpf_insn

    instructions = (bpf_insn * len(program))(*(bpf_insn(*step) for step in program))
    whole = pcap.bpf_program(len(program), instructions)
    if pcap.pcap_setfilter(handle, ctypes.byref(whole)) != 0:
        raise ValueError(f"the capture filter was refused: {_text(pcap.pcap_geterr(handle))}")


def chain(programs: list[Program]) -> Program:
    """A program that accepts what any of these accepts: where one would reject, it goes on with the next."""
    chained: Program = []
    for program in programs[:-1]:
        for index, (code, jt, jf, k) in enumerate(program):
            rejects = code == _RET and k == 0
            chained.append((_JUMP, 0, 0, len(program) - index - 1) if rejects else (code, jt, jf, k))
    return chained + programs[-1]


def counts(handle: Any) -> tuple[int, int]:
    """Frames that passed the filter, and how many of them were lost for want of buffer, since opening."""
    pcap = binding()
    stat = pcap.pcap_stat()
    if pcap.pcap_stats(handle, ctypes.byref(stat)) != 0:
        return 0, 0
    return stat.ps_recv, stat.ps_drop + stat.ps_ifdrop


def error_text(handle: Any) -> str:
    """What the library said last about this handle."""
    return _text(binding().pcap_geterr(handle))


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace").strip()
