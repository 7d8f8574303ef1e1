"""What the frames room counts, for the status and the diagnosis. Plain numbers, changed by the decoder."""

from dataclasses import dataclass, field

_NAMES = 64  # forged sources must not make the tables grow


@dataclass(slots=True)
class Counters:
    """Since the start, but for the `_held` ones, which say what is held now.

    truncated: packets cut by the capture. tunnels: packets taken out of each kind (`gre`, `erspan`, `vxlan`,
    `tzsp`, `l2tp`, `ip-in-ip`, `mpls-in-ip`, `mpls`, `pppoe`). untrusted: packets left alone, by kind and
    source. not_decoded: by what it was (`esp`, `macsec`, `tls`, …). oversized: SIP heads above 32 kB.
    """

    frames: int = 0
    not_ip: int = 0
    malformed: int = 0
    truncated: int = 0
    udp_payloads: int = 0
    udp_other: int = 0
    fragments: int = 0
    fragments_held: int = 0
    fragments_dropped: int = 0
    fragments_repeated: int = 0
    tcp_segments: int = 0
    tcp_payloads: int = 0
    tcp_holes: int = 0
    tcp_held_bytes: int = 0
    ws_payloads: int = 0
    oversized: int = 0
    tunnels: dict[str, int] = field(default_factory=dict)
    untrusted: dict[tuple[str, str], int] = field(default_factory=dict)
    not_decoded: dict[str, int] = field(default_factory=dict)

    def tunnel(self, kind: str) -> None:
        """One more packet taken out of a tunnel."""
        self.tunnels[kind] = self.tunnels.get(kind, 0) + 1

    def left_alone(self, kind: str, source: str) -> None:
        """One more tunnel packet from a source that nobody has confirmed."""
        key = (kind, source)
        if key in self.untrusted or len(self.untrusted) < _NAMES:
            self.untrusted[key] = self.untrusted.get(key, 0) + 1

    def undecoded(self, kind: str) -> None:
        """One more packet of a kind that is not decoded. kind: from the program, never from the packet."""
        self.not_decoded[kind] = self.not_decoded.get(kind, 0) + 1
