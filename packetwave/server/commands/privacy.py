"""`packetwave-server privacy export WHO --to FILE | delete WHO`: what is known of a person, given or removed.

WHO is a number in any notation, an extension, or a name as it stands in the call log. Works on the data
folder and on a MongoDB, whether or not a server runs there: it sees by itself that calls were removed. Exit
codes: 0 fine (also where there is nothing of that person), 1 failed (the reason on stderr), 2 wrong usage.
"""

import argparse
import csv
import io
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from packetwave.common import data_folder, files
from packetwave.common.exit_codes import ExitCode, code_of
from packetwave.common.paths import data_dir
from packetwave.common.terminal import Parser, say, system_words
from packetwave.server.office.values import CallRecord, Member, texts_of
from packetwave.server.store.base import EventLine, StoreError
from packetwave.server.store.forgetting import REMOVED, forms, lines_of, searchable
from packetwave.server.store.formulas import inert
from packetwave.server.store.local_file import asides
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.mongo_uri import uri_from
from packetwave.server.store.rows import CALL_FIELDS, call_fields
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore

_WAIT_S = 5.0  # for a database: somebody asked and waits for the answer
_SCRUB_S = 15.0  # a running server reads its file again and again
_CHUNK_BYTES = 1 << 20
_YES = ("y", "yes", "예", "네")


def main(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str] = os.environ,
    uri_in_settings: Callable[[Path], str] | None = None,
) -> int:
    """Run the command in `argv` (what stands after `privacy`) and return its exit code. uri_in_settings: see
    `commands.members`."""
    try:
        arguments = _parse(argv)
        uri = uri_from(arguments.mongodb, environ)
    except SystemExit as leaving:
        return code_of(leaving)
    except ValueError as error:
        say(str(error))
        return ExitCode.WRONG_USAGE
    folder: Path = arguments.data_dir or data_dir("server")
    try:
        data_folder.check(folder)
        if not uri and uri_in_settings is not None:
            uri = uri_in_settings(folder)
        with ExitStack() as open_now:
            books = _open(folder, uri, open_now)
            if books is None:
                say(f"there is no database at {folder / FILE_NAME}; --data-dir names another folder")
                return ExitCode.FAILED
            if arguments.action == "export":
                return _export(books, arguments.who, arguments.to)
            return _delete(books, arguments.who, is_sure=arguments.yes)
    except StoreError as error:
        say(str(error))
    except OSError as error:
        say(system_words(error))
    return ExitCode.FAILED


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    common = Parser(add_help=False)
    common.add_argument("who", metavar="WHO", help="a number in any notation, an extension, or a name")
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="where the server keeps its data")
    common.add_argument("--mongodb", metavar="URI|@FILE", help="the MongoDB with the calls")
    parser = Parser(
        prog="packetwave-server privacy",
        description="Give or remove what is known of a person's calls. See docs/privacy.md.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="export|delete")
    exporting = actions.add_parser("export", parents=[common], help="write all of it to a file")
    exporting.add_argument("--to", type=Path, metavar="FILE", required=True, help="a .json or .csv file")
    deleting = actions.add_parser("delete", parents=[common], help="remove the calls for good")
    deleting.add_argument("--yes", action="store_true", help="do not ask")
    arguments = parser.parse_args(argv)
    if not forms(arguments.who):
        parser.error(f"{arguments.who!r} is nobody's number, extension or name")
    if arguments.action == "export" and arguments.to.suffix.lower() not in _WRITERS:
        parser.error(f"{arguments.to} ends neither in .json nor in .csv")
    return arguments


@dataclass(frozen=True, slots=True)
class _Books:
    """Where calls are: the local file, a MongoDB, or both."""

    folder: Path
    local: SqliteStore | None
    remote: MongoStore | None

    @property
    def path(self) -> Path:
        return self.folder / FILE_NAME

    def calls(self, who: Sequence[str]) -> list[CallRecord]:
        """Calls that name one of these, oldest first."""
        known: dict[str, CallRecord] = {}
        for store in (self.remote, self.local):  # the local file may know more of a call
            if store is not None:
                known.update((record.call_id, record) for record in store.find_calls(who))
        return sorted(known.values(), key=lambda record: (record.rang_at, record.call_id))

    def members(self, who: Sequence[str]) -> list[Member]:
        """Members with one of these extensions or names."""
        store = self.remote or self.local
        found = store.load_members().members if store is not None else ()
        return [member for member in found if {member.extension_num, member.name} & {*who}]

    def lines(self, who: Sequence[str]) -> list[EventLine]:
        """Event lines that nobody has read yet, and that name one of these."""
        left = self.local.lines_left() if self.local is not None else []
        wanted = set(lines_of(left, who))
        return [line for line in left if line.number in wanted]


def _open(folder: Path, uri: str, open_now: ExitStack) -> _Books | None:
    path = folder / FILE_NAME
    # A folder named wrongly is not made into one with an empty database.
    local = open_now.enter_context(closing(SqliteStore(path, busy_s=_WAIT_S))) if path.exists() else None
    remote = open_now.enter_context(closing(MongoStore(uri, wait_s=_WAIT_S))) if uri else None
    return _Books(folder, local, remote) if local is not None or remote is not None else None


# Export


def _export(books: _Books, who: str, to: Path) -> int:
    texts = forms(who)
    calls = books.calls(texts)
    content = _WRITERS[to.suffix.lower()](who, calls, books.members(texts), books.lines(texts))
    files.replace(to, content)
    say(f"{len(calls)} calls written to {to}; others are named in them too: hand it over with care")
    return ExitCode.FINE


def _as_json(
    who: str, calls: Sequence[CallRecord], members: Sequence[Member], lines: Sequence[EventLine]
) -> bytes:
    content = {
        "about": who,
        "made_at": datetime.now(UTC),
        "calls": [call_fields(record) for record in calls],
        "members": [texts_of(member) for member in members],
        "event_lines": [line.text for line in lines],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2, default=_in_words) + "\n").encode(
        "utf-8", "replace"
    )


def _as_csv(
    _who: str, calls: Sequence[CallRecord], _members: Sequence[Member], _lines: Sequence[EventLine]
) -> bytes:
    """The calls alone; a table has one kind of rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CALL_FIELDS)
    for record in calls:
        writer.writerow([inert(_in_words(value)) for value in call_fields(record).values()])
    return text.getvalue().encode("utf-8-sig", "replace")


_WRITERS = {".json": _as_json, ".csv": _as_csv}


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, default=_in_words)
    return "" if value is None else str(value)


# Delete


def _delete(books: _Books, who: str, *, is_sure: bool) -> int:
    texts = forms(who)
    calls = books.calls(texts)
    over = [record.call_id for record in calls if record.outcome is not None]
    lines = [line.number for line in books.lines(texts)]
    if not is_sure and not _is_confirmed(len(over)):
        return ExitCode.WRONG_USAGE
    is_clean = True
    # The local file first: a running server brings the database what that has and it lacks.
    if books.local is not None:
        books.local.remove_calls(over)
        books.local.remove_lines(lines)
        books.local.set_meta(REMOVED, secrets.token_hex(8))
        is_clean = _scrub(books.local)
    if books.remote is not None:
        books.remote.remove_calls(over)
    _write_out(f"{len(over)} calls and {len(lines)} event lines removed")
    if len(calls) > len(over):
        say(f"{len(calls) - len(over)} calls are not over yet and stay; remove them once they are")
    if books.members(texts):
        say("the person stands in the members table, which this command leaves as it is")
    if not is_clean:
        say(
            f"another program is reading {books.path}: what was removed is gone from the call log, but its "
            "bytes stay in the file until the server removes them, within a day"
        )
    _see_to_asides(books, texts)
    _say_what_is_left(books, texts)
    return ExitCode.FINE if is_clean else ExitCode.FAILED


def _is_confirmed(count: int) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        say("nothing was removed: there is no terminal to ask at; --yes removes without asking")
        return False
    say(f"{count} calls are removed for good, from the database and its files. Go on? (y/n)")
    if sys.stdin.readline().strip().lower() in _YES:
        return True
    say("nothing was removed")
    return False


def _scrub(store: SqliteStore) -> bool:
    until_s = time.monotonic() + _SCRUB_S
    while not (is_clean := store.scrub()) and time.monotonic() < until_s:
        pass  # each try waits for the other program
    return is_clean


def _see_to_asides(books: _Books, texts: Sequence[str]) -> None:
    """Remove damaged databases that were put aside, where the person stands in them: no row can be removed
    from one."""
    found = asides(books.path)
    patterns = searchable(texts)
    if found and not patterns:
        names = ", ".join(part.name for part in found)
        say(f"whether databases that were put aside name the person is not known; remove them: {names}")
        return
    for part in found:
        if _holds(part, patterns):
            part.unlink(missing_ok=True)
            say(f"{part.name}, a database that was put aside, named the person and was removed whole")


def _say_what_is_left(books: _Books, texts: Sequence[str]) -> None:
    patterns = searchable(texts)
    left = [
        str(path)
        for path in sorted(books.folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and _holds(path, patterns)
    ]
    if left:
        say("the person still stands in: " + ", ".join(left))
    say("files that were exported, event files and backups elsewhere are yours to look through")


def _holds(path: Path, patterns: Iterable[bytes]) -> bool:
    """Whether one of these stands in the file's bytes. What cannot be read holds nothing."""
    wanted = list(patterns)
    overlap = max(map(len, wanted), default=0)
    if not wanted:
        return False
    try:
        with path.open("rb") as file:
            tail = b""
            while chunk := file.read(_CHUNK_BYTES):
                window = tail + chunk
                if any(pattern in window for pattern in wanted):
                    return True
                tail = window[-overlap:]
    except OSError:
        return False
    return False


def _write_out(line: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
