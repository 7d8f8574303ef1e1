"""`packetwave-server`: arguments, start, stop, exit codes.

Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 cannot capture, 4 address in use; the reason on stderr. Only
the lines asked for (`--events -`, lists) go to stdout.
"""

import argparse
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from packetwave import __version__
from packetwave.common import data_folder, logs
from packetwave.common import settings as settings_file
from packetwave.common.exit_codes import ExitCode, code_of
from packetwave.common.instance import Instance, InstanceRequest, Second
from packetwave.common.lines import Lines
from packetwave.common.paths import data_dir
from packetwave.common.settings import Trouble
from packetwave.common.signals import StopSignals
from packetwave.common.terminal import Parser, has_display, prepare_streams, say, speak, system_words
from packetwave.server.commands import members as members_cli
from packetwave.server.commands import privacy as privacy_cli
from packetwave.server.commands import setup as setup_cli
from packetwave.server.engine.engine import Engine
from packetwave.server.engine.notices import FileFault
from packetwave.server.engine.running import Plan
from packetwave.server.faults import StartFault, StartFaultCode
from packetwave.server.settings import SETTINGS_FILE, ServerSettings, parse_listen, parse_ports
from packetwave.server.store.mongo_uri import uri_from
from packetwave.server.store.opening import OpenStores, open_stores
from packetwave.server.unattended import Unattended
from packetwave.server.watch.lookout import source_of
from packetwave.server.watch.states import Recording, Source

log = logging.getLogger(__name__)

_STOP_S = 2.0
_REPLAYED_LINES = 5_000_000
_SETTINGS_FAULTS = {
    Trouble.WRONG_VALUES: FileFault.SETTINGS_WRONG_VALUES,
    Trouble.PUT_ASIDE: FileFault.SETTINGS_PUT_ASIDE,
    Trouble.UNUSABLE: FileFault.SETTINGS_UNUSABLE,
}
_IN_TEXT = frozenset(
    ("members", "privacy", "setup", "trust", "--headless", "--list-interfaces", "--self-test")
)
"""What is started to be read in a console; everything else is started to show a window."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments (default: the command line's) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    prepare_streams()
    if _IN_TEXT.intersection(arguments):
        speak()
    if arguments[:1] == ["members"]:
        return members_cli.main(arguments[1:], uri_in_settings=_uri_in_settings)
    if arguments[:1] == ["privacy"]:
        return privacy_cli.main(arguments[1:], uri_in_settings=_uri_in_settings)
    if arguments[:1] == ["setup"]:
        return setup_cli.main(arguments[1:])
    if arguments[:1] == ["trust"]:
        from packetwave.server.commands import trust as trust_cli

        return trust_cli.main(arguments[1:])
    try:
        options = _parse(arguments)
    except SystemExit as leaving:
        return code_of(leaving)
    folder: Path = options.data_dir or data_dir("server")
    if options.list_interfaces:
        return _list_interfaces()
    if options.self_test:
        from packetwave.server.commands.selftest import run as run_self_test

        return run_self_test(folder, headless=options.headless)
    said = ""
    try:
        said = data_folder.make(folder)
    except data_folder.Unusable as error:
        if not error.is_of_the_disk:
            fault = StartFaultCode.FOREIGN_FOLDER if error.is_foreign else StartFaultCode.FOLDER
            return _refuse(options, StartFault(str(error), ExitCode.FAILED, fault, error.detail))
        said = f"nothing can be kept now: {error}"
    journal = logs.install(folder, "server", verbose=options.headless)
    try:
        if said:
            log.warning("%s", said)
        return _run(options, folder, journal)
    except OSError as error:
        return _refuse(options, StartFault(system_words(error), ExitCode.FAILED))
    except Exception:  # a windowed program has no other place to speak
        log.critical("the server failed", exc_info=True)
        if _is_double_clicked(options):
            from packetwave.server.console import run as console

            console.show_crash(journal.path)
        return ExitCode.FAILED
    finally:
        journal.close()


def _parser() -> Parser:
    parser = Parser(
        prog="packetwave-server",
        description="Sees SIP calls on a mirror port and tells the called person's PC.",
        epilog="'packetwave-server members --help' is about the members table, 'packetwave-server privacy "
        "--help' about what is known of a person, 'packetwave-server trust --help' about paired PCs.",
    )
    parser.add_argument("--headless", action="store_true", help="run without a window")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--interface", metavar="NAME", help="watch this interface (name or description)")
    source.add_argument("--replay", metavar="FILE", type=Path, help="read a capture file instead")
    parser.add_argument("--speed", choices=("real", "max"), help="how fast to replay (default: real)")
    parser.add_argument("--ports", metavar="5060,5080", type=parse_ports, help="the ports SIP is on")
    parser.add_argument("--listen", metavar="HOST:PORT", type=_listen, help="where clients connect")
    parser.add_argument(
        "--tls-listen",
        metavar="HOST:PORT",
        type=_listen,
        help="where they connect with TLS (default: the next port)",
    )
    parser.add_argument("--mongodb", metavar="URI|@FILE", help="use this MongoDB; @FILE holds the URI")
    parser.add_argument("--data-dir", metavar="DIR", type=Path, help="where settings and calls are kept")
    parser.add_argument("--events", metavar="FILE|-", help="write call events as JSON lines")
    parser.add_argument("--list-interfaces", action="store_true", help="list the interfaces, then end")
    parser.add_argument("--self-test", action="store_true", help="check the program itself, then end")
    parser.add_argument("--version", action="version", version=f"PacketWave {__version__}")
    return parser


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.speed and options.replay is None:
        parser.error("--speed goes with --replay")
    try:
        options.mongodb = uri_from(options.mongodb, os.environ)
    except ValueError as error:
        parser.error(str(error))
    return options


def _listen(text: str) -> str:
    try:
        parse_listen(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _settings(options: argparse.Namespace, folder: Path) -> tuple[ServerSettings, tuple[FileFault, ...]]:
    loaded = settings_file.load(ServerSettings, folder / SETTINGS_FILE)
    for problem in loaded.problems:
        log.warning("%s", problem)
    settings = loaded.settings
    if options.interface:
        settings = replace(settings, interface=options.interface)
    if options.ports:
        settings = replace(settings, ports=options.ports)
    if options.listen:
        settings = replace(settings, listen=options.listen)
    if options.tls_listen:
        settings = replace(settings, tls_listen=options.tls_listen)
    if options.mongodb:
        settings = replace(settings, mongodb=options.mongodb)
    fault = _SETTINGS_FAULTS.get(loaded.trouble)
    return settings, () if fault is None else (fault,)


def _uri_in_settings(folder: Path) -> str:
    return settings_file.load(ServerSettings, folder / SETTINGS_FILE).settings.mongodb


def _run(options: argparse.Namespace, folder: Path, journal: logs.Logs) -> int:
    if options.headless:
        return _run_headless(options, folder, journal)
    if not has_display():
        text = "there is no display to show the window on; --headless runs without one"
        return _refuse(options, StartFault(text, ExitCode.FAILED))
    if options.replay is not None:
        with _start(options, folder) as start:
            return _run_console(start, journal, lambda _take: None)
    # Loaded before the folder is claimed: whoever gives way to this one watches that much longer.
    from packetwave.server.console import run as console  # noqa: F401

    instance = Instance(folder, must_write=False)
    takers: list[Callable[[str], None]] = []

    def on_request(request: str) -> None:
        for take in takers:
            take(request)

    second = instance.claim_or_ask(on_request, InstanceRequest.RAISE)
    if second is Second.HEARD:
        return ExitCode.FINE
    if second is Second.UNANSWERED:
        return _in_use(options, folder)
    try:
        with _start(options, folder) as start:
            return _run_console(start, journal, takers.append)
    finally:
        instance.release()


def _run_headless(options: argparse.Namespace, folder: Path, journal: logs.Logs) -> int:
    signals = StopSignals()
    signals.install()
    try:
        if options.replay is not None:
            return _watch(options, folder, signals, lambda: False, journal)
        unattended = Unattended(folder, signals)

        def watch() -> int:
            # Anew each time: a console may have changed the settings meanwhile.
            return _watch(options, folder, signals, lambda: unattended.has_to_give_way, journal)

        code = unattended.run(watch, on_stand_by=journal.let_go)
        return _in_use(options, folder) if code is None else code
    finally:
        signals.restore()


def _in_use(options: argparse.Namespace, folder: Path) -> int:
    text = f"PacketWave is running already with the data folder {folder}; --data-dir names another"
    return _refuse(options, StartFault(text, ExitCode.IN_USE, StartFaultCode.RUNNING, str(folder)))


@contextlib.contextmanager
def _start(options: argparse.Namespace, folder: Path) -> Iterator["_Start"]:
    """Read what a run begins with: settings, events file. Only for the process that has the data folder."""
    first_start = not (folder / SETTINGS_FILE).exists()
    settings, file_faults = _settings(options, folder)
    if first_start and options.replay is None and not settings.mongodb:
        settings = _first_start(options, folder, settings)
    with _events(options.events, is_replay=options.replay is not None) as events:
        yield _Start(options, folder, settings, _source(options, settings), events, file_faults)


def _source(options: argparse.Namespace, settings: ServerSettings) -> Source | None:
    if options.replay is not None:
        return Recording(options.replay, real_time=options.speed != "max")
    return source_of(settings)


class _Start:
    """What a run with a window and one without make their engine from."""

    def __init__(
        self,
        options: argparse.Namespace,
        folder: Path,
        settings: ServerSettings,
        source: Source | None,
        events: Lines | None,
        file_faults: tuple[FileFault, ...] = (),
    ) -> None:
        self.options = options
        self.folder = folder
        self.settings = settings
        self.source = source
        self.events = events
        self.file_faults = file_faults
        self._keeping = threading.Lock()
        self.is_replay = options.replay is not None
        self.ends_by_itself = self.is_replay and (options.headless or options.speed == "max")

    def open(self) -> OpenStores:
        return open_stores(self.folder, mongodb=self.settings.mongodb, replay=self.is_replay)

    def keep(self, name: str, value: Any) -> None:
        """Store a setting that was chosen in the window for the next start; any thread."""
        path = self.folder / SETTINGS_FILE
        with self._keeping:
            stored = settings_file.load(ServerSettings, path).settings
            settings_file.save(replace(stored, **{name: value}), path)


def _watch(
    options: argparse.Namespace,
    folder: Path,
    signals: StopSignals,
    has_to_end: Callable[[], bool],
    journal: logs.Logs,
) -> int:
    """Run the engine without a window until it ends, a signal comes, or `has_to_end`; the exit code."""
    ended: list[int] = []

    def on_end(code: int, _reason: str) -> None:
        ended.append(code)
        signals.ask()

    with _start(options, folder) as start:
        if start.source is None:
            _say(
                "no interface to capture on: name one with --interface; --list-interfaces shows what there is"
            )
            return ExitCode.NO_CAPTURE
        engine = Engine(
            Plan(
                start.settings,
                start.open,
                source=start.source,
                events=start.events,
                on_end=on_end,
                must_watch=True,
                forget_logs=journal.forget,
                data_dir=folder,
            )
        )
        try:
            engine.start()
        except StartFault as fault:
            _say(str(fault))
            return fault.exit_code
        while not (ended or has_to_end() or signals.wait()):
            pass
        engine.stop()
        if not engine.join(_STOP_S):
            log.error("the server did not stop in time")
    return ended[0] if ended else ExitCode.FINE


def _run_console(start: _Start, journal: logs.Logs, on_open: Callable[[Callable[[str], None]], None]) -> int:
    from packetwave.server.console import run as console

    try:
        return console.run(
            lambda listener, end: Engine(
                Plan(
                    start.settings,
                    start.open,
                    source=start.source,
                    events=start.events,
                    on_end=lambda code, _reason: end(code) if start.ends_by_itself else None,
                    keep=start.keep,
                    forget_logs=journal.forget,
                    file_faults=start.file_faults,
                    data_dir=start.folder,
                ),
                listener,
            ),
            data_dir=start.folder,
            keep=start.keep,
            language=start.settings.language,
            theme=start.settings.theme,
            keep_days=start.settings.keep_days,
            on_open=on_open,
            journal=journal,
        )
    except StartFault as fault:
        return _refuse(start.options, fault)


def _first_start(options: argparse.Namespace, folder: Path, settings: ServerSettings) -> ServerSettings:
    """Offer the members that a MongoDB on this PC has; without a window it is only said."""
    from packetwave.server.store.mongo import LOCAL_URI, probe_local

    rows = probe_local()
    if rows is None:
        return settings
    if options.headless:
        log.warning(
            "the MongoDB on this PC has %d members: start with --mongodb %s to use them", rows, LOCAL_URI
        )
        return settings
    from packetwave.server.console import run as console

    if console.offer_mongodb(rows, language=settings.language, theme=settings.theme):
        settings = replace(settings, mongodb=LOCAL_URI)
    try:
        settings_file.save(settings, folder / SETTINGS_FILE)  # asked once only
    except OSError as error:
        log.warning("the settings cannot be stored: %s", error)
    return settings


@contextlib.contextmanager
def _events(target: str | None, *, is_replay: bool) -> Iterator[Lines | None]:
    """Where the events go: stdout, a file that is added to, nowhere. A replay may be faster than who reads
    them, and waits for that in the end."""
    if target is None or (target == "-" and sys.stdout is None):
        yield None
        return
    lines = Lines(target, limit=_REPLAYED_LINES) if is_replay else Lines(target)
    try:
        yield lines
    finally:
        lines.close()


def _list_interfaces() -> int:
    from packetwave.server.capture import CaptureFault, list_interfaces

    try:
        interfaces = list_interfaces()
    except CaptureFault as fault:
        _say(str(fault))
        return ExitCode.NO_CAPTURE
    for interface in interfaces:
        link = "up" if interface.up else "down"
        addresses = " ".join(interface.addresses)
        _out(f"{interface.name}\t{interface.description}\t{link}\t{addresses}")
    return ExitCode.FINE


def _out(line: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write(line + "\n")


def _is_double_clicked(options: argparse.Namespace) -> bool:
    """Whether nobody reads what is written, so that only a dialog is seen."""
    return sys.stderr is None and not options.headless and has_display()


def _refuse(options: argparse.Namespace, fault: StartFault) -> int:
    """Say why the program cannot run."""
    _say(str(fault))
    if _is_double_clicked(options):
        from packetwave.server.console import run as console

        console.show_fault(fault)
    return fault.exit_code


def _say(line: str) -> None:
    say(f"packetwave-server: {line}")
