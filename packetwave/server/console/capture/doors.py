"""The doors beside the mirror on the capture page: switched on and off, each with what comes in.

Qt main thread. Knows no engine: it says which door is wanted at which port.
"""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QSpinBox, QVBoxLayout

from packetwave.server.capture import USUAL_PORTS, DoorKind, DoorState
from packetwave.server.console.parts.widgets import card
from packetwave.ui.labels import label
from packetwave.ui.plain import plain

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


def words(state: DoorState | None) -> str:
    """What comes in at a door; None: it is closed."""
    if state is None:
        return translate("capture", "off")
    if state.fault:
        return translate("capture", "cannot be received: {reason}").format(reason=plain(state.fault))
    said = translate("capture", "packets: {count}").format(count=f"{state.datagrams:,}")
    if state.strangers:
        turned_away = translate("capture", "from senders not confirmed: {count}")
        said = f"{said} · {turned_away.format(count=f'{state.strangers:,}')}"
    if state.lost:
        lost = translate("capture", "lost: {count}").format(count=f"{state.lost:,}")
        said = f"{said} · {lost}"
    return said


class DoorsCard(QFrame):
    """All doors, a row each.

    Signal: wanted(DoorKind, int), a door is to be received at this UDP port, 0 for not at all.

    Attributes: switches, ports, states: by kind.
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
        self.states = {kind: label(kind="muted") for kind in DoorKind}
        for row, kind in enumerate(DoorKind):
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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        self._shown: dict[DoorKind, int] = {}
        self.show_doors(())

    def show_doors(self, doors: tuple[DoorState, ...]) -> None:
        """The doors as they are now; one that is not named is closed."""
        open_doors = {state.kind: state for state in doors}
        for kind in DoorKind:
            state = open_doors.get(kind)
            self.states[kind].setText(words(state))
            port = state.port if state is not None else 0
            if port != self._shown.get(kind):
                self._shown[kind] = port
                self.switches[kind].setChecked(bool(port))
                if port:
                    self.ports[kind].setValue(port)

    def _want(self, kind: DoorKind, on: bool) -> None:
        port = self.ports[kind].value() if on else 0
        if port != self._shown.get(kind):
            self.wanted.emit(kind, port)
