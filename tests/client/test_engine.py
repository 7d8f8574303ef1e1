import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from packetwave.client.calls import CallChanged, CallNotice, CallRinging, Calls, CallState
from packetwave.client.engine import Engine, Failed, LinkChanged, Notice
from packetwave.client.link import Backoff, Link, LinkState, Phase, Reason
from packetwave.common import supervision
from packetwave.common.supervision import Failure
from packetwave.protocol import CallUpdate, IncomingCall, Unknown, Welcome
from tests.client.conftest import StartServer
from tests.client.loopback import WAIT_S

WELCOME = Welcome(1, "0.1.0", ("1001",))
CALL = IncomingCall("01012345678", "1001", call_id="a", caller_name="홍길동")


class Client:
    """An engine and what it said so far."""

    def __init__(self, server: str, ring_limit_s: float = 120.0) -> None:
        self.notices: queue.Queue[Notice] = queue.Queue()
        self.engine = Engine(
            self.notices.put,
            server,
            language="ko",
            ring_limit_s=ring_limit_s,
            backoff=lambda: Backoff(rng=lambda: 0.01),
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

    def make(server: str, ring_limit_s: float = 120.0) -> Client:
        clients.append(Client(server, ring_limit_s))
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
