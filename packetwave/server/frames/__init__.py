"""Bytes of captured frames to SIP-bearing payloads. Pure."""
