"""The kernel's capture filter as text: what may be SIP passes, RTP never reaches this program. Pure.

A plain `port 5060` loses later IP fragments and everything with a tag or a tunnel around it. The filter is
several expressions, one a line: a frame passes when any line passes. They are kept apart because libpcap's
`vlan`, `mpls` and `pppoes` shift the offsets of everything that stands after them in the same expression;
`handle.set_filter` compiles each line alone and chains the programs.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address

from packetwave.server.frames import link, tunnels

# Around the IP packet, outermost first. On Linux the kernel may have taken the outermost tag off already
# and keeps it beside the frame; libpcap's `vlan` looks in both places.
_AROUND = (
    "vlan",
    "vlan and vlan",
    "vlan and vlan and vlan",
    "pppoes",
    "vlan and pppoes",
    "mpls",
    "mpls and mpls",
    "vlan and mpls",
)
# Where ports cannot be looked up: later fragments of IPv4 have none, libpcap looks for IPv6 ports only
# right behind the fixed header (0 hop-by-hop, 43 routing, 44 fragment, 60 destination options).
_PORTLESS = "ip[6:2] & 0x1fff != 0 or ip6[6] = 44 or ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 60"
_TUNNEL_PROTOCOLS = (4, 41, 47, 115)  # IPv4 in IP, IPv6 in IP, GRE (also ERSPAN), L2TP
_TUNNEL = " or ".join(
    [f"proto {protocol}" for protocol in _TUNNEL_PROTOCOLS]
    + [f"udp dst port {port}" for port in sorted(tunnels.UDP_PORTS)]
    + [f"udp port {tunnels.L2TP_PORT}"]
)


def kernel_filter(ports: Collection[int], trusted_tunnels: Collection[str] = ()) -> str:
    """Expressions that pass SIP on these ports (UDP and TCP), whatever is around it.

    ports: at least one, 1..65535. trusted_tunnels: IP addresses whose tunnels pass whole, since the kernel
    cannot look into them. ValueError for a port or an address that is none.
    """
    if not ports or not all(0 < port < 65536 for port in ports):
        raise ValueError(f"ports must be numbers from 1 to 65535, not {sorted(ports)}")
    sources = [ip_address(source) for source in sorted(trusted_tunnels)]
    sip = " or ".join(f"port {port}" for port in sorted(ports))
    plain = f"{sip} or {_PORTLESS}"
    if sources:
        trusted = " or ".join(f"src host {source}" for source in sources)
        plain += f" or (({trusted}) and ({_TUNNEL}))"
    extenders = [_behind_tag(tag, sorted(ports), sources) for tag in (link.VN_TAG, link.E_TAG)]
    return "\n".join([plain, *(f"{around} and ({plain})" for around in _AROUND), *extenders])


def _behind_tag(tag: int, ports: list[int], sources: list[IPv4Address | IPv6Address]) -> str:
    """The same for a tag of port extenders, alone or in front of one VLAN tag. libpcap does not know these
    tags, so each place is counted from the beginning of the frame."""
    inner = 12 + link.TAGS[tag]  # where the next EtherType stands
    tagged = " or ".join(f"ether[{inner}:2] = {vlan:#06x}" for vlan in (0x8100, 0x88A8))
    alone, behind_vlan = (_ip_at(at, ports, sources) for at in (inner, inner + 4))
    return f"ether[12:2] = {tag:#06x} and ({alone} or (({tagged}) and ({behind_vlan})))"


def _ip_at(ethertype: int, ports: list[int], sources: list[IPv4Address | IPv6Address]) -> str:
    """What passes of the IP packet that is announced at this place."""
    at = ethertype + 2
    behind = f"{at} + ((ether[{at}] & 0x0f) << 2)"
    v4 = f"ether[{at + 6}:2] & 0x1fff != 0 or {_with_ports(f'ether[{at + 9}]', behind, ports)}"
    v6 = f"{_with_ports(f'ether[{at + 6}]', str(at + 40), ports)} or " + " or ".join(
        f"ether[{at + 6}] = {header}" for header in (0, 43, 44, 60)
    )
    if trusted := [_from(source, at + 12) for source in sources if source.version == 4]:
        v4 += f" or (({' or '.join(trusted)}) and ({_tunnel(f'ether[{at + 9}]', behind)}))"
    if trusted := [_from(source, at + 8) for source in sources if source.version == 6]:
        v6 += f" or (({' or '.join(trusted)}) and ({_tunnel(f'ether[{at + 6}]', str(at + 40))}))"
    return (
        f"(ether[{ethertype}:2] = {link.IPV4:#06x} and ({v4})) or "
        f"(ether[{ethertype}:2] = {link.IPV6:#06x} and ({v6}))"
    )


def _with_ports(protocol: str, segment: str, ports: list[int]) -> str:
    """UDP or TCP from or to one of these ports. protocol: its place; segment: where the ports begin."""
    either = " or ".join(f"ether[{segment}:2] = {port} or ether[{segment} + 2:2] = {port}" for port in ports)
    return f"(({protocol} = 17 or {protocol} = 6) and ({either}))"


def _tunnel(protocol: str, segment: str) -> str:
    whole = " or ".join(f"{protocol} = {number}" for number in _TUNNEL_PROTOCOLS)
    to = " or ".join(
        f"ether[{segment} + 2:2] = {port}" for port in sorted((*tunnels.UDP_PORTS, tunnels.L2TP_PORT))
    )
    return f"{whole} or ({protocol} = 17 and ({to} or ether[{segment}:2] = {tunnels.L2TP_PORT}))"


def _from(source: IPv4Address | IPv6Address, at: int) -> str:
    """The source address stands at this place."""
    words = [source.packed[begin : begin + 4] for begin in range(0, len(source.packed), 4)]
    told = (f"ether[{at + 4 * number}:4] = {int.from_bytes(word):#x}" for number, word in enumerate(words))
    return f"({' and '.join(told)})"
