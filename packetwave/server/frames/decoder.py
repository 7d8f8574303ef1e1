"""Frames of any link type to SIP-bearing payloads, and what comes to a socket: puts the layers of this room
together. Pure, one thread.

Holds state only where packets belong together (fragments, TCP streams), in bounded memory by packet time.
No bytes raise. What carries no SIP is dropped here, as cheaply as possible: most of a mirror port is RTP.
"""

import struct
from collections.abc import Sequence

from packetwave.server.frames import ip, link, tunnels
from packetwave.server.frames.counters import Counters
from packetwave.server.frames.fragments import Reassembler
from packetwave.server.frames.payload import Payload, sip_start
from packetwave.server.frames.reports import Reports
from packetwave.server.frames.streams import Streams

_DEPTH = 8  # packets in packets in packets
_FLOWS = 16384
_SYN = 0x02
_UDP = 17
_NOTHING: tuple[Payload, ...] = ()

# Ethernet, IPv4 without options, UDP: version and length, total length, fragment, protocol, ports, UDP length
_PLAIN = struct.Struct(">12xHBxHxxHxB14xH").unpack_from
_PLAIN_SIZE = 42

_new_payload = tuple.__new__  # a named tuple's own constructor costs twice as much

Flow = tuple[str, int, str, int]  # source, source port, destination, destination port


class FrameDecoder:
    """Decodes the frames of one capture.

    ports: the SIP ports; None: any port, the content decides. trusted_tunnels: source addresses (text) whose
    tunnels are opened and whose reports (HEP) are believed; None: all. hep_key: the password that reports
    must have, "" for any. `counters` may be read at any time by the same thread.
    """

    def __init__(
        self,
        *,
        ports: frozenset[int] | None,
        trusted_tunnels: frozenset[str] | None = None,
        hep_key: str = "",
    ) -> None:
        self.counters = Counters()
        self._ports = ports
        self._trusted = trusted_tunnels
        self._fragments = Reassembler(self.counters)
        self._streams = Streams(self.counters)
        self._reports = Reports(self.counters, trusted_tunnels, hep_key)
        # By the 12 bytes of addresses and ports of plain IPv4: the flow, or None where it is none of ours
        self._flows: dict[bytes, Flow | None] = {}

    def listen_to(self, ports: frozenset[int], trusted_tunnels: frozenset[str]) -> None:
        """SIP is on these ports, and these senders are believed, from the next frame on."""
        self._ports, self._trusted = ports, trusted_tunnels
        self._reports.trusted = trusted_tunnels
        self._flows.clear()

    def decode(self, at_s: float, link_type: int, frame: bytes) -> Sequence[Payload]:
        """The SIP payloads that this frame holds or completes: mostly none or one.

        at_s: packet time in seconds; it is also the clock. link_type: LINKTYPE_ or DLT_ number.
        """
        counters = self.counters
        counters.frames += 1
        if link_type != link.ETHERNET or len(frame) < _PLAIN_SIZE:
            return self._decode_any(at_s, link_type, frame)
        ethertype, first, length, fragment, protocol, udp_length = _PLAIN(frame)
        if ethertype != 0x0800 or protocol != _UDP or first != 0x45 or fragment & 0x3FFF or length < 28:
            return self._decode_any(at_s, link_type, frame)
        key = frame[26:38]
        try:
            flow = self._flows[key]
        except KeyError:
            if self._is_tunnel(key[8:12]):
                return self._decode_any(at_s, link_type, frame)
            flow = self._learn(key)
        if flow is None:
            return _NOTHING
        end = 14 + length
        if 8 <= udp_length < length - 20:
            end = 34 + udp_length
        cut = end > len(frame)
        counters.truncated += cut
        data = frame[42:end]
        if data[:8] != b"SIP/2.0 ":
            line = data.find(b"\r\n")
            if data[line - 8 : line] != b" SIP/2.0" or not data[:1].isalpha():
                start = sip_start(data)
                if start < 0:
                    counters.udp_other += 1
                    return _NOTHING
                data = data[start:]
        src, src_port, dst, dst_port = flow
        return (_new_payload(Payload, (at_s, "udp", src, src_port, dst, dst_port, data, cut)),)

    def datagram(self, at_s: float, kind: str, source: str, data: bytes) -> Sequence[Payload]:
        """The SIP payloads in a datagram that came to a UDP socket of this PC.

        kind: what the socket is for: `vxlan` or `tzsp` (mirrored frames, read as by `decode`), or `hep`.
        at_s: when it came, by the clock of `decode`'s frames; of a report the payload has its own time, which
        is a little earlier. source: the sender's IP address as text, as in `trusted_tunnels` (IPv4 not mapped
        into IPv6). data: without UDP's header.
        """
        counters = self.counters
        counters.frames += 1
        if kind == "hep":
            payload = self._reports.datagram(at_s, source, data)
            return (payload,) if payload else _NOTHING
        inner = tunnels.BY_SOCKET[kind](data)
        if inner is None:
            counters.udp_other += 1
            return _NOTHING
        payloads: list[Payload] = []
        self._inside(at_s, source, inner, payloads, 0)
        return payloads

    def expire(self, at_s: float) -> None:
        """Forget what has waited too long at this packet time; `decode` does it itself while frames come."""
        self._fragments.expire(at_s)
        self._streams.expire(at_s)

    def _is_tunnel(self, ports: bytes) -> bool:
        """Whether a tunnel is looked for between these ports. ports: 4 bytes."""
        source_port, port = int.from_bytes(ports[0:2]), int.from_bytes(ports[2:4])
        return tunnels.is_udp_tunnel(source_port, port) and not (self._ports and port in self._ports)

    def _learn(self, key: bytes) -> Flow | None:
        flow = self._flow(key[0:4], key[4:8], key[8:12])
        if len(self._flows) >= _FLOWS:
            self._flows.clear()
        self._flows[key] = flow
        return flow

    def _flow(self, src: bytes, dst: bytes, ports: bytes) -> Flow | None:
        """None where neither port is a SIP port. ports: 4 bytes."""
        src_port, dst_port = int.from_bytes(ports[0:2]), int.from_bytes(ports[2:4])
        if self._ports is not None and src_port not in self._ports and dst_port not in self._ports:
            return None
        return ip.address_text(src), src_port, ip.address_text(dst), dst_port

    def _decode_any(self, at_s: float, link_type: int, frame: bytes) -> list[Payload]:
        payloads: list[Payload] = []
        self._carried(at_s, link.read_link(link_type, frame), frame, payloads, 0)
        return payloads

    def _carried(
        self, at_s: float, carried: link.Carried, data: bytes, payloads: list[Payload], depth: int
    ) -> None:
        for kind in carried.through:
            self.counters.tunnel(kind)
        if carried.not_decoded:
            self.counters.undecoded(carried.not_decoded)
        elif carried.ethertype == link.FRAME and depth < _DEPTH:
            frame = data[carried.offset :]
            self._carried(at_s, link.read_link(link.ETHERNET, frame), frame, payloads, depth + 1)
        elif carried.ethertype in (link.IPV4, link.IPV6):
            self._packet(at_s, data, carried.offset, payloads, depth)
        else:
            self.counters.not_ip += 1

    def _packet(self, at_s: float, data: bytes, offset: int, payloads: list[Payload], depth: int) -> None:
        packet = ip.read_ip(data, offset)
        if packet is None:
            self.counters.malformed += 1
            return
        protocol, payload, cut = packet.protocol, packet.payload, packet.cut
        self.counters.truncated += cut
        if packet.ident is not None:
            if cut:  # never whole: a first fragment may still hold the whole head of a message
                self.counters.fragments += 1
                if packet.fragment_offset:
                    self.counters.fragments_dropped += 1
                    return
            else:
                key = (packet.src, packet.dst, packet.ident, protocol)
                whole = self._fragments.add(at_s, key, packet.fragment_offset, packet.more, payload)
                if whole is None:
                    return
                payload = whole
            if len(packet.src) == 16:
                protocol, payload = ip.skip_extensions(protocol, payload)
        if protocol == ip.UDP:
            self._udp(at_s, packet, payload, payloads, depth)
        elif protocol == ip.TCP:
            self._tcp(at_s, packet, payload, payloads)
        else:
            inner, not_decoded = tunnels.read_packet(protocol, payload)
            if inner is not None:
                self._inside(at_s, ip.address_text(packet.src), inner, payloads, depth)
            elif not_decoded:
                self.counters.undecoded(not_decoded)

    def _inside(
        self, at_s: float, source: str, inner: tunnels.Inner, payloads: list[Payload], depth: int
    ) -> None:
        kind, ethertype, data = inner
        if self._trusted is not None and depth == 0 and source not in self._trusted:
            self.counters.left_alone(kind, source)
        elif depth >= _DEPTH:
            self.counters.malformed += 1
        else:
            self.counters.tunnel(kind)
            self._carried(at_s, link.read_ethertype(ethertype, data, 0), data, payloads, depth + 1)

    def _udp(
        self, at_s: float, packet: ip.Packet, datagram: bytes, payloads: list[Payload], depth: int
    ) -> None:
        if len(datagram) < 8:
            self.counters.malformed += 1
            return
        length = int.from_bytes(datagram[4:6])
        data = datagram[8 : length if length >= 8 else len(datagram)]
        if self._is_tunnel(datagram[0:4]):
            source_port, port = int.from_bytes(datagram[0:2]), int.from_bytes(datagram[2:4])
            inner, not_decoded = tunnels.read_udp(source_port, port, data)
            if inner is not None:
                self._inside(at_s, ip.address_text(packet.src), inner, payloads, depth)
                return
            if not_decoded and sip_start(data) < 0:
                self.counters.undecoded(not_decoded)
                return
        flow = self._flow(packet.src, packet.dst, datagram[0:4])
        if flow is None:
            return
        start = sip_start(data)
        if start < 0:
            self.counters.udp_other += 1
            return
        src, src_port, dst, dst_port = flow
        cut = packet.cut or length > len(datagram)
        payloads.append(Payload(at_s, "udp", src, src_port, dst, dst_port, data[start:], cut))

    def _tcp(self, at_s: float, packet: ip.Packet, segment: bytes, payloads: list[Payload]) -> None:
        if len(segment) < 20:
            self.counters.malformed += 1
            return
        flow = self._flow(packet.src, packet.dst, segment[0:4])
        if flow is None:
            return
        self.counters.tcp_segments += 1
        key = packet.src + packet.dst + segment[0:4]
        sequence = int.from_bytes(segment[4:8])
        header = max((segment[12] >> 4) * 4, 20)
        opens = bool(segment[13] & _SYN)
        src, src_port, dst, dst_port = flow
        for transport, data in self._streams.segment(at_s, key, sequence, opens, segment[header:]):
            self.counters.tcp_payloads += transport == "tcp"
            payloads.append(Payload(at_s, transport, src, src_port, dst, dst_port, data, True))
