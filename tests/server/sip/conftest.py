"""Examples here have no time limit of their own: a busy machine is no fault. pytest's limit ends what hangs."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
