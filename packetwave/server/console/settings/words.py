"""What is set up on the PC in words: can clients get in, does the server start with Windows, what came of a
change. Pure but for Qt's translator.
"""

from dataclasses import dataclass
from typing import assert_never

from PySide6.QtCore import QCoreApplication

from packetwave.common.addresses import is_loopback
from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.words import Matter
from packetwave.server.engine.notices import Status
from packetwave.server.machine.firewall import SHUTS_OUT, Door, Firewall
from packetwave.server.machine.setup import SetupCode, SetupResult
from packetwave.server.machine.task import StartState
from packetwave.server.machine.this_pc import Setup
from packetwave.ui.plain import plain

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens. ports: without TLS, and with it; none: not yet. local: it can be reached from
    this PC only."""

    ports: tuple[int, ...] = ()
    local: bool = False

    @property
    def port(self) -> int:
        """The one that people type where it is not the usual one, 0 for not yet."""
        return self.ports[0] if self.ports else 0


def listening(status: Status) -> Listening:
    """From the engine's `HOST:PORT`s."""
    ports, is_local = [], True
    for said in filter(None, (status.listening, status.tls_listening)):
        host, _, port = said.rpartition(":")
        if port.isdecimal():
            ports.append(int(port))
            is_local = is_local and (host == "localhost" or is_loopback(host.strip("[]")))
    return Listening(tuple(ports), bool(ports) and is_local)


def reached_from(status: Status, own: tuple[str, ...]) -> str:
    """The address of a client on another PC that is connected now, "" for none: the best proof there is, for
    the port with TLS where there is one."""
    for client in status.clients:
        if status.tls_listening and not client.is_tls:
            continue
        if client.address and not is_loopback(client.address) and client.address not in own:
            return client.address
    return ""


def reach_state(setup: Setup, status: Status) -> tuple[Tone, str, str]:
    """Whether clients can reach this PC: tone, word, and a sentence with the next step."""
    where = listening(status)
    if where.local:
        return (
            Tone.NOTICE,
            translate("setup", "This PC only"),
            translate("setup", "The setting 'listen' lets only programs on this PC connect."),
        )
    address = reached_from(status, setup.addresses)
    if address:
        said = translate("setup", "Proven: a client is connected from {address}.")
        return Tone.GOOD, translate("setup", "Reachable"), said.format(address=plain(address))
    tone, word = _door_word(setup.firewall.door)
    return tone, word, _door_sentence(setup.firewall, where.ports)


def _door_word(door: Door) -> tuple[Tone, str]:
    match door:
        case Door.OPEN | Door.OFF:
            return Tone.GOOD, translate("setup", "Open")
        case Door.CLOSED:
            return Tone.BAD, translate("setup", "Closed")
        case Door.BLOCKED | Door.SHIELDED:
            return Tone.BAD, translate("setup", "Blocked")
        case Door.PUBLIC:
            return Tone.BAD, translate("setup", "Closed on this network")
        case Door.PARTLY:
            return Tone.NOTICE, translate("setup", "Partly open")
        case Door.UNKNOWN:
            return Tone.QUIET, translate("setup", "Not known")


def _door_sentence(firewall: Firewall, ports: tuple[int, ...]) -> str:
    match firewall.door:
        case Door.OPEN:
            return translate("setup", "Windows Firewall lets clients in.")
        case Door.OFF:
            said = translate(
                "setup",
                "Windows Firewall is off and lets everything in. If another product guards this PC, "
                "it has to let TCP port {port} in.",
            )
            return said.format(port=", ".join(map(str, ports)))
        case Door.CLOSED:
            return translate("setup", "Windows Firewall has no rule that lets clients in. Add the rule.")
        case Door.BLOCKED:
            return translate(
                "setup",
                "A rule of Windows Firewall blocks the connections. Adding our rule also removes what "
                "Windows' own question has left behind.",
            )
        case Door.SHIELDED:
            return translate(
                "setup",
                "Windows Firewall is set to block all incoming connections, also those with a rule. "
                "Switch that off in Windows' settings for the firewall.",
            )
        case Door.PUBLIC:
            said = translate(
                "setup",
                "The rule is there, but Windows takes this network for a public one: {network}. "
                "Make it a private network in Windows' network settings.",
            )
            return said.format(network=", ".join(plain(name) for name in firewall.public))
        case Door.PARTLY:
            return translate(
                "setup",
                "Rules with further conditions let some clients in. Adding our rule lets all in.",
            )
        case Door.UNKNOWN:
            return translate("setup", "The settings of Windows Firewall cannot be read.")


def shut_out(setup: Setup | None, status: Status) -> Matter | None:
    """The firewall as the reason why no client connects; None where it is not, or nobody is expected."""
    if setup is None or not status.members_expected or setup.firewall.door not in SHUTS_OUT:
        return None
    if listening(status).local or reached_from(status, setup.addresses):
        return None
    return Matter(
        translate("setup", "Clients cannot connect: Windows Firewall does not let them in."),
        _door_sentence(setup.firewall, listening(status).ports),
        can_retry=True,
    )


def shut_doors(setup: Setup) -> str:
    """The doors beside the mirror that the firewall keeps shut, "" for none."""
    if not setup.shut_doors:
        return ""
    said = translate(
        "setup", "Windows Firewall does not let in what is sent to UDP port {ports}. Add the rule."
    )
    return said.format(ports=", ".join(map(str, setup.shut_doors)))


def start_words(state: StartState) -> tuple[Tone, str, str]:
    """Whether the server starts with Windows: tone, word, sentence."""
    match state:
        case StartState.OFF:
            return (
                Tone.QUIET,
                translate("setup", "Off"),
                translate("setup", "Calls are watched only while this program is open."),
            )
        case StartState.ON:
            return (
                Tone.GOOD,
                translate("setup", "On"),
                translate("setup", "Calls are watched as soon as the PC is on."),
            )
        case StartState.OUTDATED:
            return (
                Tone.NOTICE,
                translate("setup", "Older version"),
                translate("setup", "An older version than this one starts with Windows. Renew it."),
            )
        case StartState.BROKEN:
            return (
                Tone.BAD,
                translate("setup", "Does not work"),
                translate(
                    "setup", "The task is there, but the program that it should start is not. Renew it."
                ),
            )
        case StartState.DISABLED:
            return (
                Tone.NOTICE,
                translate("setup", "Switched off"),
                translate("setup", "The task was switched off in Windows' Task Scheduler."),
            )
        case StartState.UNKNOWN:
            return (
                Tone.QUIET,
                translate("setup", "Not known"),
                translate("setup", "Windows does not tell whether the task is there."),
            )


def result_words(result: SetupResult) -> str:
    """What became of an action; "" for done, since then the state says it."""
    match result.code:
        case SetupCode.DONE:
            return ""
        case SetupCode.DECLINED:
            return translate("setup", "Nothing was changed: Windows was answered with no.")
        case SetupCode.NO_RIGHTS:
            return translate("setup", "Nothing was changed: this account may not change the PC.")
        case SetupCode.NO_EFFECT:
            return translate(
                "setup",
                "Windows said that it was done, but it is not so. "
                "Perhaps your organisation does not allow it.",
            )
        case SetupCode.IN_USE:
            said = translate("setup", "A file is in use. Close the other PacketWave Server and try again.")
        case SetupCode.COMMAND_FAILED | SetupCode.NOT_WINDOWS | SetupCode.NOT_INSTALLABLE:
            said = translate("setup", "That did not work.")
        case _:
            assert_never(result.code)
    return f"{said} ({plain(result.detail)})" if result.detail else said
