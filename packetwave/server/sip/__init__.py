"""Bytes of a SIP message to its parts. Pure."""
