from packetwave.server.machine.place import installed_program, installed_version
from tests.server.machine.conftest import Windows


def test_the_copys_version(windows: Windows) -> None:
    assert installed_version(windows) is None
    program = installed_program(windows)
    assert program == windows.program_files / "PacketWave" / "Server" / "PacketWave-Server.exe"
    program.parent.mkdir(parents=True)
    (program.parent / "version.txt").write_text("1.2.3\n")
    assert installed_version(windows) is None  # the program itself is gone
    program.write_bytes(b"MZ")
    assert installed_version(windows) == "1.2.3"
    (program.parent / "version.txt").unlink()
    assert installed_version(windows) is None
