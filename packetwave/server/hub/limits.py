"""What the hub allows, each number with its reason. Frozen values only.

docs/protocol.md tells those who write clients of the ones they can run into.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second after that."""

    burst: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of one hub; tests make theirs by `replace`.

    Places are counted from the moment a connection is accepted, before anything is read from it: a handshake
    that is never finished holds a place like a session does.
    """

    sessions: int = 5_000
    """In all. Fewer where the system gives the process fewer open files; the log says so."""
    sessions_of_address: int = 256
    """A terminal server has many people at one address."""
    kept_of_member: int = 4
    """Places that nobody else can take, for each address of the members table: client, the one that replaces
    it before the old one is noticed to be gone, and a program of the owner's. Fewer for very many members."""
    strangers: float = 0.2
    """Of all places, how much addresses in no row may hold together. A roll-out connects before it has rows,
    to ask for them; who is told of no call can wait. 1,000 sessions are 13 MB."""
    newcomers: float = 0.02
    """Of all places, how much more there is for strangers who come with TLS: among them may be a paired PC at
    another address, which is known once it has said its key. Where all of it is taken, the oldest who has not
    been known goes."""
    spare_files: int = 1_000
    """Open files beside the sessions': the database, logs, captures, and a backlog accepted to be turned
    away."""

    handshakes: int = 256
    """Unfinished ones of strangers together; a member's address is bounded by its own places."""
    tls_handshakes: int = 64
    """With TLS so many more: they are not all waiting for the same."""
    handshakes_of_address: int = 32
    """Unfinished ones of one stranger."""
    handshakes_of_turn: int = 8
    """TLS handshakes begun in one turn of the loop, members and paired PCs first: an alert waits for ten
    milliseconds of them at most, however many come at once."""
    handshake_s: float = 5.0
    """From being accepted to the end of the handshake."""
    backlog: int = 512
    """Connections that wait to be accepted; all are in one turn of the loop, about 50 ms when all are turned
    away."""
    turned_away: int = 64
    """Refused ones that are waited for until they have read why; the others are only closed."""
    turned_away_s: float = 1.0

    connects_of_address: Rate = Rate(300, 10)
    """A whole terminal server comes back at once; after that, whoever comes more often is a fault or an
    attack."""
    connects_of_strangers: Rate = Rate(1_000, 200)
    """All addresses in no row together: a handshake costs half a millisecond."""
    tls_connects_of_strangers: Rate = Rate(300, 60)
    """The same with TLS, where a handshake costs a millisecond more. Of its own, so that a flood of plain
    ones leaves it to those who have a key."""
    wrong_keys_of_address: Rate = Rate(300, 1)
    """Pairings named with a key that is not theirs; beyond them the session is closed. A key has 256 bits: no
    number of guesses helps, and a terminal server may come with all its old ones at once."""
    enrolments_of_address: Rate = Rate(300, 1)
    enrolments: Rate = Rate(1_000, 20)
    """Proofs asked for by PCs of a roll-out; beyond them they are told to come again."""

    frames: Rate = Rate(60, 2)
    """From one session, of any kind, fragments and pings too; answers to the server's own pings are free.
    Beyond them the session is closed: a client says hello, and later acknowledges."""
    messages_of_address: Rate = Rate(600, 50)
    """From all sessions of an address together; beyond them they are read more slowly."""
    replays_of_address: Rate = Rate(2_000, 500)
    """Ringing calls told again, at connect and after hello; beyond them they are told more slowly."""
    page: int = 20
    """Messages written to one session in one turn of the loop, so that a long replay lets others through."""

    queue: int = 200
    """Messages that wait for one client; one that falls further behind is cut and may come again."""
    buffered_bytes: int = 32 * 1024
    """Written and not taken by the system: from here on messages wait in the queue."""
    unread_bytes: int = 64 * 1024
    """Written and not taken by the system, answers to pings among it: beyond it the client is cut."""
    system_buffer_bytes: int = 256 * 1024
    """What the system may hold for one client. Its own choice grows to megabytes, for each that does not
    read."""
    unconfirmed: int = 500
    """Alerts of one session whose arrival is not yet known, or not that they were shown, kept to say so."""

    beat_s: float = 1.0
    """How often all sessions are looked at."""
    ping_beats: int = 4
    silent_beats: int = 13
    """Beats without a byte from the client until it is pinged, and until it counts as gone: within 14 s, and
    nine of them are left for an answer. Counted in beats, not by a clock: a server that was stopped itself
    cuts nobody."""
    close_s: float = 0.4
    """For a client to answer a close frame."""

    changes_s: float = 0.25
    """At most so often is it told that clients came or went."""
    complaints_s: float = 10.0
    """After one line for the log, how long others of its kind are only counted."""
