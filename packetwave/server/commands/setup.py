"""`packetwave-server setup firewall|no-firewall|task|no-task`: what needs an administrator, and nothing else.

The console starts it through Windows' question to the person (`packetwave.server.machine.this_pc`); an
administrator may also run it by hand. Windows only. Exit codes: 0 done, 1 not done (the reason on stderr and
in the report), 2 wrong usage.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from packetwave.common.exit_codes import ExitCode, code_of
from packetwave.common.paths import data_dir
from packetwave.common.settings import load
from packetwave.common.terminal import Parser, say
from packetwave.server.machine.setup import Action, SetupCode, SetupResult, set_up
from packetwave.server.machine.system import System, system
from packetwave.server.machine.this_pc import running_server, write_report
from packetwave.server.settings import SETTINGS_FILE, ServerSettings, parse_listen, parse_ports


def main(argv: Sequence[str], windows: System | None = None) -> int:
    """Run the command in `argv` (what stands after `setup`) and return its exit code.

    windows: None for the system this runs on.
    """
    try:
        options = _parser().parse_args(argv)
    except SystemExit as leaving:
        return code_of(leaving)
    windows = windows or system()
    if windows is None:
        outcome = SetupResult(SetupCode.NOT_WINDOWS)
    else:
        frozen = bool(getattr(sys, "frozen", False))
        ports, doors = _ports_in_settings()
        server = running_server(
            options.ports or ports,
            frozen=frozen,
            udp_ports=options.udp_ports or (() if options.ports else doors),
        )
        outcome = set_up(Action(options.action), server, windows, os.environ)
    if options.report is not None:
        try:
            write_report(options.report, outcome)
        except OSError as error:
            say(f"{options.report}: {error.strerror}")
    if outcome.code is SetupCode.DONE:
        return ExitCode.FINE
    said = f" ({outcome.detail})" if outcome.detail else ""
    say(f"packetwave-server setup {options.action}: {_reason(outcome.code)}{said}")
    return ExitCode.FAILED


def _reason(code: SetupCode) -> str:
    match code:
        case SetupCode.DONE:
            return "it was done"
        case SetupCode.DECLINED:
            return "the person told Windows no"
        case SetupCode.NO_RIGHTS:
            return "an administrator has to run this"
        case SetupCode.NOT_WINDOWS:
            return "there is nothing to set up: this is not Windows"
        case SetupCode.NOT_INSTALLABLE:
            return "only the built program (one file) can be installed for the task"
        case SetupCode.COMMAND_FAILED:
            return "a program of Windows failed"
        case SetupCode.NO_EFFECT:
            return "Windows said it was done, and it is not so"
        case SetupCode.IN_USE:
            return "a file is in use"


def _parser() -> Parser:
    parser = Parser(
        prog="packetwave-server setup",
        description="Set Windows up for the server: its firewall, and a start with Windows.",
    )
    parser.add_argument("action", choices=[action.value for action in Action])
    parser.add_argument("--ports", type=parse_ports, metavar="8765", help="the ports clients connect to")
    parser.add_argument(
        "--udp-ports",
        type=parse_ports,
        default=(),
        metavar="9060",
        help="the ports of doors beside the mirror",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what came of it, as JSON")
    return parser


def _ports_in_settings() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What clients connect to, and the UDP ports of doors."""
    settings = load(ServerSettings, data_dir("server") / SETTINGS_FILE).settings
    usual = ServerSettings()
    plain = parse_listen(settings.listen)[1] or parse_listen(usual.listen)[1]
    tls = settings.tls_address[1] or usual.tls_address[1]
    return (plain, tls) if settings.plain else (tls,), tuple(settings.doors.values())
