"""Callers, called and Call-IDs of every INVITE in the golden set, as tshark reads them.

One tshark reads many captures behind one another, since its start costs most. Those with IP fragments have
one each, so that fragments of one are never taken for another's; and so have those that are read
differently then, since connections of two captures may look like one.
"""

from collections import defaultdict
from pathlib import Path

from packetwave.server.frames.decoder import FrameDecoder
from packetwave.server.sip.address import parse_name_address, parse_uri
from packetwave.server.sip.message import Message, parse
from tests.golden.captures import FOLDERS, Capture, captures, frames
from tests.tshark import fields, needs_tshark, write_pcap

pytestmark = needs_tshark

Invite = tuple[str, str, str, str, str]  # From user, To user, Request-URI user, Call-ID, CSeq number

ALL = [capture for folder in FOLDERS for capture in captures(folder)]
DECODE = [part for port in (5070, 5080, 5090) for part in ("-d", f"udp.port=={port},sip")]
DECODE += ["-o", "tcp.reassemble_out_of_order:TRUE"]
FIELDS = ("frame.number", "sip.from.user", "sip.to.user", "sip.r-uri.user", "sip.Call-ID", "sip.CSeq.seq")

DIFFERENCES: dict[str, str] = {}
"""Captures in which we differ from tshark, and why we are right."""


def read_by_us(capture: Capture) -> tuple[list[Invite], bool]:
    """The INVITEs, and whether there were fragments."""
    decoder = FrameDecoder(ports=None)
    found: list[Invite] = []
    for at_s, link_type, frame in frames(capture.path):
        for payload in decoder.decode(at_s, link_type, frame):
            message = parse(payload.data, cut=True)
            if isinstance(message, Message) and message.method == "INVITE" and not message.status:
                sender, receiver = (parse_name_address(message.header(name)).uri for name in ("from", "to"))
                target = parse_uri(message.request_uri)
                caller, called, asked = (
                    "" if uri.scheme == "tel" else uri.user for uri in (sender, receiver, target)
                )
                found.append((caller, called, asked, message.call_id, str(message.cseq)))
    return found, decoder.counters.fragments > 0


def read_by_tshark(file: Path, sizes: dict[str, int]) -> dict[str, list[Invite]]:
    """By capture. sizes: how many frames each has in the file, in order."""
    rows = fields(file, *FIELDS, display_filter='sip.Method == "INVITE"', options=DECODE)
    found: dict[str, list[Invite]] = {name: [] for name in sizes}
    ends, end = {}, 0
    for name, size in sizes.items():
        end += size
        ends[name] = end
    for row in rows:
        number, *first = ["".join(cell[:1]) for cell in row]
        name = next(name for name, end in ends.items() if int(number) <= end)
        found[name].append((first[0], first[1], first[2], first[3], first[4]))
    return found


def together(these: list[Capture], file: Path) -> dict[str, list[Invite]]:
    write_pcap(
        file,
        [(at_s, frame) for capture in these for at_s, _, frame in frames(capture.path)],
        frames(these[0].path)[0][1],
    )
    return read_by_tshark(file, {capture.name: len(frames(capture.path)) for capture in these})


def test_every_invite_is_read_as_tshark_reads_it(tmp_path: Path) -> None:
    ours: dict[str, list[Invite]] = {}
    groups: dict[str, list[Capture]] = defaultdict(list)
    for capture in ALL:
        ours[capture.name], fragmented = read_by_us(capture)
        groups[capture.name if fragmented else f"link-type-{frames(capture.path)[0][1]}"].append(capture)
    theirs: dict[str, list[Invite]] = {}
    for place, these in enumerate(groups.values()):
        theirs |= together(these, tmp_path / f"{place}.pcap")
    for capture in ALL:
        if ours[capture.name] != theirs[capture.name]:
            theirs |= together([capture], tmp_path / "alone.pcap")
    differing = {name for name in ours if ours[name] != theirs[name]}
    assert {name: (ours[name], theirs[name]) for name in differing - DIFFERENCES.keys()} == {}
    assert differing == set(DIFFERENCES)
    assert sum(map(len, ours.values())) >= 300


def test_differences_are_of_captures_that_are_there() -> None:
    assert DIFFERENCES.keys() <= {capture.name for capture in ALL}
