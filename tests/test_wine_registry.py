"""What `tests/wine` makes of a registry, tried without Wine: reg.exe's files read, two looks compared."""

from tests.wine.pc import lasting, parse_registry

HEAD = "Windows Registry Editor Version 5.00\r\n\r\n"
PROCESSOR = r"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\0"
DISPLAY = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Enum\DISPLAY\Default_Monitor\0000"
OURS = r"HKEY_LOCAL_MACHINE\Software\PacketWave\Client"
RUN = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Run"


def look(mhz: str, *more: str) -> dict[tuple[str, str], str]:
    keys = (f'[{PROCESSOR}]\r\n"~MHz"=dword:{mhz}', f'[{RUN}]\r\n"Sound"="C:\\\\sound.exe"', *more)
    return lasting(parse_registry(HEAD + "\r\n\r\n".join(keys) + "\r\n"))


def test_a_file_of_reg_exe_is_read() -> None:
    lines = (f"[{RUN}]", '@="own"', r'"A \"b\""="C:\\x y"', '"n"=dword:00000001', '"h"=hex:01,\\', "  02", "")
    assert parse_registry(HEAD + "\r\n".join(lines)) == {
        RUN: {"": "own", 'A "b"': r"C:\x y", "n": "dword:00000001", "h": "hex:01,02"}
    }


def test_a_processor_that_was_measured_again_is_no_difference() -> None:
    assert look("00000960") == look("00000961") == {(RUN, "Sound"): r"C:\sound.exe"}


def test_a_screen_that_wine_found_is_no_difference() -> None:
    assert look("00000960") == look("00000960", f'[{DISPLAY}]\r\n"DeviceDesc"="Monitor"')


def test_what_a_package_leaves_is_a_difference() -> None:
    clean = look("00000960")
    assert look("00000961", f"[{OURS}]").items() ^ clean.items() == {((OURS, ""), "is there")}
    left = look("00000961", f'[{RUN}Once]\r\n"PacketWave"="x"')
    assert left.items() ^ clean.items() == {((f"{RUN}Once", "PacketWave"), "x")}


def test_only_the_volatile_hive_itself_is_left_out() -> None:
    for key in (r"HKEY_LOCAL_MACHINE\HARDWARE-LIKE", r"HKEY_LOCAL_MACHINE\Software\Hardware"):
        assert (key, "a") in look("00000960", f'[{key}]\r\n"a"="b"')
