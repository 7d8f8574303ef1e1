"""A small PBX on sippy's B2BUA library: every leg has a Call-ID of its own. Run by `Stage.pbx`.

    python -m tests.recording.b2bua '{"address": "10.77.0.10", "numbers": {"0212345678": {"rounds": […]}}}'

What is dialled decides: a number has rounds, one after another until somebody answers. A round is
    ring      [[user, address, port], …]: all at once
    for_s     how long; 0: until the phones themselves have refused
    later     [[after_s, user, address, port], …]: rung besides, when so much of the round is over
    pause_s   before it
    forwarded_by  goes into Diversion
and a number besides
    answer_first  the caller is answered at once, as a queue does
    refuse        [status, phrase] at the end; 480 if not said
    pickup        takes over the call that rings
    own_media     the PBX writes its own address into SDP (it relays the media)
    takes_from    with pickup: the number whose ringing call is taken; any, if not said
An INVITE with Replaces that names a leg that rings takes that call. "outside": a second address of the host;
every leg then leaves by the address that its other end is reached from.
Phones are registered by whoever sends REGISTER, without a password. Holds and transfers (REFER, also with
Replaces) are carried out. It ends with SIGTERM.
"""

import json
import sys
from typing import Any

from sippy.CCEvents import (
    CCEventConnect,
    CCEventDisconnect,
    CCEventFail,
    CCEventRedirect,
    CCEventRing,
    CCEventTry,
    CCEventUpdate,
)
from sippy.Core.EventDispatcher import ED2
from sippy.MsgBody import MsgBody
from sippy.SipAddress import SipAddress
from sippy.SipConf import SipConf
from sippy.SipContact import SipContact
from sippy.SipHeader import SipHeader
from sippy.SipLogger import SipLogger
from sippy.SipTransactionManager import SipTransactionManager
from sippy.SipURL import SipURL
from sippy.Time.Timeout import Timeout
from sippy.UA import UA

_SDP = (
    "v=0\r\no=- 9 9 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\n"
    "m=audio {1} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)

Plan = dict[str, Any]


class Pbx:
    """config: what sippy's parts share. calls: those that are not over."""

    def __init__(self, plan: Plan) -> None:
        self.address: str = plan["address"]
        self.numbers: dict[str, Plan] = plan["numbers"]
        self.ring_again_s: float = plan.get("ring_again_s", 0.0)
        if plan.get("outside"):
            self.contact_host: Any = SipConf.my_address  # sippy puts in the address that a leg leaves by
        else:
            self.contact_host = SipConf.my_address = self.address
        SipConf.my_uaname = "sippy"
        self.config: dict[str, Any] = {
            "_sip_address": self.contact_host,
            "_sip_port": plan.get("port", 5060),
            "_sip_logger": SipLogger("b2bua"),
        }
        self.config["_sip_tm"] = SipTransactionManager(self.config, self.receive)
        self.calls: list[Call] = []
        self._media_port = 30_000

    def leg(self, heard: Any, place: tuple[str, int] | None = None) -> Any:
        """A new leg; place: of the phone, None for one that calls in."""
        leg = UA(self.config, heard, nh_address=place)
        url = SipURL(username="pbx", host=self.contact_host, port=self.config["_sip_port"])
        leg.lContact = SipContact(address=SipAddress(url=url, hadbrace=True))
        return leg

    def own_sdp(self) -> Any:
        self._media_port += 2
        return MsgBody(_SDP.format(self.address, self._media_port))

    def receive(self, request: Any, transaction: Any) -> Any:
        """What belongs to no leg yet."""
        method = request.getMethod()
        if request.getHFBody("to").getTag() is not None:
            return request.genResponse(481, "Call Leg/Transaction Does Not Exist"), None, None
        if method == "INVITE":
            call = Call(self)
            self.calls.append(call)
            if request.countHFs("replaces"):
                call.replaces = request.getHFBody("replaces").call_id
            return call.caller.recvRequest(request, transaction)
        if method == "REGISTER":
            response = request.genResponse(200, "OK")
            response.appendHeader(SipHeader(name="contact", body=request.getHFBody("contact").getCopy()))
            response.appendHeader(SipHeader("Expires: 3600"))
            return response, None, None
        return request.genResponse(200 if method == "OPTIONS" else 501, "OK"), None, None


class Call:
    """One caller and the legs that are rung for it."""

    def __init__(self, pbx: Pbx) -> None:
        self.pbx = pbx
        self.caller = pbx.leg(self.heard)
        self.legs: dict[Any, str] = {}  # ringing, with the user each rings
        self.winner: Any = None
        self.replaces = ""
        self.plan: Plan = {}
        self.rounds: list[Plan] = []
        self.number = self.name = self.dialled = ""
        self.offer: Any = None
        self.answered = False
        self._timer: Any = None

    # What the legs say

    def heard(self, event: Any, leg: Any) -> None:
        if leg is self.caller:
            self._from_caller(event)
        elif leg in self.legs or leg is self.winner:
            self._from_called(event, leg)

    def _from_caller(self, event: Any) -> None:
        if isinstance(event, CCEventTry):
            self._begin(event)
        elif isinstance(event, CCEventDisconnect | CCEventFail):
            target = event.getData() if isinstance(event, CCEventDisconnect) else None
            if target is not None and self.winner is not None:
                self._transfer(target, self.winner)
            else:
                self._end()
        elif self.winner is not None:
            self.winner.recvEvent(event)

    def _from_called(self, event: Any, leg: Any) -> None:
        if leg is self.winner:
            target = event.getData() if isinstance(event, CCEventDisconnect) else None
            if target is not None:
                self.winner = None
                self._transfer(target, self.caller)
            elif isinstance(event, CCEventDisconnect | CCEventFail):
                self.winner = None
                self.caller.recvEvent(CCEventDisconnect())
                self._end()
            else:
                self.caller.recvEvent(event)
        elif isinstance(event, CCEventRing):
            if not self.answered:
                self.caller.recvEvent(CCEventRing((180, "Ringing", None)))
        elif isinstance(event, CCEventConnect):
            self._won(event, leg)
        elif isinstance(event, CCEventRedirect):
            user = self.legs.pop(leg)
            self._ring([self._moved_to(event)], forwarded_by=user)
        elif isinstance(event, CCEventFail | CCEventDisconnect):
            del self.legs[leg]
            if not self.legs:
                self._next_round()

    @staticmethod
    def _moved_to(redirect: Any) -> list[Any]:
        url = redirect.getData()[3][0].url
        return [url.username, str(url.host), int(url.port or 5060)]

    # Rounds

    def _begin(self, event: Any) -> None:
        _, self.number, self.dialled, self.offer, _, self.name = event.getData()
        if self.replaces:
            self._pick_up(next(call for call in self.pbx.calls if call.rings_as(self.replaces)))
            return
        plan = self.pbx.numbers.get(self.dialled)
        if plan is None:
            self.caller.recvEvent(CCEventFail((404, "Not Found")))
            self._end()
            return
        self.plan, self.rounds = plan, list(plan.get("rounds", ()))
        if plan.get("pickup"):
            number = plan.get("takes_from")
            ringing = (call for call in self.pbx.calls if call.legs and call is not self)
            self._pick_up(next(call for call in ringing if number in (None, call.dialled)))
            return
        if plan.get("answer_first"):
            self.answered = True
            self.caller.recvEvent(CCEventConnect((200, "OK", self.pbx.own_sdp())))
        self._next_round()

    def _next_round(self) -> None:
        self._stop_timer()
        if not self.rounds:
            status, phrase = self.plan.get("refuse", (480, "Temporarily Unavailable"))
            end = CCEventDisconnect() if self.answered else CCEventFail((status, phrase))
            self.caller.recvEvent(end)
            self._end()
            return
        this = self.rounds.pop(0)
        if this.get("pause_s"):
            self._timer = Timeout(self._play, this["pause_s"], 1, this)
        else:
            self._play(this)

    def _play(self, this: Plan) -> None:
        self._ring(this["ring"], forwarded_by=this.get("forwarded_by", ""))
        for after_s, *phone in this.get("later", ()):
            Timeout(self._ring_besides, after_s, 1, phone)
        if this.get("for_s"):
            self._timer = Timeout(self._rung_out, this["for_s"])

    def _rung_out(self) -> None:
        for leg in list(self.legs):
            del self.legs[leg]
            leg.recvEvent(CCEventDisconnect())
        self._next_round()

    def _ring(self, phones: list[list[Any]], *, forwarded_by: str = "") -> None:
        for user, host, *port in phones:
            leg = self.pbx.leg(self.heard, (host, port[0] if port else 5060))
            if forwarded_by:
                header = f"Diversion: <sip:{forwarded_by}@{self.pbx.address}>;reason=no-answer;counter=1"
                leg.extra_headers = (SipHeader(header),)
            self.legs[leg] = user
            offer = self.pbx.own_sdp() if self.plan.get("own_media") else self.offer.getCopy()
            leg.recvEvent(CCEventTry((None, self.number, user, offer, None, self.name)))

    def _ring_besides(self, phone: list[Any]) -> None:
        if self.legs:  # else it is answered, or over
            self._ring([phone])

    def rings_as(self, call_id: str) -> bool:
        """Whether a leg that rings for this call has that Call-ID."""
        return any(str(leg.cId) == call_id for leg in self.legs)

    def _won(self, event: Any, leg: Any) -> None:
        self._stop_timer()
        self.winner = leg
        del self.legs[leg]
        if self.answered:
            self.caller.recvEvent(CCEventUpdate(event.getData()[2]))
        else:
            self.answered = True
            answer = self.pbx.own_sdp() if self.plan.get("own_media") else event.getData()[2]
            self.caller.recvEvent(CCEventConnect((200, "OK", answer)))
        self._cancel_legs()

    # Pickup and transfer

    def _pick_up(self, taken: "Call") -> None:
        """This caller takes a call that rings now."""
        taken._stop_timer()
        answer = self.offer.getCopy()
        self.caller.recvEvent(CCEventConnect((200, "OK", taken.offer.getCopy())))
        taken.caller.recvEvent(CCEventConnect((200, "OK", answer)))
        taken._cancel_legs()
        taken.answered = True
        taken._bridge(taken.caller, self.caller)
        self.pbx.calls.remove(self)

    def _transfer(self, target: Any, stays: Any) -> None:
        """The other party of this call was sent to a target: `stays` is who is to be connected to it."""
        url = target.getUrl()
        replaced = (url.headers or {}).get("Replaces", "")
        if replaced:
            call_id = replaced.split(";")[0]
            other = next(call for call in self.pbx.calls if str(call.caller.cId) == call_id)
            self._bridge_with(other, stays)
            return
        if stays is not self.caller:  # the caller transferred: whom it had called is connected on
            self.number, self.name = stays.rUri.getUrl().username, ""
            self.caller = stays
        self.winner = None
        self.offer = stays.rSDP
        self.plan, self.rounds, self.answered = self.pbx.numbers[url.username], [], True
        self._ring(self.plan["rounds"][0]["ring"])

    def _bridge_with(self, other: "Call", stays: Any) -> None:
        """Attended: `stays` takes the place of the caller in the other call, who is told who it is."""
        goes, other_end = other.caller, other.winner
        goes.event_cb = None
        goes.recvEvent(CCEventDisconnect())
        update = CCEventUpdate(stays.rSDP.getCopy())
        shown = f"P-Asserted-Identity: <sip:{self.number}@{self.pbx.address}>"
        update.extra_headers = (SipHeader(shown),)
        other_end.recvEvent(update)
        stays.recvEvent(CCEventUpdate(other_end.rSDP.getCopy()))
        self.pbx.calls.remove(self)
        other._bridge(stays, other_end)

    def _bridge(self, caller: Any, called: Any) -> None:
        self.caller, self.winner = caller, called
        caller.event_cb = called.event_cb = self.heard_bridged

    def heard_bridged(self, event: Any, leg: Any) -> None:
        """In a bridged call only its end is passed on; answers to our own re-INVITEs end here."""
        if isinstance(event, CCEventDisconnect | CCEventFail):
            other = self.winner if leg is self.caller else self.caller
            other.recvEvent(CCEventDisconnect())

    # The end

    def _cancel_legs(self) -> None:
        for leg in list(self.legs):
            del self.legs[leg]
            leg.recvEvent(CCEventDisconnect())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        self._stop_timer()
        self._cancel_legs()
        if self.winner is not None:
            self.winner.recvEvent(CCEventDisconnect())
        if self in self.pbx.calls:
            self.pbx.calls.remove(self)


if __name__ == "__main__":
    Pbx(json.loads(sys.argv[1]))
    ED2.loop()
