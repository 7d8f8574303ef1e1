"""Messages for the tests of this room: an INVITE of which a test says only what it is about."""

from packetwave.server.sip.message import Message, parse

HEADERS = {
    "Via": "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKa1",
    "Max-Forwards": "70",
    "From": "<sip:01012345678@192.0.2.10>;tag=f1",
    "To": "<sip:1001@192.0.2.20>",
    "Call-ID": "c1@192.0.2.10",
    "CSeq": "1 INVITE",
}


def invite(
    headers: dict[str, str | bytes | list[str] | None] | None = None,
    *,
    start: str = "INVITE sip:1001@192.0.2.20 SIP/2.0",
    body: bytes = b"",
) -> bytes:
    """The bytes of an INVITE; `headers` replace and add, None leaves one out, a list repeats one."""
    lines = [start.encode("latin-1")]
    for name, value in {**HEADERS, **(headers or {})}.items():
        if value is None:
            continue
        for line in value if isinstance(value, list) else [value]:
            data = line if isinstance(line, bytes) else line.encode("utf-8")
            lines.append(name.encode("latin-1") + b": " + data)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def read(
    headers: dict[str, str | bytes | list[str] | None] | None = None,
    *,
    start: str = "INVITE sip:1001@192.0.2.20 SIP/2.0",
    body: bytes = b"",
) -> Message:
    message = parse(invite(headers, start=start, body=body))
    assert isinstance(message, Message), message
    return message
