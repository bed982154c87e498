"""The right panel: its sections from top to bottom, or folded to signs that open one over the picture."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QFrame, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.widgets.buttons import action_sign, sign
from lesionstudio.words import _

WIDTH, WIDE, FOLDED = 280, 320, 41


class RightPanel(QFrame):
    """280 wide, folds to 41."""

    def __init__(
        self, look: Look, actions: Actions, display: QFrame, labels: QFrame, segment: QFrame, check: QFrame
    ) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self._sections = {"window": display, "labels": labels, "segment": segment}
        self._check = check
        self._wide = self._folded = False
        self._column = QVBoxLayout()
        self._signs, self._buttons = QWidget(), dict[str, QToolButton]()
        self._flyout = _Flyout(self)
        whole = QWidget()
        whole.setLayout(self._column)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(whole)
        self._pages.addWidget(self._signs)
        self._fill_column()
        self._fill_signs(look, actions)
        self.widen(False)

    def fold(self, folded: bool) -> None:
        """Makes it narrow (signs only) or wide."""
        self._folded = folded
        self._flyout.close_section()
        self._pages.setCurrentIndex(1 if folded else 0)
        if not folded:
            self._fill_column()
        self.widen(self._wide)

    def widen(self, wide: bool) -> None:
        """Takes the width for a window over 1600 (wide) or under."""
        self._wide = wide
        self.setFixedWidth(FOLDED if self._folded else WIDE if wide else WIDTH)

    def _fill_column(self) -> None:
        while self._column.takeAt(0) is not None:
            pass
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        for section in (*self._sections.values(), self._check):
            self._column.addWidget(section)
            section.show()
        self._column.addStretch(1)

    def _fill_signs(self, look: Look, actions: Actions) -> None:
        column = QVBoxLayout(self._signs)
        column.setContentsMargins(4, 6, 4, 6)
        column.setSpacing(4)
        unfold = action_sign(look, actions, "fold_panel")
        column.addWidget(unfold, 0, Qt.AlignmentFlag.AlignHCenter)
        names = {
            "window": ("contrast", _("Window")),
            "labels": ("tags", _("Labels")),
            "segment": ("sparkles", _("Segment")),
        }
        for key, (icon, words) in names.items():
            button = sign(look, icon, words, f"open_{key}_section_button", px=20)
            button.clicked.connect(lambda _on=False, key=key: self._toggle(key))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def _toggle(self, key: str) -> None:
        if self._flyout.section is self._sections[key]:
            self._flyout.close_section()
        else:
            self._flyout.open_section(self._sections[key])


class _Flyout(QFrame):
    """One section over the picture's edge, beside the folded panel."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.setProperty("kind", "raised")
        self.section: QWidget | None = None
        self._panel = panel
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        panel.installEventFilter(self)
        self.hide()

    def open_section(self, section: QWidget) -> None:
        """Shows this section instead of another."""
        self.close_section()
        self.section = section
        self.setParent(self._panel.window())
        self._column.addWidget(section)
        section.show()
        self._place()
        self.show()
        self.raise_()

    def close_section(self) -> None:
        """Shows none."""
        if self.section is not None:
            self._column.removeWidget(self.section)
            self.section.setParent(self._panel)
            self.section.hide()
            self.section = None
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the panel."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.section is not None:
            self._place()
        return False

    def _place(self) -> None:
        corner = self._panel.mapTo(self._panel.window(), QPoint(0, 0))
        height = min(self.sizeHint().height(), self._panel.height())
        self.setGeometry(corner.x() - WIDTH - 6, corner.y() + 6, WIDTH, height)
