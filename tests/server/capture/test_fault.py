import pytest

from packetwave.server.capture import FILE_FAULTS, CaptureFault, CaptureFaultCode

EXPECTED: dict[CaptureFaultCode, str] = {
    CaptureFaultCode.NO_DRIVER: "install",
    CaptureFaultCode.NO_RIGHTS: "start the program as",
    CaptureFaultCode.NO_INTERFACE: "--list-interfaces",
    CaptureFaultCode.LOST: "plug it in",
    CaptureFaultCode.NO_LINK: "check its cable",
    CaptureFaultCode.NO_DOOR: "tried again by itself",
    CaptureFaultCode.BAD_FILE: "pcap, pcapng or snoop",
    CaptureFaultCode.PACKED_FILE: "unpack it first",
    CaptureFaultCode.FOREIGN_FILE: "editcap -F pcap",
    CaptureFaultCode.NO_INTERFACE_BLOCK: "save it anew",
    CaptureFaultCode.CUT_FILE: "what was readable was used",
    CaptureFaultCode.INTERNAL: "an error in PacketWave itself",
    CaptureFaultCode.HUNG: "begins anew by itself",
}


def test_every_fault_is_tried() -> None:
    assert set(EXPECTED) == set(CaptureFaultCode)
    of_files = {code for code in CaptureFaultCode if code.endswith("_file")} - {CaptureFaultCode.CUT_FILE}
    assert of_files | {CaptureFaultCode.NO_INTERFACE_BLOCK} == FILE_FAULTS


@pytest.mark.parametrize("code", EXPECTED)
def test_each_fault_says_what_to_do(code: CaptureFaultCode) -> None:
    fault = CaptureFault(code, "이더넷 2 {x}", "what the system said")
    assert EXPECTED[code] in str(fault)
    assert ("이더넷 2 {x}" in str(fault)) == (
        code not in (CaptureFaultCode.NO_DRIVER, CaptureFaultCode.INTERNAL)
    )
    assert str(fault).endswith("(what the system said)")
    assert (fault.code, fault.detail, fault.reason) == (code, "이더넷 2 {x}", "what the system said")


def test_without_a_reason_there_are_no_brackets() -> None:
    assert str(CaptureFault(CaptureFaultCode.LOST, "eth7")).endswith("on again.")
