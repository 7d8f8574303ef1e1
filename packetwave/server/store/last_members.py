"""The last good members, in a small file beside the database: they serve when that is damaged or gone.

Owns the file. The store thread.
"""

import json
import logging
from pathlib import Path

from packetwave.common import files
from packetwave.server.office.values import MemberTable
from packetwave.server.store.table_text import table_from_text, table_to_text

log = logging.getLogger("packetwave.store")

FILE_NAME = "last-members.json"


class LastMembers:
    """Members by their place: "" for the local file's own, else that of a database elsewhere."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._texts: dict[str, str] = self._read()
        self._is_kept = True

    def of(self, place: str) -> MemberTable | None:
        """Those last kept, None where none were."""
        return table_from_text(self._texts.get(place))

    def keep(self, place: str, table: MemberTable) -> None:
        """These are the members now. Where the file cannot be written, `try_again` does so later."""
        text = table_to_text(table)
        if self._texts.get(place) == text:
            return
        self._texts[place] = text
        self._is_kept = False
        self.try_again()

    def try_again(self) -> None:
        """Write what could not be written, if anything."""
        if self._is_kept:
            return
        content = json.dumps(self._texts, ensure_ascii=False)
        try:
            files.replace(self._path, content.encode())
        except OSError as error:
            log.debug("the last members cannot be kept: %s", error)
        else:
            self._is_kept = True

    def _read(self) -> dict[str, str]:
        try:
            content = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(content, dict):
            return {}
        return {place: text for place, text in content.items() if isinstance(text, str)}
