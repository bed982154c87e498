"""The bar that is there while a job runs: what, how far, time left, jobs waiting, Pause for what can be, Cancel."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import JobView
from lesionstudio.gui.widgets.bars import ProgressLine
from lesionstudio.gui.widgets.buttons import action_button, word_button
from lesionstudio.gui.widgets.text import ElidedLabel, label
from lesionstudio.words import _, ngettext

HEIGHT = 44
_PARTS = 1000
_SIGNS = {"segment": "sparkles", "learn": "sparkles", "measure": "report-analytics", "classify": "category"}


class JobBar(QFrame):
    """44 high, hidden while nothing runs."""

    pause_wanted = Signal(bool)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "foot")
        self.setFixedHeight(HEIGHT)
        self._look = look
        self._sign = QLabel()
        self._title = ElidedLabel("strong", "job_title")
        self._title.setMaximumWidth(420)
        self._bar = ProgressLine("job_progress")
        self._left = label(role="second", name="job_time_left")
        self._waiting = label(role="strong", name="jobs_waiting")
        self._pause, self._is_paused = word_button(_("Pause"), "pause_job_button"), False
        self._pause.clicked.connect(lambda: self.pause_wanted.emit(not self._is_paused))
        self._cancel = action_button(look, actions, "cancel_job")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(self._sign)
        row.addWidget(self._title)
        row.addWidget(self._bar, 1)
        for part in (self._left, self._waiting, self._pause, self._cancel):
            row.addWidget(part)
        self.hide()

    def show_job(self, job: JobView | None) -> None:
        """Shows the job that runs; None hides the bar."""
        self.setVisible(job is not None)
        if job is None:
            return
        self._look.icons.dress(self._sign, _SIGNS.get(job.verb, "download"), 16, "accent")
        self._title.setText(job.title)
        self._title.updateGeometry()
        self._bar.show_progress(round((job.fraction or 0) * _PARTS), 0 if job.fraction is None else _PARTS)
        self._left.setText("" if job.is_paused else time_left(job.left_s))
        self._waiting.setText(ngettext("{n} waiting", "{n} waiting", job.waiting))
        self._waiting.setVisible(job.waiting > 0)
        self._cancel.setVisible(job.can_cancel)
        self._pause.setVisible(job.can_pause)
        offer_pause(self._pause, self._look, job.is_paused)
        self._is_paused = job.is_paused


def offer_pause(button: QPushButton, look: Look, paused: bool) -> None:
    """Makes it the button that pauses, or, where that was done, the one that goes on."""
    look.icons.dress(button, "player-play" if paused else "player-pause", 16, "text", 6)
    button.setText(_("Go on") if paused else _("Pause"))
    button.setAccessibleName(button.text())


def time_left(seconds: float | None) -> str:
    """How a person says it: "working" while nobody knows, "8 s left", "1 min 20 s left", "about 12 min left"."""
    if seconds is None:
        return _("working")
    whole = max(round(seconds), 1)
    if whole < 60:
        return _("{seconds} s left").format(seconds=whole)
    if whole < 300:
        return _("{minutes} min {seconds} s left").format(minutes=whole // 60, seconds=whole % 60 // 10 * 10)
    return _("about {minutes} min left").format(minutes=round(whole / 60))
