"""Examples have no time limit of their own here: a busy machine is no fault. pytest ends what hangs."""

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
