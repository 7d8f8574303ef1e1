"""All scenes, by the software that plays them."""

from tests.recording.scenes import plain

ALL = (plain,)
