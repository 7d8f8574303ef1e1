"""The book of pairings on disk, and in memory whatever the disk does.

`BookFile` blocks on the disk, on any thread, one at a time; the command line uses it beside a running server.
`Keeper` is the server's: the loop thread only, the disk beside it. A change holds at once, and is written
when the disk takes it.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from packetwave.common import files
from packetwave.common.instance import FolderLock
from packetwave.common.terminal import system_words
from packetwave.server.trust.identity import make_folder
from packetwave.server.trust.pairings import Book, BookError, LaterBookError, from_text, to_text

log = logging.getLogger(__name__)

PAIRINGS_FILE = "pairings.json"
_LOCK_FILE = "pairings.lock"
_LOCK_S = 5.0
_PAUSE_S = 0.05
LOOK_S = 1.0
"""How often it is looked whether another program has changed the file."""

SEEN_S = 60.0
"""How long at most it is only in memory when a PC was last seen."""

Edit = Callable[[Book], Book]


class BookTrouble(StrEnum):
    """What is the matter with the file."""

    DAMAGED = "damaged"
    """It could not be read and was put aside: every PC has to be paired again."""

    NOT_KEPT = "not_kept"
    """It cannot be written: what was changed is gone at the next start."""


class BookFile:
    """The file in a folder. Attribute: damaged, whether one that could not be read was put aside."""

    def __init__(self, folder: Path) -> None:
        self.damaged = False
        self._folder = folder
        self._path = folder / PAIRINGS_FILE
        self._lock = FolderLock(folder / _LOCK_FILE)

    def stamp(self) -> object:
        """Another value when the file is another one; None for no file. Raises OSError."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def read(self) -> Book:
        """What the file says; an empty book where there is none. One that is damaged is put aside, and the
        book is empty. Raises OSError, LaterBookError."""
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return Book()
        except UnicodeDecodeError:
            text = ""
        try:
            return from_text(text)
        except LaterBookError:
            raise
        except BookError:
            aside = self._path.with_name(f"{self._path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S}.damaged")
            self._path.rename(aside)
            self.damaged = True
            log.error("%s is damaged; it is now %s. PCs have to be paired again", self._path, aside.name)
            return Book()

    def change(self, edit: Edit) -> Book:
        """Change what the file says now; the book afterwards. Raises OSError, and what `edit` raises."""
        make_folder(self._folder)
        self._take_lock()
        try:
            before = self.read()
            after = edit(before)
            if after is not before:
                files.replace(self._path, to_text(after).encode(), private=True, patience_s=1.0)
                files.give_to_owner_of_folder(self._path)
            return after
        finally:
            self._lock.give_back()

    def keep_aside(self) -> Path | None:
        """Copy the file to another name, which is returned; None where there is none. Raises OSError."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return None
        aside = self._path.with_name(f"{self._path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S}.before")
        files.replace(aside, content, private=True)
        return aside

    def _take_lock(self) -> None:
        deadline = time.monotonic() + _LOCK_S
        while not self._lock.take():
            if time.monotonic() >= deadline:
                raise TimeoutError(f"another program keeps {self._path} for itself")
            threading.Event().wait(_PAUSE_S)
        files.give_to_owner_of_folder(self._folder / _LOCK_FILE)


class Keeper:
    """The server's book. Attributes: book; trouble, None for none; on_change, called when one of the two is
    another."""

    def __init__(self, folder: Path) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self.book = Book()
        self.trouble: BookTrouble | None = None
        self._file = BookFile(folder)
        self._stamp: object = None
        self._said = ""  # of what cannot be read, each second anew
        self._unwritten: list[Edit] = []
        self._lazy: dict[str, Edit] = {}
        self._lazy_since_s = 0.0
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Know what was kept."""
        await asyncio.to_thread(self._read)

    def change(self, edit: Edit) -> None:
        """Change the book now. `write` brings it to the disk. Raises what `edit` raises; nothing is changed
        then."""
        self.book = edit(self.book)
        self._unwritten.append(edit)
        self.on_change()

    def note_seen(self, pairing_id: str, address: str, at: datetime) -> None:
        """A paired PC is connected from there; written now and then."""

        def edit(book: Book) -> Book:
            return book.seen(pairing_id, at, address)

        before = self.book.pairings.get(pairing_id)
        self.book = edit(self.book)
        if not self._lazy:
            self._lazy_since_s = time.monotonic()
        self._lazy[pairing_id] = edit
        if before is not None and before.address != address:
            self.on_change()

    async def write(self) -> None:
        """Bring what was changed to the disk. What it does not take waits for the next time."""
        async with self._writing:
            edits, self._unwritten = self._unwritten, []
            lazy, self._lazy = self._lazy, {}
            edits += lazy.values()
            if not edits:
                return
            try:
                book, stamp = await asyncio.to_thread(self._write, edits)
            except (OSError, BookError) as error:
                self._unwritten = edits + self._unwritten
                if self.trouble is not BookTrouble.NOT_KEPT:
                    reason = system_words(error) if isinstance(error, OSError) else str(error)
                    log.warning("the pairings cannot be kept: %s", reason)
                    self._tell(BookTrouble.NOT_KEPT)
                return
            self._stamp = stamp
            self._tell(BookTrouble.DAMAGED if self._file.damaged else None)
            self._use(book)

    async def run(self) -> None:
        """Write what was changed, and notice what another program changes, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self._unwritten or (self._lazy and time.monotonic() - self._lazy_since_s >= SEEN_S):
                await self.write()
            elif not self._unwritten:
                await self._look()

    async def _look(self) -> None:
        async with self._writing:
            try:
                stamp = await asyncio.to_thread(self._file.stamp)
                if stamp == self._stamp:
                    return
                book = await asyncio.to_thread(self._file.read)
            except (OSError, BookError) as error:
                if str(error) != self._said:
                    self._said = str(error)
                    log.warning("the pairings cannot be read: %s", error)
                self._stamp = None
                return
            self._stamp, self._said = stamp, ""
            if self._file.damaged:
                # The memory knows better than an empty file.
                known = self.book
                self._unwritten.append(lambda _book: known)
                self._file.damaged = False
                return
            self._use(book)

    def _use(self, book: Book) -> None:
        """Go on with what the file says, and with what has changed since it was written."""
        for edit in (*self._unwritten, *self._lazy.values()):
            book = edit(book)
        if book != self.book:
            self.book = book
            self.on_change()

    def _read(self) -> None:
        try:
            self._stamp = self._file.stamp()
            self.book = self._file.read()
        except (OSError, BookError) as error:
            log.error("the pairings cannot be read: %s", error)
            self.trouble = BookTrouble.NOT_KEPT
        if self._file.damaged:
            self.trouble = BookTrouble.DAMAGED

    def _write(self, edits: list[Edit]) -> tuple[Book, object]:
        def all_of_them(book: Book) -> Book:
            for edit in edits:
                book = edit(book)
            return book

        return self._file.change(all_of_them), self._file.stamp()

    def _tell(self, trouble: BookTrouble | None) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self.on_change()
