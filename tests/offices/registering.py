"""REGISTER: how phones tell the PBX where they are, as far as the mirror shows it."""

from dataclasses import replace

from tests.offices.leg import PHRASES
from tests.offices.office import Office, Phone
from tests.offices.tape import End, Tape


def all_phones(tape: Tape, office: Office) -> float:
    """Those whose REGISTER is seen, one after the other: when the last is done."""
    at_s = 0.2
    for phone in office.phones:
        if phone.seen:
            at_s = one_phone(tape, office, phone, at_s) + 0.1
    return at_s


def one_phone(tape: Tape, office: Office, phone: Phone, at_s: float, *, contacts: str = "") -> float:
    """One phone registers, through an SBC where there is one, which registers it at the PBX for itself."""
    own_side = tape.rng.random() < 0.5  # which of the two is done first
    for side in (own_side, not own_side):
        if side:
            at_s = (
                register(tape, phone.end, office.registrar, phone.extension, at_s, contacts=contacts) + 0.01
            )
        elif office.shape == "phone sbc" and office.edge is not None:
            own = replace(office.edge, user=phone.extension)
            at_s = register(tape, own, office.pbx, phone.extension, at_s) + 0.01
    return at_s


def register(
    tape: Tape, phone: End, registrar: End, extension: str, at_s: float, *, contacts: str = ""
) -> float:
    """REGISTER, challenged, again, and its 200: when it is done. contacts: what the 200 lists, if not it."""
    call_id, tag = tape.call_id(phone), tape.tag(phone)
    host = registrar.place.host
    tcp = ";transport=tcp" * (phone.transport == "TCP")
    contact = f"<sip:{phone.user}@{phone.place}{tcp}>;expires=3600"
    for cseq, status in ((1, 401), (2, 200)):
        branch = tape.branch(phone)
        via = f"Via: SIP/2.0/{phone.transport} {phone.place};branch={branch}"
        dialog = [f"Call-ID: {call_id}", f"CSeq: {cseq} REGISTER"]
        proof = []
        if cseq == 2:
            proof = [
                f'Authorization: Digest username="{extension}", realm="pbx", nonce="{tape.hex(20)}", '
                f'uri="sip:{host}", response="{tape.hex(32)}", algorithm=MD5'
            ]
        lines = [f"REGISTER sip:{host} SIP/2.0", f"{via};rport", "Max-Forwards: 70"]
        lines += [
            f"From: <sip:{extension}@{host}>;tag={tag}",
            f"To: <sip:{extension}@{host}>",
            *dialog,
            *proof,
        ]
        lines += [f"Contact: {contact}", f"User-Agent: {phone.agent}", "Expires: 3600"]
        _put(tape, at_s, phone, registrar, lines)
        at_s += tape.soon(5, 15)
        lines = [f"SIP/2.0 {status} {PHRASES[status]}", f"{via};rport={phone.place.port}"]
        lines += [
            f"From: <sip:{extension}@{host}>;tag={tag}",
            f"To: <sip:{extension}@{host}>;tag={tape.hex(8)}",
        ]
        lines += dialog
        if status == 401:
            lines.append(f'WWW-Authenticate: Digest realm="pbx", nonce="{tape.hex(20)}", algorithm=MD5')
        else:
            lines += [f"Contact: {contacts or contact}", "Expires: 3600"]
        _put(tape, at_s, registrar, phone, [*lines, f"Server: {registrar.agent}"])
        at_s += tape.soon(5, 40)
    return at_s


def _put(tape: Tape, at_s: float, source: End, target: End, lines: list[str]) -> None:
    transport = "TCP" if "TCP" in (source.transport, target.transport) else "UDP"
    tape.put(at_s, source.place, target.place, "\r\n".join([*lines, "Content-Length: 0", "", ""]), transport)
