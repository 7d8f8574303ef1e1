"""A PBX calls a phone: sipp on both sides. One leg, and every course it may take."""

from tests.recording.scene import Ringings, scene
from tests.recording.sipp import Caller, Phone, sdp
from tests.recording.stage import PBX, Stage, phone_address

SIPP = "sipp 3.6 on both sides"
P1 = phone_address("1001")


def rings(stage: Stage, phone: Phone, caller: Caller) -> None:
    """The PBX calls phone 1001."""
    stage.sipp(P1, phone)
    stage.sipp(PBX, caller, P1)


@scene(
    "plain_answered",
    software=SIPP,
    says="The PBX rings phone 1001, it is answered, the caller hangs up.",
    cases=(24, 25),
    events=[['01012345678 "홍길동" → 1001', "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    rings(
        stage,
        Phone().trying().ring().pause(400).answer().hung_up_on(),
        Caller("01012345678", "1001", name="홍길동").talks(400),
    )


@scene(
    "plain_answered_phone_hangs_up",
    software=SIPP,
    says="Phone 1001 is answered and hangs up itself.",
    cases=(25,),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    rings(
        stage,
        Phone().ring().pause(300).answer().pause(300).hang_up(),
        Caller("025550100", "1001").invite().answered().hung_up_on(),
    )


@scene(
    "plain_answered_no_ringing_shown",
    software=SIPP,
    says="A phone that answers by itself: 200 at once, no 180 before it.",
    cases=(24, 25),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    rings(stage, Phone().answer().hung_up_on(), Caller("025550100", "1001").talks(300))


@scene(
    "plain_answered_early_media",
    software=SIPP,
    says="183 with early media, then 180, then answered.",
    cases=(24, 25),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    phone = Phone().trying().reply(183, "Session Progress", body=sdp(), to_invite=True).pause(200)
    caller = Caller("025550100", "1001").invite().receive(100).receive(183).receive(180)
    rings(
        stage,
        phone.ring().pause(200).answer().hung_up_on(),
        caller.receive(200).ack().pause(200).bye(),
    )


@scene(
    "plain_missed",
    software=SIPP,
    says="The caller gives up while phone 1001 rings.",
    cases=(24,),
    events=[["025550100 → 1001", "ended missed"]],
)
def _(stage: Stage) -> None:
    rings(stage, Phone().ring().cancelled(), Caller("025550100", "1001").gives_up(500))


@scene(
    "plain_missed_with_a_reason",
    software=SIPP,
    says="The caller hangs up; the PBX's CANCEL says so: Reason: Q.850;cause=16.",
    cases=(24, 29),
    events=[["025550100 → 1001", "ended missed"]],
)
def _(stage: Stage) -> None:
    reason = 'Reason: Q.850;cause=16;text="Normal call clearing"'
    rings(stage, Phone().ring().cancelled(), Caller("025550100", "1001").gives_up(400, headers=reason))


@scene(
    "plain_elsewhere_by_reason",
    software=SIPP,
    says="Only this leg is on the mirror; its CANCEL says that a colleague answered (two Reason headers).",
    cases=(29,),
    events=[["025550100 → 1001", "ended answered_elsewhere"]],
)
def _(stage: Stage) -> None:
    reason = 'Reason: SIP;cause=200;text="Call completed elsewhere"\nReason: Q.850;cause=26'
    rings(stage, Phone().ring().cancelled(), Caller("025550100", "1001").gives_up(400, headers=reason))


REFUSALS: list[tuple[str, int, str, bool, str, str]] = [
    # name, status, phrase, whether the phone rang before, what it means, outcome
    ("busy", 486, "Busy Here", False, "the phone is in use", "busy"),
    ("busy_after_ringing", 486, "Busy Here", True, "the phone's reject key, as many phones send it", "busy"),
    ("busy_everywhere", 600, "Busy Everywhere", False, "busy everywhere", "busy"),
    ("declined", 603, "Decline", True, "its owner declines", "declined"),
    ("declined_silently", 603, "Decline", False, "do not disturb, no ringing", "declined"),
    ("not_found", 404, "Not Found", False, "nobody of that name there", "failed"),
    ("unavailable_at_once", 480, "Temporarily Unavailable", False, "nobody logged in", "failed"),
    ("unavailable_after_ringing", 480, "Temporarily Unavailable", True, "rung out", "missed"),
    ("timeout_after_ringing", 408, "Request Timeout", True, "rung out", "missed"),
    ("codec_refused", 488, "Not Acceptable Here", False, "no common codec", "failed"),
    ("server_error", 500, "Server Internal Error", False, "the phone is starting", "failed"),
    ("terminated_unasked", 487, "Request Terminated", True, "487 though no CANCEL was sent", "missed"),
]


def _refusal(name: str, status: int, phrase: str, rang: bool, meaning: str, outcome: str) -> None:
    @scene(
        f"plain_{name}",
        software=SIPP,
        says=f"Phone 1001 refuses {'after ringing' if rang else 'at once'} by {status} {phrase}: {meaning}.",
        cases=(24,),
        events=[["01098765432 → 1001", f"ended {outcome}"]],
    )
    def _(stage: Stage) -> None:
        phone = Phone().trying()
        if rang:
            phone.ring().pause(300)
        rings(stage, phone.refuse(status, phrase), Caller("01098765432", "1001").refused(status))


for _row in REFUSALS:
    _refusal(*_row)


@scene(
    "plain_never_answered_by_anything",
    software=SIPP,
    says="The phone is there but says nothing at all; the PBX repeats its INVITE twice and gives up.",
    cases=(14, 37),
    events=[["025550100 → 1001", "ended unknown"]],
)
def _(stage: Stage) -> None:
    rings(stage, Phone().pause(2500), Caller("025550100", "1001").invite().pause(1800))


@scene(
    "plain_invite_repeated",
    software=SIPP,
    says="The phone is slow: the PBX sends its INVITE three times before it hears that the phone rings.",
    cases=(14,),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    rings(
        stage,
        Phone().pause(1700).ring().pause(200).answer().hung_up_on(),
        Caller("025550100", "1001").talks(300),
    )


@scene(
    "cancel_crosses_200",
    software=SIPP,
    says="The phone is picked up just as the caller gives up: the CANCEL is seen first, then the 200 to the "
    "INVITE. The 200 wins; the caller takes the call and hangs up.",
    cases=(25,),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    caller = Caller("025550100", "1001").invite().receive(180).pause(300).cancel()
    rings(
        stage,
        Phone().ring().receive("CANCEL").ok().answer_late().hung_up_on(),
        caller.receive(200).receive(200).ack().bye(),
    )


@scene(
    "cancel_after_200",
    software=SIPP,
    says="The CANCEL is sent before the 200 has come to the caller, but the mirror shows the 200 first.",
    cases=(25,),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    caller = Caller("025550100", "1001").invite().receive(180).receive(200).cancel()
    phone = Phone().ring().pause(300).reply(200, "OK", body=sdp(), to_invite=True)
    rings(
        stage,
        phone.receive("CANCEL").reply(481, "Call Does Not Exist").receive("ACK").hung_up_on(),
        caller.receive(481).ack().bye(),
    )


@scene(
    "hold_and_resume",
    software=SIPP,
    says="In the call the caller's side holds by a re-INVITE (sendonly), resumes by another, refreshes the "
    "session by UPDATE and hangs up.",
    cases=(26,),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    phone = Phone().ring().pause(200).answer()
    phone.receive("INVITE").reply(200, "OK", body=sdp("recvonly", 2)).receive("ACK")
    phone.receive("INVITE").reply(200, "OK", body=sdp("sendrecv", 3)).receive("ACK")
    phone.receive("UPDATE").ok()
    caller = Caller("025550100", "1001").invite().answered().pause(200)
    caller.request("INVITE", body=sdp("sendonly", 2)).receive(200).ack().pause(300)
    caller.request("INVITE", body=sdp("sendrecv", 3)).receive(200).ack().pause(200)
    caller.request("UPDATE", headers="Session-Expires: 1800;refresher=uac").receive(200)
    rings(stage, phone.hung_up_on(), caller.bye())


@scene(
    "session_interval_too_small",
    software=SIPP,
    says="The phone refuses the session timer by 422; the PBX sends the INVITE again with a longer one.",
    cases=(16,),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    phone = Phone().refuse(422, "Session Interval Too Small", headers="Min-SE: 90")
    phone.receive("INVITE").ring().pause(200).answer().hung_up_on()
    caller = Caller("025550100", "1001").invite(headers="Session-Expires: 60").receive(422).ack_refusal()
    rings(stage, phone, caller.invite(headers="Session-Expires: 90\nMin-SE: 90").answered().bye())


@scene(
    "phone_challenges",
    software=SIPP,
    says="The phone asks its PBX who it is (401); the INVITE comes again with credentials.",
    cases=(16,),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    challenge = 'WWW-Authenticate: Digest realm="phone", nonce="0a4f113b", algorithm=MD5, qop="auth"'
    phone = Phone().refuse(401, "Unauthorized", headers=challenge)
    phone.receive("INVITE").ring().pause(200).answer().hung_up_on()
    caller = Caller("025550100", "1001", login=("pbx", "demo")).challenged(401)
    rings(stage, phone, caller.invite().answered().bye())


@scene(
    "reliable_ringing",
    software=SIPP,
    says="180 is sent reliably (RFC 3262): PRACK and its 200 come between ringing and answer.",
    cases=(24, 26),
    events=[["025550100 → 1001", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    phone = Phone().ring("Require: 100rel\nRSeq: 1").receive("PRACK").ok().pause(300)
    caller = Caller("025550100", "1001").invite(headers="Supported: 100rel").receive(180, early=True)
    caller.request("PRACK", headers="RAck: 1 1 INVITE").receive(200).receive(200)
    rings(stage, phone.answer_late().hung_up_on(), caller.ack(1).bye())


def _forwarded(name: str, header: str, says: str) -> None:
    @scene(
        f"forwarded_{name}",
        software=SIPP,
        says=f"Phone 1001 forwards to 1002 by 302; the PBX rings 1002, saying so by {says}. 1002 answers.",
        cases=(23, 24),
        members=("1001", "1002"),
        events=[
            ["025550100 → 1001", "ended forwarded"],
            ["025550100 → 1002 dialled 1001 via 1001", "answered", "ended answered"],
        ],
    )
    def _(stage: Stage) -> None:
        second = phone_address("1002")
        stage.sipp(second, Phone().ring().pause(300).answer().hung_up_on())
        to_1002 = f"Contact: <sip:1002@{PBX}>"
        stage.sipp(
            P1, Phone().reply(302, "Moved Temporarily", headers=to_1002, to_invite=True).receive("ACK")
        )
        stage.sipp(PBX, Caller("025550100", "1001").refused(302), P1).wait(10)
        stage.sipp(PBX, Caller("025550100", "1002", dialled="1001", headers=header).talks(300), second)


_forwarded("diversion", f"Diversion: <sip:1001@{PBX}>;reason=unconditional;counter=1", "Diversion")
_forwarded(
    "history_info",
    f"History-Info: <sip:1001@{PBX}?Reason=SIP%3Bcause%3D302>;index=1, <sip:1002@{PBX}>;index=1.1",
    "History-Info",
)


@scene(
    "call_waiting",
    software=SIPP,
    says="While 1001 talks to the first caller a second one rings it and is answered too.",
    cases=(35,),
    events=[
        ["01012345678 → 1001", "answered", "ended answered"],
        ["025550100 → 1001", "answered", "ended answered"],
    ],
)
def _(stage: Stage) -> None:
    stage.sipp(P1, Phone().ring().pause(300).answer().hung_up_on(), options=("-m", "2"))
    stage.sipp(PBX, Caller("01012345678", "1001").talks(1800), P1)
    stage.wait(0.7)
    stage.sipp(PBX, Caller("025550100", "1001").talks(300), P1, port=5070)


@scene(
    "two_callers_at_once",
    software=SIPP,
    says="Two callers reach 1001 in the same moment: one is answered, the other gives up.",
    cases=(15,),
    events=[
        ["01012345678 → 1001", "answered", "ended answered"],
        ["025550100 → 1001", "ended missed"],
    ],
)
def _(stage: Stage) -> None:
    stage.sipp(P1, Phone().ring().pause(500).answer().hung_up_on())
    stage.sipp(P1, Phone().ring().cancelled(), port=5070)
    stage.sipp(PBX, Caller("01012345678", "1001").talks(300), P1)
    stage.sipp(PBX, Caller("025550100", "1001").gives_up(900), f"{P1}:5070", port=5070)


OUTGOING: Ringings = [["1001 → 01099998888 out", "answered", "ended answered"]]


@scene(
    "outgoing",
    software=SIPP,
    says="Phone 1001 calls out through its PBX, which asks for credentials first (407).",
    cases=(16, 36),
    events=OUTGOING,
)
def _(stage: Stage) -> None:
    challenge = 'Proxy-Authenticate: Digest realm="pbx", nonce="8d1c0f", algorithm=MD5'
    pbx = Phone("pbx").refuse(407, "Proxy Authentication Required", headers=challenge)
    stage.sipp(PBX, pbx.receive("INVITE").trying().ring().pause(300).answer().hung_up_on())
    caller = Caller("1001", "01099998888", login=("1001", "demo")).challenged(407)
    stage.sipp(P1, caller.invite().answered().pause(200).bye(), PBX)
