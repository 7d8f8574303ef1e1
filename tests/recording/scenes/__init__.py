"""All scenes, by the software that plays them."""

from tests.recording.scenes import identity, pbx, plain, proxy, transport

ALL = (identity, pbx, plain, proxy, transport)
