"""`packetwave-client`: arguments, start, stop, exit codes.

Owns the order in which the program comes up and goes down. Main thread. Qt is imported only where windows are
wanted: `--headless` runs without it.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from packetwave import __version__
from packetwave.client import ending, preset
from packetwave.client import settings as client_settings
from packetwave.client.calls import CallMissed, CallRinging
from packetwave.client.engine import Engine, Notice
from packetwave.client.events import EventLines
from packetwave.client.faults import ClientFault
from packetwave.client.preset import Preset
from packetwave.client.settings import ClientSettings
from packetwave.client.shown import FILE_NAME as SHOWN_FILE
from packetwave.client.shown import Shown
from packetwave.client.trust import Trust
from packetwave.common import logs, paths, settings
from packetwave.common.exit_codes import ExitCode, code_of
from packetwave.common.instance import Instance, InstanceRequest
from packetwave.common.settings import Loaded, Trouble
from packetwave.common.signals import StopSignals
from packetwave.common.terminal import Parser, has_display, prepare_streams, say, speak, system_words

_log = logging.getLogger(__name__)

_STOP_S = 1.8
_QUIT_S = 10.0
_SILENT = "the client runs already but does not answer; end it and start again"


def main(argv: Sequence[str] | None = None, read_preset: Callable[[], Preset] = preset.read) -> int:
    """Run the client until it is told to end; the exit code: 0 fine, 1 failed, 2 wrong usage."""
    prepare_streams()
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said why, where there is somewhere to say it
        return code_of(stop)
    if arguments.headless or arguments.self_test or arguments.quit:
        speak()
    data_dir: Path = arguments.data_dir or paths.data_dir("client")
    if arguments.quit:
        return _quit_running(data_dir, all_profiles=arguments.data_dir is None)
    given = read_preset()
    instance = Instance(data_dir, must_write=False)
    log = logs.install(data_dir, "client", verbose=arguments.headless)
    try:
        if instance.trouble is not None:
            _log.warning("nothing can be kept: %s", instance.trouble)
        if arguments.self_test:
            from packetwave.client import selftest

            return selftest.run(data_dir)
        return _run(arguments, data_dir, given, instance)
    except Exception:  # noqa: BLE001 - the log is the only place where a program without a console can speak
        _log.critical("the client failed", exc_info=True)
        return _refuse(arguments, ClientFault.CRASH, str(log.path or ""), preset.language(given, "auto").text)
    finally:
        instance.release()
        log.close()


def _run(arguments: argparse.Namespace, data_dir: Path, given: Preset, instance: Instance) -> int:
    loaded = _load(client_settings.path(data_dir))
    for problem in (*given.problems, *loaded.problems):
        _log.warning("%s", problem)
    lines: EventLines | None = None
    try:
        if arguments.events:
            lines = EventLines(arguments.events)
    except OSError as error:
        return _fail(f"events cannot be written: {system_words(error)}")
    listener = _nobody if lines is None else lines.write
    try:
        if arguments.headless:
            server = preset.server(arguments.server, given, loaded.settings.server)
            return _run_headless(server.text, given, data_dir, instance, lines)
        if not has_display():
            return _fail("there is no display to show windows on; --headless runs without one")
        from packetwave.client.desk import desk

        code = desk.run(data_dir, loaded, given, arguments.server, instance, listener)
        if code is None and not instance.ask(InstanceRequest.RAISE):
            _fail(_SILENT)
            return _refuse(
                arguments, ClientFault.SILENT, "", preset.language(given, loaded.settings.language).text
            )
        return ExitCode.FINE if code is None else code
    finally:
        if lines is not None:
            lines.close()


def _load(path: Path) -> Loaded[ClientSettings]:
    try:
        return settings.load(ClientSettings, path)
    except OSError as error:
        said = f"{path.name} cannot be read ({error}); defaults are used"
        return Loaded(ClientSettings(), (said,), Trouble.UNUSABLE)


def _run_headless(
    server: str, given: Preset, data_dir: Path, instance: Instance, lines: EventLines | None
) -> int:
    signals = StopSignals()
    try:
        signals.install()
        asked: dict[str, Callable[[], None]] = {InstanceRequest.QUIT: signals.ask}
        if not instance.claim(lambda request: asked.get(request, _ignore)()):
            return ExitCode.FINE if instance.ask(InstanceRequest.RAISE) else _fail(_SILENT)

        def shown(notice: Notice) -> None:
            # There is nothing else that could show it.
            if isinstance(notice, CallRinging):
                engine.shown(notice.call.call_id)
            elif isinstance(notice, CallMissed):
                engine.noted(notice.missed.call_id)

        engine = Engine(
            shown if lines is None else lines.write,
            server,
            extension=given.extension.text,
            shown=Shown(data_dir / SHOWN_FILE),
            trust=Trust(data_dir),
            given=given,
        )
        if lines is not None:
            lines.on_out = shown
        asked[InstanceRequest.PAIR] = engine.pair
        asked[InstanceRequest.CONFIRM_PAIRING] = engine.confirm_pairing
        engine.start()
        signals.wait()
        engine.stop()
        return ExitCode.FINE if engine.join(_STOP_S) else _fail("the link did not stop in time")
    finally:
        signals.restore()


def _quit_running(data_dir: Path, *, all_profiles: bool) -> int:
    others = ending.folders(ending.profiles()) if all_profiles else []
    left = ending.end(list(dict.fromkeys((data_dir, *others))), _QUIT_S)
    for folder in left:
        say(f"packetwave-client: the client with the data folder {folder} does not end")
    return ExitCode.FAILED if left else ExitCode.FINE


def _refuse(arguments: argparse.Namespace, fault: ClientFault, detail: str, language: str) -> int:
    """The client cannot run. One that was double-clicked, or started with Windows, has nobody who reads what
    is written: a dialog says it."""
    if sys.stderr is None and not (arguments.headless or arguments.self_test) and has_display():
        from packetwave.client.desk import faults

        faults.show(fault, detail, language)
    return ExitCode.FAILED


def _fail(why: str) -> int:
    _log.error("%s", why)
    return ExitCode.FAILED


def _nobody(_notice: Notice) -> None:
    """Listens to the notices where no one else does."""


def _ignore() -> None:
    """What another start asks and this version, or one without windows, does not do."""


def _parser() -> Parser:
    parser = Parser(prog="packetwave-client", description="Shows a popup when the desk phone rings.")
    parser.add_argument("--server", metavar="URL", help="host, host:port, wss://host or ws://host")
    parser.add_argument("--data-dir", metavar="DIR", type=Path, help="settings and logs")
    parser.add_argument("--headless", action="store_true", help="run without a display")
    parser.add_argument("--events", metavar="FILE", help="write what happens as JSON lines; - for stdout")
    parser.add_argument("--quit", action="store_true", help="end the running client")
    parser.add_argument("--self-test", action="store_true", help="check this installation and say the result")
    parser.add_argument("--version", action="version", version=f"PacketWave {__version__}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
