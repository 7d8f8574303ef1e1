"""All scenes, by the software that plays them."""

from tests.recording.scenes import identity, offices, pbx, plain, proxy, transport

ALL = (identity, offices, pbx, plain, proxy, transport)
