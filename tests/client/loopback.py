"""A real WebSocket server on the loopback address, on a thread of its own, that tests start, ask and kill."""

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve

from packetwave.protocol import Message, encode
from tests.ports import free_port

WAIT_S = 10.0


class LoopbackServer:
    """Attributes: port; hellos, what clients said first; said, what they said later. on_hello: messages sent
    to each that says hello. host: where it listens."""

    def __init__(self, *on_hello: Message, port: int = 0, host: str = "127.0.0.1") -> None:
        self.on_hello = list(on_hello)
        self.hellos: queue.Queue[dict[str, Any]] = queue.Queue()
        self.said: queue.Queue[dict[str, Any]] = queue.Queue()
        self._host = host
        self.close_codes: queue.Queue[int | None] = queue.Queue()
        self._connections: set[ServerConnection] = set()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        started: queue.Queue[int] = queue.Queue()
        self._thread = threading.Thread(
            target=self._work, args=(port or free_port(), started.put), daemon=True
        )
        self._thread.start()
        self.port = started.get(timeout=WAIT_S)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def send(self, message: Message | str | bytes) -> None:
        """To all that are connected, in order."""
        self.send_many([message])

    def send_many(self, messages: Sequence[Message | str | bytes]) -> None:
        """As `send`, one after the other."""
        data = [message if isinstance(message, str | bytes) else encode(message) for message in messages]

        async def send() -> None:
            for connection in list(self._connections):
                with suppress(Exception):
                    for each in data:
                        await connection.send(each)

        asyncio.run_coroutine_threadsafe(send(), self._loop).result(WAIT_S)

    def stand_still(self) -> None:
        """Read nothing more from those that are connected, nor answer them; who comes anew is served."""

        def stop() -> None:
            for connection in self._connections:
                connection.transport.pause_reading()

        self._loop.call_soon_threadsafe(stop)

    def kill(self) -> None:
        """End as kill -9 would: the connections break, nothing is said."""

        def abort() -> None:
            for connection in self._connections:
                connection.transport.abort()

        self._loop.call_soon_threadsafe(abort)
        self.close()

    def close(self) -> None:
        """End in order. May be called twice."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(WAIT_S)

    def _work(self, port: int, started: Callable[[int], None]) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(port, started))

    async def _serve(self, port: int, started: Callable[[int], None]) -> None:
        server: Server
        async with serve(self._talk, self._host, port, close_timeout=1) as server:
            started(int(next(iter(server.sockets)).getsockname()[1]))
            await self._over.wait()
        for _ in range(5):
            await asyncio.sleep(0)  # transports close in the loop's next turns

    async def _talk(self, connection: ServerConnection) -> None:
        with suppress(Exception):
            hello = json.loads(await connection.recv())
            self._connections.add(connection)
            for message in self.on_hello:
                await connection.send(encode(message))
            self.hellos.put(hello)
            async for said in connection:
                self.said.put(json.loads(said))
        self._connections.discard(connection)
        self.close_codes.put(connection.close_code)
