"""PacketWave: the call that rings on the desk phone, told on the PC beside it."""

__version__ = "0.1.0"
