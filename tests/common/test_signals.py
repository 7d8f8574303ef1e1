import select
import signal
import subprocess
import sys
import threading

from packetwave.common.signals import StopSignals


def test_a_signal_becomes_a_byte_and_the_handlers_are_given_back() -> None:
    before = (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))
    signals = StopSignals()
    signals.install()
    assert not select.select([signals.socket], [], [], 0)[0]
    signal.raise_signal(signal.SIGTERM)
    assert signals.wait()
    assert signals.came
    signals.restore()
    signals.restore()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_any_thread_may_ask_also_too_late() -> None:
    signals = StopSignals()
    thread = threading.Thread(target=signals.ask)
    thread.start()
    assert not signals.wait()
    thread.join()
    assert not signals.wait(0)
    assert not signals.came
    signals.restore()
    signals.ask()


def test_a_program_that_waits_ends_at_ctrl_c() -> None:
    program = (
        "from packetwave.common.signals import StopSignals\n"
        "signals = StopSignals(); signals.install(); print('ready', flush=True)\n"
        "signals.wait(); signals.restore(); print('over')"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGINT)
        assert running.stdout.read() == "over\n"
    assert running.returncode == 0
