"""What the frames room counts, for the status and the diagnosis. Plain numbers, changed by the decoder."""

from dataclasses import dataclass, field

_NAMES = 64  # forged sources must not make the tables grow


@dataclass(slots=True)
class Counters:
    """What came by since the start; those named `held` say what is held now."""

    frames: int = 0
    not_ip: int = 0
    """Frames that carry no IP."""

    malformed: int = 0
    """Packets whose headers cannot be."""

    truncated: int = 0
    """Packets cut by the capture."""

    udp_other: int = 0
    """Datagrams at a SIP port that hold none."""

    fragments: int = 0
    fragments_held: int = 0
    fragments_dropped: int = 0
    """Fragments whose packet never became whole."""

    fragments_repeated: int = 0
    """Copies of fragments of a packet that was whole already."""

    tcp_segments: int = 0
    tcp_payloads: int = 0
    """Heads of SIP messages cut out of TCP."""

    tcp_holes: int = 0
    """Times that a segment came behind a hole."""

    tcp_held_bytes: int = 0
    oversized: int = 0
    """SIP heads above 32 kB."""

    untrusted_more: int = 0
    """Packets left alone from further sources than `untrusted` names."""

    hep_payloads: int = 0
    """SIP messages reported by HEP."""

    hep_vendor_chunks: int = 0
    """Parts of HEP reports that only their maker can read."""

    hep_other: dict[str, int] = field(default_factory=dict)
    """HEP reports of other things, by what they are."""

    hep_refused: dict[str, int] = field(default_factory=dict)
    """Datagrams that are no HEP report, by reason (`hep.NoReport`, and `key`)."""

    tunnels: dict[str, int] = field(default_factory=dict)
    """Packets taken out of a kind of tunnel: `gre`, `erspan`, `vxlan`, `tzsp`, `l2tp`, `ip-in-ip`,
    `mpls-in-ip`, `mpls`, `pppoe`."""

    untrusted: dict[tuple[str, str], int] = field(default_factory=dict)
    """Packets and reports left alone, by kind (also `hep`) and source."""

    not_decoded: dict[str, int] = field(default_factory=dict)
    """Packets that are not looked into, by what they are: `esp`, `macsec`, `tls`, …"""

    def tunnel(self, kind: str) -> None:
        """One more packet taken out of a tunnel."""
        self.tunnels[kind] = self.tunnels.get(kind, 0) + 1

    def left_alone(self, kind: str, source: str) -> None:
        """One more tunnel packet from a source that nobody has confirmed."""
        key = (kind, source)
        if key in self.untrusted or len(self.untrusted) < _NAMES:
            self.untrusted[key] = self.untrusted.get(key, 0) + 1
        else:
            self.untrusted_more += 1

    def reported_other(self, kind: str) -> None:
        """One more HEP report of something that is no SIP. kind: one of a few hundred."""
        self.hep_other[kind] = self.hep_other.get(kind, 0) + 1

    def refused(self, reason: str) -> None:
        """One more datagram that is no HEP report. reason: from the program."""
        self.hep_refused[reason] = self.hep_refused.get(reason, 0) + 1

    def undecoded(self, kind: str) -> None:
        """One more packet of a kind that is not decoded. kind: from the program, never from the packet."""
        self.not_decoded[kind] = self.not_decoded.get(kind, 0) + 1
