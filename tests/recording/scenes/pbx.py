"""A PBX with a Call-ID of its own for each leg: sippy's B2BUA between sipp trunks and sipp phones."""

from typing import Any

from tests.recording.scene import scene
from tests.recording.sipp import Caller, Phone, sdp
from tests.recording.stage import PBX, TRUNK, Stage, phone_address

SOFTWARE = "sippy 2.5 (B2BUA) as PBX; sipp 3.6 as trunk and phones"
NUMBER = "0212345678"
MOBILE = "01012345678"
THREE = ("1001", "1002", "1003")
P1, P2, P3 = (phone_address(extension) for extension in THREE)


def ring(*extensions: str, **more: Any) -> dict[str, Any]:
    """A round of these phones."""
    return {"ring": [[extension, phone_address(extension)] for extension in extensions], **more}


def answers(ring_ms: int = 300) -> Phone:
    return Phone().trying().ring().pause(ring_ms).answer().hung_up_on()


def is_cancelled() -> Phone:
    return Phone().trying().ring().cancelled()


def trunk_calls(stage: Stage, caller: Caller, *, number: str = NUMBER, address: str = TRUNK) -> None:
    stage.sipp(address, caller, PBX)


def call(name: str = "", number: str = NUMBER) -> Caller:
    return Caller(MOBILE, number, name=name)


@scene(
    "pbx_one_phone",
    software=SOFTWARE,
    says="A call to the trunk number rings 1001: trunk leg and phone leg are both on the mirror.",
    cases=(30,),
    events=[[f'{MOBILE} "홍길동" → 1001 dialled {NUMBER}', "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}})
    stage.sipp(P1, answers())
    trunk_calls(stage, call("홍길동").talks(400))


@scene(
    "pbx_one_phone_own_media",
    software=SOFTWARE,
    says="The same with a PBX that relays the media, so that the legs' SDP has nothing in common.",
    cases=(30,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")], "own_media": True}})
    stage.sipp(P1, answers())
    trunk_calls(stage, call().talks(400))


@scene(
    "pbx_caller_gives_up",
    software=SOFTWARE,
    says="The caller on the trunk gives up while 1001 rings.",
    cases=(24, 30),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "ended missed"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}})
    stage.sipp(P1, is_cancelled())
    trunk_calls(stage, call().gives_up(600))


@scene(
    "pbx_nobody_has_the_number",
    software=SOFTWARE,
    says="A call to a number that the PBX does not know: nobody's phone rings.",
    cases=(30,),
    events=[],
)
def _(stage: Stage) -> None:
    stage.pbx({})
    trunk_calls(stage, call().refused(404))


def _group(
    name: str, says: str, phones: list[Phone], caller: Caller, ends: list[list[str]], own_media: bool
) -> None:
    @scene(
        f"group_{name}",
        software=SOFTWARE,
        says=says,
        cases=(28, 30),
        members=THREE,
        events=[
            [f"{MOBILE} → {extension} dialled {NUMBER}", *end]
            for extension, end in zip(THREE, ends, strict=True)
        ],
    )
    def _(stage: Stage) -> None:
        stage.pbx({NUMBER: {"rounds": [ring(*THREE)], "own_media": own_media}})
        for extension, phone in zip(THREE, phones, strict=True):
            stage.sipp(phone_address(extension), phone)
        trunk_calls(stage, caller)


TALKED = ["answered", "ended answered"]
_group(
    "first_answers",
    "A ring group of three; the first phone answers, the PBX cancels the others.",
    [answers(500), is_cancelled(), is_cancelled()],
    call().talks(400),
    [TALKED, ["ended answered_elsewhere by 1001"], ["ended answered_elsewhere by 1001"]],
    own_media=False,
)
_group(
    "last_answers",
    "A ring group of three; the last phone answers. The PBX relays the media.",
    [is_cancelled(), is_cancelled(), answers(500)],
    call().talks(400),
    [["ended answered_elsewhere by 1003"], ["ended answered_elsewhere by 1003"], TALKED],
    own_media=True,
)
_group(
    "caller_gives_up",
    "A ring group of three; the caller gives up.",
    [is_cancelled(), is_cancelled(), is_cancelled()],
    call().gives_up(600),
    [["ended missed"]] * 3,
    own_media=False,
)
_group(
    "one_busy_one_declines",
    "A ring group of three: one is busy, one declines, the third answers.",
    [
        Phone().trying().refuse(486, "Busy Here"),
        Phone().trying().ring().pause(200).refuse(603, "Decline"),
        answers(600),
    ],
    call().talks(300),
    [["ended busy"], ["ended declined"], TALKED],
    own_media=False,
)


@scene(
    "group_without_the_trunk",
    software=SOFTWARE + ". The trunk is on the PBX's other side: not on the mirror",
    says="A ring group of two whose caller's leg the mirror does not show; the second phone answers.",
    cases=(28,),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001", "ended answered_elsewhere by 1002"],
        [f"{MOBILE} → 1002", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001", "1002")], "own_media": True}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, answers(500))
    stage.sipp(PBX, call().talks(300), PBX, port=5090)  # in the PBX's own host: never on the wire


@scene(
    "group_two_callers",
    software=SOFTWARE,
    says="Two callers reach the same ring group of two at once; 1001 answers the first, 1002 the second.",
    cases=(15, 28),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED],
        [f"{MOBILE} → 1002 dialled {NUMBER}", "ended answered_elsewhere by 1001"],
        [f"025550100 → 1001 dialled {NUMBER}9", "ended answered_elsewhere by 1002"],
        [f"025550100 → 1002 dialled {NUMBER}9", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    other_port = {"ring": [["1001", P1, 5070], ["1002", P2, 5070]]}
    stage.pbx({NUMBER: {"rounds": [ring("1001", "1002")]}, f"{NUMBER}9": {"rounds": [other_port]}})
    stage.sipp(P1, answers(600))
    stage.sipp(P2, is_cancelled())
    stage.sipp(P1, is_cancelled(), port=5070)
    stage.sipp(P2, answers(700), port=5070)
    stage.sipp(TRUNK, call().talks(400), PBX)
    stage.sipp(TRUNK, Caller("025550100", f"{NUMBER}9").talks(400), PBX, port=5070)


@scene(
    "two_devices",
    software=SOFTWARE,
    says="1001 has two phones, each with a leg of its own; the second answers.",
    cases=(27,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [{"ring": [["1001", P1], ["1001", P2]]}]}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, answers(500))
    trunk_calls(stage, call().talks(300))


@scene(
    "two_devices_one_declines",
    software=SOFTWARE,
    says="1001 has two phones; one declines, the other rings on and is answered.",
    cases=(27,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [{"ring": [["1001", P1], ["1001", P2]]}]}})
    stage.sipp(P1, Phone().trying().ring().pause(200).refuse(603, "Decline"))
    stage.sipp(P2, answers(700))
    trunk_calls(stage, call().talks(300))


@scene(
    "hunt_group",
    software=SOFTWARE,
    says="The PBX rings 1001, after a while 1002 instead, who answers.",
    cases=(27,),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", "ended missed"],
        [f"{MOBILE} → 1002 dialled {NUMBER}", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001", for_s=1.2), ring("1002")]}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, answers(900))
    trunk_calls(stage, call().talks(300))


@scene(
    "hunt_group_nobody",
    software=SOFTWARE,
    says="The PBX rings 1001, then 1002, then gives up (480 on the trunk).",
    cases=(27,),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", "ended missed"],
        [f"{MOBILE} → 1002 dialled {NUMBER}", "ended missed"],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001", for_s=0.9), ring("1002", for_s=0.9)]}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, is_cancelled())
    trunk_calls(stage, call().refused(480))


@scene(
    "voicemail_after_no_answer",
    software=SOFTWARE + "; the voicemail is a sipp at another address",
    says="1001 rings out; the PBX sends the caller to the voicemail, which answers. For 1001 it is missed.",
    cases=(27,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "ended missed"]],
)
def _(stage: Stage) -> None:
    voicemail = {"ring": [["vm1001", "10.77.0.30"]], "forwarded_by": "1001"}
    stage.pbx({NUMBER: {"rounds": [ring("1001", for_s=1.2), voicemail]}})
    stage.sipp(P1, is_cancelled())
    stage.sipp("10.77.0.30", Phone().answer().hung_up_on())
    trunk_calls(stage, call().talks(900))


@scene(
    "forward_on_no_answer",
    software=SOFTWARE,
    says="1001 rings out; the PBX forwards to 1002 and says so by Diversion. 1002 answers.",
    cases=(23, 27),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", "ended missed"],
        [f"{MOBILE} → 1002 dialled {NUMBER} via 1001", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001", for_s=1.2), ring("1002", forwarded_by="1001")]}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, answers(900))
    trunk_calls(stage, call().talks(300))


@scene(
    "forward_by_302",
    software=SOFTWARE,
    says="Phone 1001 forwards by 302; the PBX rings 1002 for it, with Diversion. 1002 answers.",
    cases=(23, 24),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", "ended forwarded"],
        [f"{MOBILE} → 1002 dialled {NUMBER} via 1001", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}})
    moved = Phone().reply(
        302, "Moved Temporarily", headers=f"Contact: <sip:1002@{P2}>", to_invite=True, once=True
    )
    stage.sipp(P1, moved.pause(300))  # sippy's ACK goes to the new target
    stage.sipp(P2, answers(600))
    trunk_calls(stage, call().talks(300))


QUEUE_ROUNDS = [ring("1001", for_s=0.8), ring("1001", for_s=0.8, pause_s=0.7), ring("1001", pause_s=0.7)]


@scene(
    "queue_answered_at_last",
    software=SOFTWARE,
    says="A queue: the caller hears music (200 on the trunk at once); 1001 is rung three times and answers "
    "the third. One entry.",
    cases=(35,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": QUEUE_ROUNDS, "answer_first": True}})
    stage.sipp(P1, is_cancelled(), options=("-m", "2"))
    caller = call().invite().receive(100, optional=True).receive(200).ack().receive("INVITE").takes_reinvite()
    trunk_calls(stage, caller.pause(300).bye())
    stage.wait(2.7)
    stage.sipp(P1, answers(500))


@scene(
    "queue_caller_gives_up",
    software=SOFTWARE,
    says="A queue rings 1001 twice before the caller, who waits unanswered, gives up. One entry.",
    cases=(35,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "ended missed"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [*QUEUE_ROUNDS[:2], ring("1001", pause_s=5)]}})
    stage.sipp(P1, is_cancelled(), options=("-m", "2"))
    trunk_calls(stage, call().gives_up(2700))


@scene(
    "queue_two_agents",
    software=SOFTWARE,
    says="A queue rings 1001 and 1002 together, twice; the second time 1002 answers.",
    cases=(28, 35),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", "ended answered_elsewhere by 1002"],
        [f"{MOBILE} → 1002 dialled {NUMBER}", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001", "1002", for_s=0.8), ring("1001", "1002", pause_s=0.8)]}})
    stage.sipp(P1, is_cancelled(), options=("-m", "2"))
    stage.sipp(P2, is_cancelled())
    trunk_calls(stage, call().talks(300))
    stage.wait(1.0)
    stage.sipp(P2, answers(400))


@scene(
    "internal_call",
    software=SOFTWARE,
    says="1002 calls 1001 inside: two legs through the PBX, answered.",
    cases=(36,),
    members=("1001", "1002"),
    events=[["1002 → 1001 internal", *TALKED]],
)
def _(stage: Stage) -> None:
    stage.pbx({"1001": {"rounds": [ring("1001")]}})
    stage.sipp(P1, answers())
    stage.sipp(P2, Caller("1002", "1001").talks(300), PBX)


@scene(
    "internal_group_call",
    software=SOFTWARE,
    says="1003 calls the group 600 inside; 1002 answers.",
    cases=(28, 36),
    members=THREE,
    events=[
        ["1003 → 1001 internal dialled 600", "ended answered_elsewhere by 1002"],
        ["1003 → 1002 internal dialled 600", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({"600": {"rounds": [ring("1001", "1002")]}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, answers(500))
    stage.sipp(P3, Caller("1003", "600").talks(300), PBX)


@scene(
    "outgoing_call",
    software=SOFTWARE,
    says="1001 calls out: its leg to the PBX and the PBX's leg to the trunk are one outgoing call.",
    cases=(36,),
    events=[["1001 → 01099998888 out", *TALKED]],
)
def _(stage: Stage) -> None:
    stage.pbx({"01099998888": {"rounds": [{"ring": [["01099998888", TRUNK]]}]}})
    stage.sipp(TRUNK, answers())
    stage.sipp(P1, Caller("1001", "01099998888").talks(300), PBX)


@scene(
    "pickup_by_code",
    software=SOFTWARE,
    says="1001 rings; 1002 dials *8 at its own desk and takes the call.",
    cases=(34,),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", "ended answered_elsewhere by 1002"],
        ["1002 → *8 out", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}, "*8": {"pickup": True}})
    stage.sipp(P1, is_cancelled())
    trunk_calls(stage, call().invite().answered().hung_up_on())
    stage.wait(0.8)
    stage.sipp(
        P2, Caller("1002", "*8").invite().receive(100, optional=True).receive(200).ack().pause(300).bye(), PBX
    )


@scene(
    "blind_transfer",
    software=SOFTWARE,
    says="1001 answers a call from outside and sends it on to 1002 by REFER; 1002 answers the same caller.",
    cases=(33,),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED],
        [f"{MOBILE} → 1002 dialled {NUMBER}", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}, "1002": {"rounds": [ring("1002")]}})
    phone = Phone().trying().ring().pause(300).answer().pause(400)
    stage.sipp(P1, phone.refer(f"<sip:1002@{PBX}>").hung_up_on())
    stage.sipp(P2, answers(500))
    caller = call().invite().answered().receive("INVITE").takes_reinvite()
    trunk_calls(stage, caller.pause(400).bye())


@scene(
    "attended_transfer",
    software=SOFTWARE,
    says="1001 answers a call from outside, calls 1002 inside, who answers, and connects the two (REFER with "
    "Replaces). The PBX tells 1002's phone by a re-INVITE with P-Asserted-Identity who is on the line now.",
    cases=(33, 36),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", *TALKED],
        ["1001 → 1002 internal", "answered", f"caller {MOBILE}", "ended answered"],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}, "1002": {"rounds": [ring("1002")]}})
    consult = f"consult-1@{P1}"
    replaces = f"{consult}%3Bto-tag%3D1%3Bfrom-tag%3D1".replace("@", "%40")
    first = Phone().trying().ring().pause(300).answer().pause(2200)
    stage.sipp(P1, first.refer(f"<sip:1002@{PBX}?Replaces={replaces}>").hung_up_on())
    second = Phone().trying().ring().pause(400).answer().receive("INVITE")
    stage.sipp(P2, second.reply(200, "OK", body=sdp(version=2)).receive("ACK").hung_up_on())
    trunk_calls(stage, call().invite().answered().receive("INVITE").takes_reinvite().pause(400).bye())
    stage.wait(1.0)
    calling = Caller("1001", "1002").invite().answered().hung_up_on()
    stage.sipp(P1, calling, PBX, port=5070, options=("-cid_str", consult))
