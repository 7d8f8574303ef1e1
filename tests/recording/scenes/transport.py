"""The ways of a message: TCP, IPv6, other ports, large messages, compact headers; and other traffic."""

from tests.recording.scene import Ringings, scene
from tests.recording.scenes.plain import P1, SIPP, rings
from tests.recording.sipp import Caller, Phone, sdp
from tests.recording.stage import PBX, PBX_6, Stage

ANSWERED: Ringings = [['01012345678 "홍길동" → 1001', "answered", "ended answered"]]
P1_6 = "fd00:77::65"


def caller(headers: str = "") -> Caller:
    return Caller("01012345678", "1001", name="홍길동", headers=headers)


def phone() -> Phone:
    return Phone().trying().ring().pause(300).answer()


@scene("tcp_answered", software=SIPP, says="The same over TCP.", cases=(8,), events=ANSWERED)
def _(stage: Stage) -> None:
    stage.sipp(P1, phone().hung_up_on(), transport="t1")
    stage.sipp(PBX, caller().talks(300), P1, transport="t1")


@scene(
    "tcp_missed",
    software=SIPP,
    says="Over TCP the caller gives up.",
    cases=(8, 24),
    events=[['01012345678 "홍길동" → 1001', "ended missed"]],
)
def _(stage: Stage) -> None:
    stage.sipp(P1, Phone().ring().cancelled(), transport="t1")
    stage.sipp(PBX, caller().gives_up(300), P1, transport="t1")


@scene(
    "tcp_large",
    software=SIPP,
    says="Over TCP, an INVITE of 9 kB: several segments.",
    cases=(8, 12),
    events=ANSWERED,
)
def _(stage: Stage) -> None:
    stage.sipp(P1, phone().hung_up_on(), transport="t1")
    stage.sipp(PBX, large(caller()), P1, transport="t1")


@scene("ipv6_answered", software=SIPP, says="The same over IPv6.", cases=(3, 20), events=ANSWERED)
def _(stage: Stage) -> None:
    stage.sipp(P1_6, phone().hung_up_on())
    stage.sipp(PBX_6, caller().talks(300), P1_6)


@scene("ipv6_tcp", software=SIPP, says="Over IPv6 and TCP.", cases=(3, 8), events=ANSWERED)
def _(stage: Stage) -> None:
    stage.sipp(P1_6, phone().hung_up_on(), transport="t1")
    stage.sipp(PBX_6, caller().talks(300), P1_6, transport="t1")


@scene(
    "ipv6_large",
    software=SIPP,
    says="An INVITE of 9 kB over UDP and IPv6: fragments.",
    cases=(3, 7, 12),
    events=ANSWERED,
)
def _(stage: Stage) -> None:
    stage.sipp(P1_6, phone().hung_up_on())
    stage.sipp(PBX_6, large(caller()), P1_6)


@scene(
    "udp_large",
    software=SIPP,
    says="An INVITE of 9 kB over UDP: seven IP fragments of at most 1,500 bytes.",
    cases=(7, 12),
    events=ANSWERED,
)
def _(stage: Stage) -> None:
    rings(stage, phone().hung_up_on(), large(caller()))


def large(script: Caller) -> Caller:
    """An offer with a long list of codecs, as video phones make them."""
    attributes = "".join(
        f"a=fmtp:{96 + n % 30} profile-level-id=42e01f;max-mbps={n};packetization-mode=1\n"
        for n in range(130)
    )
    return script.invite(body=sdp() + attributes).answered().pause(300).bye()


@scene("port_5080", software=SIPP, says="Phone and PBX speak SIP on port 5080.", cases=(10,), events=ANSWERED)
def _(stage: Stage) -> None:
    stage.sipp(P1, phone().hung_up_on(), port=5080)
    stage.sipp(PBX, caller().talks(300), f"{P1}:5080", port=5080)


@scene(
    "compact_headers",
    software=SIPP,
    says="The PBX writes all headers in their compact form.",
    cases=(18,),
    events=ANSWERED,
)
def _(stage: Stage) -> None:
    script = caller().compact().invite().progress().receive(200).ack().pause(300).bye()
    rings(stage, phone().hung_up_on(), script)


@scene(
    "other_requests",
    software=SIPP,
    says="OPTIONS, MESSAGE, SUBSCRIBE and NOTIFY between PBX and phone, and no call.",
    cases=(38, 39),
    events=[],
)
def _(stage: Stage) -> None:
    methods = ("OPTIONS", "MESSAGE", "SUBSCRIBE", "NOTIFY")
    answering, asking = Phone(first=methods[0]).ok(), caller()
    for method in methods[1:]:
        answering.receive(method).ok()
    for method in methods:
        asking.alone(method).receive(200)
    stage.sipp(P1, answering)
    stage.sipp(PBX, asking, P1)


@scene(
    "in_call_requests",
    software=SIPP,
    says="In the call: INFO with digits, MESSAGE, OPTIONS and NOTIFY; then the phone hangs up.",
    cases=(26, 39),
    events=ANSWERED,
)
def _(stage: Stage) -> None:
    answering, asking = phone(), caller().invite().answered()
    for method in ("INFO", "MESSAGE", "OPTIONS", "NOTIFY"):
        answering.receive(method).ok()
        asking.request(method).receive(200)
    rings(stage, answering.pause(100).hang_up(), asking.hung_up_on())


@scene(
    "ten_calls_in_a_row",
    software=SIPP,
    says="Ten calls by one caller to 1001, one after another, all answered: ten calls, not one.",
    cases=(24, 35),
    events=ANSWERED * 10,
)
def _(stage: Stage) -> None:
    stage.sipp(P1, Phone().ring().pause(100).answer().hung_up_on(), options=("-m", "10"))
    stage.sipp(PBX, caller().talks(60), P1, options=("-m", "10", "-r", "1", "-rp", "400", "-l", "1"))
