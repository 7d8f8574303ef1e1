"""What a release says over the wire, recorded once and kept: `tests/protocol/released/VERSION/`.

`python -m tests.protocol.transcript CHECKOUT VERSION` runs server and client of a checkout (of the release's
tag: `git archive TAG | tar x -C CHECKOUT`) with the demo's recording of a minute of calls, and somebody in
between who writes down each message, and leaves
- `session.jsonl`: every message in order, `from` the client or the server, `text` as it was said;
- `understands.json`: for each type of message that the release reads, its keys: `text`, `whole number` and so
  on as the error messages call it, and whether it must be there.
Later versions must understand the first, and say nothing that the second forbids: test_released.py.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from tests.ports import free_port

RELEASED = Path(__file__).parent / "released"

_SHAPES = """
import json
from packetwave.protocol import fields, messages
print(json.dumps({
    name: {key.name: [key.expected, key.is_required] for key in fields._keys(shape)}
    for name, shape in messages._SHAPES.items()
}))
"""
_MINUTE_S = 75.0


async def record(checkout: Path) -> list[dict[str, Any]]:
    """The messages of a minute of calls."""
    said: list[dict[str, Any]] = []
    server_port = free_port()

    async def between(client: ServerConnection) -> None:
        async with connect(
            f"ws://127.0.0.1:{server_port}", proxy=None, compression=None, max_size=None
        ) as server:

            async def pass_on(who: str, source: Any, target: Any) -> None:
                async for text in source:
                    said.append({"from": who, "text": text})
                    await target.send(text)

            await asyncio.gather(pass_on("client", client, server), pass_on("server", server, client))

    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        members = ["members", "import", "assets/demo/members.csv", "--data-dir", str(data / "server")]
        subprocess.run(_python(checkout, "server", *members), cwd=checkout, env=_environment(), check=True)
        async with serve(between, "127.0.0.1", 0, compression=None) as tap:
            port = next(iter(tap.sockets)).getsockname()[1]
            listen = ["--listen", f"127.0.0.1:{server_port}", "--data-dir", str(data / "server")]
            replay = ["--replay", "assets/demo/office.pcap", "--speed", "real"]
            told = ["--server", f"ws://127.0.0.1:{port}", "--data-dir", str(data / "client")]
            async with (
                _running(checkout, "server", "--headless", *listen, *replay) as server,
                _running(checkout, "client", "--headless", *told),
            ):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(server.wait(), _MINUTE_S)
    return said


def understands(checkout: Path) -> dict[str, Any]:
    """What it reads of each type of message."""
    found = subprocess.run(
        [sys.executable, "-c", _SHAPES], cwd=checkout, env=_environment(), check=True, capture_output=True
    )
    return dict(json.loads(found.stdout))


def _python(checkout: Path, program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"packetwave.{program}", *arguments]


def _environment() -> dict[str, str]:
    """In which the checkout's own package is found, whatever is installed."""
    return {**os.environ, "PYTHONPATH": ".", "PYTHONSAFEPATH": ""}


@contextlib.asynccontextmanager
async def _running(
    checkout: Path, program: str, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *_python(checkout, program, *arguments), cwd=checkout, env=_environment()
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def main(checkout: Path, version: str) -> None:
    """Record, and leave both files."""
    folder = RELEASED / version
    folder.mkdir(parents=True, exist_ok=True)
    lines = asyncio.run(record(checkout))
    (folder / "session.jsonl").write_text(
        "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8"
    )
    shapes = understands(checkout)
    (folder / "understands.json").write_text(json.dumps(shapes, indent=1) + "\n", "utf-8")
    print(f"{len(lines)} messages, {len(shapes)} types")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
