"""Office flows made by rule, with what must come of them: see `run.py`."""
