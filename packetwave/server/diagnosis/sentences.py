"""Each finding in a sentence and a next step, in English: for stderr, and for the windows to translate.

The one place where a finding's code becomes words. Pure: windows translate the templates (context
`findings`), fill the figures in, and show both as plain text.
"""

from typing import NamedTuple

from packetwave.server.diagnosis.finding import Code, Finding


class Words(NamedTuple):
    """Templates with the finding's figures in braces. next_step: what to do about it."""

    what: str
    next_step: str


def translate(_context: str, text: str) -> str:
    """The text as it stands; the name marks it for Qt's lupdate, which fills assets/i18n."""
    return text


_WORDS = {
    Code.NOTHING: Words(
        translate("findings", "Nothing at all has come from the mirror port for {minutes} minutes."),
        translate(
            "findings",
            "Check the cable at the mirror port, and whether the switch still mirrors to this port.",
        ),
    ),
    Code.NOT_MIRRORED: Words(
        translate("findings", "Only broadcasts arrive here: this is an ordinary port, not a mirror port."),
        translate(
            "findings",
            "Set up port mirroring (SPAN) at the switch, from the port of the PBX to this one, "
            "or choose another interface.",
        ),
    ),
    Code.NO_SIP: Words(
        translate(
            "findings", "Traffic arrives, but no phone's: neither SIP nor speech for {minutes} minutes."
        ),
        translate(
            "findings", "Mirror the port or the VLAN of the PBX or the phones; another one is mirrored now."
        ),
    ),
    Code.RTP_WITHOUT_SIP: Words(
        translate("findings", "Speech is seen, but not the SIP messages that go with it."),
        translate(
            "findings", "Mirror the port of the PBX as well: the phones' signalling takes another way there."
        ),
    ),
    Code.TLS_ONLY: Words(
        translate("findings", "Encrypted SIP (TLS) cannot be read. Phones that use it: {phones}."),
        translate(
            "findings",
            "Let the PBX report its calls by HEP (see the capture page), or set these phones to SIP over UDP "
            "or TCP.",
        ),
    ),
    Code.WSS_ONLY: Words(
        translate(
            "findings", "Probably SIP in encrypted WebSockets, which cannot be read. Used by: {phones}."
        ),
        translate(
            "findings",
            "Their calls are seen where the other leg is not encrypted, or the PBX reports them by HEP.",
        ),
    ),
    Code.OTHER_PORT: Words(
        translate("findings", "SIP is seen on a port that is not watched: {ports}."),
        translate("findings", "If phones use it, watch it as well."),
    ),
    Code.TUNNEL_NOT_TRUSTED: Words(
        translate(
            "findings", "Phone traffic is sent here ({kinds}) by somebody who is not confirmed: {sources}."
        ),
        translate(
            "findings",
            "If this is your switch or PBX, confirm it; nothing of what it sends is looked at before.",
        ),
    ),
    Code.NOT_DECODED: Words(
        translate("findings", "The traffic comes in a form that PacketWave does not read: {kinds}."),
        translate("findings", "Let the switch mirror plain Ethernet frames, or use ERSPAN, VXLAN or TZSP."),
    ),
    Code.ONLY_REQUESTS: Words(
        translate("findings", "Only questions are seen, no answers ({requests} without one)."),
        translate(
            "findings", "Mirror both directions (rx and tx) of the port: answered calls look missed now."
        ),
    ),
    Code.ONLY_REPLIES: Words(
        translate("findings", "Only answers are seen, not the calls themselves ({replies} answers)."),
        translate("findings", "Mirror both directions (rx and tx) of the port."),
    ),
    Code.ONE_DIRECTION: Words(
        translate("findings", "Of each conversation between phone and PBX only one side is seen."),
        translate("findings", "Mirror both directions (rx and tx) of the port."),
    ),
    Code.FRAGMENTS_MISSING: Words(
        translate("findings", "Of large packets that are sent in parts, only some parts arrive."),
        translate(
            "findings", "Mirror whole ports instead of filtering by UDP port: later parts carry no port."
        ),
    ),
    Code.FRAMES_CUT: Words(
        translate("findings", "The mirror cuts frames off after {bytes} bytes."),
        translate("findings", "Switch truncation (snap length) of the mirror session off."),
    ),
    Code.DROPPED: Words(
        translate("findings", "The system lost frames before PacketWave could read them: {frames}."),
        translate("findings", "Mirror fewer ports, or give this PC less other work."),
    ),
    Code.CLOCK_SET: Words(
        translate("findings", "This PC's clock was set by {seconds} seconds. No call was cut short by it."),
        translate(
            "findings",
            "Let the PC take its time from a time server: the call log shows its times.",
        ),
    ),
    Code.UNREADABLE: Words(
        translate("findings", "Many SIP messages cannot be read: {percent} % ({reason})."),
        translate("findings", "Save a capture of a call and show it to whoever looks after the PBX."),
    ),
    Code.SCANNER: Words(
        translate("findings", "Somebody tries out extensions and passwords at the PBX: {sources}."),
        translate("findings", "Block this address in the firewall. Nobody is told of its calls."),
    ),
    Code.FLOOD: Words(
        translate(
            "findings",
            "Far more calls come than any office makes, to: {extensions}. {calls} were only counted; "
            "others are told as ever.",
        ),
        translate(
            "findings",
            "The call log has one row for them with where they come from: block that address in the "
            "firewall, or ask whoever looks after the PBX.",
        ),
    ),
    Code.NO_MEMBER_ROW: Words(
        translate(
            "findings", "Calls ring only at extensions without a row in the members table: {extensions}."
        ),
        translate("findings", "Add these extensions under Members, with the IP of each person's PC."),
    ),
    Code.COPIES: Words(
        translate("findings", "The mirror shows most packets {times} times. That does no harm."),
        translate("findings", "To spare the line, mirror each port in one place only."),
    ),
    Code.DATABASE_NO_LOGIN: Words(
        translate(
            "findings",
            "The database at {hosts} is used without a user name and a password: whoever reaches it can read "
            "and change members and calls.",
        ),
        translate(
            "findings",
            "Switch authorization on in MongoDB, and start PacketWave with an address that names a user "
            "(--mongodb @FILE).",
        ),
    ),
    Code.DATABASE_NO_TLS: Words(
        translate(
            "findings",
            "What goes to the database at {hosts} is not encrypted: others in the network can read who "
            "calls whom.",
        ),
        translate(
            "findings",
            "Switch TLS on in MongoDB, and add tls=true to its address (and tlsCAFile=… for a certificate "
            "of your own).",
        ),
    ),
    Code.DATABASE_UNCHECKED: Words(
        translate(
            "findings",
            "The certificate of the database at {hosts} is not checked: somebody in between could read and "
            "change everything.",
        ),
        translate(
            "findings",
            "Take tlsInsecure and tlsAllowInvalid… out of its address, and name with tlsCAFile=… who "
            "issued the certificate.",
        ),
    ),
}


def words(finding: Finding) -> Words:
    """The templates for a finding."""
    return _WORDS[finding.code]


def values(finding: Finding) -> dict[str, str]:
    """The figures as text, to be filled into the templates. Of many names a few are there: "a, b +7"."""
    figures = dict(finding.figures)
    count = figures.get("count", 0)
    shown: dict[str, str] = {}
    for name, value in finding.figures:
        if isinstance(value, tuple):
            more = count - len(value) if isinstance(count, int) and name != "kinds" else 0
            written = (kind.upper() for kind in value) if name == "kinds" else value
            shown[name] = ", ".join(written) + (f" +{more}" if more > 0 else "")
        else:
            shown[name] = str(value)
    return shown


def in_english(finding: Finding) -> str:
    """Sentence and next step in one line."""
    shown = values(finding)
    return " ".join(template.format(**shown) for template in words(finding))
