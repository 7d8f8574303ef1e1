"""`packetwave-server trust …`: the certificate, the paired PCs and the keys of a roll-out without a window.

Works beside a running server, which sees what has changed within two seconds. Exit codes: 0 fine, 1 failed
(the reason on stderr, nothing changed), 2 wrong usage.
"""

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from packetwave.common import data_folder, files
from packetwave.common.exit_codes import ExitCode, code_of
from packetwave.common.paths import data_dir
from packetwave.common.terminal import Parser, say, system_words
from packetwave.protocol.fields import format_at
from packetwave.server.trust import carry
from packetwave.server.trust.enrolment import DAYS, MAX_DAYS, MAX_KEYS, MAX_USES, USES, new_key
from packetwave.server.trust.identity import (
    IDENTITY_FILE,
    Identity,
    IdentityError,
    keep_identity,
    make_folder,
    open_identity,
    read_identity,
)
from packetwave.server.trust.keeping import BookFile
from packetwave.server.trust.pairings import Book, BookError, from_text, to_text
from packetwave.server.trust.trust import TRUST_FOLDER

AskPassphrase = Callable[[str], str]


def main(argv: Sequence[str], *, ask: AskPassphrase = getpass.getpass) -> int:
    """Run the command in `argv` (what stands after `trust`) and return its exit code. ask: for a passphrase
    at the terminal."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as leaving:
        return code_of(leaving)
    data: Path = options.data_dir or data_dir("server")
    try:
        data_folder.make(data)
        options.run(options, data / TRUST_FOLDER, ask)
    except OSError as error:
        say(system_words(error))
        return ExitCode.FAILED
    except ValueError as error:
        say(str(error))
        return ExitCode.FAILED
    return ExitCode.FINE


def _parser() -> Parser:
    common = Parser(add_help=False)
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="where the server keeps its data")
    locked = Parser(add_help=False, parents=[common])
    locked.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="its first line is the passphrase"
    )
    parser = Parser(prog="packetwave-server trust", description="The certificate and the paired PCs.")
    actions = parser.add_subparsers(required=True, metavar="fingerprint|list|revoke|enrol|export|import")

    def add(name: str, run: Callable[..., None], parent: Parser, text: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, parents=[parent], help=text)
        action.set_defaults(run=run)
        return action

    add("fingerprint", _fingerprint, common, "write the certificate's fingerprint, as clients know it")
    add("list", _list, common, "list the paired PCs: id, name, extensions, address, made, last seen")
    revoking = add("revoke", _revoke, common, "end a pairing, at once")
    revoking.add_argument("id", metavar="ID")
    enrolling = add("enrol", _enrol, common, "make a key by which PCs pair themselves; it is written once")
    enrolling.add_argument("--days", type=int, default=DAYS, help=f"valid for 1 to {MAX_DAYS} days ({DAYS})")
    enrolling.add_argument("--uses", type=int, default=USES, help=f"for 1 to {MAX_USES} PCs ({USES})")
    exporting = add("export", _export, locked, "write certificate and pairings, locked by a passphrase")
    exporting.add_argument("--to", type=Path, required=True, metavar="FILE")
    importing = add("import", _import, locked, "take certificate and pairings over from another server PC")
    importing.add_argument("file", type=Path, metavar="FILE")
    return parser


def _fingerprint(_options: argparse.Namespace, folder: Path, _ask: AskPassphrase) -> None:
    _out(_identity(folder).fingerprint.hex())


def _list(_options: argparse.Namespace, folder: Path, _ask: AskPassphrase) -> None:
    for each in sorted(BookFile(folder).read().pairings.values(), key=lambda each: each.made_at):
        made, seen = format_at(each.made_at), format_at(each.seen_at)
        _out("\t".join((each.id, _one_line(each.pc), ",".join(each.extensions), each.address, made, seen)))


def _revoke(options: argparse.Namespace, folder: Path, _ask: AskPassphrase) -> None:
    def edit(book: Book) -> Book:
        if options.id not in book.pairings:
            raise BookError(f"there is no pairing {options.id}")
        return book.revoke(options.id)

    BookFile(folder).change(edit)


def _enrol(options: argparse.Namespace, folder: Path, _ask: AskPassphrase) -> None:
    now = datetime.now(UTC)
    key = new_key(now, options.days, options.uses)
    identity = _identity(folder)

    def edit(book: Book) -> Book:
        book = book.serving(now)
        if len(book.keys) >= MAX_KEYS:
            raise BookError(f"there are {MAX_KEYS} keys already")
        return book.put_key(key)

    BookFile(folder).change(edit)
    _out(key.key)
    say(f"valid for {key.uses_left} PCs until {format_at(key.until)}")
    say(f"for the installer: FINGERPRINT={identity.fingerprint.hex()} ENROLLKEY={key.key}")


def _export(options: argparse.Namespace, folder: Path, ask: AskPassphrase) -> None:
    passphrase = _passphrase(options, ask, twice=True)
    content = carry.lock(_identity(folder).pem, to_text(BookFile(folder).read()), passphrase)
    files.replace(options.to, content, private=True)
    say(f"certificate and pairings are in {options.to}")


def _import(options: argparse.Namespace, folder: Path, ask: AskPassphrase) -> None:
    pem, text = carry.unlock(options.file.read_bytes(), _passphrase(options, ask, twice=False))
    identity, book = read_identity(pem), from_text(text)
    make_folder(folder)
    was = folder / IDENTITY_FILE
    if was.exists() and was.read_bytes() != pem:
        aside = was.with_name(f"{was.name}.{datetime.now(UTC):%Y%m%d-%H%M%S}.before")
        files.replace(aside, was.read_bytes(), private=True)
        say(f"the certificate of before is kept in {aside}")
    kept = BookFile(folder).keep_aside()
    if kept is not None:
        say(f"the pairings of before are kept in {kept}")
    keep_identity(folder, pem)
    BookFile(folder).change(lambda _book: book)
    say(f"{len(book.pairings)} pairings; the certificate's fingerprint is {identity.fingerprint.hex()}")
    say("a server that runs shows the certificate from its next start on")


def _identity(folder: Path) -> Identity:
    identity = open_identity(folder)
    if identity.path is None:
        raise IdentityError(f"the certificate cannot be kept in {folder}")
    return identity


def _passphrase(options: argparse.Namespace, ask: AskPassphrase, *, twice: bool) -> str:
    if options.passphrase_file is not None:
        lines = options.passphrase_file.read_text("utf-8").splitlines()
        return lines[0] if lines else ""
    passphrase = ask("Passphrase: ")
    if twice and ask("Once more: ") != passphrase:
        raise carry.CarryError("the two passphrases are not the same")
    return passphrase


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _out(line: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write(line + "\n")
