"""The real server with faults to be switched on while it runs, each by a file of its name in a folder.

    python -m tests.e2e.faulty FOLDER … as packetwave-server

- `read`: reading the interface does not return as long as the file is there;
- `loop`: a call event holds the loop up as long as the file is there;
- `store`: a write of the database does not return as long as the file is there;
- `slept`: says how many seconds the PC has slept since the start.

A frame with `never-ends` in it is read for ever by the detector. All else is the program as it is.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from packetwave.server import app
from packetwave.server.capture import LiveCapture
from packetwave.server.engine.switchboard import Switchboard
from packetwave.server.store.steady import SteadyStore
from packetwave.server.watch.detector import Detector

_LOOK_S = 0.01


def _hold_up(owner: type, name: str, switch: Path) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def held_up(*arguments: Any, **named: Any) -> Any:
        while switch.exists():
            time.sleep(_LOOK_S)
        return real(*arguments, **named)

    setattr(owner, name, held_up)


def _read_for_ever() -> None:
    real = Detector.frame

    def frame(detector: Detector, at_s: float, link_type: int, data: bytes) -> Any:
        while b"never-ends" in data:
            pass
        return real(detector, at_s, link_type, data)

    setattr(Detector, "frame", frame)  # noqa: B010 - what mypy would not let be assigned


def _sleep(switch: Path) -> None:
    clock, gettime = time.time, time.clock_gettime

    def slept_s() -> float:
        try:
            return float(switch.read_text())
        except (OSError, ValueError):
            return 0.0

    def shifted(clock_id: int) -> float:
        return gettime(clock_id) + (slept_s() if clock_id == time.CLOCK_BOOTTIME else 0.0)

    time.time = lambda: clock() + slept_s()
    time.clock_gettime = shifted


def main() -> int:
    folder = Path(sys.argv.pop(1))
    _hold_up(LiveCapture, "read", folder / "read")
    _hold_up(Switchboard, "take", folder / "loop")
    _hold_up(SteadyStore, "journal", folder / "store")
    _read_for_ever()
    _sleep(folder / "slept")
    return app.main()


if __name__ == "__main__":
    sys.exit(main())
