"""How many files and sockets the process may have open. Any thread.

Most Linux systems begin every process with 1,024 and let it have more where it asks. Windows has no such
number.
"""

import sys

ENOUGH = 1_000_000
"""What is said where the system sets no number."""


def allow(wanted: int) -> int:
    """See to it that so many may be open, as far as the system lets the process; how many may be now."""
    if sys.platform == "win32":
        return ENOUGH
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return ENOUGH
    if soft >= wanted:
        return soft
    best = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if best <= soft:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (best, hard))
    except (OSError, ValueError):  # a system that has a lower bound of its own, such as macOS
        return soft
    return best
