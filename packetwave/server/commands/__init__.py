"""What `packetwave-server WORD` runs: `members`, `setup`, and the self-test."""
