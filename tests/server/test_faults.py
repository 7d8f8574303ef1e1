"""Why the server cannot start, in words."""

import errno

import pytest

from packetwave.common.exit_codes import ExitCode
from packetwave.server.faults import listen_fault, start_fault
from packetwave.server.store.base import StoreError


def test_a_port_in_use() -> None:
    fault = listen_fault("0.0.0.0:8765", OSError(errno.EADDRINUSE, "in use"))
    assert fault.exit_code == ExitCode.IN_USE
    assert "0.0.0.0:8765" in str(fault) and "--listen" in str(fault)


def test_an_address_that_is_not_here() -> None:
    fault = listen_fault("192.0.2.1:8765", OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"))
    assert fault.exit_code == ExitCode.FAILED
    assert "Cannot assign" in str(fault)


def test_a_store_that_cannot_be_opened(caplog: pytest.LogCaptureFixture) -> None:
    fault = start_fault(StoreError("cannot make the folder"))
    assert (str(fault), fault.exit_code) == ("cannot make the folder", ExitCode.FAILED)
    assert caplog.text == ""


def test_a_bug_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    fault = start_fault(ZeroDivisionError("oh"))
    assert fault.exit_code == ExitCode.FAILED
    assert "ZeroDivisionError" in caplog.text
