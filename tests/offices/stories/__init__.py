"""The stories, one function a kind, by what happens in them. Importing this registers all of them."""

from tests.offices.stories import groups, pickups, plain, transfers

__all__ = ["groups", "pickups", "plain", "transfers"]
