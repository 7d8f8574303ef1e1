"""What a flood repeats is turned away by a glance at its bytes, before it is read as SIP. Pure.

Only while there is a flood, and only what `gate.py` would put aside or drop all the same: an INVITE of a call
that is not known, out of a share that is used up; and what is said to such a one without letting it begin.
Whatever is written otherwise than most software writes it is read in full.
"""

import re

from packetwave.server.calls.gate import Gate
from packetwave.server.calls.leg import Place
from packetwave.server.calls.table import CallTable
from packetwave.server.calls.towards import Towards

_INVITE = re.compile(rb"INVITE sip:([0-9]{2,6})@")
_REPLY = re.compile(rb"SIP/2\.0 1([0-9])[0-9] ")
_CALL_ID = re.compile(rb"\r\nCall-ID: ?([^\r\n\t ]+)\r\n")
_BRANCH = re.compile(rb"\r\nVia: ?SIP/2\.0/[A-Z]+ [^\r\n;,]+;branch=([^\r\n;, ]+)")
_IN_DIALOG = re.compile(rb"\r\n(?:To|t) ?:[^\r\n]*;[ \t]*tag=", re.IGNORECASE)
_REPLACES = re.compile(rb"\r\nReplaces ?:", re.IGNORECASE)


class Glance:
    """Looks at messages while there is a flood."""

    def __init__(self, gate: Gate, table: CallTable, towards: Towards) -> None:
        self._gate = gate
        self._table = table
        self._towards = towards

    def turns_away(self, at_s: float, source: Place, destination: Place, data: bytes) -> bool:
        """True if a message needs no reading: it changes nothing, or is put aside as it is."""
        if not self._gate.is_flooded:
            return False
        invite = _INVITE.match(data)
        reply = _REPLY.match(data) if invite is None else None
        if invite is None and reply is None:
            return False
        call_id, branch = _CALL_ID.search(data), _BRANCH.search(data)
        if call_id is None or branch is None:
            return False
        key = call_id[1].decode("latin-1"), branch[1].decode("latin-1")
        if self._table.legs_of(key[0]):
            return False
        if reply is not None:
            return self._gate.ignores(at_s, key, rings=reply[1] == b"8")
        if invite is None or _IN_DIALOG.search(data) or _REPLACES.search(data):
            return False
        target = invite[1].decode("ascii")
        return self._gate.puts_aside(at_s, source, destination, key, target, self._towards.known(), data)
