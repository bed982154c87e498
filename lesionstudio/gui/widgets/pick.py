"""Pick: one of several, in a list that opens; it leaves the keys to the picture."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox

_AROUND, _LEAST = 42, 72


class Pick(QComboBox):
    """As wide as its words need, up to `most`. `picked` says the key of what a person chose."""

    picked = Signal(object)

    def __init__(self, name: str, words: str, most: int = 200) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._most = most
        self._shown: list[tuple[object, str]] = []
        self.activated.connect(lambda n: self.picked.emit(self._shown[n][0]))

    def show_choices(self, choices: Sequence[tuple[object, str]], current: object) -> None:
        """Offers these (key, words); the first where `current` is none of them."""
        if list(choices) != self._shown:
            self._shown = list(choices)
            self.clear()
            self.addItems([words for _key, words in choices])
            wide = max((self.fontMetrics().horizontalAdvance(words) for _key, words in choices), default=0)
            self.setFixedWidth(min(max(wide + _AROUND, _LEAST), self._most))
            self.view().setMinimumWidth(max(wide + 28, self.width()))
        self.setCurrentIndex(next((n for n, (key, _words) in enumerate(choices) if key == current), 0))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Not for a list that has no focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
