"""The Segment section: the model in use, what to run it on, the open draft, and the slice's own check."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from lesionstudio.gui.menus import Actions
from lesionstudio.gui.panels.learning import AlongRow, LearnRow
from lesionstudio.gui.panels.model_line import ModelLine, new_model
from lesionstudio.gui.panels.sureness_row import SurenessRow
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import DraftView, ModelView
from lesionstudio.gui.widgets.buttons import action_button, sign, word_button
from lesionstudio.gui.widgets.text import ElidedLabel, Reason, label, paragraph
from lesionstudio.words import _, ngettext

_STATUS_SIGNS = {
    "new": ("circle-dashed", "plain"),
    "draft": ("sparkles", "accent"),
    "imported": ("folder-plus", "plain"),
    "corrected": ("pencil", "warn"),
    "checked": ("circle-check", "good"),
}


class SegmentPanel(QFrame):
    """Shows models and drafts; the verbs are those of the action table."""

    model_wanted = Signal(str)
    model_folder_wanted = Signal()
    about_wanted = Signal()

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "section")
        self._look = look
        self._model, self.sureness = ModelLine(look), SurenessRow()
        self._model.chosen.connect(self.model_wanted)
        self._model.folder_wanted.connect(self.model_folder_wanted)
        self._model.about_wanted.connect(self.about_wanted)
        self._about = sign(look, "info-circle", _("What is known of this model"), "about_model_button")
        self._about.clicked.connect(self.about_wanted)
        self._notice, self._licence = paragraph(role="hint", name="model_notice"), ElidedLabel("hint", "model_licence")
        self._slice = action_button(look, actions, "segment_slice", _("Slice"), kind="primary")
        self._scan = action_button(look, actions, "segment_scan", _("Scan"))
        self._all = action_button(look, actions, "segment_all", _("All"))
        self._reason = Reason(look, "segment_reason")
        self._choose = word_button(_("Choose a model"), "choose_model_folder_button")
        self._choose.clicked.connect(self.model_folder_wanted)
        self._draft, self.learn = DraftCard(look, actions), LearnRow(look, actions)
        self.along, self._offers_learning = AlongRow(look, actions), True
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 14, 10)
        column.setSpacing(6)
        column.addWidget(label(_("Segment"), "section"))
        column.addSpacing(2)
        choice = QHBoxLayout()
        choice.setSpacing(4)
        choice.addWidget(self._model, 1)
        choice.addWidget(self._about, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(choice)
        for part in (self._notice, self._licence):
            column.addWidget(part)
        column.addLayout(self._buttons_row())
        column.addWidget(self.sureness)
        for below in (self._reason, self._choose, self._draft, self.learn, self.along):
            column.addWidget(below)
        self.show_models((), "")
        self.show_draft(None)

    def show_models(self, models: Sequence[ModelView], in_use: str, *, is_new: bool = False) -> None:
        """Offers these models, and a new one (chosen if `is_new`); without one, offers to choose a folder."""
        current = next((model for model in models if model.id == in_use), None)
        self._model.show_model(new_model() if is_new else current)
        self._model.setVisible(bool(models) or is_new)
        self._model.offer(models, in_use, is_new=is_new)
        self._notice.setText(_notice_words(current) if current else "")
        self._notice.setToolTip("\n".join(part for part in (current.notice, current.terms) if part) if current else "")
        self._licence.setText(current.licence if current else "")
        self._licence.say_more("\n".join(part for part in (current.notice, current.terms) if part) if current else "")
        self._show_terms()
        self._about.setVisible(current is not None)
        self._choose.setVisible(current is None and not is_new)

    def show_reason(self, reason: str) -> None:
        """Says why the model cannot run now; "" when it can."""
        self._reason.show_words(reason)

    def show_scans(self, scans: int, *, is_volume: bool) -> None:
        """Says how many scans "all" means, and whether this one has more than one slice."""
        self._all.setText(_("All {n}").format(n=scans))
        self._all.setVisible(scans > 1)
        self._slice.setText(_("Slice") if is_volume else _("Picture"))
        self._scan.setVisible(is_volume)
        self._draft.show_volume(is_volume)

    def offer_learning(self, offered: bool) -> None:
        """Shows the Learn button with its reason; not while it learns by itself, and an open draft needs the room."""
        self._offers_learning = offered
        self._show_terms()

    def show_draft(self, draft: DraftView | None) -> None:
        """Shows the open draft's card, or hides it."""
        self._draft.be_short(self.sureness.is_offered)
        self._draft.show_draft(draft)
        self._show_terms()

    def _show_terms(self) -> None:
        """All of it where there is room; beside an open draft the licence alone."""
        has_draft = not self._draft.isHidden()
        self.learn.setVisible(self._offers_learning and not has_draft)
        self.sureness.be_short(has_draft)
        self._model.be_short(has_draft)
        self._notice.setVisible(bool(self._notice.text()) and not has_draft)
        self._licence.setVisible(bool(self._licence.text()) and has_draft)

    def _buttons_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._slice, 5)
        row.addWidget(self._scan, 3)
        row.addWidget(self._all, 3)
        return row


def _notice_words(model: ModelView) -> str:
    """Terms and what it was made for; beside the slider there is room for the terms, and for what must be known."""
    if not model.points:
        return model.notice
    in_boxes = _("Draw a box: it was made from small pieces.") if model.in_boxes else ""
    return " ".join(part for part in (f"{model.licence.rstrip('.')}." if model.licence else "", in_boxes) if part)


class DraftCard(QFrame):
    """What the model proposes and nobody has judged yet, and the two answers."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("kind", "raised")
        self.setObjectName("draft_card")
        self._is_volume = self._is_short = False
        self._title = ElidedLabel("strong", "draft_text")
        self._scan = action_button(look, actions, "accept_scan")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(HatchSign(look))
        head.addWidget(self._title, 1)
        answers = QHBoxLayout()
        answers.setSpacing(6)
        answers.addWidget(action_button(look, actions, "accept"), 1)
        answers.addWidget(action_button(look, actions, "reject"), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 7)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(answers)
        column.addWidget(self._scan)
        self._hint = paragraph(role="hint")
        actions.keys_changed.connect(lambda: self._say_how(actions))
        self._say_how(actions)
        column.addWidget(self._hint)

    def _say_how(self, actions: Actions) -> None:
        self._hint.setText(_("{keys} on a lesion accepts only that one.").format(keys=actions.key("accept")))

    def be_short(self, short: bool) -> None:
        """Whether how to accept a single lesion is a tooltip alone: the slider needs the room."""
        self._is_short = short

    def show_volume(self, is_volume: bool) -> None:
        """Whether there are other slices that a draft may lie on."""
        self._is_volume = is_volume
        self._scan.setVisible(is_volume)

    def show_draft(self, draft: DraftView | None) -> None:
        """Shows how much is proposed; None hides the card."""
        self.setVisible(draft is not None)
        if draft is not None:
            self._title.setText(_draft_words(draft))
            self._scan.setText(ngettext("Accept all on {n} slice", "Accept all on {n} slices", draft.open_slices))
            is_elsewhere = self._is_volume and (draft.open_slices > 1 or draft.lesions == 0)
            self._scan.setVisible(is_elsewhere)
            self._hint.setVisible(draft.lesions > 1 and not is_elsewhere and not self._is_short)
            self._title.say_more(self._hint.text() if draft.lesions > 1 else "")


def _draft_words(draft: DraftView) -> str:
    if draft.lesions == 0:
        return ngettext("Draft on {n} other slice", "Draft on {n} other slices", draft.open_slices)
    lesions = ngettext("Draft: {n} lesion", "Draft: {n} lesions", draft.lesions)
    return f"{lesions}, {draft.amount_text}"


class HatchSign(QWidget):
    """A small hatched square: how a draft looks on the picture."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setFixedSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the hatch in the first label's colour."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#F5A539"), 1.2))
        painter.drawRoundedRect(1, 1, 14, 14, 3, 3)
        for start in (5, 10, 15):
            painter.drawLine(1, start, start, 1)
        for start in (5, 10):
            painter.drawLine(start, 15, 15, start)


class CheckPanel(QFrame):
    """How far the work on this slice is, and the button that says it is right."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self._look = look
        self._sign = QLabel()
        self._sign.setObjectName("slice_status")
        check = action_button(look, actions, "check_slice")
        self._seen = action_button(look, actions, "check_seen", _("All seen"), kind="quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 10)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(check, 1)
        row.addWidget(self._seen)

    def show_status(self, status: str, *, is_volume: bool) -> None:
        """Shows the slice's status."""
        icon, role = _STATUS_SIGNS[status]
        self._look.icons.dress(self._sign, icon, 16, role)
        words = _("This slice: {status}").format(status=_status_words(status))
        self._sign.setToolTip(words)
        self._sign.setAccessibleName(words)
        self._seen.setVisible(is_volume)


def _status_words(status: str) -> str:
    words = {
        "new": _("New"),
        "draft": _("Draft"),
        "imported": _("Imported"),
        "corrected": _("Corrected"),
        "checked": _("Checked"),
    }
    return words[status]
