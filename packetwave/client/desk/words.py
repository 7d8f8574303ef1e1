"""What the client's codes and values are in words, in the language of the windows. Qt main thread."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from packetwave.client.calls import Call
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.client.preset import Origin, Setting, is_locked
from packetwave.common.numbers import ANONYMOUS, display
from packetwave.common.settings import Trouble
from packetwave.common.supervision import Failure
from packetwave.protocol import CLOSE_GOING_AWAY, Watching
from packetwave.ui.plain import plain

translate = QCoreApplication.translate  # by this name Qt's lupdate finds the strings


def link(
    state: LinkState,
    given: Setting = Setting(),  # noqa: B008 - a frozen value
    pinned_by: Origin = Origin.USER,
    watching: Watching | None = None,
) -> tuple[str, str]:
    """How the link is, and what it means or what to do: two short sentences. given: the server that was set
    before the user chose, if one was. pinned_by: who said which certificate the server has. watching: what
    the server said of whether it sees calls."""
    match state.phase:
        case Phase.CONNECTED if watching is not None and not watching.is_watching:
            return translate("words", "The server sees no calls now."), _blind(watching.reason)
        case Phase.CONNECTED:
            return translate("words", "Connected"), translate("words", "Calls to your phone are shown here.")
        case Phase.CONNECTING:
            return translate("words", "Connecting…"), plain(state.server)
        case Phase.STOPPED:
            return translate("words", "Stopped"), ""
        case Phase.WAITING:
            return _waiting(state, given, pinned_by)


def _blind(reason: str) -> str:
    """Why the server sees no calls: a code that the server says, of which later ones know more."""
    match reason:
        case "no_link":
            return translate("words", "The cable of its mirror port is out. It goes on by itself.")
        case "lost" | "no_interface":
            return translate("words", "Its network adapter is missing. It goes on by itself.")
        case "stopped":
            return translate("words", "Watching was stopped there, or not begun yet.")
        case "no_driver" | "no_rights":
            return translate("words", "It may not read the network. Tell the person who looks after it.")
        case _:
            return translate("words", "Something is wrong there. Tell the person who looks after it.")


def _waiting(state: LinkState, given: Setting, pinned_by: Origin) -> tuple[str, str]:
    server = plain(state.server)
    locked = is_locked(given)
    match state.reason:
        case Reason.NO_ADDRESS:
            return (
                translate("words", "No server is set yet."),
                translate("words", "Type the name or IP address of the PC that runs the PacketWave server."),
            )
        case Reason.BAD_ADDRESS if given.origin is Origin.INSTALLATION and state.server == given.text:
            return (
                translate(
                    "words", "The address set by the installation is not an address: '{server}'"
                ).format(server=server),
                translate(
                    "words",
                    "Type the right one, such as 192.168.0.10, or ask the person who installed PacketWave.",
                ),
            )
        case Reason.BAD_ADDRESS if given.origin is Origin.POLICY and state.server == given.text:
            return (
                translate(
                    "words", "The address set by your organisation is not an address: '{server}'"
                ).format(server=server),
                translate(
                    "words",
                    "Tell the person who looks after your PCs. It should look like 192.168.0.10.",
                ),
            )
        case Reason.BAD_ADDRESS:
            return (
                translate("words", "This is not a server address: {server}").format(server=server),
                translate("words", "It should look like 192.168.0.10 or office-pc."),
            )
        case Reason.NAME_NOT_FOUND:
            return (
                translate("words", "There is no PC of this name in the network."),
                _not_yours(given)
                if locked
                else translate("words", "Check the spelling, or type its IP address instead."),
            )
        case Reason.REFUSED:
            return (
                translate("words", "The PacketWave server is not running there."),
                translate("words", "Once it is started, this PC connects by itself."),
            )
        case Reason.SILENT:
            return (
                translate("words", "The program at this address does not answer."),
                _not_yours(given)
                if locked
                else translate("words", "If it stays so: start the server's PC again, or check the address."),
            )
        case Reason.NOT_PACKETWAVE:
            return (
                translate("words", "Something else answers at this address."),
                _not_yours(given)
                if locked
                else translate(
                    "words", "Check the address and the port; PacketWave uses the ports 8766 and 8765."
                ),
            )
        case Reason.CLOSED if state.close_code == CLOSE_GOING_AWAY:
            return (
                translate("words", "The PacketWave server was stopped."),
                translate("words", "Once it is started, this PC connects by itself."),
            )
        case Reason.CLOSED if state.close_code is not None:
            return (
                translate("words", "The server closed the connection (code {code}).").format(
                    code=state.close_code
                ),
                translate("words", "This PC connects again by itself."),
            )
        case Reason.CLOSED:
            return (
                translate("words", "The connection to the server broke."),
                translate("words", "This PC connects again by itself."),
            )
        case Reason.CERTIFICATE_CHANGED if pinned_by is not Origin.USER:
            return (
                translate("words", "This is not the server that was set for this PC."),
                translate(
                    "words",
                    "Its certificate is another one, so nothing was said to it. Tell the person who looks "
                    "after your PCs.",
                ),
            )
        case Reason.CERTIFICATE_CHANGED:
            return (
                translate("words", "This is not the server that this PC is paired with."),
                translate(
                    "words",
                    "Its certificate is another one, so nothing was said to it: the server was replaced, or "
                    "somebody is in between. Ask the server's manager before you pair anew.",
                ),
            )
        case Reason.NOT_PROVEN:
            return (
                translate("words", "The server could not prove that it is the right one."),
                translate(
                    "words",
                    "It does not have the enrolment key that was set for this PC. Tell the person who looks "
                    "after your PCs.",
                ),
            )
        case Reason.UNREACHABLE | Reason.NONE:
            return (
                translate("words", "The server's PC cannot be reached."),
                translate("words", "Check that it is switched on and in the same network."),
            )


def server_set(origin: Origin) -> str:
    """Why the server cannot be changed here."""
    match origin:
        case Origin.INSTALLATION:
            return translate("words", "The address was set when PacketWave was installed.")
        case Origin.POLICY:
            return translate("words", "The address is set by your organisation's policy.")
        case Origin.USER:
            return ""


def extension_set(origin: Origin) -> str:
    """Who set the extension, and what for."""
    match origin:
        case Origin.INSTALLATION:
            return translate(
                "words",
                "Set when PacketWave was installed. The server's manager decides whether it is yours.",
            )
        case Origin.POLICY:
            return translate(
                "words",
                "Set by your organisation's policy. The server's manager decides whether it is yours.",
            )
        case Origin.USER:
            return ""


def language_set() -> str:
    """Why the language cannot be changed here."""
    return translate("words", "The language is set by your organisation's policy.")


def trouble(what: Trouble) -> str:
    """What was the matter with the settings file, "" for nothing."""
    match what:
        case Trouble.PUT_ASIDE:
            return translate(
                "words",
                "The settings file was damaged. It is kept as settings.json.damaged, and the settings "
                "start afresh.",
            )
        case Trouble.UNUSABLE:
            return translate("words", "The settings file cannot be read. The settings start afresh.")
        case Trouble.WRONG_VALUES:
            return translate("words", "Some settings had wrong values and were set back.")
        case Trouble.NONE:
            return ""


def failure(failed: Failure) -> str:
    """Something in the client itself failed; it goes on."""
    return translate("words", "There was an internal error: {error}").format(
        error=plain(f"{failed.work}: {failed.error}")
    )


def unwritable(reason: str) -> str:
    """That nothing can be kept from the start, and why."""
    return translate(
        "words",
        "PacketWave's folder cannot be written ({reason}). Calls are shown all the same; what is chosen here "
        "holds until PacketWave ends.",
    ).format(reason=plain(reason))


def not_saved(reason: str) -> str:
    """That a choice is used, but could not be written, and why."""
    return translate("words", "This holds until PacketWave ends: it could not be saved ({reason}).").format(
        reason=plain(reason)
    )


def _not_yours(given: Setting) -> str:
    if given.origin is Origin.POLICY:
        return translate(
            "words", "Your organisation set this address. Tell the person who looks after your PCs."
        )
    return translate("words", "The installation set this address. Tell the person who looks after your PCs.")


def number(digits: str) -> str:
    """A number for people: with hyphens, or the words for a withheld one."""
    return translate("words", "Number withheld") if digits in (ANONYMOUS, "") else plain(display(digits))


def caller(call: Call) -> str:
    """Who calls: the name where there is one, else the number."""
    return plain(call.incoming.caller_name) or number(call.incoming.caller)


def called(call: Call) -> str:
    """Which phone rings, which number was dialled, who passed the call on."""
    said = call.incoming
    parts = [translate("words", "Ext. {extension}").format(extension=plain(said.called))]
    if said.dialled and said.dialled != said.called:
        parts.append(translate("words", "Main number {number}").format(number=number(said.dialled)))
    if said.via:
        parts.append(translate("words", "Forwarded by {number}").format(number=number(said.via)))
    return " · ".join(parts)


def answered_by(call: Call) -> str:
    """Who answered at another phone."""
    by, by_name = ("", "") if call.update is None else (call.update.by, call.update.by_name)
    who = " ".join(part for part in (number(by) if by else "", plain(by_name)) if part)
    if not who:
        return translate("words", "Somebody else answered")
    if by_name:
        return translate("words", "Answered by {who}").format(who=who)
    return translate("words", "Answered at {number}").format(number=who)


def seconds(count: int) -> str:
    """A number of seconds."""
    return translate("words", "{count} s").format(count=number_of(count))


def number_of(count: int) -> str:
    """A count, in digits grouped as the language does."""
    return QLocale().toString(count)


def moment(call: Call) -> str:
    """As `clock`, with the day where that is not today."""
    at = call.incoming.rang_at
    if at is None:
        return ""
    local = at.astimezone()
    if local.date() == datetime.now().astimezone().date():
        return clock(call)
    day = QDate(local.year, local.month, local.day)
    return f"{QLocale().toString(day, QLocale.FormatType.ShortFormat)} {clock(call)}"


def clock(call: Call) -> str:
    """The local time of day at which the call rang, or "" where the server did not say."""
    at = call.incoming.rang_at
    return "" if at is None else at.astimezone().strftime("%H:%M")
