"""What the client's codes and values are in words, in the language of the windows. Qt main thread."""

from PySide6.QtCore import QCoreApplication, QLocale

from packetwave.client.calls import Call
from packetwave.client.link import LinkState, Phase, Reason
from packetwave.common.numbers import ANONYMOUS, display
from packetwave.protocol import CLOSE_GOING_AWAY
from packetwave.ui.plain import plain

translate = QCoreApplication.translate  # by this name Qt's lupdate finds the strings


def link(state: LinkState) -> tuple[str, str]:
    """How the link is, and what it means or what to do: two short sentences."""
    server = plain(state.server)
    match state.phase:
        case Phase.CONNECTED:
            return translate("words", "Connected"), translate("words", "Calls to your phone are shown here.")
        case Phase.CONNECTING:
            return translate("words", "Connecting…"), server
        case Phase.STOPPED:
            return translate("words", "Stopped"), ""
    match state.reason:
        case Reason.NO_ADDRESS:
            return (
                translate("words", "No server is set yet."),
                translate("words", "Type the name or IP address of the PC that runs the PacketWave server."),
            )
        case Reason.BAD_ADDRESS:
            return (
                translate("words", "This is not a server address: {server}").format(server=server),
                translate("words", "It should look like 192.168.0.10 or office-pc:8765."),
            )
        case Reason.NAME_NOT_FOUND:
            return (
                translate("words", "There is no PC of this name in the network."),
                translate("words", "Check the spelling, or type its IP address instead."),
            )
        case Reason.REFUSED:
            return (
                translate("words", "The PacketWave server is not running there."),
                translate("words", "Once it is started, this PC connects by itself."),
            )
        case Reason.NOT_PACKETWAVE:
            return (
                translate("words", "Something else answers at this address."),
                translate("words", "Check the address and the port; PacketWave uses port 8765."),
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
    return (
        translate("words", "The server's PC cannot be reached."),
        translate("words", "Check that it is switched on and in the same network."),
    )


def number(digits: str) -> str:
    """A number for people: with hyphens, or the words for a withheld one."""
    return translate("words", "Number withheld") if digits in (ANONYMOUS, "") else plain(display(digits))


def caller(call: Call) -> str:
    """Who calls: the name where there is one, else the number."""
    return plain(call.from_name) or number(call.caller)


def called(call: Call) -> str:
    """Which phone rings, which number was dialled, who passed the call on."""
    parts = [translate("words", "Ext. {extension}").format(extension=plain(call.called))]
    if call.dialled and call.dialled != call.called:
        parts.append(translate("words", "Main number {number}").format(number=number(call.dialled)))
    if call.via:
        parts.append(translate("words", "Forwarded by {number}").format(number=number(call.via)))
    return " · ".join(parts)


def answered_by(call: Call) -> str:
    """Who answered at another phone."""
    who = " ".join(part for part in (number(call.by) if call.by else "", plain(call.by_name)) if part)
    if not who:
        return translate("words", "Somebody else answered")
    if call.by_name:
        return translate("words", "Answered by {who}").format(who=who)
    return translate("words", "Answered at {number}").format(number=who)


def seconds(count: int) -> str:
    """A number of seconds."""
    return translate("words", "{count} s").format(count=QLocale().toString(count))


def clock(call: Call) -> str:
    """The local time of day at which the call rang, or "" where the server did not say."""
    return call.at.astimezone().strftime("%H:%M") if call.at is not None else ""
