"""PC connections in words. Pure but for Qt's translator."""

from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication

from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.words import Matter
from packetwave.server.hub.clients import Untold
from packetwave.server.trust.identity import IdentityTrouble
from packetwave.server.trust.keeping import BookTrouble
from packetwave.server.trust.trust import TrustState

translate = QCoreApplication.translate


def untold_words(untold: Untold) -> str:
    """Why a connected PC is told of no call, short enough for a table cell."""
    match untold:
        case Untold.NO_ROW:
            return translate("clients", "No calls: its address is in no row")
        case Untold.TAKEN:
            return translate("clients", "No calls: a paired person's address")
        case Untold.PAIRED_HERE:
            return translate("clients", "No calls: a paired PC is there, too")
        case Untold.SEVERAL:
            return translate("clients", "No calls: several people there")
        case Untold.NO_EXTENSION:
            return translate("clients", "No calls: paired for no extension")


def trust_matter(state: TrustState) -> Matter | None:
    """What is the matter with the certificate or the pairings, None for nothing."""
    match state.identity_trouble:
        case IdentityTrouble.DAMAGED:
            return Matter(
                translate("clients", "The server's certificate was damaged, and is a new one."),
                translate(
                    "clients",
                    "Every paired PC refuses it and has to be paired again. The old file was put aside in "
                    "the folder 'trust'; with an exported copy of it, the pairings are as before.",
                ),
            )
        case IdentityTrouble.UNREADABLE:
            return Matter(
                translate("clients", "The server's certificate cannot be read, and another one serves now."),
                translate(
                    "clients", "Paired PCs refuse it. See to the rights of the file 'trust/identity.pem'."
                ),
            )
        case IdentityTrouble.NOT_KEPT:
            return Matter(
                translate("clients", "The server's certificate cannot be kept."),
                translate(
                    "clients",
                    "At the next start it will be another one, and PCs paired until then have to be paired "
                    "again. Make room on the disk before you pair PCs.",
                ),
            )
    match state.book_trouble:
        case BookTrouble.DAMAGED:
            return Matter(
                translate("clients", "The list of paired PCs was damaged."),
                translate("clients", "It was put aside in the folder 'trust'. PCs have to be paired again."),
            )
        case BookTrouble.NOT_KEPT:
            return Matter(
                translate("clients", "The list of paired PCs cannot be written."),
                translate(
                    "clients", "What has changed in it holds until the program ends. Make room on the disk."
                ),
            )
    return None


def waiting_words(count: int) -> tuple[Tone, str]:
    """How many PCs wait for the manager, for the status line."""
    return Tone.NOTICE, translate("clients", "Pairing waits: {count}").format(count=count)


def moment(at: datetime | None, now: datetime) -> str:
    """A time as people say it: of today without its date."""
    if at is None:
        return "–"
    local = at.astimezone()
    if now - at < timedelta(hours=24) and local.date() == now.astimezone().date():
        return f"{local:%H:%M:%S}"
    return f"{local:%Y-%m-%d %H:%M}"


def spaced(digits: str) -> str:
    """Six digits in two groups, easier to compare."""
    return f"{digits[:3]} {digits[3:]}"
