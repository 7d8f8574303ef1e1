"""What tshark reads in a capture file: the judge of what frames mean."""

import shutil
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

TSHARK = shutil.which("tshark")
needs_tshark = pytest.mark.skipif(TSHARK is None, reason="tshark is not installed")

SHARED_CAPTURES = Path(__file__).parents[2] / "shared" / "data" / "pcap"
needs_shared_captures = pytest.mark.skipif(
    not SHARED_CAPTURES.is_dir(), reason=f"no captures made by others in {SHARED_CAPTURES}"
)


def fields(
    capture: Path,
    *names: str,
    display_filter: str = "",
    options: Sequence[str] = (),
) -> list[list[list[str]]]:
    """One row a frame that the display filter shows, one column a field, one text an occurrence of it.

    options: more of tshark's, such as ("-d", "udp.port==5080,sip") or ("-o", "preference:value").
    """
    assert TSHARK is not None
    command = [
        TSHARK,
        "-n",
        "-r",
        str(capture),
        "-T",
        "fields",
        "-E",
        "separator=/t",
        "-E",
        "aggregator=\x01",
    ]
    command += [part for name in names for part in ("-e", name)]
    command += ["-Y", display_filter] if display_filter else []
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True, timeout=60)
    return [
        [cell.split("\x01") if cell else [] for cell in row.split("\t")]
        for row in done.stdout.split("\n")[:-1]
    ]


def write_pcap(path: Path, frames: Iterable[tuple[float, bytes]], link_type: int = 1) -> Path:
    """A pcap file (microseconds, little endian) of these frames with their times."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type))
        for at_s, frame in frames:
            micros = round(at_s * 1e6)
            file.write(struct.pack("<IIII", micros // 10**6, micros % 10**6, len(frame), len(frame)) + frame)
    return path
