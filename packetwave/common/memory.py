"""Memory that a flood took, given back to the system.

The C library keeps what was freed for the next who asks, so that a program stays as large as it ever was.
Where there is no such call (Windows, other libraries) nothing is done. Any thread; takes some milliseconds,
in which Python goes on.
"""

import asyncio
import ctypes
import sys

PACE_S = 10.0
"""Between two times at which a running program gives back."""


def give_back() -> None:
    """Return freed memory (malloc_trim(3))."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


async def keep_giving_back() -> None:
    """Give back every now and then, for ever."""
    while True:
        await asyncio.sleep(PACE_S)
        await asyncio.to_thread(give_back)
