"""The stories, one function a kind, by what happens in them. Importing this registers all of them."""

from tests.offices.stories import (
    addresses,
    beside,
    crowds,
    devices,
    groups,
    mobiles,
    numbers,
    pickups,
    plain,
    transfers,
    voicemail,
)

__all__ = [
    "addresses",
    "beside",
    "crowds",
    "devices",
    "groups",
    "mobiles",
    "numbers",
    "pickups",
    "plain",
    "transfers",
    "voicemail",
]
