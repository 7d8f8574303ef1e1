"""How this PC stands with its server, in words, in the language of the windows. Qt main thread."""

from PySide6.QtCore import QCoreApplication

from packetwave.client.attempt import UNPROVEN
from packetwave.client.bond import KEY_EXPIRED, LOST, NO_TLS, BondState, Standing
from packetwave.client.preset import ENROL_KEY, FINGERPRINT, Origin, Preset
from packetwave.client.trust import Keeping

translate = QCoreApplication.translate  # by this name Qt's lupdate finds the strings


def bond(state: BondState, *, is_stopped: bool = False) -> tuple[str, str]:
    """How it stands, and what it means or what to do: a short sentence and a longer one. is_stopped: another
    server than the right one is at its address."""
    match state.standing:
        case Standing.PAIRED if is_stopped:
            return (
                translate("pairing", "This PC's pairing is for another server."),
                _why_not(state.reason)
                if state.reason
                else translate(
                    "pairing",
                    "If the server was replaced, pair anew and compare the digits with its manager. Until "
                    "then this PC keeps what it has.",
                ),
            )
        case Standing.UNPAIRED:
            return translate("pairing", "This PC is not paired with the server."), _unpaired(state)
        case Standing.ASKING:
            return translate("pairing", "The server is being asked…"), ""
        case Standing.COMPARING:
            return (
                translate("pairing", "Does the server's manager see the same digits?"),
                translate(
                    "pairing",
                    "They stand in the server's window. If they differ, somebody is in between: cancel, and "
                    "tell the manager.",
                ),
            )
        case Standing.CONFIRMED:
            return (
                translate("pairing", "Waiting for the manager to approve…"),
                translate("pairing", "The manager has five minutes."),
            )
        case Standing.ENROLLING:
            return translate("pairing", "This PC is being enrolled…"), ""
        case Standing.PAIRED:
            return translate("pairing", "This PC is paired with the server."), _paired(state)
        case Standing.REFUSED:
            return translate("pairing", "This PC's pairing was ended."), _refused(state)


def short(state: BondState) -> str:
    """What the tray says of it, "" where nothing is to be done."""
    match state.standing:
        case Standing.COMPARING | Standing.REFUSED:
            return bond(state)[0]
        case _:
            return ""


def digits(said: str) -> str:
    """Six digits as they are read best: in two groups."""
    return f"{said[:3]} {said[3:]}"


def spelled(said: str) -> str:
    """The same for who listens: digit by digit."""
    return translate("pairing", "Digits: {digits}").format(digits=" ".join(said))


def given(preset: Preset) -> str:
    """What was set for this PC before the user chose, "" for nothing."""
    said = []
    match preset.pinned_by:
        case Origin.INSTALLATION:
            said.append(
                translate("pairing", "The server's certificate was set when PacketWave was installed.")
            )
        case Origin.POLICY:
            said.append(
                translate("pairing", "The server's certificate is set by your organisation's policy.")
            )
        case Origin.USER if FINGERPRINT in preset.unusable:
            said.append(
                translate("pairing", "The server's fingerprint that was set for this PC cannot be used.")
            )
    if ENROL_KEY in preset.unusable and not preset.enrol_key:
        said.append(translate("pairing", "The enrolment key that was set for this PC cannot be used."))
    return " ".join(said)


def _unpaired(state: BondState) -> str:
    if state.reason:
        return _why_not(state.reason)
    match state.keeping:
        case Keeping.DAMAGED:
            return translate(
                "pairing", "What was kept of its pairing was damaged. It has to be paired again."
            )
        case Keeping.SEALED:
            return translate(
                "pairing",
                "Its pairing was made by another account or on another PC. It has to be paired again.",
            )
        case _:
            return translate(
                "pairing",
                "Calls are shown all the same. Pairing makes sure that they come from your server and reach "
                "only you.",
            )


def _paired(state: BondState) -> str:
    if state.reason:
        return _why_not(state.reason)
    if state.keeping is Keeping.UNWRITABLE:
        return translate("pairing", "This holds until PacketWave ends: it could not be saved.")
    return translate("pairing", "Calls come from your server alone, and nobody can read along.")


def _refused(state: BondState) -> str:
    if state.reason in ("revoked", "unknown"):
        return translate("pairing", "Ask the server's manager, or pair it anew.")
    return _why_not(state.reason)


def _why_not(reason: str) -> str:
    """Why no pairing came of it, and what to do."""
    words = {
        "denied": translate("pairing", "The server's manager refused."),
        "expired": translate(
            "pairing", "Nobody approved in time. Try again when the manager is at the server."
        ),
        "limited": translate("pairing", "Too many PCs are asking. Try again in ten minutes."),
        "plain": _no_tls(),
        NO_TLS: _no_tls(),
        LOST: translate("pairing", "The connection broke meanwhile. Try again."),
        "no_extension": translate(
            "pairing",
            "The server does not know whose PC this is. Its manager has to add it to the members first.",
        ),
        KEY_EXPIRED: translate(
            "pairing",
            "The enrolment key that was set for this PC is no longer valid. Pair it by hand, or tell the "
            "person who looks after your PCs.",
        ),
        UNPROVEN: translate("pairing", "The server did not prove that it has this PC's enrolment key."),
    }
    return words.get(reason) or translate("pairing", "The server did not accept it. Try again.")


def _no_tls() -> str:
    return translate(
        "pairing",
        "The server's encrypted port (8766) cannot be reached: it is off, or a firewall is in the way.",
    )
