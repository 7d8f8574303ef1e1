"""The Windows programs, built and tried without a Windows; see bench.sh."""
