"""Elsewhere than on Windows the file's rights are the protection: tests/wine shows what DPAPI does."""

from packetwave.client import secret


def test_what_is_sealed_comes_back() -> None:
    key = bytes(range(32))
    assert secret.unseal(secret.seal(key)) == key
    assert secret.NAME == "file"
