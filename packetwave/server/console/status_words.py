"""What the status line and the banner say of the database and of files. Pure but for Qt's translator."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from packetwave.common.lines import LinesTrouble
from packetwave.common.loop_watch import Stalls
from packetwave.common.supervision import Failure
from packetwave.server.calls.events import Unwatched
from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.words import Matter
from packetwave.server.engine.notices import FileFault, Status
from packetwave.server.store.base import StoreFound, StoreHealth, StoreState, StoreTrouble
from packetwave.ui.plain import plain

translate = QCoreApplication.translate


def store_state(status: Status) -> tuple[Tone, str]:
    """The database's state as tone and word."""
    if status.store_still_since is not None:
        return Tone.BAD, translate("words", "does not answer")
    if status.store_health.trouble is not None:
        return Tone.BAD, translate("words", "in memory")
    match status.store:
        case StoreState.EMBEDDED:
            return Tone.GOOD, translate("words", "embedded")
        case StoreState.MONGODB:
            return Tone.GOOD, "MongoDB"
        case StoreState.AWAY:
            return Tone.BAD, translate("words", "away")


def store_matter(status: Status) -> Matter | None:
    """What is wrong with the database, None while nothing is."""
    if status.store_still_since is not None:
        what = translate(
            "words",
            "The database has not answered since {time}. Calls are told all the same and wait: {count}.",
        )
        return Matter(
            what.format(
                time=status.store_still_since.astimezone().strftime("%H:%M:%S"),
                count=f"{status.unwritten_calls:,}",
            ),
            translate(
                "words",
                "See whether its disk or network drive answers, and whether another program has the file "
                "open. PacketWave goes on by itself.",
            ),
        )
    if status.store_health.trouble is not None:
        return _trouble_matter(status.store_health, status.store_health.trouble)
    if status.store is not StoreState.AWAY:
        return None
    what = translate("words", "The database cannot be reached. Calls are told from the last known members.")
    if status.unwritten_calls:
        waiting = translate("words", "Calls waiting to be written: {count}.")
        what = f"{what} {waiting.format(count=status.unwritten_calls)}"
    return Matter(what, translate("words", "Start the database again; PacketWave goes on by itself."), "")


def _trouble_matter(health: StoreHealth, trouble: StoreTrouble) -> Matter:
    match trouble:
        case StoreTrouble.FULL:
            what = translate("words", "The disk is full: the database's file cannot be written.")
            then = translate("words", "Make room on the disk; PacketWave goes on by itself.")
        case StoreTrouble.READ_ONLY:
            what = translate("words", "The database's file cannot be written: it may only be read.")
            then = translate(
                "words", "See that your account may write in the data folder; PacketWave goes on by itself."
            )
        case StoreTrouble.LOCKED:
            what = translate("words", "Another program has the database's file locked.")
            then = translate("words", "Close that program; PacketWave goes on by itself.")
        case StoreTrouble.UNUSABLE:
            what = translate("words", "The database's file cannot be used.")
            then = translate("words", "Why is in the log. PacketWave tries again by itself.")
    goes_on = translate("words", "Calls are told all the same and are kept in memory: {count}.")
    said = f"{what} {goes_on.format(count=f'{health.held:,}')}"
    if health.lost:
        lost = translate("words", "Too many to be kept, and lost: {count}.")
        said = f"{said} {lost.format(count=f'{health.lost:,}')}"
    return Matter(said, then)


def lines_matter(status: Status) -> Matter | None:
    """What is wrong with the event lines for other programs, None while nothing is."""
    match status.lines_trouble:
        case None:
            return None
        case LinesTrouble.DISK:
            what = translate("words", "The events file cannot be written now.")
            then = translate("words", "Make room on its disk; PacketWave goes on by itself.")
        case LinesTrouble.UNREAD:
            what = translate("words", "Nobody reads the events that this program writes.")
            then = translate(
                "words", "Calls are told all the same. Look at the program that is to read them."
            )
        case LinesTrouble.GONE:
            what = translate("words", "The program that read the events has ended.")
            then = translate("words", "Calls are told all the same. Start PacketWave again together with it.")
    if status.lines_lost:
        lost = translate("words", "Events lost: {count}.").format(count=f"{status.lines_lost:,}")
        what = f"{what} {lost}"
    return Matter(what, then)


def unwatched_matter(unwatched: Unwatched | None) -> Matter | None:
    """That calls were not seen for a while, None where none are missing."""
    if unwatched is None:
        return None
    begin, end = (at.astimezone() for at in (unwatched.from_at, unwatched.to_at))
    form = "%H:%M:%S" if begin.date() == end.date() else "%Y-%m-%d %H:%M"
    what = translate("words", "No calls were seen from {begin} to {end}.")
    return Matter(
        what.format(begin=begin.strftime(form), end=end.strftime(form)),
        translate("words", "Calls are seen again. Why they were not is in the log."),
        can_retry=True,
    )


def stall_matter(stalls: Stalls) -> Matter | None:
    """That the program itself stood still for a while, None where it did not."""
    if not stalls.count:
        return None
    what = translate("words", "PacketWave itself stood still for {seconds} s; it goes on.")
    return Matter(
        what.format(seconds=f"{stalls.last_s:.0f}"),
        translate("words", "Calls of that time were told late, none was lost. Where it stood is in the log."),
        can_retry=True,
    )


def failure_matter(failure: Failure | None) -> Matter | None:
    """What failed in the program itself, None for nothing."""
    if failure is None:
        return None
    what = translate("words", "There was an internal error: {error}")
    return Matter(
        what.format(error=plain(f"{failure.work}: {failure.error}")),
        translate("words", "PacketWave goes on. If this comes again, the log says what happened."),
        can_retry=True,
    )


def file_matter(status: Status) -> Matter | None:
    """What was wrong with files, None for nothing."""
    found = [_file_matter(fault) for fault in status.file_faults]
    found += [_found_matter(one, status.store_health.found) for one in status.store_health.found]
    if not found:
        return None
    return Matter(" ".join(what for what, _ in found), " ".join(then for _, then in found), can_retry=True)


def _file_matter(fault: FileFault) -> tuple[str, str]:
    match fault:
        case FileFault.SETTINGS_WRONG_VALUES:
            return (
                translate("words", "Some settings had wrong values. Their defaults are used."),
                translate("words", "Which ones they are is in the log."),
            )
        case FileFault.SETTINGS_PUT_ASIDE:
            return (
                translate(
                    "words", "The settings file was damaged. It was put aside, and default settings are used."
                ),
                translate("words", "Choose the network interface again."),
            )
        case FileFault.SETTINGS_UNUSABLE:
            return (
                translate("words", "The settings file cannot be used. Default settings are used."),
                translate("words", "Why is in the log."),
            )


def _found_matter(found: StoreFound, beside: tuple[StoreFound, ...]) -> tuple[str, str]:
    match found:
        case StoreFound.DAMAGED:
            there = translate("words", "The damaged file is still in the data folder.")
            if StoreFound.MEMBERS_KEPT in beside:
                return translate("words", "The database was damaged. It was put aside."), there
            what = translate("words", "The database was damaged. It was put aside, and an empty one is used.")
            again = translate("words", "Import the members again.")
            return what, f"{again} {there}"
        case StoreFound.MEMBERS_KEPT:
            return (
                translate("words", "The members are those last known, which were kept beside it."),
                translate("words", "Look them through."),
            )
        case StoreFound.REMOVED:
            return (
                translate(
                    "words", "The database's file was removed while PacketWave ran; it was written anew."
                ),
                translate("words", "Nothing is lost. Leave the data folder to PacketWave."),
            )
        case StoreFound.REPLACED:
            return (
                translate(
                    "words",
                    "Another file was put in the place of the database while PacketWave ran. "
                    "It was put aside, and the database was written anew.",
                ),
                translate("words", "To use another database, close PacketWave first."),
            )


@dataclass(frozen=True, slots=True)
class News:
    """What happened once, and is shown until it was read. which: tells it from others of its kind."""

    kind: str
    which: object
    matter: Matter


def news(status: Status) -> list[News]:
    """All of them, the most urgent first."""
    failures = status.failure.count if status.failure is not None else 0
    found = (
        ("files", status.file_faults + status.store_health.found, file_matter(status)),
        ("unwatched", status.unwatched, unwatched_matter(status.unwatched)),
        ("stalls", status.stalls.count, stall_matter(status.stalls)),
        ("failures", failures, failure_matter(status.failure)),
    )
    return [News(kind, which, matter) for kind, which, matter in found if matter is not None]
