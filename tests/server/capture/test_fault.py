from typing import get_args

import pytest

from packetwave.server.capture import FILE_FAULTS, CaptureFault
from packetwave.server.capture.fault import FaultCode

EXPECTED: dict[FaultCode, str] = {
    "no_driver": "install",
    "no_rights": "start the program as",
    "no_interface": "--list-interfaces",
    "lost": "plug it in",
    "no_link": "check its cable",
    "bad_file": "pcap, pcapng or snoop",
    "packed_file": "unpack it first",
    "foreign_file": "editcap -F pcap",
    "no_interface_block": "save it anew",
}


def test_every_fault_is_tried() -> None:
    assert set(EXPECTED) == set(get_args(FaultCode))
    assert {code for code in EXPECTED if "file" in code} | {"no_interface_block"} == FILE_FAULTS


@pytest.mark.parametrize("code", EXPECTED)
def test_each_fault_says_what_to_do(code: FaultCode) -> None:
    fault = CaptureFault(code, "이더넷 2 {x}", "what the system said")
    assert EXPECTED[code] in str(fault)
    assert ("이더넷 2 {x}" in str(fault)) == (code != "no_driver")
    assert str(fault).endswith("(what the system said)")
    assert (fault.code, fault.detail, fault.reason) == (code, "이더넷 2 {x}", "what the system said")


def test_without_a_reason_there_are_no_brackets() -> None:
    assert str(CaptureFault("lost", "eth7")).endswith("on again.")
