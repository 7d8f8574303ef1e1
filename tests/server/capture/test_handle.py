import ctypes.util
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packetwave.server.capture import CaptureFault, handle

ACCEPT, REJECT = (0x06, 0, 0, 262144), (0x06, 0, 0, 0)
Program = list[tuple[int, int, int, int]]


def run(program: Program, packet: bytes) -> int:
    """What a BPF program of loads, comparisons, jumps and returns says to a packet."""
    at, accumulator = 0, 0
    while True:
        code, jt, jf, k = program[at]
        at += 1
        if code == 0x06:
            return k
        if code == 0x05:
            at += k
        elif code == 0x30:  # load a byte
            accumulator = packet[k] if k < len(packet) else 0
        elif code == 0x15:  # jump if equal
            at += jt if accumulator == k else jf
        else:
            raise AssertionError(code)


def byte_is(place: int, value: int) -> Program:
    return [(0x30, 0, 0, place), (0x15, 0, 1, value), ACCEPT, REJECT]


def byte_is_not(place: int, value: int) -> Program:
    return [(0x30, 0, 0, place), (0x15, 0, 1, value), REJECT, ACCEPT]


PROGRAMS = st.builds(byte_is, st.integers(0, 3), st.integers(0, 3)) | st.builds(
    byte_is_not, st.integers(0, 3), st.integers(0, 3)
)


@given(st.lists(PROGRAMS, min_size=1, max_size=6), st.lists(st.integers(0, 3), max_size=5).map(bytes))
def test_a_chain_accepts_what_any_link_accepts(programs: list[Program], packet: bytes) -> None:
    assert bool(run(handle.chain(programs), packet)) == any(run(program, packet) for program in programs)


def test_without_a_library_it_is_said_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The manager installs libpcap or Npcap and presses "check again"."""
    handle.binding.cache_clear()
    monkeypatch.delitem(sys.modules, "scapy.libs.winpcapy", raising=False)
    with monkeypatch.context() as without:
        without.setattr(ctypes.util, "find_library", lambda name: None)
        with pytest.raises(CaptureFault) as fault:
            handle.binding()
        assert fault.value.code == "no_driver"
    assert handle.binding().pcap_create is not None


def test_nothing_of_scapy_is_loaded_that_is_not_needed() -> None:
    """Not before the first capture, and never what leaves files in the user's folders (scapy.data)."""
    program = (
        "import sys, packetwave.server.capture as capture\n"
        "before = [name for name in sys.modules if name.startswith('scapy')]\n"
        "capture.list_interfaces()\n"
        "print(before, sorted(name for name in sys.modules if name.startswith('scapy')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (
        "[] ['scapy', 'scapy.consts', 'scapy.libs', 'scapy.libs.structures', 'scapy.libs.winpcapy']"
    )
    assert done.stderr == ""
