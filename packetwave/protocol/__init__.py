"""The wire protocol that both programs share: messages, version, session rules. Imports nothing of ours."""

from packetwave.protocol.fields import MAX_TEXT, ProtocolError
from packetwave.protocol.messages import (
    Ack,
    CallUpdate,
    Hello,
    IncomingCall,
    Message,
    Unknown,
    Watching,
    Welcome,
    decode,
    encode,
)
from packetwave.protocol.rules import (
    CLOSE_BAD_DATA,
    CLOSE_GOING_AWAY,
    CLOSE_NOT_TEXT,
    CLOSE_POLICY,
    CLOSE_TOO_BIG,
    DEFAULT_PLAIN_PORT,
    MAX_FROM_CLIENT_BYTES,
    MAX_FROM_SERVER_BYTES,
    PROTOCOL_VERSION,
)

__all__ = [
    "CLOSE_BAD_DATA",
    "CLOSE_GOING_AWAY",
    "CLOSE_NOT_TEXT",
    "CLOSE_POLICY",
    "CLOSE_TOO_BIG",
    "DEFAULT_PLAIN_PORT",
    "MAX_FROM_CLIENT_BYTES",
    "MAX_FROM_SERVER_BYTES",
    "MAX_TEXT",
    "PROTOCOL_VERSION",
    "Ack",
    "CallUpdate",
    "Hello",
    "IncomingCall",
    "Message",
    "ProtocolError",
    "Unknown",
    "Watching",
    "Welcome",
    "decode",
    "encode",
]
