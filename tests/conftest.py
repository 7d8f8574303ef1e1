"""Windows under test are real ones, on a screen that nobody sees, unless the environment names another."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
