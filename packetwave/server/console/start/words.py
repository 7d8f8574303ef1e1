"""Why the server cannot start and what to do, in the user's language. Qt main thread."""

from PySide6.QtCore import QCoreApplication

from packetwave.server.faults import StartFaultCode

translate = QCoreApplication.translate  # by this name Qt's lupdate finds the strings


def fault_words(code: StartFaultCode) -> tuple[str, str]:
    """What is the matter, and the next step."""
    match code:
        case StartFaultCode.FOLDER:
            return (
                translate("fault", "PacketWave cannot start: its data folder cannot be used."),
                translate(
                    "fault",
                    "It keeps members, calls and settings there. See that your account may write in it, "
                    "or start PacketWave as administrator.",
                ),
            )
        case StartFaultCode.FOREIGN_FOLDER:
            return (
                translate("fault", "Another Windows account keeps PacketWave's data on this PC."),
                translate("fault", "Sign in with that account, or start PacketWave as administrator."),
            )
        case StartFaultCode.RUNNING:
            return (
                translate("fault", "PacketWave is running already, but does not answer."),
                translate("fault", "End it in the Task Manager, then start it again."),
            )
        case StartFaultCode.PORT:
            return (
                translate("fault", "PacketWave cannot start: another program uses its port."),
                translate("fault", "End that program, or restart the PC."),
            )
        case StartFaultCode.STORE:
            return translate("fault", "PacketWave cannot start: its database cannot be opened."), _again()
        case StartFaultCode.OTHER:
            return translate("fault", "PacketWave cannot start."), _again()


def _again() -> str:
    return translate("fault", "Start it again. If this comes back, pass on to who looks after your PCs:")
