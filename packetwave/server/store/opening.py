"""Opens the stores of a run: the embedded one, or MongoDB with the local file behind it. A replay has a call
history of its own."""

from dataclasses import dataclass
from pathlib import Path

from packetwave.server.store.base import JournalStore, Keeper, Local, MemberStore, Remote
from packetwave.server.store.kept import KeptStore
from packetwave.server.store.mongo import MongoStore
from packetwave.server.store.sqlite import FILE_NAME, SqliteStore
from packetwave.server.store.steady import SteadyStore


@dataclass(frozen=True, slots=True)
class OpenStores:
    """The stores that are open for one run, see `base.Stores`."""

    members: MemberStore
    calls: JournalStore
    keeper: Keeper | None = None
    remote: Remote | None = None
    local: Local | None = None

    def close(self) -> None:
        self.calls.close()
        self.members.close()


def open_stores(folder: Path, *, mongodb: str = "", replay: bool = False) -> OpenStores:
    """Open what a run needs. mongodb: a URI, "" for the embedded store. replay: calls go into an empty
    history of their own that ends with the run. Raises StoreError."""
    local = SteadyStore(folder / FILE_NAME)
    store: SteadyStore | KeptStore = local
    remote: KeptStore | None = None
    if mongodb:
        store = remote = KeptStore(MongoStore(mongodb), local)
    if replay:
        return OpenStores(store, SqliteStore(":memory:"), None, remote, local)
    return OpenStores(store, store, store, remote, local)
