import locale
import time

import pytest

from packetwave.server.capture import (
    CaptureFault,
    handle,
    has_link,
    list_interfaces,
    resolve_interface,
    windows_adapters,
)
from packetwave.server.capture.windows_adapters import Adapter
from tests.netns import Office, needs_namespaces


def device(name: bytes, description: bytes | None, flags: int) -> object:
    return handle.binding().pcap_if(None, name, description, None, flags)


UP, CONNECTED, DISCONNECTED, LOOPBACK = 0x02 | 0x04, 0x10, 0x20, 0x01
REALTEK = rb"\Device\NPF_{11111111-2222-3333-4444-555555555555}"
INTEL = rb"\Device\NPF_{66666666-7777-8888-9999-000000000000}"


@pytest.fixture
def windows_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """The devices Npcap tells of on an office PC."""
    found = [
        device(REALTEK, b"Realtek PCIe GbE Family Controller", UP | CONNECTED),
        device(INTEL, "인텔 이더넷".encode("cp949"), UP | DISCONNECTED),
        device(rb"\Device\NPF_Loopback", b"Adapter for loopback traffic capture", UP | LOOPBACK | 0x30),
        device(b"nflog", None, 0),
    ]
    monkeypatch.setattr(handle, "devices", lambda: iter(found))
    monkeypatch.setattr(locale, "getpreferredencoding", lambda setlocale: "cp949")


@pytest.mark.usefixtures("windows_devices")
def test_interfaces_as_npcap_tells_of_them() -> None:
    found = list_interfaces()
    assert [(i.description, i.up, i.loopback) for i in found] == [
        ("Realtek PCIe GbE Family Controller", True, False),
        ("인텔 이더넷", False, False),
        ("Adapter for loopback traffic capture", True, True),
    ]
    assert found[0].name == REALTEK.decode()


@pytest.mark.usefixtures("windows_devices")
@pytest.mark.parametrize("text", [INTEL.decode(), "인텔 이더넷"])
def test_an_interface_is_known_by_name_or_description(text: str) -> None:
    assert resolve_interface(text).name == INTEL.decode()


@pytest.mark.usefixtures("windows_devices")
@pytest.mark.parametrize("text", ["Realtek", "", "eth7"])
def test_an_interface_that_is_not_there_is_said(text: str) -> None:
    with pytest.raises(CaptureFault) as fault:
        resolve_interface(text)
    assert (fault.value.code, fault.value.detail) == ("no_interface", text)


@pytest.fixture
def windows_names(windows_devices: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Windows says of them; of the loopback it says nothing."""
    said = {
        "{11111111-2222-3333-4444-555555555555}": Adapter("이더넷 2", False),
        "{66666666-7777-8888-9999-000000000000}": Adapter("이더넷", True),
    }
    monkeypatch.setattr(windows_adapters, "adapters", lambda: said)
    monkeypatch.setattr(handle, "WINDOWS", True)


@pytest.mark.usefixtures("windows_names")
def test_adapters_are_named_as_windows_names_them_and_have_its_links() -> None:
    assert [(found.description, found.connection, found.up) for found in list_interfaces()] == [
        ("이더넷 2 (Realtek PCIe GbE Family Controller)", "이더넷 2", False),
        ("이더넷 (인텔 이더넷)", "이더넷", True),
        ("Adapter for loopback traffic capture", "", True),
    ]
    assert resolve_interface("이더넷 2").name == REALTEK.decode()
    assert resolve_interface("이더넷 (인텔 이더넷)").name == INTEL.decode()
    assert not has_link(REALTEK.decode())
    assert has_link(INTEL.decode())
    assert has_link(r"\Device\NPF_Loopback")


@needs_namespaces
def test_a_link_that_goes_and_comes() -> None:
    with Office() as office:
        probe = office.host("probe")
        with probe.inside():
            for unplugged in (True, False, True):
                office.plug(probe, not unplugged)
                deadline = time.monotonic() + 5  # the kernel tells it by and by
                while has_link("eth0") is unplugged and time.monotonic() < deadline:
                    pass
                assert has_link("eth0") is not unplugged
                assert resolve_interface("eth0").up is not unplugged
            office.plug(probe, True)
            probe.run("ip", "link", "set", "eth0", "down")
            assert not has_link("eth0")
            assert has_link("any") and has_link("eth7") and has_link("lo")


def test_two_with_one_description_need_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = [device(name, b"USB Ethernet", UP) for name in (b"a", b"b")]
    monkeypatch.setattr(handle, "devices", lambda: iter(twins))
    with pytest.raises(CaptureFault, match="several"):
        resolve_interface("usb ethernet")
    assert resolve_interface("b").name == "b"


@needs_namespaces
def test_the_interfaces_of_this_system() -> None:
    with Office() as office:
        host = office.host("pc", "10.0.0.7/24", "fd00::7/64")
        with host.inside():
            by_name = {found.name: found for found in list_interfaces()}
            assert resolve_interface("any").name == "any"
    assert set(by_name) == {"lo", "eth0"}
    assert {"10.0.0.7", "fd00::7"} <= set(by_name["eth0"].addresses)
    assert (by_name["eth0"].up, by_name["eth0"].loopback, by_name["lo"].loopback) == (True, False, True)
