"""Listening for clients: what websockets is asked for. The loop thread only."""

import logging
import ssl
from collections.abc import Awaitable, Callable

from websockets.asyncio.server import Server, ServerConnection, serve

from packetwave.protocol import MAX_FROM_CLIENT_BYTES
from packetwave.server.hub.connection import Gate, makes

_unheard = logging.getLogger(f"{__name__}.websockets")
_unheard.disabled = True
"""What websockets would write for each peer that fails, with a traceback: a flood of lines. The hub says
it."""


async def listen(
    gate: Gate,
    handler: Callable[[ServerConnection], Awaitable[None]],
    host: str,
    port: int,
    context: ssl.SSLContext | None,
) -> Server:
    """Listen there, with TLS where there is a context for it. handler: runs for each handshake that came to
    its end. Raises OSError, as where the port is taken."""
    limits = gate.limits
    return await serve(
        handler,
        host,
        port,
        # A browser always says where its page is from; no page may read a person's calls.
        origins=[None],
        compression=None,
        max_size=MAX_FROM_CLIENT_BYTES,
        open_timeout=limits.handshake_s,
        close_timeout=limits.close_s,
        ping_interval=None,  # the hub's own beat pings: one timer for all
        write_limit=limits.buffered_bytes,
        server_header=None,
        create_connection=makes(gate, context),
        logger=_unheard,
        backlog=limits.backlog,
    )
