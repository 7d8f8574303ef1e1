"""What a diagnosis says: findings that begin and end. Frozen values; pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Value = int | str | tuple[str, ...]
Figures = tuple[tuple[str, Value], ...]
"""Names and values of what was counted, in the order in which they are shown."""


class Severity(StrEnum):
    """How much of the calls a finding costs."""

    INFO = "info"
    """Nothing: it is good to know, and harmless."""

    WARNING = "warning"
    """Some calls cannot be told, or are told wrongly; or others can read them."""

    ERROR = "error"
    """No call can be told."""


class Code(StrEnum):
    """What is the matter with the mirror, or with the way to the database. The values stand in `--events`
    and stay."""

    NOTHING = "nothing"
    NOT_MIRRORED = "not_mirrored"
    NO_SIP = "no_sip"
    RTP_WITHOUT_SIP = "rtp_without_sip"
    TLS_ONLY = "tls_only"
    WSS_ONLY = "wss_only"
    OTHER_PORT = "other_port"
    TUNNEL_NOT_TRUSTED = "tunnel_not_trusted"
    NOT_DECODED = "not_decoded"
    ONLY_REQUESTS = "only_requests"
    ONLY_REPLIES = "only_replies"
    ONE_DIRECTION = "one_direction"
    FRAGMENTS_MISSING = "fragments_missing"
    FRAMES_CUT = "frames_cut"
    DROPPED = "dropped"
    CLOCK_SET = "clock_set"
    UNREADABLE = "unreadable"
    SCANNER = "scanner"
    FLOOD = "flood"
    NO_MEMBER_ROW = "no_member_row"
    COPIES = "copies"
    DATABASE_NO_LOGIN = "database_no_login"
    DATABASE_NO_TLS = "database_no_tls"
    DATABASE_UNCHECKED = "database_unchecked"


OF_THE_DATABASE = frozenset((Code.DATABASE_NO_LOGIN, Code.DATABASE_NO_TLS, Code.DATABASE_UNCHECKED))
"""Those that no traffic tells: they follow from how the database is reached."""

_SEVERE = frozenset((Code.NOTHING, Code.NOT_MIRRORED, Code.NO_SIP, Code.RTP_WITHOUT_SIP))
_HARMLESS = frozenset((Code.COPIES, Code.NO_MEMBER_ROW, Code.CLOCK_SET))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is the matter now. since: packet time at which it was found."""

    code: Code
    since: datetime
    figures: Figures = ()

    @property
    def severity(self) -> Severity:
        """How much of the calls it costs."""
        if self.code in _SEVERE:
            return Severity.ERROR
        return Severity.INFO if self.code in _HARMLESS else Severity.WARNING

    def figure(self, name: str) -> Value:
        """A figure by its name; KeyError for none."""
        return dict(self.figures)[name]
