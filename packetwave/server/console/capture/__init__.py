"""The capture page: the adapters with their counters."""
