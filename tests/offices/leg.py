"""SIP messages as the bytes that real software sends: one leg between two ends, message by message.

Nothing here knows what a call is for. A leg keeps its dialog (Call-ID, tags, CSeq, Via) right by RFC 3261;
what is sent goes on the tape with its time.
"""

from tests.offices.tape import End, Place, Tape, body_of

ALLOW = "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, UPDATE, PRACK, MESSAGE"

PHRASES = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    487: "Request Terminated",
    500: "Server Internal Error",
    503: "Service Unavailable",
    600: "Busy Everywhere",
    603: "Decline",
}


class Leg:
    """One leg: an INVITE between two ends, and all that belongs to its dialog.

    sender, receiver: what stands in From and To before the tags. uri: the Request-URI. over: the leg that
    this one carries on, where the near end is a proxy: same Call-ID, tags and CSeq, one Via more.
    Times are seconds from the flow's beginning.
    """

    def __init__(
        self,
        tape: Tape,
        near: End,
        far: End,
        *,
        sender: str,
        receiver: str,
        uri: str,
        headers: tuple[str, ...] = (),
        over: "Leg | None" = None,
    ) -> None:
        self.tape, self.near, self.far, self.over = tape, near, far, over
        self.sender, self.receiver, self.uri, self.headers = sender, receiver, uri, headers
        self.transport = "TCP" if "TCP" in (near.transport, far.transport) else "UDP"
        self.call_id: str = over.call_id if over else tape.call_id(near)
        self.from_tag: str = over.from_tag if over else tape.tag(near)
        self.cseq: int = over.cseq if over else tape.rng.randrange(1, 9000)
        self.to_tag = tape.tag(far)
        self._near_cseq = self.cseq
        self._far_cseq = tape.rng.randrange(1, 900)
        self.branch = tape.branch(near)
        self.answerer: End | None = None
        self.answered_s: float | None = None
        self.over_s: float | None = None  # it rings no more, unanswered
        self._offer: str = over._offer if over else body_of(near, tape.media_port(), tape.sdp == "zero")
        self._reply = body_of(far, tape.media_port(), tape.sdp == "zero")

    @property
    def origin(self) -> End:
        """The end that began: the near one, or the one in front of the proxies."""
        return self.over.origin if self.over else self.near

    def stands_for(self, behind: "Leg") -> None:
        """What comes back on this leg is what a proxy passes on from the one behind it."""
        self.to_tag, self.answerer, self._reply = behind.to_tag, behind.replier, behind._reply

    @property
    def replier(self) -> End:
        """The end that answers: the far one, or the one behind the proxies."""
        return self.answerer or self.far

    # The parts of a message

    def _via(self, end: End, branch: str, *, reply: bool = False) -> str:
        """reply: as the other side sends it back, with what it saw."""
        seen = f";rport={end.out.port};received={end.place.address}" if end.rport and reply else ""
        return f"Via: SIP/2.0/{self.transport} {end.place};branch={branch}{seen or (';rport' * end.rport)}"

    def _below(self, *, fresh: bool) -> list[str]:
        """The Vias of the legs in front. fresh: of another transaction than the INVITE's."""
        if self.over is None:
            return []
        branch = self.tape.branch(self.near) if fresh else self.over.branch
        return [self.over._via(self.over.near, branch, reply=True), *self.over._below(fresh=fresh)]

    def _head(self, start: str, vias: list[str], *, back: bool, to_tag: bool, cseq: str) -> list[str]:
        sender = f"{self.sender};tag={self.from_tag}"
        receiver = f"{self.receiver};tag={self.to_tag}" if to_tag else self.receiver
        if back:
            sender, receiver = receiver, sender
        lines = [start, *vias, f"From: {sender}", f"To: {receiver}", f"Call-ID: {self.call_id}"]
        return [*lines, f"CSeq: {cseq}"]

    def _put(
        self,
        at_s: float,
        source: Place,
        target: Place,
        lines: list[str],
        *,
        body: str = "",
        minor: bool = False,
    ) -> None:
        kind = ["Content-Type: application/sdp"] if body else []
        text = "\r\n".join([*lines, *kind, f"Content-Length: {len(body)}", "", body])
        self.tape.put(at_s, source, target, text, self.transport, minor)

    def _contact(self, end: End) -> str:
        user = f"{end.user}@" if end.user else ""
        return f"sip:{user}{end.place}{';transport=tcp' * (end.transport == 'TCP')}"

    # What happens on it

    def invite(self, at_s: float) -> None:
        lines = self._head(
            f"INVITE {self.uri} SIP/2.0",
            [self._via(self.near, self.branch), *self._below(fresh=False)],
            back=False,
            to_tag=False,
            cseq=f"{self.cseq} INVITE",
        )
        lines += [f"Max-Forwards: {69 if self.over else 70}", f"Contact: <{self._contact(self.origin)}>"]
        lines += [*self.headers, f"User-Agent: {self.origin.agent}", f"Allow: {ALLOW}"]
        lines += ["Supported: 100rel, timer, replaces, norefersub"]
        body = "" if self.tape.sdp == "none" else self._offer
        self._put(at_s, self.near.out, self.far.place, lines, body=body)

    def reply(self, at_s: float, status: int, *headers: str, minor: bool = False) -> None:
        """An answer to the INVITE, without the ACK that a final one brings."""
        end = self.far if status == 100 else self.replier
        lines = self._head(
            f"SIP/2.0 {status} {PHRASES[status]}",
            [self._via(self.near, self.branch, reply=True), *self._below(fresh=False)],
            back=False,
            to_tag=status != 100,
            cseq=f"{self.cseq} INVITE",
        )
        if 100 < status < 300:
            lines.append(f"Contact: <{self._contact(end)}>")
        body = self._reply if status in (183, 200) else ""
        lines += [*headers, f"User-Agent: {end.agent}"]
        self._put(at_s, self.far.place, self.near.back, lines, body=body, minor=minor)

    def trying(self, at_s: float) -> None:
        self.reply(at_s, 100, minor=True)

    def answer(self, at_s: float) -> None:
        """200 and its ACK."""
        self.answered_s = at_s
        self.reply(at_s, 200)
        self._request(at_s + self.tape.soon(), "ACK", self.cseq, minor=True)

    def refuse(self, at_s: float, status: int, *headers: str) -> None:
        """A final answer that is none, and its ACK, which belongs to the same transaction."""
        self.over_s = min(self.over_s or at_s, at_s)
        self.reply(at_s, status, *headers)
        lines = self._head(
            f"ACK {self.uri} SIP/2.0",
            [self._via(self.near, self.branch), "Max-Forwards: 70"],
            back=False,
            to_tag=True,
            cseq=f"{self.cseq} ACK",
        )
        self._put(at_s + self.tape.soon(), self.near.out, self.far.place, lines, minor=True)

    def challenge(self, at_s: float, status: int, user: str) -> None:
        """Refused for want of credentials; the next `invite` brings them (RFC 3261, 22.2)."""
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        nonce = self.tape.hex(24)
        self.refuse(at_s, status, f'{name}: Digest realm="asterisk", nonce="{nonce}", algorithm=MD5')
        proof = "Authorization" if status == 401 else "Proxy-Authorization"
        self.headers += (
            f'{proof}: Digest username="{user}", realm="asterisk", nonce="{nonce}", uri="{self.uri}", '
            f'response="{self.tape.hex(32)}", algorithm=MD5',
        )
        self.cseq += 1
        self.over_s = None
        self.branch = self.tape.branch(self.near)
        self.to_tag = self.tape.tag(self.far)

    def cancel(self, at_s: float, *headers: str, terminated: bool = True) -> None:
        """CANCEL, its 200, and the 487 with its ACK. terminated: False where an answer crosses it."""
        self.over_s = at_s
        via = self._via(self.near, self.branch)
        lines = self._head(
            f"CANCEL {self.uri} SIP/2.0",
            [via, "Max-Forwards: 70"],
            back=False,
            to_tag=False,
            cseq=f"{self.cseq} CANCEL",
        )
        self._put(at_s, self.near.out, self.far.place, [*lines, *headers])
        accepted_s = at_s + self.tape.soon()
        lines = self._head(
            "SIP/2.0 200 OK",
            [self._via(self.near, self.branch, reply=True)],
            back=False,
            to_tag=True,
            cseq=f"{self.cseq} CANCEL",
        )
        self._put(accepted_s, self.far.place, self.near.back, lines, minor=True)
        if terminated:
            self.refuse(accepted_s + self.tape.soon() / 4, 487)

    def _request(
        self,
        at_s: float,
        method: str,
        cseq: int,
        *headers: str,
        back: bool = False,
        body: str = "",
        branch: str = "",
        minor: bool = False,
    ) -> None:
        """A request inside the dialog."""
        end, other = (self.far, self.near) if back else (self.near, self.far)
        sender, reached = (self.replier, self.origin) if back else (self.origin, self.replier)
        below = [] if back else self._below(fresh=True)
        lines = self._head(
            f"{method} {self._contact(reached)} SIP/2.0",
            [self._via(end, branch or self.tape.branch(end)), *below, "Max-Forwards: 70"],
            back=back,
            to_tag=True,
            cseq=f"{cseq} {method}",
        )
        if method not in ("ACK", "BYE"):
            lines.append(f"Contact: <{self._contact(sender)}>")
        lines += [*headers, f"User-Agent: {sender.agent}"]
        target = other.back if back else other.place
        self._put(at_s, end.out, target, lines, body=body, minor=minor)

    def within(
        self,
        at_s: float,
        method: str,
        *headers: str,
        back: bool = False,
        status: int = 200,
        sdp: bool = False,
        cseq: int = 0,
    ) -> int:
        """A request inside the dialog with its answer: the CSeq it had. back: the far end's; cseq: that of
        the leg it comes over."""
        if back:
            self._far_cseq = cseq or self._far_cseq + 1
        else:
            self._near_cseq = cseq or max(self._near_cseq, self.cseq) + 1
        number = self._far_cseq if back else self._near_cseq
        end, other = (self.far, self.near) if back else (self.near, self.far)
        offer, answer = (self._reply, self._offer) if back else (self._offer, self._reply)
        branch = self.tape.branch(end)
        self._request(at_s, method, number, *headers, back=back, body=offer if sdp else "", branch=branch)
        replied_s = at_s + self.tape.soon()
        lines = self._head(
            f"SIP/2.0 {status} {PHRASES[status]}",
            [self._via(end, branch, reply=True)],
            back=back,
            to_tag=True,
            cseq=f"{number} {method}",
        )
        if method in ("INVITE", "UPDATE", "SUBSCRIBE"):
            lines.append(f"Contact: <{self._contact(other)}>")
        source = other.out if back else other.place
        self._put(replied_s, source, end.back, lines, body=answer if sdp else "", minor=True)
        if method == "INVITE":
            self._request(replied_s + self.tape.soon(), "ACK", number, back=back, minor=True)
        return number

    def bye(self, at_s: float, *, back: bool = False, cseq: int = 0) -> int:
        return self.within(at_s, "BYE", back=back, cseq=cseq)
