"""Numbers both sides of the wire agree on. docs/protocol.md is their reference."""

PROTOCOL_VERSION = 1

DEFAULT_PLAIN_PORT = 8765
"""TCP port of the unencrypted WebSocket."""

DEFAULT_TLS_PORT = 8766
"""TCP port of the protected line."""

MAX_FROM_CLIENT_BYTES = 16 * 1024
"""Largest message a server accepts; a client has little to say."""

MAX_FROM_SERVER_BYTES = 1024 * 1024
"""Largest message a client accepts."""

# Close codes, RFC 6455 section 7.4.1.
CLOSE_GOING_AWAY = 1001  # the server stops; reconnect with back-off
CLOSE_NOT_TEXT = 1003  # a binary message: the protocol is JSON text
CLOSE_BAD_DATA = 1007  # no JSON object, or a known type whose keys have wrong values
CLOSE_POLICY = 1008  # too many messages, or a message out of turn
CLOSE_TOO_BIG = 1009  # larger than the limits above
