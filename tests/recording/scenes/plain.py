"""A PBX calls a phone: sipp on both sides. One leg, every course it may take."""

from tests.recording.scene import scene
from tests.recording.sipp import Caller, Phone
from tests.recording.stage import PBX, Stage, phone_address

SIPP = "sipp 3.6 on both sides"
P1 = phone_address("1001")


def rings(stage: Stage, phone: Phone, caller: Caller) -> None:
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
        Phone().ring().pause(400).answer().hung_up_on(),
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
    "plain_missed",
    software=SIPP,
    says="The caller gives up while phone 1001 rings.",
    cases=(24,),
    events=[["025550100 → 1001", "ended missed"]],
)
def _(stage: Stage) -> None:
    rings(stage, Phone().ring().cancelled(), Caller("025550100", "1001").gives_up(500))
