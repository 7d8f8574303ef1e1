"""The members as the store has them: loaded, changed, and looked after while other programs change them too.

On the loop thread.
"""

import asyncio
import logging
from collections.abc import Callable

from packetwave.server.engine.notices import ChangeMembers, Notice, RefusalCode, Refused
from packetwave.server.office.values import Defect, MemberTable
from packetwave.server.store.base import MemberStore, StoreAway, StoreConflict, StoreError, StoreUnwritable
from packetwave.server.store.thread import StoreThread

log = logging.getLogger(__name__)

MEMBERS_S = 1.0
"""How often the store is asked whether somebody else has changed the members."""


class Members:
    """The members of one run of the server.

    use: given each table that is to serve from now on. notify: told what was refused.
    """

    def __init__(
        self,
        thread: StoreThread,
        store: MemberStore,
        use: Callable[[MemberTable], None],
        notify: Callable[[Notice], None],
    ) -> None:
        self._thread = thread
        self._store = store
        self._use = use
        self._notify = notify
        self._defects: tuple[Defect, ...] = ()

    async def load(self) -> None:
        """Let those serve that the store has; those of before where it cannot be read."""
        try:
            table = await self._thread.run(self._store.load_members)
        except StoreError as error:
            log.warning("the members cannot be read: %s", error)
            return
        self._serve(table)

    async def change(self, command: ChangeMembers) -> None:
        """Change them, all or none; what was refused is told."""
        try:
            table = await self._thread.run(self._store.change_members, command.changes)
        except StoreAway as error:
            self._notify(Refused(command, RefusalCode.AWAY, str(error)))
        except StoreConflict as error:
            self._notify(Refused(command, RefusalCode.CONFLICT, str(error)))
            await self.load()
        except StoreUnwritable as error:
            self._notify(Refused(command, RefusalCode.UNWRITABLE, str(error)))
        except StoreError as error:
            self._notify(Refused(command, RefusalCode.FAILED, str(error)))
        else:
            self._serve(table)

    async def watch(self) -> None:
        """Notice what other programs change, for ever."""
        while True:
            await asyncio.sleep(MEMBERS_S)
            try:
                changed = await self._thread.run(self._store.members_changed)
            except StoreError as error:
                log.warning("the members cannot be read: %s", error)
                continue
            if changed:
                await self.load()

    def _serve(self, table: MemberTable) -> None:
        if table.defects and table.defects != self._defects:
            for defect in table.defects:
                log.warning("a member's '%s' is wrong (%s): %r", defect.field_name, defect.code, defect.value)
        self._defects = table.defects
        self._use(table)
