"""PCs for the tests of the built programs: `make test-windows`, on the bench, after `make windows`."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from installer import bundle
from installer.delivery import DELIVERED, MSI_NAME
from installer.windows.bench import PC, Bench
from tests.e2e.programs import wait_until, windows
from tests.netns import Office

MakePC = Callable[..., PC]


def close_window(screen: dict[str, str], name: str) -> None:
    """Close the window with this in its title as its user does, and see it go."""
    (window,) = windows(screen, name)
    subprocess.run(
        ["xdotool", "windowactivate", "--sync", window, "key", "--clearmodifiers", "alt+F4"],
        env=os.environ | screen,
        check=True,
        capture_output=True,
        timeout=30,
    )
    wait_until(lambda: not windows(screen, name), f"{name} is closed")


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Raises RuntimeError outside the bench: these tests never pass without Wine."""
    return Bench()


@pytest.fixture
def make_pc(bench: Bench, request: pytest.FixtureRequest) -> Iterator[MakePC]:
    """Makes fresh PCs: `make_pc(language=…, display=…, netns=…)`. They are gone after the test."""
    made: list[PC] = []
    numbers = itertools.count(1)

    def make(**settings: str | None) -> PC:
        name = f"{request.node.name[:40].translate(str.maketrans('[]/ ', '----'))}-{next(numbers)}"
        shutil.rmtree(bench.folder / "pc" / name, ignore_errors=True)
        pc = PC(bench, name, **settings)  # type: ignore[arg-type]
        made.append(pc)
        return pc

    yield make
    for pc in made:
        pc.end()
        shutil.rmtree(pc.prefix)


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as made:
        yield made


@pytest.fixture(scope="session")
def delivered() -> Path:
    """The folder with what users get."""
    if not (DELIVERED / "SHA256SUMS").is_file():
        pytest.fail("nothing is built: make windows comes first")
    return DELIVERED


@pytest.fixture(scope="session")
def server_program(delivered: Path) -> Path:
    return delivered / f"{bundle.SERVER.name}.exe"


@pytest.fixture(scope="session")
def portable_client(delivered: Path) -> Path:
    return delivered / f"{bundle.PORTABLE}.exe"


@pytest.fixture(scope="session")
def package(delivered: Path) -> Path:
    """The client's MSI."""
    return delivered / MSI_NAME
