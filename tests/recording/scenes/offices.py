"""What larger offices have: a PBX of several addresses and ports, pickups, a mobile that rings with the desk,
groups that grow, a phone whose cable is out."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.recording.kamailio import Proxy
from tests.recording.scene import scene
from tests.recording.scenes.pbx import (
    MOBILE,
    NUMBER,
    P1,
    P2,
    P3,
    SOFTWARE,
    TALKED,
    THREE,
    answers,
    call,
    is_cancelled,
    ring,
)
from tests.recording.scenes.proxy import SOFTWARE as PROXY_SOFTWARE
from tests.recording.sipp import Caller, Phone
from tests.recording.stage import PBX, SECOND_TRUNK, TRUNK, Stage, wait_until

OUTSIDE = "10.77.0.11"  # Kamailio's address for the trunk, at a port of its own
SECOND_CARD, FAR_TRUNK = "10.78.0.10", "10.78.0.20"  # a network of its own for the trunk
GROUP = "0212345600"
TWIN = "01077776666"
TWO = THREE[:2]
DOORS = Proxy(PBX, TRUNK, groups={NUMBER: ("1001",), GROUP: TWO}, outside=(OUTSIDE, 5080))
Plays = Callable[[Callable[[Stage], None]], Callable[[Stage], None]]
ALERTED = f"{MOBILE} → 1001 dialled {NUMBER}"


def register(stage: Stage, *extensions: str) -> None:
    """Each phone tells the PBX where it is."""
    for extension, address in zip(extensions, (P1, P2, P3), strict=False):
        stage.sipp(address, Caller(extension, extension).alone("REGISTER").receive(200), PBX)
    stage.finish()


# Kamailio: phones at one address and 5060, the trunk at another and 5080


def _at_two_doors(name: str, says: str, cases: tuple[int, ...], **more: Any) -> Plays:
    software = f"{PROXY_SOFTWARE}; the trunk has an address and a port of its own"
    return scene(f"two_doors_{name}", software=software, says=says, cases=(*cases, 41), **more)


@_at_two_doors(
    "answered", "A call from the trunk rings 1001, who answers.", (30, 32), events=[[ALERTED, *TALKED]]
)
def _(stage: Stage) -> None:
    stage.proxy(DOORS)
    phone = stage.baresip("1001")
    stage.sipp(TRUNK, call().talks(600), f"{OUTSIDE}:5080")
    phone.wait("CALL_INCOMING")
    stage.wait(0.3)
    phone.press("accept")
    phone.wait("CALL_CLOSED")


@_at_two_doors(
    "group_answered",
    "A call from the trunk is forked to 1001 and 1002; 1002 answers.",
    (27, 32),
    members=TWO,
    events=[
        [f"{MOBILE} → 1001 dialled {GROUP}", "ended answered_elsewhere by 1002"],
        [f"{MOBILE} → 1002 dialled {GROUP}", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.proxy(DOORS)
    phones = [stage.baresip("1001"), stage.baresip("1002")]
    stage.sipp(TRUNK, call(number=GROUP).talks(400), f"{OUTSIDE}:5080")
    for phone in phones:
        phone.wait("CALL_INCOMING")
    stage.wait(0.4)
    phones[1].press("accept")
    for phone in phones:
        phone.wait("CALL_CLOSED")


@_at_two_doors(
    "group_given_up",
    "A call from the trunk is forked to 1001 and 1002; the caller gives up.",
    (24, 27),
    members=TWO,
    events=[[f"{MOBILE} → {extension} dialled {GROUP}", "ended missed"] for extension in TWO],
)
def _(stage: Stage) -> None:
    stage.proxy(DOORS)
    phones = [stage.baresip("1001"), stage.baresip("1002")]
    stage.sipp(TRUNK, call(number=GROUP).gives_up(700), f"{OUTSIDE}:5080")
    for phone in phones:
        phone.wait("CALL_CLOSED")


@_at_two_doors(
    "outgoing", "1001 calls out; the trunk answers.", (36,), events=[["1001 → 01099998888 out", *TALKED]]
)
def _(stage: Stage) -> None:
    stage.proxy(DOORS)
    phone = stage.baresip("1001")
    stage.sipp(TRUNK, answers())
    phone.dial("01099998888", PBX)
    phone.wait("CALL_ESTABLISHED")
    stage.wait(0.3)
    phone.press("hangup")


# A B2BUA with two network cards


def _with_two_cards(name: str, says: str, cases: tuple[int, ...], **more: Any) -> Plays:
    software = f"{SOFTWARE}; the PBX has a network card for each"
    return scene(f"two_cards_{name}", software=software, says=says, cases=(*cases, 41), **more)


@_with_two_cards(
    "answered", "A call from the trunk rings 1001, who answers.", (30,), events=[[ALERTED, *TALKED]]
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}}, outside=SECOND_CARD)
    stage.sipp(P1, answers())
    stage.sipp(FAR_TRUNK, call().talks(400), SECOND_CARD)


@_with_two_cards(
    "group_answered",
    "A ring group of three, registered; the PBX relays the media; the second answers.",
    (28, 30, 32),
    members=THREE,
    events=[
        [ALERTED, "ended answered_elsewhere by 1002"],
        [f"{MOBILE} → 1002 dialled {NUMBER}", *TALKED],
        [f"{MOBILE} → 1003 dialled {NUMBER}", "ended answered_elsewhere by 1002"],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring(*THREE)], "own_media": True}}, outside=SECOND_CARD)
    register(stage, *THREE)
    for address, phone in ((P1, is_cancelled()), (P2, answers(500)), (P3, is_cancelled())):
        stage.sipp(address, phone)
    stage.sipp(FAR_TRUNK, call().talks(400), SECOND_CARD)


@_with_two_cards(
    "given_up",
    "A ring group of two; the caller gives up.",
    (24, 28),
    members=TWO,
    events=[[f"{MOBILE} → {extension} dialled {NUMBER}", "ended missed"] for extension in TWO],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring(*TWO)]}}, outside=SECOND_CARD)
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, is_cancelled())
    stage.sipp(FAR_TRUNK, call().gives_up(600), SECOND_CARD)


@_with_two_cards(
    "outgoing",
    "1001, registered, calls out; the trunk answers.",
    (32, 36),
    events=[["1001 → 01099998888 out", *TALKED]],
)
def _(stage: Stage) -> None:
    stage.pbx({"01099998888": {"rounds": [{"ring": [["01099998888", FAR_TRUNK]]}]}}, outside=SECOND_CARD)
    register(stage, "1001")
    stage.sipp(FAR_TRUNK, answers())
    stage.sipp(P1, Caller("1001", "01099998888").talks(300), PBX)


# Pickup


def takes(code: str, replaces: str = "") -> Caller:
    """1003 takes a call that rings elsewhere, talks and hangs up."""
    named = f"Replaces: {replaces}\nRequire: replaces" if replaces else ""
    taker = Caller("1003", code, headers=named).invite().receive(100, optional=True)
    return taker.receive(200).ack().pause(300).bye()


def _by_replaces(
    name: str, says: str, members: tuple[str, ...], *, own_media: bool, registered: bool
) -> None:
    """What 1003's lamp key knows of the ringing dialog (RFC 4235) is read from the rung phone's own log."""

    @scene(
        f"pickup_by_replaces{name}",
        software=SOFTWARE,
        says=says,
        cases=(33, 34),
        members=THREE,
        events=[
            [f"{MOBILE} → {extension} dialled {NUMBER}", "ended answered_elsewhere by 1003"]
            for extension in members
        ],
    )
    def _(stage: Stage) -> None:
        stage.pbx({NUMBER: {"rounds": [ring(*members)], "own_media": own_media}})
        if registered:
            register(stage, *THREE)
        log = stage.folder / "rung.log"
        for address in (P2, P1)[-len(members) :]:
            tracing = ("-trace_msg", "-message_file", str(log)) if address == P1 else ()
            stage.sipp(address, is_cancelled(), options=tracing)
        stage.sipp(TRUNK, call().invite().answered().hung_up_on(), PBX)
        wait_until(lambda: log.exists() and "180 Ringing" in log.read_text(), "1001 rings")
        stage.wait(0.6)
        stage.sipp(P3, takes("1001", ringing_dialog(log.read_text())), PBX)


def ringing_dialog(log: str) -> str:
    """The dialog of the 180 in a phone's log, as Replaces names it to the PBX (RFC 3891): to-tag is the
    PBX's own."""
    ringing = log[log.index("180 Ringing") :]
    call_id, caller, called = (
        re.search(pattern, ringing)
        for pattern in (r"Call-ID: (\S+)", r"From: .*;tag=(\S+)", r"To: .*;tag=(\S+)")
    )
    assert call_id and caller and called
    return f"{call_id[1]};to-tag={caller[1]};from-tag={called[1]}"


_by_replaces(
    "",
    "1001 rings; 1003 takes the call by an INVITE to the PBX whose Replaces names the ringing dialog. The "
    "PBX answers it and cancels 1001. The lamp subscription that told 1003 of the dialog is not played.",
    ("1001",),
    own_media=False,
    registered=True,
)
_by_replaces(
    "_of_a_group",
    "1001 and 1002 ring for a group; 1003 takes the call by Replaces. The PBX relays the media, nobody is "
    "registered.",
    TWO,
    own_media=True,
    registered=False,
)


@scene(
    "pickup_by_code_and_extension",
    software=f"{SOFTWARE}; the PBX has a network card for each",
    says="1001 and 1002 ring for a group; 1003 dials **1001 and takes the call.",
    cases=(34, 41),
    members=THREE,
    events=[
        [ALERTED, "ended answered_elsewhere by 1003"],
        [f"{MOBILE} → 1002 dialled {NUMBER}", "ended answered_elsewhere by 1003"],
        ["1003 → **1001 out", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    numbers = {NUMBER: {"rounds": [ring(*TWO)]}, "**1001": {"pickup": True}}
    stage.pbx(numbers, outside=SECOND_CARD)
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, is_cancelled())
    stage.sipp(FAR_TRUNK, call().invite().answered().hung_up_on(), SECOND_CARD)
    stage.wait(0.8)
    stage.sipp(P3, takes("**1001"), PBX)


@scene(
    "pickup_by_code_of_one_of_two",
    software=SOFTWARE,
    says="One call rings 1001, another 1002; 1003 dials *8 and takes the second. The first caller gives up a "
    "second later.",
    cases=(24, 34),
    members=THREE,
    events=[
        [ALERTED, "ended missed"],
        [f"025550100 → 1002 dialled {GROUP}", "ended answered_elsewhere by 1003"],
        ["1003 → *8 out", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx(
        {
            NUMBER: {"rounds": [ring("1001")]},
            GROUP: {"rounds": [ring("1002")]},
            "*8": {"pickup": True, "takes_from": GROUP},
        }
    )
    register(stage, *THREE)
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, is_cancelled())
    stage.sipp(TRUNK, call().gives_up(2000), PBX)
    stage.sipp(SECOND_TRUNK, Caller("025550100", GROUP).invite().answered().hung_up_on(), PBX)
    stage.wait(0.9)
    stage.sipp(P3, takes("*8"), PBX)


# The desk phone's twin: a mobile that rings with it, over the trunk


def _twins(
    name: str, says: str, ends: list[str], desk: Phone, mobile: Phone, caller: Caller, gateway: str, port: int
) -> None:
    @scene(
        f"twin_{name}",
        software=SOFTWARE,
        says=says,
        cases=(24, 45) if "missed" in ends[0] else (45,),
        events=[[ALERTED, *ends]],
    )
    def _(stage: Stage) -> None:
        # A PBX takes a while to find the extension. Were it quicker than the mirror swaps frames, nothing
        # would tell the mobile's leg from the caller's: each ends where the other begins.
        both = {"ring": [["1001", P1], [TWIN, gateway, port]], "pause_s": 0.03}
        stage.pbx({NUMBER: {"rounds": [both], "own_media": True}})
        register(stage, "1001")
        stage.sipp(P1, desk)
        stage.sipp(gateway, mobile, port=port)
        stage.sipp(TRUNK, caller, PBX)


_twins(
    "mobile_answers",
    f"A call rings 1001 and, over the same trunk, the mobile {TWIN}, which answers.",
    [f"ended answered_elsewhere by {TWIN}"],
    is_cancelled(),
    answers(700),
    call().talks(400),
    TRUNK,
    5070,
)
_twins(
    "desk_answers",
    f"A call rings 1001 and, over another gateway, the mobile {TWIN}; 1001 answers.",
    TALKED,
    answers(700),
    is_cancelled(),
    call().talks(400),
    SECOND_TRUNK,
    5060,
)
_twins(
    "caller_gives_up",
    f"A call rings 1001 and, over another gateway, the mobile {TWIN}; the caller gives up.",
    ["ended missed"],
    is_cancelled(),
    is_cancelled(),
    call().gives_up(900),
    SECOND_TRUNK,
    5060,
)


@scene(
    "twin_forked_mobile_answers",
    software=PROXY_SOFTWARE,
    says=f"Kamailio forks a call to 1001 and, over another gateway, to the mobile {TWIN}, which answers.",
    cases=(27, 45),
    events=[[ALERTED, f"ended answered_elsewhere by {TWIN}"]],
)
def _(stage: Stage) -> None:
    stage.proxy(replace(DOORS, outside=None, mobiles={NUMBER: f"{TWIN}@{SECOND_TRUNK}"}))
    phone = stage.baresip("1001")
    stage.sipp(SECOND_TRUNK, answers(900))
    stage.sipp(TRUNK, call().talks(400), PBX)
    phone.wait("CALL_INCOMING")
    phone.wait("CALL_CLOSED")


# Groups that grow, and a phone whose cable is out


@scene(
    "progressive_group",
    software=SOFTWARE,
    says="The PBX rings 1001 and, two seconds later, 1002 as well, who answers.",
    cases=(28,),
    members=TWO,
    events=[
        [ALERTED, "ended answered_elsewhere by 1002"],
        [f"{MOBILE} → 1002 dialled {NUMBER}", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    _grows(stage, own_media=False)
    stage.sipp(TRUNK, call().talks(300), PBX)


@scene(
    "progressive_group_without_the_trunk",
    software=SOFTWARE + ". The trunk is on the PBX's other side: not on the mirror",
    says="The same; the mirror shows the phones' legs alone, and the PBX relays the media.",
    cases=(28,),
    members=TWO,
    events=[
        [f"{MOBILE} → 1001", "ended answered_elsewhere by 1002"],
        [f"{MOBILE} → 1002", *TALKED],
    ],
)
def _(stage: Stage) -> None:
    _grows(stage, own_media=True)
    stage.sipp(PBX, call().talks(300), PBX, port=5090)  # in the PBX's own host: never on the wire


def _grows(stage: Stage, *, own_media: bool) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001", later=[[2.0, "1002", P2]])], "own_media": own_media}})
    stage.sipp(P1, is_cancelled())
    stage.sipp(P2, answers(700))


@scene(
    "unplugged_phone_in_a_group",
    software=SOFTWARE,
    says="1001, 1002 and 1003 are registered; 1003's cable is pulled out. The group rings, 1003 never "
    "replies, 1001 answers.",
    cases=(28, 32, 42),
    members=THREE,
    events=[
        [ALERTED, *TALKED],
        [f"{MOBILE} → 1002 dialled {NUMBER}", "ended answered_elsewhere by 1001"],
        [f"{MOBILE} → 1003 dialled {NUMBER}", "ended answered_elsewhere by 1001"],
    ],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring(*THREE)]}})
    register(stage, *THREE)
    stage.unplug(P3)
    stage.sipp(P1, answers(1500))
    stage.sipp(P2, is_cancelled())
    stage.sipp(TRUNK, call().talks(400), PBX)


@scene(
    "unplugged_phone_alone",
    software=SOFTWARE,
    says="1001 is registered and its cable pulled out; a call is sent to it, it never replies, and the "
    "caller gives up after two seconds.",
    cases=(24, 32, 42),
    events=[[ALERTED, "ended missed"]],
)
def _(stage: Stage) -> None:
    stage.pbx({NUMBER: {"rounds": [ring("1001")]}})
    register(stage, "1001")
    stage.unplug(P1)
    unheard = call().invite().receive(100).pause(2000).cancel()
    stage.sipp(TRUNK, unheard.receive(200).receive(487).ack_refusal(), PBX)
