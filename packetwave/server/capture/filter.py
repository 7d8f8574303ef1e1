"""The kernel's capture filter as text: what may be SIP passes, RTP never reaches this program. Pure.

A plain `port 5060` loses later IP fragments and everything with a tag or a tunnel around it. The filter is
several expressions, one a line: a frame passes when any line passes. They are kept apart because libpcap's
`vlan`, `mpls` and `pppoes` shift the offsets of everything that stands after them in the same expression;
`handle.set_filter` compiles each line alone and chains the programs.
"""

from collections.abc import Collection
from ipaddress import ip_address

from packetwave.server.frames import tunnels

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
_TUNNEL = (
    "proto 4 or proto 41 or proto 47 or "  # IPv4 in IP, IPv6 in IP, GRE (also ERSPAN)
    + " or ".join(f"udp dst port {port}" for port in sorted(tunnels.UDP_PORTS))
)


def kernel_filter(ports: Collection[int], trusted_tunnels: Collection[str] = ()) -> str:
    """Expressions that pass SIP on these ports (UDP and TCP), whatever is around it.

    ports: at least one, 1..65535. trusted_tunnels: IP addresses whose tunnels pass whole, since the kernel
    cannot look into them. ValueError for a port or an address that is none.
    """
    if not ports or not all(0 < port < 65536 for port in ports):
        raise ValueError(f"ports must be numbers from 1 to 65535, not {sorted(ports)}")
    sip = " or ".join(f"port {port}" for port in sorted(ports))
    plain = f"{sip} or {_PORTLESS}"
    if trusted_tunnels:
        sources = " or ".join(f"src host {ip_address(source)}" for source in sorted(trusted_tunnels))
        plain += f" or (({sources}) and ({_TUNNEL}))"
    return "\n".join([plain, *(f"{around} and ({plain})" for around in _AROUND)])
