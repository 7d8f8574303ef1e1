"""Where clients connect and whom the server trusts: listening, the pairings, the commands about them.

On the loop thread. Who is told what is the hub's; how pairings are kept is the trust's.
"""

import asyncio
import logging
from collections.abc import Callable

from packetwave.server.engine.notices import (
    ApprovePairing,
    Command,
    DenyPairing,
    DropEnrolmentKey,
    KeyMade,
    MakeEnrolmentKey,
    Notice,
    RefusalCode,
    Refused,
    RevokePairing,
    UsePlain,
)
from packetwave.server.engine.status import StatusBoard
from packetwave.server.faults import StartFault, listen_fault
from packetwave.server.hub import Hub
from packetwave.server.office.directory import Directory
from packetwave.server.settings import ServerSettings, parse_listen
from packetwave.server.trust.identity import server_context
from packetwave.server.trust.trust import Trust

log = logging.getLogger(__name__)

_TRUST_S = 0.1
"""So long it takes at most until the hub knows of another pairing: a thousand PCs that come back from other
addresses cost it once."""


class Access:
    """The ways in of one run. keep: stores settings for the next start. directory: of the members now.

    Attribute: port, that clients connect to without TLS, 0 for none.
    """

    def __init__(
        self,
        settings: ServerSettings,
        trust: Trust | None,
        hub: Hub,
        status: StatusBoard,
        *,
        notify: Callable[[Notice], None],
        keep: Callable[..., None],
        directory: Callable[[], Directory],
    ) -> None:
        self.port = 0
        self._settings = settings
        self._trust = trust
        self._hub = hub
        self._status = status
        self._notify = notify
        self._keep = keep
        self._directory = directory
        self._soon: asyncio.TimerHandle | None = None
        if trust is not None:
            trust.keeper.on_change = self._on_trust

    async def open(self) -> None:
        """Let clients connect. Raises StartFault."""
        if self._settings.plain or self._trust is None:
            await self._listen()
        if self._trust is not None:
            await self._listen_tls(self._trust)

    async def run(self) -> None:
        """Keep the pairings on the disk, for ever."""
        if self._trust is not None:
            await self._trust.keeper.run()
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Write what is not written."""
        if self._soon is not None:
            self._soon.cancel()
        if self._trust is not None:
            await self._trust.keeper.write()

    def use_members(self) -> None:
        """The members have changed."""
        self._use()

    async def obey(self, command: Command) -> None:
        """Do what the window asks, where it is about these."""
        if isinstance(command, UsePlain):
            await self._use_plain(command)
        elif self._trust is not None:
            await self._obey(command, self._trust)

    async def _listen(self) -> None:
        """Let clients connect without TLS. Raises StartFault."""
        host, port = parse_listen(self._settings.listen)
        try:
            self.port = await self._hub.open(host, port)
        except OSError as error:
            raise listen_fault(self._settings.listen, error) from error
        self._status.listening = f"{host}:{self.port}"
        log.info("clients connect to %s", self._status.listening)

    async def _listen_tls(self, trust: Trust) -> None:
        """Let clients connect with TLS. Raises StartFault."""
        host, port = self._settings.tls_address
        try:
            context = await asyncio.to_thread(server_context, trust.identity)
            tls_port = await self._hub.open_tls(host, port, context)
        except OSError as error:
            raise listen_fault(f"{host}:{port}", error, "--tls-listen") from error
        self._status.tls_listening = f"{host}:{tls_port}"
        log.info("with TLS they connect to %s", self._status.tls_listening)

    def _on_trust(self) -> None:
        """A pairing is made, revoked, or at another address; of many at once the hub is told once."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(_TRUST_S, self._use)

    def _use(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        pairings = self._trust.keeper.book.pairings if self._trust is not None else {}
        self._hub.use(self._directory(), pairings)
        self._status.note()

    async def _obey(self, command: Command, trust: Trust) -> None:
        pairer = self._hub.pairer
        assert pairer is not None
        try:
            match command:
                case ApprovePairing(request, retired, extension):
                    await pairer.approve(request, retired, extension=extension)
                case DenyPairing(request):
                    pairer.deny(request)
                case RevokePairing(pairing):
                    await trust.revoke(pairing)
                case MakeEnrolmentKey(days, uses):
                    key = await trust.make_key(days, uses)
                    self._notify(KeyMade(key.key, key.until, key.uses_left))
                case DropEnrolmentKey(key_id):
                    await trust.drop_key(key_id)
        except ValueError as error:
            self._notify(Refused(command, RefusalCode.FAILED, str(error)))
        self._use()

    async def _use_plain(self, command: UsePlain) -> None:
        """Let clients connect without TLS, or not; never neither."""
        is_on = bool(self._status.listening)
        if command.on == is_on or not (command.on or self._status.tls_listening):
            return
        try:
            if command.on:
                await self._listen()
            else:
                await self._hub.close_plain()
                self._status.listening, self.port = "", 0
        except StartFault as fault:
            self._notify(Refused(command, RefusalCode.FAILED, str(fault)))
            return
        self._keep(plain=command.on)
        self._status.note()
