"""A door before a real MongoDB server, for tests: who does not log in gets nothing; with TLS if wanted.

The server itself knows no users. The door speaks enough of the wire protocol to take a name and a password
(SASL PLAIN, RFC 4616) and hands everything else on, one answer to each question.
"""

import contextlib
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bson
import pytest

_HEADER = struct.Struct("<iiii")
_OP_MSG = 2013
_OPEN_TO_ALL = ("hello", "ismaster", "isMaster", "saslStart", "endSessions")

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


class Door:
    """Attributes: port; entered, how often somebody logged in; refused, how often in vain."""

    def __init__(self, behind: int, user: str, password: str, context: ssl.SSLContext | None) -> None:
        self.entered = self.refused = 0
        self._behind = behind
        self._secret = b"\0" + user.encode() + b"\0" + password.encode()
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port = self._listener.getsockname()[1]
        self._threads[0].start()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.ExitStack() as talk:
            talk.enter_context(client)
            if self._context is not None:
                client = talk.enter_context(self._context.wrap_socket(client, server_side=True))
            server = talk.enter_context(socket.create_connection(("127.0.0.1", self._behind)))
            self._open.append(server)
            is_in = False
            while True:
                question = _message(client)
                command = _command(question)
                name = next(iter(command), "")
                if name == "saslStart":
                    is_in = bytes(command["payload"]) == self._secret
                    self.entered += is_in
                    self.refused += not is_in
                    client.sendall(_answer(question, _LET_IN if is_in else _REFUSED))
                elif command and not is_in and name not in _OPEN_TO_ALL:
                    client.sendall(_answer(question, _NOT_ALLOWED))
                else:
                    server.sendall(question)
                    client.sendall(_message(server))


_LET_IN = {"conversationId": 1, "done": True, "payload": b"", "ok": 1.0}
_REFUSED = {"ok": 0.0, "errmsg": "Authentication failed.", "code": 18, "codeName": "AuthenticationFailed"}
_NOT_ALLOWED = {"ok": 0.0, "errmsg": "command requires authentication", "code": 13}


def _message(stream: socket.socket) -> bytes:
    size = struct.unpack("<i", _exactly(stream, 4))[0]
    return struct.pack("<i", size) + _exactly(stream, size - 4)


def _exactly(stream: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        piece = stream.recv(count - len(got))
        if not piece:
            raise EOFError
        got += piece
    return got


def _command(message: bytes) -> dict[str, Any]:
    """What is asked; nothing for the first greeting, which has an older form."""
    if _HEADER.unpack_from(message)[3] != _OP_MSG:
        return {}
    size = struct.unpack_from("<i", message, 21)[0]
    return bson.decode(message[21 : 21 + size])


def _answer(question: bytes, content: dict[str, Any]) -> bytes:
    body = struct.pack("<I", 0) + b"\0" + bson.encode(content)
    asked = _HEADER.unpack_from(question)[1]
    return _HEADER.pack(_HEADER.size + len(body), 1, asked, _OP_MSG) + body


@contextlib.contextmanager
def door(behind: int, user: str, password: str, context: ssl.SSLContext | None = None) -> Iterator[Door]:
    """A door before the server at this port of the loopback."""
    made = Door(behind, user, password, context)
    try:
        yield made
    finally:
        made.close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """TLS for 127.0.0.1 with a certificate of its own, and the file that says so."""
    path, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-keyout", str(key), "-out", str(path), "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return context, path
