"""What offices do besides: twins, dead phones, pickups without a code, a PBX on two ports."""

import sys

from tests.recording.kamailio import Proxy
from tests.recording.scene import scene
from tests.recording.scenes.pbx import MOBILE, NUMBER, P1, P2, SOFTWARE, answers, call, is_cancelled, ring
from tests.recording.scenes.pbx import trunk_calls as sippy_trunk_calls
from tests.recording.sipp import Caller
from tests.recording.stage import PBX, SECOND_TRUNK, TRUNK, Stage

TWIN = "01098765432"
KAMAILIO = "Kamailio 5.6 as PBX, on 5060 and 5080; sipp 3.6 as trunk; baresip 1.0 as phone"
_SILENT = "import socket; s = socket.socket(2, 2); s.bind(('', 5060))\nwhile True: s.recv(65535)"


@scene(
    "mobile_twin",
    software=SOFTWARE,
    says="1001's desk phone and a mobile, over another trunk, ring together; the mobile answers.",
    cases=(45,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", f"ended answered_elsewhere by {TWIN}"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [{"ring": [["1001", P1], [TWIN, SECOND_TRUNK]]}]}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(SECOND_TRUNK, answers(900))
    sippy_trunk_calls(stage, call().talks(400))


@scene(
    "mobile_twin_stays_silent",
    software=SOFTWARE,
    says="The same, but the desk phone answers; the mobile is cancelled.",
    cases=(45,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [{"ring": [["1001", P1], [TWIN, SECOND_TRUNK]]}]}})
    stage.sipp(P1, answers(900))
    stage.sipp(SECOND_TRUNK, is_cancelled())
    sippy_trunk_calls(stage, call().talks(400))


@scene(
    "group_with_a_phone_that_never_replies",
    software=SOFTWARE,
    says="A group of two; 1002's phone gets the INVITE and never says anything. 1001 answers.",
    cases=(42, 28),
    members=("1001", "1002"),
    events=[
        [f"{MOBILE} → 1001 dialled {NUMBER}", "answered", "ended answered"],
        [f"{MOBILE} → 1002 dialled {NUMBER}", "ended answered_elsewhere by 1001"],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001", "1002")]}})
    stage.program(P2, sys.executable, "-c", _SILENT)
    stage.wait_for_port(P2, 5060)
    stage.sipp(P1, answers(700))
    sippy_trunk_calls(stage, call().talks(400))


@scene(
    "pickup_by_replaces",
    software=SOFTWARE,
    says="1001 rings; 1002 presses the lamp key: an INVITE whose Replaces names the ringing dialog as the "
    "PBX announces it (pickup-…), never seen on the wire. The PBX takes 1001's phone off and connects 1002.",
    cases=(34,),
    members=("1001", "1002"),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "ended answered_elsewhere by 1002"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}, "1001": {"pickup": True}})
    stage.sipp(P1, is_cancelled())
    sippy_trunk_calls(stage, call().invite().answered().hung_up_on())
    stage.wait(0.8)
    replaces = "Replaces: pickup-5f3a9@pbx;to-tag=1;from-tag=2;early-only\nRequire: replaces"
    taking = Caller("1002", "1001").invite(headers=replaces)
    stage.sipp(P2, taking.receive(100, optional=True).receive(200).ack().pause(300).bye(), PBX)


def _two_ports() -> Proxy:
    return Proxy(PBX, TRUNK, groups={NUMBER: ("1001",)}, more_ports=(5080,))


@scene(
    "proxy_on_two_ports",
    software=KAMAILIO,
    says="The trunk sends to port 5080 of the PBX, the phone is registered at its 5060. 1001 answers.",
    cases=(41,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "answered", "ended answered"]],
)
def _(stage: Stage) -> None:
    stage.proxy(_two_ports())
    phone = stage.baresip("1001")
    stage.sipp(TRUNK, call().talks(600), f"{PBX}:5080")
    phone.wait("CALL_INCOMING")
    stage.wait(0.3)
    phone.press("accept")
    phone.wait("CALL_CLOSED")


@scene(
    "proxy_on_two_ports_caller_gives_up",
    software=KAMAILIO,
    says="The same; the caller gives up.",
    cases=(41,),
    events=[[f"{MOBILE} → 1001 dialled {NUMBER}", "ended missed"]],
)
def _(stage: Stage) -> None:
    stage.proxy(_two_ports())
    phone = stage.baresip("1001")
    stage.sipp(TRUNK, call().gives_up(700), f"{PBX}:5080")
    phone.wait("CALL_INCOMING")
    phone.wait("CALL_CLOSED")
