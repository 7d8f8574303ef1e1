"""Windows' list of adapters, as it lies in memory."""

import ctypes
import sys

import pytest

from packetwave.server.capture.windows_adapters import Adapter, AdapterEntry, adapters, read

UP, DOWN, UNKNOWN, NOT_PRESENT, LOWER_LAYER_DOWN = 1, 2, 4, 6, 7


class Memory:
    """A list as GetAdaptersAddresses writes it: each entry points to its texts and to the next."""

    def __init__(self, *described: tuple[bytes, str, int]) -> None:
        self.entries = (AdapterEntry * len(described))()
        self._texts: list[object] = []
        for number, (guid, friendly_name, state) in enumerate(described):
            entry = self.entries[number]
            entry.adapter_name = self._text(guid + b"\0")
            entry.friendly_name = self._text(friendly_name.encode("utf-16-le") + b"\0\0")
            entry.state = state
            if number + 1 < len(described):
                entry.next = ctypes.addressof(self.entries[number + 1])

    def _text(self, raw: bytes) -> int:
        text = ctypes.create_string_buffer(raw, len(raw))
        self._texts.append(text)
        return ctypes.addressof(text)

    @property
    def first(self) -> int:
        return ctypes.addressof(self.entries)


def test_names_and_links_by_guid() -> None:
    memory = Memory(
        (b"{aaaaaaaa-1111-2222-3333-444444444444}", "이더넷 2", UP),
        (b"{BBBBBBBB-1111-2222-3333-444444444444}", "이더넷", DOWN),
        (b"{CCCCCCCC-1111-2222-3333-444444444444}", "Wi-Fi 𠮷", LOWER_LAYER_DOWN),
        (b"{DDDDDDDD-1111-2222-3333-444444444444}", "VPN", UNKNOWN),
        (b"{EEEEEEEE-1111-2222-3333-444444444444}", "", NOT_PRESENT),
    )
    assert list(read(memory.first).items()) == [
        ("{AAAAAAAA-1111-2222-3333-444444444444}", Adapter("이더넷 2", True)),
        ("{BBBBBBBB-1111-2222-3333-444444444444}", Adapter("이더넷", False)),
        ("{CCCCCCCC-1111-2222-3333-444444444444}", Adapter("Wi-Fi 𠮷", False)),
        ("{DDDDDDDD-1111-2222-3333-444444444444}", Adapter("VPN", True)),
        ("{EEEEEEEE-1111-2222-3333-444444444444}", Adapter("", False)),
    ]


def test_a_list_without_texts_or_end_is_read_to_its_bound() -> None:
    memory = Memory((b"{A}", "x" * 5_000, UP))
    memory.entries[0].friendly_name = None
    memory.entries[0].adapter_name = None
    assert read(memory.first) == {"": Adapter("", True)}
    assert read(None) == {}
    long = Memory((b"{A}", "x" * 5_000, UP))
    assert len(read(long.first)["{A}"].name) == 512


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the layout of 64-bit Windows")
def test_the_layout_is_that_of_64_bit_windows() -> None:
    places = [getattr(AdapterEntry, name).offset for name in ("adapter_name", "friendly_name", "state")]
    assert places == [16, 72, 104]


@pytest.mark.skipif(sys.platform == "win32", reason="what other systems say")
def test_elsewhere_there_are_none() -> None:
    assert adapters() == {}
