"""How the caller is written down: sipp as PBX and phone, each call answered."""

from tests.recording.scene import scene
from tests.recording.scenes.plain import SIPP, rings
from tests.recording.sipp import Caller, Phone
from tests.recording.stage import PBX, Stage


def _shown(name: str, says: str, caller: Caller, ringing: str, cases: tuple[int, ...]) -> None:
    @scene(
        f"caller_{name}",
        software=SIPP,
        says=f"A call answered at 1001. {says}",
        cases=cases,
        events=[[ringing, "answered", "ended answered"]],
    )
    def _(stage: Stage) -> None:
        rings(stage, Phone().ring().pause(200).answer().hung_up_on(), caller.talks(200))


def _as_cp949(text: str) -> str:
    """Korean as old PBXs send it; a scenario file takes the bytes."""
    return text.encode("cp949").decode("utf-8", "surrogateescape")


_shown(
    "name_utf8",
    "Its display name is Korean in UTF-8.",
    Caller("0312345678", "1001", name="나래전자 김과장"),
    '0312345678 "나래전자 김과장" → 1001',
    (19,),
)
_shown(
    "name_cp949",
    "Its display name is Korean in CP949.",
    Caller("0312345678", "1001", name=_as_cp949("똠방각하 김과장")),
    '0312345678 "똠방각하 김과장" → 1001',
    (19,),
)
_shown(
    "name_with_punctuation",
    "Its display name has a comma, a colon, brackets and an escaped quote.",
    Caller("0312345678", "1001", name='Lee, \\"Kim\\": <sales>'),
    '0312345678 "Lee, "Kim": <sales>" → 1001',
    (18, 19),
)
_shown(
    "name_unquoted",
    "Its display name has several words and no quotes.",
    Caller("0312345678", "1001", sender="Hanbit Trading Co <sip:0312345678@[local_ip]>"),
    '0312345678 "Hanbit Trading Co" → 1001',
    (19,),
)
_shown(
    "asserted",
    "From names the trunk, P-Asserted-Identity the caller.",
    Caller("trunk", "1001", headers=f'P-Asserted-Identity: "홍길동" <sip:01012345678@{PBX}>'),
    '01012345678 "홍길동" → 1001',
    (21,),
)
_shown(
    "remote_party_id",
    "From names the trunk, Remote-Party-ID the caller.",
    Caller("trunk", "1001", headers=f"Remote-Party-ID: <sip:01012345678@{PBX}>;party=calling;screen=yes"),
    "01012345678 → 1001",
    (21,),
)
_shown(
    "withheld",
    "From is anonymous; the trunk asserts the number and asks for privacy.",
    Caller(
        "anonymous",
        "1001",
        name="Anonymous",
        domain="anonymous.invalid",
        headers=f"P-Asserted-Identity: <sip:01012345678@{PBX}>\nPrivacy: id",
    ),
    "anonymous → 1001",
    (21,),
)
_shown(
    "withheld_by_from_only",
    "From is anonymous and nothing else is said.",
    Caller("anonymous", "1001", name="Anonymous", domain="anonymous.invalid"),
    "anonymous → 1001",
    (21,),
)
_shown(
    "plus_82",
    "The caller is in E.164, +82, marked user=phone.",
    Caller("x", "1001", sender="<sip:+821012345678@[local_ip];user=phone>"),
    "01012345678 → 1001",
    (20, 22),
)
_shown(
    "82_without_plus",
    "The caller is written 82 10, without the plus.",
    Caller("821012345678", "1001"),
    "01012345678 → 1001",
    (22,),
)
_shown(
    "tel_uri",
    "The caller is a tel: URI with visual separators.",
    Caller("x", "1001", sender="<tel:+82-2-555-0100>"),
    "025550100 → 1001",
    (20, 22),
)
_shown(
    "from_abroad",
    "A caller from another country.",
    Caller("+14155550100", "1001", name="Dana Reed"),
    '+14155550100 "Dana Reed" → 1001',
    (22,),
)
_shown(
    "no_number",
    "The caller is a name, not a number.",
    Caller("reception", "1001"),
    "reception → 1001",
    (22,),
)
_shown(
    "dialled_differs",
    "To is the trunk number that was dialled, the Request-URI the phone that rings.",
    Caller("01012345678", "1001", dialled="0212345678"),
    "01012345678 → 1001 dialled 0212345678",
    (31,),
)
