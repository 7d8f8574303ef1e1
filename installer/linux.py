"""The same build.spec on Linux: both programs for this system, each proven by its own self-test."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from installer import programs


def build_programs(target: Path) -> Iterator[str]:
    """Build into `target/dist` and run the self-tests; what went wrong, in words. NotGood where nothing could
    be built."""
    programs.build(target, programs.command(sys.executable, target), os.environ | programs.environment())
    for program in programs.files(target / "dist", ""):
        findings = list(programs.self_test(program))
        yield from findings
        if not findings:
            size = f"{program.stat().st_size / 1e6:.1f} MB"
            print(f"linux: {program.name}: self-test passed, {size}", flush=True)
