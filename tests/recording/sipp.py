"""sipp scenarios written as calls are told: what a caller's or a phone's sipp sends and waits for, in order.

    Caller("01012345678", "1001").invite().receive(180).receive(200).ack().pause(300).bye()
    Phone().ring().pause(300).answer().receive("BYE").reply(200, "OK")

Pure: they only make the text of a scenario file. Text that is no UTF-8 goes in as surrogate escapes.
"""

from typing import Self

_VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
_SDP = """\
v=0
o=- {session} {version} IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a={direction}
"""

Signal = int | str
"""A status, or a method."""


_LETTERS = {"Via": "v", "From": "f", "To": "t", "Call-ID": "i", "Contact": "m", "Content-Type": "c"}


def _compacted(line: str) -> str:
    name, colon, value = line.partition(":")
    return f"{_LETTERS[name]}{colon}{value}" if name in _LETTERS else line


def sdp(direction: str = "sendrecv", version: int = 1) -> str:
    """The offer or answer of one who speaks G.711 A-law. version: raised by each change."""
    return _SDP.format(session=1, version=version, direction=direction)


class Script:
    """Steps of a scenario. Each method adds one or a few and gives the script back."""

    def __init__(self) -> None:
        self._steps: list[str] = []
        self._variables: set[str] = set()
        self._compact = False

    def receive(
        self, what: Signal, *, optional: bool = False, auth: bool = False, early: bool = False
    ) -> Self:
        """Wait for a response or a request. auth: its challenge is answered by the next `invite`. early: this
        response makes a dialog before the 200."""
        kind = "response" if isinstance(what, int) else "request"
        options = ' optional="true"' if optional else ""
        options += ' auth="true"' if auth else ""
        # The route set and the remote target are learnt from what makes the dialog.
        options += ' rrs="true"' if early or what in (200, "INVITE") else ""
        return self._add(f'<recv {kind}="{what}"{options}>{self._remembered(what)}</recv>')

    def compact(self) -> Self:
        """Headers by one letter from here on (RFC 3261 section 7.3.3)."""
        self._compact = True
        return self

    def pause(self, milliseconds: int) -> Self:
        return self._add(f'<pause milliseconds="{milliseconds}"/>')

    def text(self, *, tcp: bool = False) -> bytes:
        """The scenario file."""
        steps = "\n".join(self._steps)
        used = ",".join(sorted(self._variables))
        reference = f'<Reference variables="{used}"/>\n' if used else ""
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="golden">\n'
        steps = steps.replace("[contact_transport]", ";transport=tcp" if tcp else "")
        return f"{head}{steps}\n{reference}</scenario>\n".encode("utf-8", "surrogateescape")

    def _add(self, step: str) -> Self:
        self._steps.append(step)
        return self

    def _remembered(self, what: Signal) -> str:
        return ""

    def _send(self, lines: list[str], body: str = "", *, retransmit: bool = True) -> Self:
        head = [line for line in lines if line]
        if body:
            head.append("Content-Type: application/sdp")
        head.append(f"Content-Length: {'[len]' if body else '0'}")
        if self._compact:
            head = [_compacted(line) for line in head]
        message = "\n".join([*head, "", body])
        repeated = ' retrans="500"' if retransmit else ""
        return self._add(f"<send{repeated}><![CDATA[\n\n{message}\n]]></send>")


class Caller(Script):
    """Who calls, and how the call is written down.

    caller, target: user parts; dialled: that of To. name: the display name, as it stands in the header.
    sender: the whole From instead, without tag. uri: the whole Request-URI. headers: further lines of the
    INVITE. contact: its user part. login: (user, password) when challenged.
    """

    def __init__(
        self,
        caller: str,
        target: str,
        *,
        name: str = "",
        dialled: str = "",
        sender: str = "",
        uri: str = "",
        headers: str = "",
        contact: str = "",
        domain: str = "[local_ip]",
        login: tuple[str, str] | None = None,
    ) -> None:
        super().__init__()
        display = f'"{name}" ' if name else ""
        self._from = f"From: {sender or f'{display}<sip:{caller}@{domain}>'};tag=[pid]c[call_number]"
        self._to = f"<sip:{dialled or target}@[remote_ip]:[remote_port]>"
        self._uri = uri or f"sip:{target}@[remote_ip]:[remote_port]"
        self._headers = headers
        self._contact = f"Contact: <sip:{contact or caller}@[local_ip]:[local_port][contact_transport]>"
        self._call_id = "Call-ID: [call_id]"
        self._login = login
        self._cseq = 0

    def invite(self, *, headers: str = "", body: str | None = None) -> Self:
        """The INVITE that begins the call; again, with credentials, after a challenge."""
        self._cseq += 1
        credentials = ""
        if self._cseq > 1 and self._login:
            user, password = self._login
            credentials = f"[authentication username={user} password={password}]"
        lines = [
            f"INVITE {self._uri} SIP/2.0",
            _VIA,
            "Max-Forwards: 70",
            self._from,
            f"To: {self._to}",
            self._call_id,
            f"CSeq: {self._cseq} INVITE",
            self._contact,
            credentials,
            self._headers,
            headers,
            "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, REFER",
        ]
        return self._send(lines, sdp() if body is None else body)

    def ack(self, cseq: int = 0) -> Self:
        """To a 200: a request of its own in the dialog. cseq: of its INVITE, where that was not the last."""
        return self._in_dialog("ACK", cseq or self._cseq, retransmit=False)

    def ack_refusal(self) -> Self:
        """To a final response above 299: hop by hop, in the INVITE's transaction."""
        lines = [f"ACK {self._uri} SIP/2.0", "[last_Via:]", "Max-Forwards: 70", self._from, "[last_To:]"]
        return self._send([*lines, self._call_id, f"CSeq: {self._cseq} ACK"], retransmit=False)

    def cancel(self, headers: str = "") -> Self:
        lines = [f"CANCEL {self._uri} SIP/2.0", "[last_Via:]", "Max-Forwards: 70", self._from]
        return self._send([*lines, f"To: {self._to}", self._call_id, f"CSeq: {self._cseq} CANCEL", headers])

    def request(self, method: str, *, headers: str = "", body: str = "") -> Self:
        """A request in the dialog: a re-INVITE, UPDATE, BYE, REFER."""
        self._cseq += 1
        return self._in_dialog(method, self._cseq, headers=headers, body=body)

    def alone(self, method: str) -> Self:
        """A request outside of any call."""
        self._cseq += 1
        lines = [f"{method} {self._uri} SIP/2.0", _VIA, "Max-Forwards: 70", self._from, f"To: {self._to}"]
        event = "Event: message-summary" if method in ("SUBSCRIBE", "NOTIFY") else ""
        return self._send([*lines, self._call_id, f"CSeq: {self._cseq} {method}", self._contact, event])

    def bye(self) -> Self:
        return self.request("BYE").receive(200)

    def hung_up_on(self) -> Self:
        """The other side ends the call."""
        self.receive("BYE")
        lines = [
            "SIP/2.0 200 OK",
            "[last_Via:]",
            "[last_From:]",
            "[last_To:]",
            "[last_Call-ID:]",
            "[last_CSeq:]",
        ]
        return self._send(lines, retransmit=False)

    def takes_reinvite(self) -> Self:
        """The other side has sent a re-INVITE: agree to it."""
        lines = [
            "SIP/2.0 200 OK",
            "[last_Via:]",
            "[last_From:]",
            "[last_To:]",
            "[last_Call-ID:]",
            "[last_CSeq:]",
        ]
        return self._send([*lines, self._contact], sdp()).receive("ACK")

    def _in_dialog(
        self, method: str, cseq: int, *, headers: str = "", body: str = "", retransmit: bool = True
    ) -> Self:
        lines = [
            f"{method} [next_url] SIP/2.0",
            _VIA,
            "[routes]",
            "Max-Forwards: 70",
            self._from,
            f"To: {self._to}[peer_tag_param]",
            self._call_id,
            f"CSeq: {cseq} {method}",
            self._contact,
            headers,
        ]
        return self._send(lines, body, retransmit=retransmit)

    # The usual courses

    def talks(self, milliseconds: int) -> Self:
        """Is answered, talks and hangs up."""
        return self.invite().answered().pause(milliseconds).bye()

    def answered(self) -> Self:
        return self.progress().receive(200).ack()

    def progress(self) -> Self:
        """What may come before a final response."""
        return self.receive(100, optional=True).receive(180, optional=True).receive(183, optional=True)

    def refused(self, status: int) -> Self:
        return self.invite().progress().receive(status).ack_refusal()

    def gives_up(self, milliseconds: int, *, headers: str = "") -> Self:
        """Lets it ring so long, then cancels."""
        self.invite().receive(100, optional=True).receive(180).pause(milliseconds).cancel(headers)
        return self.receive(200).receive(487).ack_refusal()

    def challenged(self, status: int) -> Self:
        """The first INVITE is refused until it says who calls."""
        self.invite().receive(100, optional=True).receive(status, auth=True)
        return self.ack_refusal()


class Phone(Script):
    """One that is called. user: of its Contact. first: the request that it has seen before its first step."""

    def __init__(self, user: str = "phone", *, first: str = "INVITE") -> None:
        super().__init__()
        self._contact = f"Contact: <sip:{user}@[local_ip]:[local_port][contact_transport]>"
        self._cseq = 0
        self.receive(first)

    def reply(
        self,
        status: int,
        phrase: str,
        *,
        headers: str = "",
        body: str = "",
        to_invite: bool = False,
        once: bool = False,
    ) -> Self:
        """To the last request; with a tag of its own where `to_invite`, and then, if final, repeated until
        it is acknowledged, unless `once`."""
        receiver = "[last_To:];tag=[pid]p[call_number]" if to_invite else "[last_To:]"
        lines = [
            f"SIP/2.0 {status} {phrase}",
            "[last_Via:]",
            "[last_Record-Route:]",
            "[last_From:]",
            receiver,
        ]
        lines += ["[last_Call-ID:]", "[last_CSeq:]"]
        contact = self._contact if status < 300 else ""
        final = to_invite and status >= 200 and not once
        return self._send([*lines, contact, headers], body, retransmit=final)

    def trying(self) -> Self:
        return self.reply(100, "Trying")

    def ring(self, headers: str = "") -> Self:
        return self.reply(180, "Ringing", headers=headers, to_invite=True)

    def answer(self, headers: str = "") -> Self:
        return self.reply(200, "OK", headers=headers, body=sdp(), to_invite=True).receive("ACK")

    def answer_late(self) -> Self:
        """Answer when another request (CANCEL, PRACK) came after the INVITE."""
        return self._to_invite("200 OK", sdp()).receive("ACK")

    def refuse(self, status: int, phrase: str, headers: str = "") -> Self:
        return self.reply(status, phrase, headers=headers, to_invite=True).receive("ACK")

    def ok(self, body: str = "") -> Self:
        """To a request in the dialog."""
        return self.reply(200, "OK", body=body)

    def hung_up_on(self) -> Self:
        return self.receive("BYE").ok()

    def cancelled(self) -> Self:
        """The caller gives up: 200 to the CANCEL, 487 to the INVITE."""
        self.receive("CANCEL").ok()
        return self._to_invite("487 Request Terminated").receive("ACK")

    def _to_invite(self, status: str, body: str = "") -> Self:
        lines = [f"SIP/2.0 {status}", "Via: [$via]", "From: [$from]", "To: [$to];tag=[pid]p[call_number]"]
        self._variables |= {"via", "from", "to", "cseq"}
        lines += ["[last_Call-ID:]", "CSeq: [$cseq]", self._contact if body else ""]
        return self._send(lines, body)

    def hang_up(self) -> Self:
        """Ends the call that it answered."""
        return self._request("BYE").receive(200)

    def refer(self, target: str) -> Self:
        """Sends the other party to another target: a transfer."""
        return self._request("REFER", f"Refer-To: {target}").receive(202)

    def _request(self, method: str, headers: str = "") -> Self:
        self._cseq += 1
        lines = [f"{method} [next_url] SIP/2.0", _VIA, "[routes]", "Max-Forwards: 70"]
        lines += ["From: [$to];tag=[pid]p[call_number]", "To: [$from]", "[last_Call-ID:]"]
        return self._send([*lines, f"CSeq: {self._cseq} {method}", self._contact, headers])

    def _remembered(self, what: Signal) -> str:
        """The INVITE's headers, for what is sent when it is no longer the last request."""
        if what != "INVITE":
            return ""
        names = {"via": "Via:", "from": "From:", "to": "To:", "cseq": "CSeq:"}
        self._variables |= set(names)
        actions = "".join(
            f'<ereg regexp="[^ ].*" search_in="hdr" header="{header}" assign_to="{name}"/>'
            for name, header in names.items()
        )
        return f"<action>{actions}</action>"
