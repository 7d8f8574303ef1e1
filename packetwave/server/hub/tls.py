"""TLS below a connection that has its place already. The loop thread only.

asyncio's own way to serve TLS tells of a connection once its handshake is done, which costs a thousand times
what it costs to turn one away. So a connection is accepted plainly, asks for its place, and this layer is put
under it then. asyncio keeps 256 KiB for each TLS connection, and touches all of it; here it is 16.
"""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from typing import cast

from packetwave.server.hub.limits import Limits


class TlsLayer(SSLProtocol):
    """The TLS side of one connection. on_lost: called when the TCP connection is gone, whether or not the
    handshake came to its end; asyncio tells the connection itself only where it did."""

    max_size = 16 * 1024

    def __init__(
        self,
        connection: asyncio.Protocol,
        context: ssl.SSLContext,
        limits: Limits,
        on_lost: Callable[[], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(
            loop,
            connection,
            context,
            None,  # type: ignore[arg-type]  # nobody waits
            server_side=True,
            ssl_handshake_timeout=limits.handshake_s,  # type: ignore[arg-type]  # any number
            ssl_shutdown_timeout=limits.close_s,
        )
        self._on_lost = on_lost

    def begin(self, transport: asyncio.Transport) -> None:
        """Take over an accepted connection; the handshake follows. What the system does not take waits here,
        where it is counted."""
        transport.set_write_buffer_limits(high=0)
        transport.set_protocol(cast(asyncio.BaseProtocol, self))
        self.connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._on_lost()
