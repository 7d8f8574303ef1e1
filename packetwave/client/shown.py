"""What this PC has of each call, and of the server's time: `shown.jsonl` in the data folder.

Owns that file, for this user only. A line says all of one call; the last line of a call counts. Lines are
only added, so that an end of the program at any moment leaves the old line or the new one; now and then the
file is replaced by a shorter one, in one step. Where it cannot be written, what it would hold is held until
the program ends. Blocks on the disk for a moment; the engine's loop thread.

A power cut may take back the last second: the server then tells again of what it took back.
"""

import json
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from packetwave.common import files
from packetwave.protocol import IncomingCall, Missed, ProtocolError
from packetwave.protocol.fields import format_at, from_wire, parse_at, to_wire

_log = logging.getLogger(__name__)

FILE_NAME = "shown.jsonl"

MOST_CALLS = 5_000
"""Beyond, the oldest is forgotten: the server tells of nothing so old."""

_MOST_LINES = 3 * MOST_CALLS
_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A call that was shown ringing, or told as missed."""

    call_id: str
    caller: str
    called: str
    rang_at: datetime | None = None
    caller_name: str = ""
    caller_company: str = ""
    dialled: str = ""
    direction: str = "in"
    epoch: str = ""
    """Which run of the server told of it last."""

    is_over: bool = False
    is_missed: bool = False
    """Whether it is among the missed calls that nobody has looked at."""

    @property
    def incoming(self) -> IncomingCall:
        """As the server told of it."""
        return IncomingCall(
            self.caller,
            self.called,
            self.call_id,
            self.rang_at,
            self.caller_name,
            self.caller_company,
            dialled=self.dialled,
            direction=self.direction,
        )


def entry_of(message: IncomingCall | Missed, *, is_over: bool = False, is_missed: bool = False) -> Entry:
    """The entry of a call that the server told of."""
    return Entry(
        message.call_id,
        message.caller,
        message.called,
        message.rang_at,
        message.caller_name,
        message.caller_company,
        message.dialled,
        message.direction,
        message.epoch,
        is_over,
        is_missed,
    )


class Shown:
    """The calls on record.

    path: the file, None for memory alone. clock: seconds, for the pace of trying again.

    Attributes: until, the server's time up to which this PC has all it was to be told, None for not known;
    trouble, why the file cannot be written, "" for nothing.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.until: datetime | None = None
        self.trouble = ""
        self._path = path
        self._clock = clock
        self._calls: OrderedDict[str, Entry] = OrderedDict()
        self._file: int | None = None
        self._lines = 0
        self._is_whole = True
        self._again_s = 0.0
        if path is not None:
            self._load(path)

    def get(self, call_id: str) -> Entry | None:
        return self._calls.get(call_id)

    def missed(self) -> tuple[Entry, ...]:
        """The missed calls that nobody has looked at, the oldest first."""
        return tuple(entry for entry in self._calls.values() if entry.is_missed)

    def open(self) -> tuple[Entry, ...]:
        """The calls whose end was not told, the oldest first."""
        return tuple(entry for entry in self._calls.values() if not entry.is_over)

    def put(self, *entries: Entry) -> None:
        """Have these from now on; what is said of the same calls before is forgotten."""
        for entry in entries:
            self._calls[entry.call_id] = entry
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)
        self._write([{"call": to_wire(entry)} for entry in entries])

    def note_until(self, at: datetime) -> None:
        """All up to this time of the server is here."""
        if at != self.until:
            self.until = at
            self._write([{"until": format_at(at)}])

    def close(self) -> None:
        """Give the file back; what is in memory only is written, if it can be now. May be called twice."""
        if not self._is_whole and self._path is not None:
            self._rewrite(self._path)
        self._close_file()

    # The file

    def _load(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("what was shown before cannot be read: %s", error)
            return
        lines = content.decode("utf-8", "replace").split("\n")
        good = [self._read(line) for line in lines[:-1]]
        self._lines = len(good)
        while len(self._calls) > MOST_CALLS:
            self._calls.popitem(last=False)
        # A line that was cut in half must not run into the next one.
        if lines[-1] or not all(good) or self._lines > _MOST_LINES:
            self._rewrite(path)

    def _read(self, line: str) -> bool:
        try:
            said = json.loads(line)
            if "until" in said:
                self.until = parse_at(said["until"])
            else:
                entry = from_wire(Entry, said["call"])
                self._calls[entry.call_id] = entry
        except (ValueError, TypeError, KeyError, AttributeError, ProtocolError, RecursionError):
            return False
        return True

    def _write(self, said: list[dict[str, Any]]) -> None:
        path = self._path
        if path is None:
            return
        self._lines += len(said)
        if not self._is_whole or self._lines > _MOST_LINES:
            if self._is_whole or self._clock() >= self._again_s:
                self._rewrite(path)
            return
        content = "".join(map(_line, said)).encode()
        try:
            if self._file is None:
                self._file = _open_to_append(path)
            if os.write(self._file, content) != len(content):
                raise OSError("the disk is full")
        except OSError as error:
            self._failed(error)

    def _rewrite(self, path: Path) -> None:
        """Put all that is known in the place of what the file says."""
        self._close_file()
        said: list[dict[str, Any]] = [{"call": to_wire(entry)} for entry in self._calls.values()]
        if self.until is not None:
            said.append({"until": format_at(self.until)})
        try:
            files.replace(path, "".join(map(_line, said)).encode())
        except OSError as error:
            self._failed(error)
        else:
            self._lines = len(said)
            self._is_whole = True
            self.trouble = ""

    def _failed(self, error: OSError) -> None:
        if not self.trouble:
            _log.warning("what was shown cannot be kept, and is held in memory: %s", error)
        self.trouble = error.strerror or str(error)
        self._is_whole = False
        self._again_s = self._clock() + _AGAIN_S
        self._close_file()

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def _open_to_append(path: Path) -> int:
    # A link that somebody put there is not followed.
    return files.open_private(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
