"""Memory that was freed goes back to the system."""

import subprocess
import sys

import pytest

from packetwave.common import memory

# A small block behind each large one keeps the C library from giving the large ones back by itself.
SCRIPT = """
import ctypes
from packetwave.common import memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4
blocks = []
for _ in range(1000):
    blocks.append(libc.malloc(100_000))
    ctypes.memset(blocks[-1], 1, 100_000)
    libc.malloc(64)
large = resident()
for block in blocks:
    libc.free(block)
kept = resident()
memory.give_back()
print(large, kept, resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such call")
def test_what_was_freed_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    large, kept, given_back = map(int, done.stdout.split())
    assert kept > large - 20_000, "else there is nothing to be given back"
    assert given_back < large - 80_000


def test_it_may_be_asked_at_any_time() -> None:
    memory.give_back()
    memory.give_back()
