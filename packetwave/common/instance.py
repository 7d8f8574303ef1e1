"""One running program per data folder, and what a second start asks of the first.

Owns `instance.lock` (held as long as the program lives; the system frees it even after kill -9) and
`instance.json` (where the first listens on the loopback address, and the secret that proves that a request
comes from somebody who may read the folder). A TCP port rather than a named socket: it has no limit on the
length of the folder's path and is the same on every system. Requests are received on a thread of its own.

A program that runs although its folder cannot be written keeps both in `paths.spare_dir`, where there is one;
else a name of the system's says that it runs (`named_mutex`), and further starts end unheard, or run beside
it where there are no such names. Who looks for a running program looks in both places.

A program may be one that gives way (the unattended server, see docs/decisions/handover.md). It leaves the
folder to a further start, instead of taking a request from it.
"""

import contextlib
import hmac
import json
import logging
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from enum import Enum, StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from packetwave.common import data_folder, files, paths
from packetwave.common.named_mutex import NamedMutex

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_log = logging.getLogger(__name__)

_TALK_S = 1.0  # longest silence within one request
_LINE_BYTES = 1024
_AGAIN_S = 0.05
_DONE = b"ok\n"
_GIVE_WAY = "give way"
_LOCK, _ADDRESS = "instance.lock", "instance.json"

OnGiveWay = Callable[[socket.socket], None]
"""Called on the other thread when a further start wants the folder: `release` the claim then. It gets the
connection to that start and closes it in the end. While the connection is open, the other start does not have
the folder yet, and it must not be claimed again."""


class InstanceRequest(StrEnum):
    """What a second start asks of the first. The first ignores any other text, which a later version may
    send."""

    RAISE = "raise"
    """Bring the window to the front."""

    QUIT = "quit"
    """End."""

    PAIR = "pair"
    """A client without windows: ask the server to be paired."""

    CONFIRM_PAIRING = "confirm_pairing"
    """The same: the manager's screen shows the same digits."""


class Second(Enum):
    """What became of a start that may not be the first."""

    CLAIMED = "claimed"
    """It has the folder now."""

    HEARD = "heard"
    """Another program has the folder, and took the request."""

    UNANSWERED = "unanswered"
    """Another program has the folder, and did not answer in time."""


class FolderLock:
    """A lock file that the system frees when the program that holds it ends, in any way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path, thread_local=False, mode=files.PRIVATE)

    def take(self) -> bool:
        """Try to take the lock; whether it was taken. Not for who has it already. Raises OSError."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        files.narrow(self._path)
        return True

    def give_back(self) -> None:
        """Free the lock. May be called twice, and without having it."""
        self._lock.release()


class Instance:
    """The claim of one program on its data folder.

    must_write: whether the folder must be of use; then `data_folder.Unusable` is raised where it is not.
    Attribute: trouble, what is the matter with the folder otherwise, None for nothing.
    """

    def __init__(self, data_dir: Path, *, must_write: bool = True) -> None:
        self.trouble: data_folder.Unusable | None = None
        place: Path | None = data_dir
        if must_write:
            data_folder.make(data_dir)
        else:
            self.trouble = data_folder.trouble_with(data_dir)
            if self.trouble is not None:
                place = _spare(data_dir)
        self._must_write = must_write
        self._data_dir = data_dir
        self._lock = FolderLock(place / _LOCK) if place is not None else None
        self._name = NamedMutex(data_dir)
        self._address = place / _ADDRESS if place is not None else None
        self._elsewhere = [folder for folder in _places(data_dir) if folder != place]
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def claim(self, on_request: Callable[[str], None], on_give_way: OnGiveWay | None = None) -> bool:
        """Try to become the one program with this folder; whether it is now.

        on_request: from then on gets the text of each request, on another thread. on_give_way: makes this a
        program that gives way.
        """
        if any(_is_held(folder / _LOCK, unknown=False) for folder in self._elsewhere):
            return False
        if not self._take_lock():
            return False
        secret = secrets.token_hex(16)
        try:
            listener = socket.create_server(("127.0.0.1", 0))
        except OSError as error:  # no loopback interface: still the one, but deaf to other starts
            _log.warning("other starts of this program will not be heard: %s", error)
            return True
        self._listener = listener
        gives_way = on_give_way is not None
        address = {"port": listener.getsockname()[1], "secret": secret, "gives_way": gives_way}
        try:
            if self._address is not None:
                # Another start may be reading it at this moment.
                files.replace(self._address, json.dumps(address).encode(), patience_s=_TALK_S)
        except OSError as error:
            _log.warning("other starts of this program will not be heard: %s", error)
        self._thread = threading.Thread(
            target=_receive, args=(listener, secret, on_request, on_give_way), name="instance", daemon=True
        )
        self._thread.start()
        return True

    def _take_lock(self) -> bool:
        if self._lock is None:
            return self._name.take()
        try:
            return self._lock.take()
        except OSError as error:
            if self._must_write:
                raise
            _log.warning("other starts of this program will not be heard: %s", error)
            return self._name.take()

    def claim_or_ask(
        self, on_request: Callable[[str], None], request: str, timeout_s: float = 10.0
    ) -> Second:
        """Claim the folder, and wait for it where the program that has it gives way. Any other program that
        has it gets `request`."""
        deadline = time.monotonic() + timeout_s
        asked: dict[str, object] = {}
        with contextlib.ExitStack() as until_claimed:
            while not self.claim(on_request):
                if time.monotonic() >= deadline:
                    return Second.UNANSWERED
                # As in `ask`. Where another start was faster, that one is asked next.
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                    address = json.loads((self._data_dir / _ADDRESS).read_text("utf-8"))
                    if not address["gives_way"]:
                        _send(address, request, _TALK_S).close()
                        return Second.HEARD
                    if address != asked:
                        until_claimed.enter_context(_send(address, _GIVE_WAY, _TALK_S))
                        asked = address
                threading.Event().wait(_AGAIN_S)
        return Second.CLAIMED

    def ask(self, request: str, timeout_s: float = 2.0) -> bool:
        """Whether the running program took the request; False when it does not answer in that time."""
        return ask(self._data_dir, request, timeout_s)

    def release(self) -> None:
        """Give the claim up. May be called twice, and without a claim."""
        if self._listener is not None:
            # On Windows another start may be reading it; nobody answers there any more.
            with contextlib.suppress(OSError):
                if self._address is not None:
                    self._address.unlink()
            with contextlib.suppress(OSError):  # wakes accept() on Linux; closing does on Windows
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        if self._thread is not None:
            if self._thread is not threading.current_thread():
                self._thread.join(2 * _TALK_S)
            self._thread = None
        self._name.give_back()
        if self._lock is not None:
            self._lock.give_back()


def _places(data_dir: Path) -> list[Path]:
    """Where a program with this folder may have noted that it runs."""
    spare = paths.spare_dir(data_dir)
    return [data_dir] if spare is None else [data_dir, spare]


def _spare(data_dir: Path) -> Path | None:
    """The spare place, made; None where there can be none."""
    spare = paths.spare_dir(data_dir)
    return spare if spare is not None and data_folder.trouble_with(spare) is None else None


def has_run(data_dir: Path) -> bool:
    """Whether a program runs with this folder, or ran and was killed."""
    return (data_dir / _ADDRESS).is_file()


def ask(data_dir: Path, request: str, timeout_s: float) -> bool:
    """Whether the program that holds the folder took the request; False when it does not answer in that time.

    Only reads in the folder, which may be another user's, and may be missing.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        for folder in _places(data_dir):
            # The first may have its lock and not yet its port, or the file may be of one that was killed.
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                _send(json.loads((folder / _ADDRESS).read_text("utf-8")), request, left).close()
                return True
        threading.Event().wait(min(_AGAIN_S, left))


def wait_gone(data_dir: Path, timeout_s: float) -> bool:
    """Wait until no program holds the folder; whether that is so in time. Only reads there, see `ask`."""
    deadline = time.monotonic() + timeout_s
    while any(_is_held(folder / _LOCK) for folder in _places(data_dir)):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        threading.Event().wait(min(_AGAIN_S, left))
    return True


def _is_held(lock: Path, *, unknown: bool = True) -> bool:
    """Whether a program holds the lock. unknown: the answer where nobody may look."""
    # Not by filelock: that makes and empties the file, which an administrator's program must not do in a
    # folder where an ordinary user decides what the file's name leads to.
    try:
        handle = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except PermissionError:
        return unknown
    except OSError:
        return False
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # closing alone frees it, but at Windows' leisure
        else:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _send(address: dict[str, object], request: str, timeout_s: float) -> socket.socket:
    """The connection over which the request was taken. Raises OSError, KeyError, TypeError."""
    port = address["port"]
    if not isinstance(port, int):
        raise TypeError(port)
    talk = socket.create_connection(("127.0.0.1", port), min(timeout_s, _TALK_S))
    try:
        talk.sendall(json.dumps({"secret": address["secret"], "request": request}).encode() + b"\n")
        with talk.makefile("rb") as answers:
            if answers.readline(_LINE_BYTES) != _DONE:
                raise ConnectionRefusedError(request)
    except BaseException:
        talk.close()
        raise
    return talk


def _receive(
    listener: socket.socket,
    secret: str,
    on_request: Callable[[str], None],
    on_give_way: OnGiveWay | None,
) -> None:
    while True:
        try:
            talk, _ = listener.accept()
        except OSError:  # closed by release()
            return
        with contextlib.ExitStack() as until_heard, contextlib.suppress(OSError):
            until_heard.enter_context(talk)
            talk.settimeout(_TALK_S)
            request = _request(talk.makefile("rb").readline(_LINE_BYTES), secret)
            if request is None or (request == _GIVE_WAY and on_give_way is None):
                continue
            talk.sendall(_DONE)
            try:
                if request == _GIVE_WAY and on_give_way is not None:
                    until_heard.pop_all()
                    on_give_way(talk)
                else:
                    on_request(request)
            except Exception:  # noqa: BLE001 - the next request must still be heard
                _log.exception("request %r failed", request)


def _request(line: bytes, secret: str) -> str | None:
    try:
        keys = json.loads(line)
        given, request = keys["secret"], keys["request"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not (isinstance(given, str) and isinstance(request, str)):
        return None
    same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())
    return request if same else None
