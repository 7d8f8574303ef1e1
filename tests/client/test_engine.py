import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from packetwave.client import link as link_module
from packetwave.client import wakefulness
from packetwave.client.acks import BURST
from packetwave.client.calls import CallChanged, CallNotice, CallRinging, Calls, CallState
from packetwave.client.engine import Engine, Failed, LinkChanged, Notice
from packetwave.client.link import Backoff, Link, LinkState, Phase, Reason
from packetwave.common import supervision
from packetwave.common.supervision import Failure
from packetwave.common.wakefulness import clock_s as boot_clock_s
from packetwave.protocol import CallUpdate, IncomingCall, Unknown, Welcome
from tests.client.conftest import StartServer
from tests.client.loopback import WAIT_S
from tests.netns import Office, needs_namespaces
from tests.ports import free_port

WELCOME = Welcome(1, "0.1.0", ("1001",))
CALL = IncomingCall("01012345678", "1001", call_id="a", caller_name="홍길동")


class Client:
    """An engine and what it said so far."""

    def __init__(
        self,
        server: str,
        ring_limit_s: float = 120.0,
        clock_s: Callable[[], float] = boot_clock_s,
    ) -> None:
        self.notices: queue.Queue[Notice] = queue.Queue()
        self.engine = Engine(
            self.notices.put,
            server,
            language="ko",
            ring_limit_s=ring_limit_s,
            backoff=lambda: Backoff(rng=lambda: 0.01),
            clock_s=clock_s,
        )
        self.engine.start()

    def wait_for(self, wanted: Callable[[Notice], bool]) -> Notice:
        while not wanted(notice := self.notices.get(timeout=WAIT_S)):
            pass
        return notice

    def link(self, phase: Phase) -> LinkState:
        notice = self.wait_for(lambda notice: isinstance(notice, LinkChanged) and notice.state.phase is phase)
        assert isinstance(notice, LinkChanged)
        return notice.state

    def call_notice(self) -> CallRinging | CallChanged:
        notice = self.wait_for(lambda notice: not isinstance(notice, LinkChanged))
        assert isinstance(notice, CallRinging | CallChanged)
        return notice


Start = Callable[..., Client]


@pytest.fixture
def start() -> Iterator[Start]:
    clients: list[Client] = []

    def make(server: str, **options: Any) -> Client:
        clients.append(Client(server, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.engine.stop()
        assert client.engine.join(WAIT_S)


def test_a_call_rings_and_ends(start: Start, start_server: StartServer) -> None:
    server = start_server(WELCOME, CALL)
    client = start(server.url)
    assert server.hellos.get(timeout=WAIT_S)["language"] == "ko"
    ringing = client.call_notice()
    assert isinstance(ringing, CallRinging)
    assert ringing.call.incoming.caller_name == "홍길동"
    server.send(CALL)
    server.send(Unknown("of the future"))
    server.send(b"binary")
    server.send("no json")
    server.send(CallUpdate("a", "ended", "missed"))
    ended = client.call_notice()
    assert (ended.call.state, ended.call.outcome) == (CallState.ENDED, "missed")


def test_a_killed_server_makes_the_call_doubtful_and_the_next_one_sure(
    start: Start, start_server: StartServer
) -> None:
    server = start_server(WELCOME, CALL)
    client = start(server.url)
    assert isinstance(client.call_notice(), CallRinging)
    server.kill()
    assert client.call_notice().call.doubtful
    assert client.link(Phase.WAITING).reason in (Reason.CLOSED, Reason.REFUSED)
    start_server(WELCOME, CALL, port=server.port)
    assert not client.call_notice().call.doubtful


def test_a_call_that_ended_while_the_server_was_away_goes(start: Start, start_server: StartServer) -> None:
    server = start_server(CALL)
    client = start(server.url)
    assert isinstance(client.call_notice(), CallRinging)
    server.kill()
    assert client.call_notice().call.doubtful
    start_server(WELCOME, port=server.port)
    assert client.call_notice().call.state is CallState.LAPSED


def test_a_call_of_which_nothing_more_is_heard_goes_in_the_end(
    start: Start, start_server: StartServer
) -> None:
    client = start(start_server(CALL).url, ring_limit_s=0.05)
    assert isinstance(client.call_notice(), CallRinging)
    assert client.call_notice().call.state is CallState.LAPSED


def test_a_call_is_kept_however_long_the_server_takes_to_repeat_it(
    start: Start, start_server: StartServer
) -> None:
    """The server says `welcome` once it has told all: the call is the last of very many."""
    server = start_server(WELCOME, CALL)
    client = start(server.url)
    assert isinstance(client.call_notice(), CallRinging)
    server.kill()
    assert client.call_notice().call.doubtful
    others = [replace(CALL, call_id=str(number)) for number in range(2_000)]
    start_server(*others, CALL, WELCOME, port=server.port)
    while (notice := client.call_notice()).call.call_id != "a":
        assert isinstance(notice, CallRinging)
    assert (notice.call.state, notice.call.doubtful) == (CallState.RINGING, False)


def test_a_server_of_before_says_welcome_first_and_then_repeats(
    start: Start, start_server: StartServer
) -> None:
    server = start_server(WELCOME, CALL, replace(CALL, call_id="b"))
    client = start(server.url)
    for _ in range(2):
        assert isinstance(client.call_notice(), CallRinging)
    server.kill()
    for _ in range(2):
        assert client.call_notice().call.doubtful
    start_server(WELCOME, CALL, port=server.port)
    sure, lapsed = client.call_notice().call, client.call_notice().call
    assert (sure.call_id, sure.doubtful) == ("a", False)
    assert (lapsed.call_id, lapsed.state) == ("b", CallState.LAPSED)


def test_the_server_hears_which_calls_were_shown(start: Start, start_server: StartServer) -> None:
    server = start_server(CALL, replace(CALL, call_id=""), WELCOME)
    client = start(server.url)
    assert server.hellos.get(timeout=WAIT_S)["acks"] is True
    named, unnamed = client.call_notice().call, client.call_notice().call
    for call_id in ("of a test", unnamed.call_id, named.call_id):
        client.engine.shown(call_id)
    assert server.said.get(timeout=WAIT_S) == {"type": "ack", "call_id": "a"}
    server.send(CALL)
    assert server.said.get(timeout=WAIT_S) == {"type": "ack", "call_id": "a"}  # it was shown already
    server.kill()
    assert client.call_notice().call.doubtful
    again = start_server(CALL, WELCOME, port=server.port)
    assert again.said.get(timeout=WAIT_S) == {"type": "ack", "call_id": "a"}
    assert server.said.empty()


def test_a_flood_of_shown_calls_is_acknowledged_within_the_servers_limits(
    start: Start, start_server: StartServer
) -> None:
    server = start_server(*(replace(CALL, call_id=str(number)) for number in range(60)), WELCOME)
    client = start(server.url)
    for _ in range(60):
        client.engine.shown(client.call_notice().call.call_id)
    for number in range(BURST + 1):  # one of them a second later
        assert server.said.get(timeout=WAIT_S)["call_id"] == str(number)
    assert server.said.empty()


def test_after_a_sleep_a_dead_connection_is_found_and_made_anew(
    start: Start, start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakefulness, "LOOK_S", 0.05)
    monkeypatch.setattr(link_module, "_DOUBT_S", 0.1)
    slept_s = [0.0]
    server = start_server(WELCOME)
    client = start(server.url, clock_s=lambda: time.monotonic() + slept_s[0])
    client.link(Phase.CONNECTED)
    server.hellos.get(timeout=WAIT_S)
    slept_s[0] = 3600.0  # and the connection lives: nothing happens
    server.send(CALL)
    assert isinstance(client.call_notice(), CallRinging)
    server.stand_still()
    began_s = time.monotonic()
    slept_s[0] = 7200.0
    assert client.link(Phase.WAITING).reason is Reason.CLOSED
    client.link(Phase.CONNECTED)
    assert time.monotonic() - began_s < 4  # a ping of its own would take up to 10 s


def test_after_a_sleep_a_wait_is_over_at_once(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakefulness, "LOOK_S", 0.05)
    slept_s = [0.0]
    notices: queue.Queue[Notice] = queue.Queue()
    engine = Engine(
        notices.put,
        f"127.0.0.1:{free_port()}",
        backoff=lambda: Backoff(rng=lambda: 600.0),
        clock_s=lambda: time.monotonic() + slept_s[0],
    )
    engine.start()
    states: list[LinkState] = []
    while not states or states[-1].phase is not Phase.WAITING:
        states.append(told(notices))
    slept_s[0] = 3600.0
    assert told(notices).phase is Phase.CONNECTING
    engine.stop()
    assert engine.join(WAIT_S)


def told(notices: "queue.Queue[Notice]") -> LinkState:
    notice = notices.get(timeout=WAIT_S)
    assert isinstance(notice, LinkChanged)
    return notice.state


@needs_namespaces
def test_a_pc_that_moves_to_another_address_is_connected_again_within_five_seconds(
    start: Start, start_server: StartServer
) -> None:
    with Office() as office:
        server_pc, pc = office.host("server", "10.0.0.10/24"), office.host("pc", "10.0.0.20/24")
        with server_pc.inside():
            server = start_server(WELCOME, host="0.0.0.0", port=8765)
        with pc.inside():
            client = start("10.0.0.10:8765")
        client.link(Phase.CONNECTED)
        pc.run("ip", "addr", "add", "10.0.0.21/24", "dev", pc.interface)
        began_s = time.monotonic()
        pc.run("ip", "addr", "del", "10.0.0.20/24", "dev", pc.interface)
        pc.run("ip", "addr", "replace", "10.0.0.21/24", "dev", pc.interface)
        client.link(Phase.CONNECTED)
        assert time.monotonic() - began_s < 5
        client.engine.stop()
        assert client.engine.join(WAIT_S)
        server.close()


def test_another_server_may_be_chosen_at_any_time(start: Start, start_server: StartServer) -> None:
    one, other = start_server(WELCOME), start_server(WELCOME, CALL)
    client = start("no address at all")
    assert client.link(Phase.WAITING).reason is Reason.BAD_ADDRESS
    client.engine.use_server(one.url)
    assert client.link(Phase.CONNECTED).server == one.url
    client.engine.use_server(other.url)
    assert client.link(Phase.CONNECTED).server == other.url
    assert one.close_codes.get(timeout=WAIT_S) == 1001
    assert isinstance(client.call_notice(), CallRinging)


def test_a_name_is_looked_up_without_holding_the_stop_up(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def slow(*_: object) -> list[object]:
        asked.set()
        may_answer.wait(WAIT_S)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    client = start("office-pc")
    assert asked.wait(WAIT_S)
    client.engine.stop()
    assert client.engine.join(WAIT_S)
    may_answer.set()


def test_a_name_that_does_not_exist_is_said(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert start("office-pc").link(Phase.WAITING).reason is Reason.NAME_NOT_FOUND


def test_stopping_is_told_last_and_at_any_moment(start: Start, start_server: StartServer) -> None:
    client, stopped = start(start_server(WELCOME).url), threading.Event()
    client.link(Phase.CONNECTED)
    client.engine.stop(stopped.set)
    client.engine.stop()
    assert client.link(Phase.STOPPED).phase is Phase.STOPPED
    assert stopped.wait(WAIT_S)
    assert client.engine.join(WAIT_S)
    again = threading.Event()
    client.engine.stop(again.set)
    assert again.is_set()
    client.engine.retry()
    assert client.notices.empty()


def test_an_engine_that_never_ran_stops_at_once() -> None:
    stopped = threading.Event()
    engine = Engine(lambda _: None, "127.0.0.1")
    engine.stop(stopped.set)
    assert stopped.is_set()
    assert engine.join(WAIT_S)


def test_a_listener_that_fails_does_not_cost_the_link(
    start_server: StartServer, caplog: pytest.LogCaptureFixture
) -> None:
    rang = threading.Event()

    def listener(notice: Notice) -> None:
        if isinstance(notice, CallRinging):
            rang.set()
        raise LookupError("a fault of a window")

    engine = Engine(listener, start_server(CALL).url)
    engine.start()
    assert rang.wait(WAIT_S)
    engine.stop()
    assert engine.join(WAIT_S)
    assert "a listener failed" in caplog.text


def test_numbers_are_masked_in_the_log(
    start: Start, start_server: StartServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        start(start_server(CALL).url).call_notice()
    assert "010****5678" in caplog.text
    assert "01012345678" not in caplog.text
    assert "홍길동" not in caplog.text


def test_qt_and_the_server_are_never_loaded() -> None:
    program = (
        "import sys, packetwave.client.app, packetwave.client.engine\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('PySide6', 'scapy', 'pymongo')"
        " or name.startswith('packetwave.server')])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_bug_met_by_one_message_is_told_and_costs_no_other(
    start: Start, start_server: StartServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = Calls.incoming

    def stumbles(self: Calls, message: IncomingCall, now_s: float) -> list[CallNotice]:
        if message.call_id == "bad":
            raise ZeroDivisionError("a bug")
        return real(self, message, now_s)

    monkeypatch.setattr(Calls, "incoming", stumbles)
    server = start_server(WELCOME, replace(CALL, call_id="bad"), CALL)
    client = start(server.url)
    heard: list[Notice] = []
    while not {CallRinging, Failed} <= {type(notice) for notice in heard}:
        heard.append(client.notices.get(timeout=WAIT_S))
    assert [notice.call.call_id for notice in heard if isinstance(notice, CallRinging)] == ["a"]
    failure = Failure("a message", "ZeroDivisionError: a bug", 1)
    assert [notice.failure for notice in heard if isinstance(notice, Failed)] == [failure]
    assert "Traceback" in caplog.text
    assert server.hellos.qsize() == 1  # the connection held


def test_a_link_that_fails_unforeseen_begins_again(
    start: Start, start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server(WELCOME, CALL)
    real = Link.run
    failed: list[bool] = []

    async def stumbles(self: Link) -> None:
        if not failed:
            failed.append(True)
            raise ZeroDivisionError("at the start")
        await real(self)

    monkeypatch.setattr(Link, "run", stumbles)
    monkeypatch.setattr(supervision, "PAUSES_S", (0.0,))
    client = start(server.url)
    assert isinstance(client.wait_for(lambda notice: isinstance(notice, Failed)), Failed)
    client.link(Phase.CONNECTED)
