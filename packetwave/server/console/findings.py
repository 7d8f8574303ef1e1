"""What is the matter with the mirror, under the status line: one row a finding, with what to do next.

Qt main thread. Shown while the person wants it; the status line's chip opens and closes it.
"""

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from packetwave.server.console.parts.cell_delegate import tone_colors
from packetwave.server.console.parts.cells import Tone
from packetwave.server.console.parts.widgets import button
from packetwave.server.console.parts.words import Matter
from packetwave.server.diagnosis import Code, Finding, Severity, sentences
from packetwave.server.engine.notices import Command, TrustSenders, WatchPorts
from packetwave.ui.labels import label
from packetwave.ui.plain import plain
from packetwave.ui.theme import Theme, scaled

translate = QCoreApplication.translate


BUTTONS = 4
"""More names than these are mended one after the other; a flood of forged ones fills no window."""


def mends(finding: Finding) -> list[tuple[str, Command]]:
    """What buttons can do about a finding: their words, and what is asked of the engine. One for each sender
    and port, so that nobody is confirmed together with another."""
    figures = dict(finding.figures)
    match finding.code:
        case Code.TUNNEL_NOT_TRUSTED:
            confirm = translate("findings", "Confirm {sender}")
            sources = _texts(figures.get("sources"))[:BUTTONS]
            return [(confirm.format(sender=plain(source)), TrustSenders((source,))) for source in sources]
        case Code.OTHER_PORT:
            watch = translate("findings", "Watch port {port} too")
            ports = [int(port) for port in _texts(figures.get("ports")) if port.isdecimal()][:BUTTONS]
            return [(watch.format(port=port), WatchPorts((port,))) for port in ports]
    return []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


class FindingsPanel(QFrame):
    """The findings, the worst first. Signal: mend_wanted(Command), a finding's button was pressed."""

    mend_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("findings")
        self._theme = theme
        self._findings: tuple[Finding, ...] = ()
        self._widgets: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 10, 16, 12)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(1, 1)
        self.set_theme(theme)
        self.hide()

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Say these; closes by itself when there are none."""
        if findings != self._findings:
            self._findings = findings
            self._fill()
        if not findings:
            self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self.setStyleSheet(
            f"#findings {{ background: {theme.surface}; border: none;"
            f" border-bottom: 1px solid {theme.border}; }}"
            f"#findings QLabel {{ background: transparent; }}"
        )
        self._fill()

    def text(self) -> str:
        """All it says, a line a finding."""
        lines = []
        for finding in self._findings:
            matter = finding_matter(finding)
            lines.append(f"{finding_state(finding)[1]}: {matter.what} {matter.next_step}")
        return "\n".join(lines)

    def _fill(self) -> None:
        for widget in self._widgets:
            self._grid.removeWidget(widget)
            widget.deleteLater()
        self._widgets = []
        for row, finding in enumerate(self._findings):
            state, words = self._state(finding), self._words(finding)
            self._grid.addWidget(state, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(words, row, 1)
            self._widgets += [state, words]
            if found := mends(finding):
                acts = self._acts(found)
                self._grid.addWidget(acts, row, 2, Qt.AlignmentFlag.AlignTop)
                self._widgets.append(acts)
        self.setAccessibleName(self.text())

    def _acts(self, found: list[tuple[str, Command]]) -> QWidget:
        acts = QWidget()
        column = QVBoxLayout(acts)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for text, command in found:
            column.addWidget(button(text, partial(self.mend_wanted.emit, command)))
        return acts

    def _state(self, finding: Finding) -> QWidget:
        tone, word = finding_state(finding)
        color, ground = tone_colors(self._theme, tone)
        state = label(word)
        state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        state.setStyleSheet(f"background: {ground}; color: {color}; border-radius: 9px; padding: 2px 9px;")
        return state

    def _words(self, finding: Finding) -> QWidget:
        matter = finding_matter(finding)
        what = label(matter.what, wrap=True)
        what.setFont(scaled(what.font(), 1.0, bold=True))
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(1)
        column.addWidget(what)
        column.addWidget(label(matter.next_step, kind="muted", wrap=True))
        column.addStretch()
        return words


def finding_matter(finding: Finding) -> Matter:
    """What is the matter with the mirror, and what to do next."""
    template = sentences.words(finding)
    shown = {name: plain(value) for name, value in sentences.values(finding).items()}
    what, next_step = (translate("findings", text).format(**shown) for text in template)
    return Matter(what, next_step)


def finding_state(finding: Finding) -> tuple[Tone, str]:
    """How bad it is, as tone and word."""
    match finding.severity:
        case Severity.ERROR:
            return Tone.BAD, translate("words", "No calls")
        case Severity.WARNING:
            return Tone.NOTICE, translate("words", "Look here")
        case Severity.INFO:
            return Tone.QUIET, translate("words", "Good to know")
