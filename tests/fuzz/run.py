"""`make fuzz`: each target of `targets.py` under atheris for a while, in a process of its own.

Seeds are read from the captures at hand. What the fuzzer found interesting stays for the next time in
build/fuzz/<target>/corpus, an input that broke something in build/fuzz/<target>: exit 1 then.
`python -m tests.fuzz.run --target NAME FILE` runs one input again.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "fuzz"
TARGETS = ("frames", "datagrams", "sip", "addresses", "streams", "detector", "calls", "protocol", "replay")
INPUT_TIMEOUT_S = 10
MEMORY_MB = 1024


def fuzz_here(name: str, arguments: Sequence[str]) -> None:
    """Run one target in this process with libFuzzer's own arguments; never returns."""
    import atheris  # only where the fuzz extra is installed

    with atheris.instrument_imports(include=["packetwave"]):
        from tests.fuzz import targets

    atheris.Setup([sys.argv[0], *arguments], targets.TARGETS[name])
    atheris.Fuzz()


def fuzz_apart(name: str, seconds: int) -> tuple[str, int, str]:
    """Fuzz one target in a process; its name, exit code and what it said."""
    from tests.fuzz.targets import seeds

    findings = OUT / name
    corpus = findings / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds(name, ROOT)):
            (Path(folder) / str(number)).write_bytes(seed)
        command = [sys.executable, "-m", "tests.fuzz.run", "--target", name, str(corpus), folder]
        command += [f"-max_total_time={seconds}", f"-timeout={INPUT_TIMEOUT_S}"]
        command += [f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={findings}/", "-print_final_stats=1"]
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    return name, done.returncode, done.stdout


def runs(said: str) -> str:
    """How many inputs a target took, from libFuzzer's last lines."""
    counted = [line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line]
    return f"{int(counted[0]):,}" if counted else "?"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time")
    parser.add_argument("--target", choices=TARGETS, help="this one only, here; libFuzzer's arguments follow")
    options, rest = parser.parse_known_args()
    try:
        import atheris  # noqa: F401
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"fuzz: NOT RUN: atheris is not there for Python {version} on {sys.platform} (pyproject, fuzz)")
        return 0
    if options.target:
        fuzz_here(options.target, rest)
    failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for name, code, said in pool.map(lambda name: fuzz_apart(name, options.seconds), TARGETS):
            print(f"fuzz: {name:<10} {'ok' if not code else 'FAILED'}, {runs(said)} inputs", flush=True)
            if code:
                failed += 1
                print(said[max(said.find("=== Uncaught"), len(said) - 4000) :])
                print(f"fuzz: the input is in {(OUT / name).relative_to(ROOT)}; run it again by")
                print(f"      .venv/bin/python -m tests.fuzz.run --target {name} <file>")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
