"""The version resource's numbers and texts; in the built programs `make windows` checks it."""

import pytest

from installer import bundle, version_resource


@pytest.mark.parametrize(
    ("version", "numbers"), [("0.1.0", (0, 1, 0, 0)), ("1.20.3", (1, 20, 3, 0)), ("2.0.0.dev1", (2, 0, 0, 0))]
)
def test_numbers(version: str, numbers: tuple[int, int, int, int]) -> None:
    assert version_resource.numbers(version) == numbers


def test_the_task_manager_shows_the_program_s_name() -> None:
    fields = version_resource.fields(bundle.CLIENT, bundle.PORTABLE, "1.2.3")
    assert fields["FileDescription"] == "PacketWave"
    assert fields["OriginalFilename"] == "PacketWave-Client-Portable.exe"
    assert fields["ProductVersion"] == "1.2.3"
