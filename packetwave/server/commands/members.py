"""`packetwave-server members list|import FILE|export FILE`: the members table without a window.

Works beside a running server, which sees the change by itself. Exit codes: 0 fine, 1 failed (the reason on
stderr, nothing changed), 2 wrong usage.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from packetwave.common import data_folder, files
from packetwave.common.exit_codes import ExitCode, code_of
from packetwave.common.paths import data_dir
from packetwave.common.terminal import Parser, say, system_words
from packetwave.server.office.values import Defect, MemberTable
from packetwave.server.store.base import MemberStore, StoreConflict, StoreError
from packetwave.server.store.import_plan import ImportPlan, plan_import
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.mongo_uri import uri_from
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.store.tables import describe, read_file, to_csv, to_xlsx

_WAIT_S = 5.0  # for a database: somebody asked and waits for the answer


def main(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str] = os.environ,
    uri_in_settings: Callable[[Path], str] | None = None,
) -> int:
    """Run the command in `argv` (what stands after `members`) and return its exit code.

    uri_in_settings: the MongoDB URI that the settings in a data folder name, "" for none; asked where
    neither `--mongodb` nor the environment names one.
    """
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as leaving:
        return code_of(leaving)
    folder: Path = arguments.data_dir or data_dir("server")
    try:
        uri = uri_from(arguments.mongodb, environ)
    except ValueError as error:
        say(str(error))
        return ExitCode.WRONG_USAGE
    try:
        if not uri:
            data_folder.check(folder)
            uri = uri_in_settings(folder) if uri_in_settings is not None else ""
        return _run(arguments.action, arguments.file, uri, folder)
    except StoreError as error:
        say(str(error))
    except OSError as error:
        say(system_words(error))
    return ExitCode.FAILED


def _parser() -> Parser:
    common = Parser(add_help=False)
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="where the server keeps its data")
    common.add_argument("--mongodb", metavar="URI|@FILE", help="the MongoDB with the members")
    parser = Parser(prog="packetwave-server members", description="List, import or export the members.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|import|export")
    listing = actions.add_parser("list", parents=[common], help="write the members to stdout as CSV")
    listing.set_defaults(file=None)
    importing = actions.add_parser(
        "import",
        parents=[common],
        help="add and change members from a CSV or XLSX file; members that it does not name stay",
    )
    importing.add_argument("file", type=Path, metavar="FILE")
    exporting = actions.add_parser(
        "export", parents=[common], help="write the members to a CSV or XLSX file, by its name"
    )
    exporting.add_argument("file", type=Path, metavar="FILE")
    return parser


def _run(action: str, file: Path | None, uri: str, folder: Path) -> int:
    if file is not None and action == "import":
        return _import(file, uri, folder)
    table = _load(uri, folder)
    if file is None:
        _write_out(to_csv(table.members, mark=False))
    else:
        to_file = to_xlsx if file.suffix.lower() == ".xlsx" else to_csv
        files.replace(file, to_file(table.members))
        say(f"{len(table.members)} members written to {file}")
    _say_defects(table.defects)
    return ExitCode.FINE


def _load(uri: str, folder: Path) -> MemberTable:
    path = folder / FILE_NAME
    if not uri and not path.exists():
        # A folder named wrongly is not made into one with an empty database.
        say(f"there is no database yet at {path}")
        return MemberTable()
    store = _open(uri, folder)
    try:
        return store.load_members()
    finally:
        store.close()


def _import(file: Path, uri: str, folder: Path) -> int:
    read = read_file(file.read_bytes())
    if read.problems:
        for problem in read.problems:
            say(f"{file}: {describe(problem)}")
        say("nothing was imported")
        return ExitCode.FAILED
    if not uri:
        data_folder.make(folder)
    store = _open(uri, folder)
    try:
        before = store.load_members()
        plan = plan_import(before, read.rows)
        table = store.change_members(plan.changes) if plan.changes else before
    except StoreConflict as error:
        say(f"somebody else changed the members meanwhile, nothing was imported; try again ({error})")
        return ExitCode.FAILED
    finally:
        store.close()
    _write_out(_summary(plan).encode())
    _say_defects(table.defects)
    return ExitCode.FINE


def _open(uri: str, folder: Path) -> MemberStore:
    if uri:
        return MongoStore(uri, wait_s=_WAIT_S)
    return SqliteStore(folder / FILE_NAME, busy_s=_WAIT_S)


def _summary(plan: ImportPlan) -> str:
    lines = [f"+ {member.extension_num} {member.default_ip}" for member in plan.added]
    for edit in plan.changed:
        moved = edit.before.default_ip != edit.after.default_ip
        was = f" (was {edit.before.default_ip})" if moved else ""
        lines.append(f"~ {edit.after.extension_num} {edit.after.default_ip}{was}")
    lines.append(
        f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.unchanged)} unchanged, "
        f"{len(plan.untouched)} not in the file"
    )
    return "".join(line + "\n" for line in lines)


def _say_defects(defects: Sequence[Defect]) -> None:
    for defect in defects:
        say(f"stored row {defect.row_id}: {defect.field_name} {defect.value!r}: {defect.code}")


def _write_out(content: bytes) -> None:
    """Bytes, since the text layer of a Windows console would change encoding and line ends."""
    if sys.stdout is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
