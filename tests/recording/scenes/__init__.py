"""All scenes, by the software that plays them."""

from tests.recording.scenes import identity, plain, transport

ALL = (identity, plain, transport)
