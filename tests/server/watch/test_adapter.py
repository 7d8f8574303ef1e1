import pytest

from packetwave.server.capture import CaptureFaultCode
from packetwave.server.watch.adapter import link_state, open_sample
from packetwave.server.watch.states import CaptureState
from tests.netns import Office, needs_namespaces


@needs_namespaces
def test_a_cable_that_is_out_is_a_state_of_its_own() -> None:
    with Office() as office:
        probe = office.host("probe")
        with probe.inside():
            assert link_state(probe.interface, "LAN 2").capture is CaptureState.WATCHING
            office.plug(probe, False)
            state = link_state(probe.interface, "LAN 2")
            assert (state.capture, state.code) == (CaptureState.NO_LINK, CaptureFaultCode.NO_LINK)
            assert (state.detail, "LAN 2" in state.reason) == ("LAN 2", True)
            with open_sample(probe.interface) as sample:
                assert sample is not None


def test_without_a_second_handle_calls_are_told_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    with open_sample("no such interface") as sample:
        assert sample is None
    assert "not diagnosed by its other traffic" in caplog.text
