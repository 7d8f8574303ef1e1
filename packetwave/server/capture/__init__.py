"""Frames from an interface or a capture file. The only importer of scapy."""
