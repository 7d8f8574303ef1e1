"""A phone in a browser, as far as SIP over WebSocket goes (RFC 7118). Run by scenes, in a host's namespace.

    python -m tests.recording.ws_phone ws://10.77.0.10:8080 1001 [answer|call TARGET]

It registers without a password, then either rings 0.4 s and answers one call until the caller hangs up, or
calls a target, talks 0.4 s and hangs up. The WebSocket is the `websockets` library's, uncompressed.
"""

import sys
import time
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

_HERE = "ws-phone.invalid"  # RFC 7118 section 5: a browser cannot know its own address
_ANSWER = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"


class WsPhone:
    """One connection to the edge."""

    def __init__(self, connection: ClientConnection, user: str, domain: str) -> None:
        self._connection = connection
        self._user, self._domain = user, domain
        self._cseq = 0
        self._routes: list[str] = []
        self._target = ""
        self._peer = ""

    def register(self) -> None:
        self._request(
            "REGISTER", f"sip:{self._domain}", "Expires: 600", to=f"<sip:{self._user}@{self._domain}>"
        )
        self._until("SIP/2.0 200")

    def answer(self) -> None:
        invite = self._until("INVITE ")
        self._reply(invite, "180 Ringing", tag=";tag=wsp")
        time.sleep(0.4)
        self._reply(invite, "200 OK", _ANSWER, tag=";tag=wsp")
        self._until("ACK ")
        self._reply(self._until("BYE "), "200 OK")

    def call(self, target: str) -> None:
        self._target, self._peer = f"sip:{target}@{self._domain}", f"<sip:{target}@{self._domain}>"
        self._request("INVITE", self._target, to=self._peer, body=_ANSWER)
        answered = self._until("SIP/2.0 200")
        self._peer = _values(answered, "To")[0]
        self._routes = [f"Route: {route}" for route in reversed(_values(answered, "Record-Route"))]
        self._target = _values(answered, "Contact")[0].partition("<")[2].partition(">")[0]
        self._request("ACK", self._target, *self._routes, to=self._peer)
        time.sleep(0.4)
        self._cseq += 1
        self._request("BYE", self._target, *self._routes, to=self._peer)
        self._until("SIP/2.0 200")

    def _request(self, method: str, uri: str, *headers: str, to: str, body: str = "") -> None:
        if method == "REGISTER" or method == "INVITE":
            self._cseq += 1
        head = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/WS {_HERE};branch=z9hG4bKws{self._cseq}{method}",
            "Max-Forwards: 70",
            f"From: <sip:{self._user}@{self._domain}>;tag=wsc",
            f"To: {to}",
            f"Call-ID: {'reg' if method == 'REGISTER' else 'call'}-{self._user}@{_HERE}",
            f"CSeq: {self._cseq} {method}",
            f"Contact: <sip:{self._user}@{_HERE};transport=ws>",
            *headers,
        ]
        self._send(head, body)

    def _reply(self, request: str, status: str, body: str = "", *, tag: str = "") -> None:
        head = [f"SIP/2.0 {status}"]
        for name in ("Via", "Record-Route", "From", "To", "Call-ID", "CSeq"):
            head += [f"{name}: {value}{tag if name == 'To' else ''}" for value in _values(request, name)]
        self._send([*head, f"Contact: <sip:{self._user}@{_HERE};transport=ws>"], body)

    def _send(self, head: list[str], body: str) -> None:
        kind = ["Content-Type: application/sdp"] if body else []
        self._connection.send("\r\n".join([*head, *kind, f"Content-Length: {len(body)}", "", body]))

    def _until(self, start: str) -> str:
        """The next message that begins so; others go by."""
        while True:
            received = self._connection.recv(timeout=8)
            text = received if isinstance(received, str) else received.decode()
            if text.startswith(start):
                return text


def _values(message: str, name: str) -> list[str]:
    lines = message.partition("\r\n\r\n")[0].split("\r\n")[1:]
    return [line.partition(":")[2].strip() for line in lines if line.lower().startswith(f"{name.lower()}:")]


def main(edge: str, user: str, does: str, target: str = "") -> None:
    with connect(edge, subprotocols=[Subprotocol("sip")], compression=None, proxy=None) as connection:
        phone = WsPhone(connection, user, urlsplit(edge).hostname or "")
        phone.register()
        print("registered", flush=True)
        if does == "call":
            phone.call(target)
        else:
            phone.answer()


if __name__ == "__main__":
    main(*sys.argv[1:])
