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
from packetwave.client import settings as client_settings
from packetwave.client.engine import Engine, Notice
from packetwave.client.events import EventLines
from packetwave.client.settings import ClientSettings
from packetwave.common import logs, paths, settings
from packetwave.common.instance import Instance
from packetwave.common.signals import StopSignals
from packetwave.common.terminal import Parser, has_display, prepare_streams, say, speak

_log = logging.getLogger(__name__)

FINE, FAILED, WRONG_USAGE = 0, 1, 2
_STOP_S = 1.8
_QUIT_S = 5.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the client until it is told to end; the exit code: 0 fine, 1 failed, 2 wrong usage."""
    prepare_streams()
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said why, where there is somewhere to say it
        return stop.code if isinstance(stop.code, int) else WRONG_USAGE
    if arguments.headless or arguments.self_test or arguments.quit:
        speak()
    data_dir: Path = arguments.data_dir or paths.data_dir("client")
    try:
        instance = Instance(data_dir)
    except OSError as error:
        return _say(str(error))
    if arguments.quit:
        return _quit_running(instance)
    log = logs.install(data_dir, "client", verbose=arguments.headless)
    try:
        if arguments.self_test:
            from packetwave.client import selftest

            return selftest.run(data_dir)
        return _run(arguments, data_dir, instance)
    except Exception:  # noqa: BLE001 - the log is the only place where a program without a console can speak
        _log.critical("the client failed", exc_info=True)
        return FAILED
    finally:
        instance.release()
        log.close()


def _run(arguments: argparse.Namespace, data_dir: Path, instance: Instance) -> int:
    loaded = settings.load(ClientSettings, client_settings.path(data_dir))
    for problem in loaded.problems:
        _log.warning("%s", problem)
    lines: EventLines | None = None
    try:
        if arguments.events:
            lines = EventLines(arguments.events)
    except OSError as error:
        return _fail(f"events cannot be written: {error}")
    listener = _nobody if lines is None else lines.write
    try:
        if arguments.headless:
            server = loaded.settings.server if arguments.server is None else arguments.server
            return _run_headless(server, instance, listener)
        if not has_display():
            return _fail("there is no display to show windows on; --headless runs without one")
        from packetwave.client.desk import desk

        code = desk.run(data_dir, loaded.settings, arguments.server, instance, listener)
        return _raise_running(instance) if code is None else code
    finally:
        if lines is not None:
            lines.close()


def _run_headless(server: str, instance: Instance, listener: Callable[[Notice], None]) -> int:
    signals = StopSignals()
    try:
        signals.install()
        if not instance.claim(lambda request: signals.ask() if request == "quit" else None):
            return _raise_running(instance)
        engine = Engine(listener, server)
        engine.start()
        signals.wait()
        engine.stop()
        return FINE if engine.join(_STOP_S) else _fail("the link did not stop in time")
    finally:
        signals.restore()


def _raise_running(instance: Instance) -> int:
    """A second start: bring the first to the front."""
    if instance.ask("raise"):
        return FINE
    return _fail("the client runs already but does not answer; end it and start again")


def _quit_running(instance: Instance) -> int:
    if instance.wait_gone(0):
        return FINE
    instance.ask("quit")
    return FINE if instance.wait_gone(_QUIT_S) else _say("the running client does not end")


def _fail(why: str) -> int:
    _log.error("%s", why)
    return FAILED


def _say(why: str) -> int:
    """The same, before there is a log."""
    say(f"packetwave-client: {why}")
    return FAILED


def _nobody(_notice: Notice) -> None:
    """Listens to the notices where no one else does."""


def _parser() -> Parser:
    parser = Parser(prog="packetwave-client", description="Shows a popup when the desk phone rings.")
    parser.add_argument("--server", metavar="URL", help="ws://host:8765, host or host:port")
    parser.add_argument("--data-dir", metavar="DIR", type=Path, help="settings and logs")
    parser.add_argument("--headless", action="store_true", help="run without a display")
    parser.add_argument("--events", metavar="FILE", help="write what happens as JSON lines; - for stdout")
    parser.add_argument("--quit", action="store_true", help="end the running client")
    parser.add_argument("--self-test", action="store_true", help="check this installation and say the result")
    parser.add_argument("--version", action="version", version=f"PacketWave {__version__}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
