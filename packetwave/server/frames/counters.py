"""What the frames room counts, for the status and the diagnosis. Plain numbers, changed by the decoder."""

from dataclasses import dataclass, field

_NAMES = 64  # forged sources must not make the tables grow


@dataclass(slots=True)
class Counters:
    """Since the start, but for the `_held` ones, which say what is held now.

    truncated: packets cut by the capture. oversized: SIP heads above 32 kB. tunnels: packets taken out of a
    kind (`gre`, `erspan`, `vxlan`, `tzsp`, `l2tp`, `ip-in-ip`, `mpls-in-ip`, `mpls`, `pppoe`). untrusted:
    packets and reports left alone, by kind (also `hep`) and source; of further sources `untrusted_more`.
    not_decoded: by what it was (`esp`, `macsec`, `tls`, …). hep_payloads: SIP messages reported by HEP.
    hep_other: reports of other things, by what they are. hep_refused: datagrams that are no report, by reason
    (`hep.Refused`, and `key`).
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
    untrusted_more: int = 0
    hep_payloads: int = 0
    hep_vendor_chunks: int = 0
    hep_other: dict[str, int] = field(default_factory=dict)
    hep_refused: dict[str, int] = field(default_factory=dict)
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
