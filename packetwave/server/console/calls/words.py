"""The call log in words: what each column of a call says, in the person's language.

Pure but for Qt's translator; any thread (an export runs beside the window). Text from the network is made
plain here before it reaches a cell.
"""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from packetwave.common.numbers import ANONYMOUS, display
from packetwave.server.calls.events import Cause, Direction, Outcome
from packetwave.server.console.parts.cells import Cell, Tone
from packetwave.server.office.values import CallRecord, Told, ToldHow
from packetwave.ui.plain import plain

translate = QCoreApplication.translate


def columns() -> Sequence[str]:
    """Headings in the order of `log.Column`."""
    return (
        translate("calls", "Time"),
        "",
        translate("calls", "From"),
        translate("calls", "To"),
        translate("calls", "State"),
        translate("calls", "Alert"),
    )


def time(at: datetime, now: datetime) -> str:
    """Local time, with its date where it is not of today."""
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M:%S}"
    return f"{local:%m-%d %H:%M:%S}" if local.year == today.year else f"{local:%Y-%m-%d %H:%M}"


def direction(way: Direction) -> Cell:
    """An arrow, said as a word."""
    match way:
        case Direction.IN:
            return Cell(symbol="arrow_in", text=translate("calls", "incoming"))
        case Direction.INTERNAL:
            return Cell(symbol="arrow_internal", text=translate("calls", "internal"))
        case Direction.OUT:
            return Cell(symbol="arrow_out", text=translate("calls", "outgoing"))


def number(digits: str) -> str:
    """A number as people write it; the word for a withheld one."""
    return translate("calls", "Number withheld") if digits == ANONYMOUS else plain(display(digits))


def caller(record: CallRecord) -> Cell:
    """Number, name and company of who calls; of a flood the address."""
    if record.calls > 1:
        return Cell(strong=plain(record.caller) or translate("calls", "Several senders"))
    known = (plain(record.caller_name), plain(record.caller_company))
    return Cell(strong=number(record.caller), faint=" · ".join(filter(None, known)))


def called(record: CallRecord) -> Cell:
    """Extension and name of whose phone rings."""
    if record.calls > 1 and not record.called:
        return Cell(faint=translate("calls", "No extension"))
    return Cell(text=number(record.called), faint=plain(record.called_name))


def called_hint(record: CallRecord) -> str:
    """What was dialled and who forwarded, where that says more."""
    lines = []
    if record.dialled and record.dialled != record.called:
        lines.append(translate("calls", "Dialled: {number}").format(number=number(record.dialled)))
    if record.via:
        lines.append(translate("calls", "Forwarded by: {number}").format(number=number(record.via)))
    return "\n".join(lines)


def state(record: CallRecord, seconds: int) -> Cell:
    """What became of a call. seconds: how long it has been ringing or talking, if it is still open."""
    if record.calls > 1:
        said = translate("calls", "Flood: {count} calls").format(count=f"{record.calls:,}")
        return Cell(symbol="warning", text=said, tone=Tone.BAD)
    if record.outcome is None:
        return _open_state(record, seconds)
    if record.outcome is Outcome.ANSWERED:
        talked = _talked_s(record)
        length = "" if talked is None else duration(talked)
        if record.direction is Direction.OUT:
            said = translate("calls", "Outgoing {length}").format(length=length)
        else:
            said = translate("calls", "Answered {length}").format(length=length)
        return Cell(symbol="check", text=said.strip(), tone=Tone.GOOD)
    if record.direction is Direction.OUT and record.outcome is Outcome.MISSED:
        return Cell(symbol="minus", text=translate("calls", "No answer"), tone=Tone.QUIET)
    return _ended_state(record.outcome, record)


def _open_state(record: CallRecord, seconds: int) -> Cell:
    if record.answered_at is not None:
        said = translate("calls", "Talking {length}").format(length=duration(seconds))
        return Cell(symbol="phone", text=said, tone=Tone.GOOD)
    if record.direction is Direction.OUT:
        said = translate("calls", "Calling {seconds} s").format(seconds=seconds)
    else:
        said = translate("calls", "Ringing {seconds} s").format(seconds=seconds)
    return Cell(symbol="dot", text=said, tone=Tone.ACTIVE)


def _ended_state(outcome: Outcome, record: CallRecord) -> Cell:
    match outcome:
        case Outcome.MISSED:
            return Cell(symbol="missed", text=translate("calls", "Missed"), tone=Tone.BAD)
        case Outcome.BUSY:
            return Cell(symbol="minus", text=translate("calls", "Was busy"), tone=Tone.NOTICE)
        case Outcome.DECLINED:
            return Cell(symbol="close", text=translate("calls", "Declined"), tone=Tone.NOTICE)
        case Outcome.ANSWERED_ELSEWHERE:
            said = translate("calls", "Taken elsewhere")
            if record.by:
                said = f"{said} · {number(record.by)}"
            return Cell(symbol="arrow_elsewhere", text=said, tone=Tone.NOTICE)
        case Outcome.FORWARDED:
            return Cell(symbol="arrow_elsewhere", text=translate("calls", "Forwarded"), tone=Tone.NOTICE)
        case Outcome.FAILED:
            return Cell(symbol="warning", text=translate("calls", "Failed"), tone=Tone.BAD)
        case _:
            return Cell(symbol="minus", text=translate("calls", "Unknown"), tone=Tone.QUIET)


def state_hint(record: CallRecord) -> str:
    """Why the phone stopped ringing, where that says more than the state."""
    if record.calls > 1:
        return translate("calls", "More calls than any office makes; nobody was told of them.")
    if record.cause is None or record.outcome in (None, Outcome.ANSWERED):
        return ""
    return _cause(record.cause)


def _cause(cause: Cause) -> str:
    match cause:
        case Cause.ANSWERED:
            return translate("calls", "It was answered at this phone.")
        case Cause.CALLER_GAVE_UP:
            return translate("calls", "The caller hung up.")
        case Cause.OTHER_PHONE:
            return translate("calls", "Another phone of the same call answered.")
        case Cause.OUTSIDE_PHONE:
            return translate("calls", "A phone outside that rang as well, such as a mobile, answered.")
        case Cause.PICKED_UP:
            return translate("calls", "A colleague picked it up at another phone.")
        case Cause.SAID_ELSEWHERE:
            return translate("calls", "The PBX says that somebody else answered.")
        case Cause.BUSY:
            return translate("calls", "The phone was busy.")
        case Cause.DECLINED:
            return translate("calls", "It was declined at the phone.")
        case Cause.FORWARDED:
            return translate("calls", "The phone, or the PBX for it, sent the caller elsewhere.")
        case Cause.REFUSED:
            return translate("calls", "The phone refused the call.")
        case Cause.NO_REPLY:
            return translate("calls", "The phone did not reply. Is it plugged in?")
        case Cause.WENT_ON:
            return translate("calls", "The PBX went on to voicemail or to the next phone.")
        case Cause.TIMED_OUT:
            return translate("calls", "The PBX stopped ringing while the caller still waited.")
        case Cause.STOPPED:
            return translate("calls", "The ringing was taken back; the mirror does not show by whom.")
        case Cause.UNSEEN:
            return translate("calls", "Its end was not seen on the mirror.")


def _talked_s(record: CallRecord) -> int | None:
    if record.answered_at is None or record.ended_at is None:
        return None
    return max(0, int((record.ended_at - record.answered_at).total_seconds()))


def duration(seconds: int) -> str:
    """`0:48`, `12:05`, `1:02:03`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def alert(record: CallRecord) -> Cell:
    """How fast the first PC was told, or why none was."""
    if reached := _reached(record):
        return Cell(text=_took(min(told.took_ms for told in reached)))
    if record.told:
        return Cell(faint=translate("calls", "Not arrived"))
    if record.offline:
        return Cell(faint=translate("calls", "PC offline"))
    return Cell(faint="–")


def alert_hint(record: CallRecord) -> str:
    """Each PC of the called person on its line, with how long its alert took and whether it arrived."""
    lines = [f"{plain(told.address)}  {_took(told.took_ms)} · {_how(told.how)}" for told in record.told]
    not_connected = translate("calls", "PC offline")
    lines += [f"{plain(address)}  {not_connected}" for address in record.offline]
    return "\n".join(lines)


def _reached(record: CallRecord) -> list[Told]:
    """The alerts that are not known to be lost."""
    return [told for told in record.told if told.how is not ToldHow.LOST]


def _how(how: ToldHow) -> str:
    match how:
        case ToldHow.WRITTEN:
            return translate("calls", "sent")
        case ToldHow.ARRIVED:
            return translate("calls", "arrived at the PC")
        case ToldHow.ACKNOWLEDGED:
            return translate("calls", "shown by the client")
        case ToldHow.LOST:
            return translate("calls", "lost: the PC was gone")


def _took(milliseconds: float) -> str:
    return f"{milliseconds:.1f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def findable(record: CallRecord) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Numbers and names by which a call is found."""
    numbers = (record.caller, record.called, record.dialled, record.by)
    names = (record.caller_name, record.caller_company, record.called_name)
    return (numbers, (*names, number(ANONYMOUS))) if record.caller == ANONYMOUS else (numbers, names)


def figures(record: CallRecord) -> tuple[str, ...]:
    """A call as cells of a table file, in the order of `figure_columns`."""
    talked, reached = _talked_s(record), _reached(record)
    return (
        f"{record.rang_at.astimezone():%Y-%m-%d %H:%M:%S}",
        direction(record.direction).text,
        number(record.caller),
        plain(record.caller_name),
        plain(record.caller_company),
        number(record.called),
        plain(record.called_name),
        number(record.dialled) if record.dialled else "",
        "" if record.outcome is None else _outcome_word(record),
        number(record.by) if record.by else "",
        "" if talked is None else str(talked),
        f"{min(told.took_ms for told in reached):.1f}" if reached else "",
    )


def figure_columns() -> tuple[str, ...]:
    """Headings of an exported call log."""
    return (
        translate("calls", "Time"),
        translate("calls", "Direction"),
        translate("calls", "From"),
        translate("calls", "Caller's name"),
        translate("calls", "Caller's company"),
        translate("calls", "To"),
        translate("calls", "Name"),
        translate("calls", "Dialled"),
        translate("calls", "State"),
        translate("calls", "Taken by"),
        translate("calls", "Talked (s)"),
        translate("calls", "Alert (ms)"),
    )


def _outcome_word(record: CallRecord) -> str:
    if record.outcome is Outcome.ANSWERED:
        return translate("calls", "Answered")
    if record.outcome is Outcome.ANSWERED_ELSEWHERE:
        return translate("calls", "Taken elsewhere")
    return state(record, 0).text
