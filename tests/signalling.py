"""docs/signalling.md: which test shows which case of what a mirror port carries. Written from the tests' own
markers (`@pytest.mark.case(24)`), so that nothing is claimed untested.

`python -m tests.signalling` writes it, `--check` only says whether it is what the tests say (exit 1).
"""

import argparse
import contextlib
import io
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "signalling.md"

CASES = {
    1: "VLAN tags: none, one, priority only, two of either kind, three, the outer one missing; other tags",
    2: "Padding and trailers behind the packet are never read; wrong checksums drop nothing",
    3: "IPv4 options, IPv6 extension headers, IPv4 and IPv6 in IPv4",
    4: "Mirrors in tunnels: ERSPAN, GRE, VXLAN, TZSP, L2TP, MPLS, PPPoE; what is not decoded is named",
    5: "Fragments inside a tunnel, TCP inside a tunnel",
    6: "Link types, and capture files of every byte order and time precision",
    7: "Fragments in any order, overlapping, repeated; never completed ones cost bounded memory",
    8: "SIP over TCP: any cut, any order, holes, keep-alives, a capture that begins in the middle",
    9: "SIP over WebSocket frames, masked or not, of every length form, continued",
    10: "SIP on other ports: by setting, and found by its content",
    11: "TLS cannot be read, and that is said by name",
    12: "Large and cut messages: what is needed stands in the headers",
    13: "Every frame several times, copies that differ below the message: one alert",
    14: "A retransmitted INVITE: one alert",
    15: "Two callers at one phone at the same time: two alerts",
    16: "A challenge, and the INVITE again with credentials: one alert",
    17: "A restart, or two adapters that see the same: one alert",
    18: "The grammar of a message, and all of RFC 4475",
    19: "Display names of every kind and encoding",
    20: "URIs of every scheme and form",
    21: "Who is calling, by a settable order of headers; who is withheld stays so",
    22: "One caller has one number, however it is written",
    23: "Who forwarded the call is named, and never shown as the caller",
    24: "How a ringing begins and ends, by CANCEL and by every final answer; nothing stays in the tables",
    25: "An answer that crosses a CANCEL or comes out of order; a talk whose end is not seen",
    26: "Requests inside a call begin none",
    27: "Forking under one Call-ID, several devices of one extension, voicemail and hunt groups",
    28: "Ring groups of a B2BUA, joined without helper headers",
    29: "Reason headers are a hint and decide only where they are all there is",
    30: "Trunk leg and phone leg are one alert, at the phone",
    31: "Whose phone rings where Request-URI and To differ",
    32: "Registrations teach which phone is whose",
    33: "Transfers show the caller who is handed over; Replaces replaces",
    34: "Pickup: the desk that rang is told who took it",
    35: "A second call beside a talk; queues that ring again are one entry",
    36: "Calls between extensions, and outgoing ones",
    37: "A call whose end is never seen ends by itself",
    38: "Scanners: no alert to nobody's extension, bounded tables",
    39: "Bodies, SDP and RTP are never stored",
    40: "A mirror that shows nothing, half, or the wrong things is diagnosed by name",
    41: "One PBX with several ports and several addresses stays one",
    42: "A phone that never replies: its popup goes when its call is decided, or after 32 s",
    43: "The caller is spelt otherwise behind the PBX: still one call",
    44: "Registrations that are stale or partial forbid no phone that answers",
    45: "Desk and mobile ring together, the mobile answers",
    46: "A mailbox on another host, under the extension's own name, answers for nobody",
    47: "A phone that rings for ten minutes on one 180 still rings",
    48: "Opaque contacts before the first REGISTER: To names the extension",
    49: "A stranger's INVITE is no popup until the phone itself replies",
    50: "What a PBX reports by HEP is read, and a call that the mirror shows as well is one call",
    51: "TZSP and VXLAN that come to a UDP socket read as those that the mirror shows",
    52: "Replies that reach the mirror before their INVITE",
}

Shown = dict[int, list[str]]
"""By case: the tests, as `tests/….py::test_name`, with the parameters' names where only those show it."""


class _Collector:
    """Listens to pytest's collection."""

    def __init__(self) -> None:
        self.marks: dict[str, list[tuple[str, frozenset[int]]]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            cases = frozenset(case for mark in item.iter_markers("case") for case in mark.args)
            function, _, parameter = item.nodeid.partition("[")
            self.marks[function].append((parameter.removesuffix("]"), cases))


def collect() -> Shown:
    """All tests of the suite that show a case. Raises ValueError where they cannot be collected, or name a
    case that does not exist."""
    collector = _Collector()
    said = io.StringIO()
    as_written = ("-p", "no:randomly")  # the document's order is the files' own
    arguments = ["--collect-only", "--quiet", "-p", "no:cacheprovider", *as_written, str(ROOT / "tests")]
    with contextlib.redirect_stdout(said):
        code = pytest.main(arguments, plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise ValueError(f"the tests cannot be collected:\n{said.getvalue()[-2000:]}")
    shown: Shown = {case: [] for case in CASES}
    for function, of_parameter in sorted(collector.marks.items()):
        for case in sorted(frozenset().union(*(cases for _, cases in of_parameter))):
            if case not in shown:
                raise ValueError(f"{function} shows case {case}, which does not exist")
            those = [parameter for parameter, cases in of_parameter if case in cases]
            some = f" ({', '.join(those)})" if len(those) < len(of_parameter) else ""
            shown[case].append(function + some)
    return shown


def document(shown: Shown) -> str:
    """docs/signalling.md."""
    lines = [
        "# What a mirror port really carries, and the tests that show it",
        "",
        "Written by `make signalling` from the markers of the tests; a test fails where this file says",
        "anything else. `make test ARGS='-m case'` runs them all, those of network namespaces as root.",
        "",
        "## The cases",
        "",
        "| | case | tests |",
        "|---:|---|---:|",
        *(f"| [{case}](#case-{case}) | {text} | {len(shown[case])} |" for case, text in CASES.items()),
        "",
        "## The tests of each case",
    ]
    for case, text in CASES.items():
        lines += ["", f"### Case {case}", "", f"{text}.", ""]
        lines += [f"- {_named(test)}" for test in shown[case]] or ["- none yet"]
    by_test: dict[str, list[int]] = defaultdict(list)
    for case, tests in shown.items():
        for test in tests:
            by_test[test.partition(" ")[0]].append(case)
    lines += ["", "## The cases of each test", ""]
    for path in sorted({test.partition("::")[0] for test in by_test}):
        lines += [f"### {path}", "", "| test | cases |", "|---|---|"]
        lines += [
            f"| `{test.partition('::')[2]}` | {', '.join(map(str, cases))} |"
            for test, cases in sorted(by_test.items())
            if test.startswith(f"{path}::")
        ]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _named(test: str) -> str:
    function, _, parameters = test.partition(" ")
    return f"`{function}`" + (f" {parameters}" if parameters else "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check: bool = parser.parse_args().check
    try:
        shown = collect()
    except ValueError as problem:
        print(problem)
        return 1
    untested = [case for case, tests in shown.items() if not tests]
    if untested:
        print("no test shows case", ", ".join(map(str, untested)))
    text = document(shown)
    if not check:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != text:
        print("docs/signalling.md is not what the tests say: make signalling")
        return 1
    return int(bool(untested))


if __name__ == "__main__":
    sys.exit(main())
