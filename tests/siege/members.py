"""The members' PCs: `python -m tests.siege.members HOST:PORT ADDRESS …`, a client at each address.

Connects again at once when it is cut, as a client does. Prints a JSON line for what happens, with the
machine's monotonic time, so that another process can say how long it took. Ends when its standard input
does.
"""

import asyncio
import json
import sys
import time

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException


def say(what: str, address: str, **more: object) -> None:
    print(json.dumps({"what": what, "address": address, "at": time.monotonic()} | more), flush=True)


async def client(url: str, address: str) -> None:
    while True:
        try:
            async with connect(url, local_addr=(address, 0), proxy=None, open_timeout=5) as server:
                say("connected", address)
                async for text in server:
                    message = json.loads(text)
                    if message["type"] == "incoming_call":
                        say("rings", address, caller=message["from"])
        except (OSError, TimeoutError, WebSocketException) as error:
            say("failed", address, why=str(error))
            await asyncio.sleep(0.1)
            continue
        say("cut", address)


async def serve(url: str, addresses: list[str]) -> None:
    clients = [asyncio.create_task(client(url, address)) for address in addresses]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for each in clients:
        each.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(serve(f"ws://{sys.argv[1]}", sys.argv[2:]))
