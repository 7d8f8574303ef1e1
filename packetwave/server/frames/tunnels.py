"""What carries a whole frame or packet inside an IP packet. Pure."""

UDP_PORTS = {4789: "vxlan", 37008: "tzsp"}
