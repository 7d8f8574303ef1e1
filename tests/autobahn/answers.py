"""What the hub must answer to each of Autobahn's cases, by the rules of docs/protocol.md.

Autobahn expects an echo. The hub is none: it closes on a text that is no JSON (1007), on a binary message
(1003), on one over 16 KiB (1009), on too many frames (1008). So a case that is about echoes must end with
the code of that rule; all others must pass as Autobahn judges them. Pure.
"""

import re
from dataclasses import dataclass

PASSED = frozenset({"OK", "NON-STRICT", "INFORMATIONAL"})
"""NON-STRICT: closed for the fault, earlier or later among the bytes that came with it than Autobahn
would."""

_TEXT, _BINARY, _TOO_BIG, _TOO_MANY, _WRONG = 1007, 1003, 1009, 1008, 1002

_ECHOES: tuple[tuple[str, int], ...] = (
    (r"1\.1\.[1-5]", _TEXT),
    (r"1\.2\.[1-5]", _BINARY),
    (r"1\.[12]\.[678]", _TOO_BIG),  # 65,535 bytes and more
    (r"5\.([3-8]|19|20)", _TEXT),  # fragments, pings between them
    (r"6\.(1|2|5|7|9|22|23)\.\d+", _TEXT),  # UTF-8 that is right
    (r"6\.6\.(2|5|7|9|11)", _TEXT),
    (r"6\.11\.[1-4]", _TEXT),
    (r"7\.1\.1", _TEXT),
    (r"7\.1\.5", _WRONG),  # a close frame between the fragments of a message
    (r"9\.[34]\.[12]", _TOO_MANY),  # fragments of 64 and 256 bytes
    (r"9\.[1-6]\.\d+", _TOO_BIG),
    (r"9\.7\.\d+", _TEXT),
    (r"9\.8\.\d+", _BINARY),
    (r"10\.1\.1", _TOO_BIG),
)
_NO_COMPRESSION = r"1[23]\.\d+\.\d+"


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it was reported. behaviour: what Autobahn says. code: of the server's close frame, None for
    one without."""

    number: str
    behaviour: str
    close_behaviour: str
    code: int | None
    was_clean: bool


def must_close_with(number: str) -> int | None:
    """The code with which a case about echoes must end; None for any other case."""
    return next((code for pattern, code in _ECHOES if re.fullmatch(pattern, number)), None)


def judge(case: Case) -> str:
    """What is wrong with the answer; "" for nothing."""
    code = must_close_with(case.number)
    if code is not None:
        if case.code == code and case.was_clean:
            return ""
        return f"{case.number}: closed with {case.code}, not {code}" + (
            ", not cleanly" * (not case.was_clean)
        )
    if re.fullmatch(_NO_COMPRESSION, case.number):
        return (
            "" if case.behaviour == "UNIMPLEMENTED" else f"{case.number}: {case.behaviour}, not UNIMPLEMENTED"
        )
    if case.behaviour in PASSED and case.close_behaviour in PASSED | {"WRONG CODE"}:
        return ""
    return f"{case.number}: {case.behaviour}, {case.close_behaviour} ({case.code})"
