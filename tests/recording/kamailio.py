"""Kamailio's configuration as the registrar and forking proxy of an office. Pure text."""

from dataclasses import dataclass, field
from pathlib import Path

_MODULES = "corex tm sl rr pv maxfwd usrloc registrar textops siputils kex auth tls xhttp websocket nathelper"

_CONFIG = """\
#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=2
disable_tcp=no
enable_tls=yes
server_signature=no
server_header="Server: kamailio"
user_agent_header="User-Agent: kamailio"
auto_aliases=no
tcp_accept_no_cl=yes
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
{listen}
{modules}
{reports}
modparam("tls", "config", "{folder}/tls.cfg")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "append_branches", 1)
modparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")
modparam("rr", "enable_double_rr", 1)
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_inv_timer", {ring_ms})
modparam("tm", "reparse_on_dns_failover", 0)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ handle_ruri_alias(); t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    t_check_trans();
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    if ($si != "{trunk}" && is_method("REGISTER")) {{
        if ({challenge} && !pv_www_authenticate("$td", "demo", "0")) {{ www_challenge("$td", "0"); exit; }}
        if (proto == WS) {{ fix_nated_register(); }}
        save("location");
        exit;
    }}
    if ({challenge} && $si != "{trunk}" && is_method("INVITE")) {{
        if (!pv_proxy_authenticate("$fd", "demo", "0")) {{ proxy_challenge("$fd", "0"); exit; }}
        consume_credentials();
    }}
    if (proto == WS) {{ add_contact_alias(); }}
    record_route();
{numbers}
    if ($rU =~ "^0" && $si != "{trunk}") {{ $du = "sip:{trunk}:5060"; {to_trunk}t_relay(); exit; }}
    if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
    t_relay();
}}

reply_route {{
    if (proto == WS) {{ add_contact_alias(); }}
}}

failure_route[HUNT] {{
    if (t_is_canceled() || $avp(next) == $null) {{ exit; }}
    $ru = "sip:" + $avp(next) + "@{domain}";
    $avp(next) = $null;
    if (!lookup("location")) {{ exit; }}
    t_on_failure("HUNT");
    t_relay();
}}

event_route[xhttp:request] {{
    set_reply_close();
    if ($hdr(Upgrade) =~ "websocket" && ws_handle_handshake()) {{ exit; }}
    xhttp_reply("404", "Not Found", "", "");
}}
"""

_REPORTS = """\
loadmodule "siptrace.so"
modparam("siptrace", "trace_on", 1)
modparam("siptrace", "trace_mode", 1)
modparam("siptrace", "trace_to_database", 0)
modparam("siptrace", "hep_mode_on", 1)
modparam("siptrace", "hep_version", {version})
modparam("siptrace", "hep_capture_id", 2001)
modparam("siptrace", "auth_key", "{key}")
modparam("siptrace", "duplicate_uri", "sip:{to}:9060")
"""

_TLS = """\
[server:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = {folder}/key.pem
certificate = {folder}/cert.pem
[client:default]
verify_certificate = no
require_certificate = no
"""


@dataclass(frozen=True)
class Proxy:
    """groups: number → extensions rung at once; hunts: number → two extensions, one after the other.
    ring_ms: until an unanswered branch is given up. passwords: phones are challenged. reports_to: an address
    that is told of all messages by HEP of this version, with this key; "" for none. outside: an address and
    port of its own towards the trunk; None: all through 5060 of `address`. mobiles: of a number, user and
    gateway of what rings with its group."""

    address: str
    trunk: str
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hunts: dict[str, tuple[str, str]] = field(default_factory=dict)
    ring_ms: int = 8000
    passwords: bool = True
    reports_to: str = ""
    hep_version: int = 3
    hep_key: str = "homer"
    outside: tuple[str, int] | None = None
    mobiles: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """The configuration file; cert.pem and key.pem are to be in the same folder."""
        at = f"[{self.address}]" if ":" in self.address else self.address
        listen = "\n".join(
            f"listen={proto}:{at}:{port}"
            for proto, port in (("udp", 5060), ("tcp", 5060), ("tls", 5061), ("tcp", 8080))
        )
        door = f"udp:{self.outside[0]}:{self.outside[1]}" if self.outside else ""
        listen += f"\nlisten={door}" if door else ""
        file = folder / "kamailio.cfg"
        file.write_text(
            _CONFIG.format(
                listen=listen,
                modules="\n".join(f'loadmodule "{name}.so"' for name in _MODULES.split()),
                reports=self._reports(),
                folder=folder,
                trunk=self.trunk,
                to_trunk=f'$fs = "{door}"; ' if door else "",
                domain=at,
                ring_ms=self.ring_ms,
                challenge="1" if self.passwords else "0",
                numbers="".join(self._numbers(at)),
            )
        )
        (folder / "tls.cfg").write_text(_TLS.format(folder=folder))
        return file

    def _reports(self) -> str:
        to = self.reports_to
        return _REPORTS.format(version=self.hep_version, key=self.hep_key, to=to) if to else ""

    def _numbers(self, at: str) -> list[str]:
        written = []
        for number, (first, *others) in self.groups.items():
            branches = "".join(f'append_branch("sip:{user}@{at}"); ' for user in others)
            found = "lookup_branches" if others else "lookup"
            mobile = self.mobiles.get(number)
            twin = f'append_branch("sip:{mobile}:5060"); ' if mobile else ""
            target = f'$ru = "sip:{first}@{at}"; {branches}{found}("location"); {twin}t_relay(); exit;'
            written.append(f'    if ($rU == "{number}") {{ {target} }}\n')
        for number, (first, second) in self.hunts.items():
            target = f'$ru = "sip:{first}@{at}"; $avp(next) = "{second}"; lookup("location"); '
            target += 't_on_failure("HUNT"); t_relay(); exit;'
            written.append(f'    if ($rU == "{number}") {{ {target} }}\n')
        return written
