"""The doors beside the mirror on the capture page: switched on and off, each with what comes in.

Qt main thread. Knows no engine: it says which door is wanted at which port.
"""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QSpinBox, QVBoxLayout

from packetwave.server.capture import USUAL_PORTS, DoorKind
from packetwave.server.console.capture.words import fault_words, rate_text
from packetwave.server.console.parts.widgets import card
from packetwave.server.engine.notices import DoorStatus
from packetwave.ui.labels import label

translate = QCoreApplication.translate


def title(kind: DoorKind) -> str:
    """What a door is for, in a few words."""
    match kind:
        case DoorKind.HEP:
            return translate("capture", "HEP: a PBX reports its calls, encrypted ones too")
        case DoorKind.TZSP:
            return translate("capture", "TZSP: a switch (MikroTik) sends its mirror")
        case DoorKind.VXLAN:
            return translate("capture", "VXLAN: a virtual switch sends its mirror")


def words(door: DoorStatus | None) -> str:
    """What comes in at a door now; None: it is switched off."""
    if door is None:
        return translate("capture", "off")
    state = door.state
    if state.fault is not None:
        return fault_words(state.fault, state.reason)
    if not (state.datagrams or state.strangers):
        return translate("capture", "nothing has come yet")
    return translate("capture", "packets/s: {packets} · SIP/s: {sip}").format(
        packets=rate_text(door.datagrams_per_s), sip=rate_text(door.sip_per_s)
    )


def sums(door: DoorStatus | None) -> str:
    """What came in since it was opened, "" for nothing."""
    if door is None:
        return ""
    state, counts = door.state, door.counts
    said = []
    for template, count in (
        (translate("capture", "packets so far: {count}"), state.datagrams),
        (translate("capture", "from senders not confirmed: {count}"), state.strangers),
        (translate("capture", "wrong password: {count}"), counts.wrong_key),
        (translate("capture", "cannot be used: {count}"), counts.unusable - counts.wrong_key),
        (translate("capture", "lost: {count}"), state.lost),
    ):
        if count:
            said.append(template.format(count=f"{count:,}"))
    return " · ".join(said)


class DoorsCard(QFrame):
    """All doors, a row each.

    Signal: wanted(DoorKind, int), a door is to be received at this UDP port, 0 for not at all.

    Attributes: switches, ports, states, sums: by kind.
    """

    wanted = Signal(object, int)

    def __init__(self) -> None:
        super().__init__()
        frame = card()
        rows = QGridLayout(frame)
        rows.setContentsMargins(18, 12, 18, 12)
        rows.setHorizontalSpacing(12)
        rows.setColumnStretch(3, 1)
        self.switches: dict[DoorKind, QCheckBox] = {}
        self.ports: dict[DoorKind, QSpinBox] = {}
        self.states = {kind: label(kind="muted", wrap=True) for kind in DoorKind}
        self.sums = {kind: label(kind="muted", wrap=True) for kind in DoorKind}
        for number, kind in enumerate(DoorKind):
            row = 2 * number
            self.switches[kind] = switch = QCheckBox(title(kind))
            self.ports[kind] = port = QSpinBox()
            port.setRange(1, 65535)
            port.setValue(USUAL_PORTS[kind])
            port.setGroupSeparatorShown(False)
            port.setAccessibleName(translate("capture", "UDP port"))
            switch.clicked.connect(lambda on, kind=kind: self._want(kind, on))
            port.editingFinished.connect(lambda kind=kind: self._want(kind, self.switches[kind].isChecked()))
            rows.addWidget(switch, row, 0)
            rows.addWidget(label(translate("capture", "UDP port"), kind="muted"), row, 1)
            rows.addWidget(port, row, 2)
            rows.addWidget(self.states[kind], row, 3)
            rows.addWidget(self.sums[kind], row + 1, 1, 1, 3)
        hint = label(
            translate(
                "capture",
                "For calls that no mirror port shows. Let the UDP port through this PC's firewall, let the "
                "PBX or the switch send to it, then confirm the sender in the diagnosis.",
            ),
            kind="muted",
            wrap=True,
        )
        rows.addWidget(hint, 2 * len(DoorKind), 0, 1, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        self._shown: dict[DoorKind, int] = {}
        self.show_doors(())

    def show_doors(self, doors: tuple[DoorStatus, ...]) -> None:
        """The doors as they are now; one that is not named is switched off."""
        by_kind = {door.state.kind: door for door in doors}
        for kind in DoorKind:
            door = by_kind.get(kind)
            self.states[kind].setText(words(door))
            said = sums(door)
            self.sums[kind].setText(said)
            self.sums[kind].setVisible(bool(said))
            port = door.state.port if door is not None else 0
            if port != self._shown.get(kind):
                self._shown[kind] = port
                self.switches[kind].setChecked(bool(port))
                if port:
                    self.ports[kind].setValue(port)

    def _want(self, kind: DoorKind, on: bool) -> None:
        port = self.ports[kind].value() if on else 0
        if port != self._shown.get(kind):
            self.wanted.emit(kind, port)
