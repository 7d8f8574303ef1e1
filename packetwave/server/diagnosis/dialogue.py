"""What the SIP messages themselves show: whether answers belong to their questions, and who scans. Pure."""

from collections import OrderedDict

from packetwave.server.diagnosis.window import SPAN_S, Sightings, Window
from packetwave.server.frames.payload import Payload
from packetwave.server.sip.message import Message

_TRANSACTIONS = 4096
_RESENT_S = 0.3
"""A request said again so late was not answered (RFC 3261 timers A and E: 500 ms); copies come sooner."""

SCANNERS = (
    "friendly-scanner",
    "friendly-request",
    "sipvicious",
    "sipcli",
    "vaxsipuseragent",
    "sundayddr",
    "sip-scan",
    "sipsak",
    "smap",
    "iwar",
    "pplsip",
)
"""Names by which programs that try out extensions and passwords call themselves."""

REFUSED_TARGETS = 20
"""Different targets refused to one source within five minutes: no phone and no PBX is so often wrong."""

_REFUSED = frozenset((401, 403, 404, 407, 484, 604))
_REQUESTERS = 512
_TARGETS = 64
_LONGEST = 128  # of any text that is remembered


class _Tries:
    """What a source tried since `at_s`, and was refused, or not."""

    __slots__ = ("accepted", "at_s", "refused")

    def __init__(self, at_s: float) -> None:
        self.at_s = at_s
        self.refused: set[str] = set()
        self.accepted = 0


class Dialogue:
    """Counts into the window: `messages`, `requests` (each once, ACK left out), `resent` (those said again
    for want of an answer), `responses`, `matched` (those whose request was seen).

    scanners: sources that scan, by address.
    """

    def __init__(self, window: Window) -> None:
        self.scanners = Sightings(enough=1, kept_s=1800.0)
        self._window = window
        self._transactions: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def hear(self, payload: Payload, message: Message) -> None:
        """Take in a message that was read."""
        self._window.add("messages")
        key = ((message.branch or message.call_id)[:_LONGEST], message.method[:_LONGEST])
        if message.status:
            self._window.add("responses")
            self._window.add("matched", key in self._transactions)
            self._judge(payload, message)
            return
        agent = message.header("user-agent")[:_LONGEST].lower()
        if agent and any(name in agent for name in SCANNERS):
            self.scanners.see(payload.src, payload.at_s)
        if message.method == "ACK":
            return
        at_s, resent = self._transactions.get(key, (payload.at_s, False))
        if key not in self._transactions:
            self._window.add("requests")
        elif not resent and abs(payload.at_s - at_s) > _RESENT_S:
            self._window.add("resent")
            resent = True
        self._transactions[key] = (at_s, resent)
        if len(self._transactions) > _TRANSACTIONS:
            self._transactions.popitem(last=False)

    def _judge(self, payload: Payload, message: Message) -> None:
        """Whether an answer shows that its asker tries things out."""
        if message.method not in ("REGISTER", "INVITE", "OPTIONS", "SUBSCRIBE") or message.status <= 100:
            return
        requester = payload.dst
        tries = self._tries.get(requester)
        if tries is None or abs(payload.at_s - tries.at_s) > SPAN_S:
            tries = self._tries[requester] = _Tries(payload.at_s)
            self._tries.move_to_end(requester)
            if len(self._tries) > _REQUESTERS:
                self._tries.popitem(last=False)
        target = message.header("to").partition(";tag")[0][:_LONGEST]
        if message.status in _REFUSED:
            if len(tries.refused) < _TARGETS:
                tries.refused.add(target)
            if len(tries.refused) >= REFUSED_TARGETS and tries.accepted * 4 < len(tries.refused):
                self.scanners.see(requester, payload.at_s)
        elif message.status < 300:  # it was a challenge before, or it rings
            tries.refused.discard(target)
            tries.accepted += message.status >= 200

    def clear(self) -> None:
        """Forget all."""
        self.scanners.clear()
        self._transactions.clear()
        self._tries.clear()
