"""What an office's network carries all day besides calls: OPTIONS, lamps, message counters, keep-alives."""

from tests.offices.office import Office
from tests.offices.tape import End, Tape


def background(tape: Tape, office: Office, from_s: float, until_s: float) -> None:
    """Some of it, spread over the time."""
    rng = tape.rng
    for _ in range(rng.randrange(1, 9)):
        at_s = rng.uniform(from_s, until_s)
        phone = rng.choice(office.phones).end
        match rng.choice(("options", "options", "lamp", "mailbox", "alive")):
            case "options":
                _asked(tape, at_s, office.registrar, phone, "OPTIONS", phone.user)
            case "lamp":
                watched = rng.choice(office.phones).extension
                state = rng.choice(("early", "confirmed", "terminated"))
                _asked(tape, at_s, phone, office.registrar, "SUBSCRIBE", watched, "Event: dialog")
                _asked(
                    tape, at_s + 0.05, office.registrar, phone, "NOTIFY", phone.user, "Event: dialog",
                    body=f'<?xml version="1.0"?><dialog-info><state>{state}</state></dialog-info>',
                )  # fmt: skip
            case "mailbox":
                _asked(
                    tape, at_s, office.registrar, phone, "NOTIFY", phone.user, "Event: message-summary",
                    body="Messages-Waiting: yes\r\n",
                )  # fmt: skip
            case "alive" if phone.transport == "UDP":
                tape.put(at_s, phone.place, office.registrar.place, "\r\n\r\n", "UDP")
            case _:
                _asked(tape, at_s, phone, office.registrar, "OPTIONS", "")


def _asked(
    tape: Tape, at_s: float, near: End, far: End, method: str, user: str, *headers: str, body: str = ""
) -> None:
    """A request outside any dialog, and its 200."""
    transport = "TCP" if "TCP" in (near.transport, far.transport) else "UDP"
    target = f"{user}@{far.place}" if user else f"{far.place}"
    common = [
        f"Via: SIP/2.0/{transport} {near.place};branch={tape.branch(near)};rport",
        f"From: <sip:{near.user or 'pbx'}@{near.place.host}>;tag={tape.tag(near)}",
        f"To: <sip:{target}>",
        f"Call-ID: {tape.call_id(near)}",
        f"CSeq: {tape.rng.randrange(1, 999)} {method}",
    ]
    contact = f"Contact: <sip:{near.user or 'pbx'}@{near.place}>"
    kind = ["Content-Type: application/dialog-info+xml"] if body.startswith("<") else []
    kind += ["Content-Type: application/simple-message-summary"] if body and not kind else []
    lines = [f"{method} sip:{target} SIP/2.0", *common, "Max-Forwards: 70", contact, *headers, *kind]
    lines += [f"User-Agent: {near.agent}", f"Content-Length: {len(body)}", "", body]
    tape.put(at_s, near.place, far.place, "\r\n".join(lines), transport)
    lines = ["SIP/2.0 200 OK", *common, f"User-Agent: {far.agent}", "Content-Length: 0", "", ""]
    lines[3] += f";tag={tape.tag(far)}"
    tape.put(at_s + tape.soon(), far.place, near.place, "\r\n".join(lines), transport)
