"""The card of a new version: better or worse on slices it never saw, slice by slice; Use it, or Keep the one in use."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from lesionstudio.gui.panels.draft_fares import signed
from lesionstudio.gui.readiness import Readiness
from lesionstudio.gui.theme import Look
from lesionstudio.gui.views import Measured, VersionView
from lesionstudio.gui.widgets.buttons import word_button
from lesionstudio.gui.widgets.dumbbells import Dumbbells, Legend
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.words import _, ngettext, number

_MANY = 8


class NewVersionCard(QFrame):
    """Shows one version; while it waits for an answer, with both answers."""

    use_wanted = Signal(str)
    keep_wanted = Signal()
    slice_wanted = Signal(str, int)
    held_out_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._look, self._id, self._answers = look, "", QWidget()
        self._title = label(role="section", name="version_title")
        self._never = label(role="hint", name="never_trained_on")
        self._scale = QLabel()
        look.icons.dress(self._scale, "scale")
        self._figures, self._words = self._make_figures(), paragraph(name="version_words")
        self.slices, self._legend = Dumbbells(look), Legend(look)
        self.slices.slice_wanted.connect(self.slice_wanted)
        self._use = word_button("", "use_version_button", "primary")
        look.icons.dress(self._use, "check", 16, "primary", 6)
        self._keep = word_button("", "keep_version_button")
        self._open = word_button(_("Open a held-out slice"), "open_held_out_button")
        self._use.clicked.connect(lambda: self.use_wanted.emit(self._id))
        self._keep.clicked.connect(self.keep_wanted)
        self._open.clicked.connect(self.held_out_wanted)
        self._lay_out()

    def show_version(self, version: VersionView, *, waits: bool, in_use: str, readiness: Readiness) -> None:
        """Shows what was measured of a version; `waits`: for Use or Keep, `in_use`: the version there is."""
        self._id, measured = version.id, version.measured or Measured(0)
        is_measured = measured.after is not None
        self._title.setText(_("New version ready") if waits else version.title)
        self._never.setText(_("never trained on these {n}").format(n=measured.slices))
        self._before.setText(_figure(measured.before))
        self._after.setText(_figure(measured.after))
        self._words.setText(measured_words(measured) if is_measured else not_measured_words(readiness))
        self.slices.show_slices(measured.each)
        self._keep_answers_in_sight(len(measured.each))
        for part in (self._never, self._scale, self._figures, self.slices, self._legend):
            part.setVisible(is_measured)
        self._open.setVisible(not is_measured and readiness.held_out > readiness.held_out_checked)
        self._use.setText(_("Use {version}").format(version=version.name))
        self._keep.setText(_("Keep {version}").format(version=in_use) if in_use else _("Keep none"))
        for answer in (self._use, self._keep):
            answer.setVisible(waits)
            answer.setAccessibleName(answer.text())

    def take_focus(self) -> None:
        """Gives the keys to the first answer."""
        if self._use.isVisible():
            self._use.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_figures(self) -> QWidget:
        figures = QWidget()
        self._before, self._after = label(role="figure", name="dice_before"), label(role="figure", name="dice_after")
        arrow = QLabel()
        self._look.icons.dress(arrow, "arrow-right", 18)
        row = QHBoxLayout(figures)
        row.setContentsMargins(0, 0, 6, 0)
        row.setSpacing(10)
        for part in (self._before, arrow, self._after):
            row.addWidget(part)
        return figures

    def _lay_out(self) -> None:
        head, means, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(self._answers)
        foot.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._never)
        head.addWidget(self._scale)
        means.setSpacing(10)
        means.addWidget(self._figures)
        means.addWidget(self._words, 1)
        foot.setSpacing(6)
        for answer in (self._use, self._keep, self._open):
            foot.addWidget(answer)
        foot.addStretch(1)
        foot.addWidget(self._legend)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 10, 16, 12)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        self._column.addLayout(means)
        self._column.addWidget(self.slices)
        self._column.addWidget(self._answers)

    def _keep_answers_in_sight(self, slices: int) -> None:
        """Below the rows, or above them where these are so many that the answers would leave the screen."""
        self._column.removeWidget(self._answers)
        self._column.insertWidget(2 if slices > _MANY else 3, self._answers)


def measured_words(measured: Measured) -> str:
    """How good a version is, how sure that is, and on what it was measured."""
    on = ngettext("Mean Dice on {n} held-out slice", "Mean Dice on {n} held-out slices", measured.slices)
    sure = ""
    if measured.interval is not None:
        low, high = (number(end, 2) for end in measured.interval)
        sure = ", " + _("gain {low} to {high} (95 %)").format(low=low, high=high).replace(" %", "\N{NO-BREAK SPACE}%")
    counts = _("Better on {better}, worse on {worse}.").format(better=measured.better, worse=measured.worse)
    return " ".join(part for part in (f"{on}{sure}.", counts, volume_words(measured), earlier_words(measured)) if part)


def volume_words(measured: Measured) -> str:
    """How much too much or too little it marks in all, which overlap does not tell; "" where that is not known."""
    before, after = (None if share is None else signed(100 * share) for share in measured.volume)
    if after is None:
        return ""
    words = _("Volume bias {after} %.") if before is None else _("Volume bias {before} % to {after} %.")
    return words.format(before=before, after=after).replace(" %", "\N{NO-BREAK SPACE}%")


def earlier_words(measured: Measured) -> str:
    """Whether it forgot anything: how it does on slices that the version before had learned from."""
    if measured.earlier is None:
        return ""
    n, before, after = measured.earlier
    words = ngettext(
        "On {n} slice corrected earlier {before} to {after}.", "On {n} slices corrected earlier {before} to {after}.", n
    )
    return words.format(n=n, before=number(before, 2), after=number(after, 2))


def overlap_words(measured: Measured | None) -> str:
    """What a banner says of a version in use: "Overlap (Dice) on 6 held-out slices 0.71 to 0.78."; "" unmeasured."""
    if measured is None or measured.before is None or measured.after is None:
        return ""
    words = _("Overlap (Dice) on {n} held-out slices {before} to {after}.")
    return words.format(n=measured.slices, before=number(measured.before, 2), after=number(measured.after, 2))


def not_measured_words(readiness: Readiness) -> str:
    """Why there is no figure yet, and how to come to one."""
    if not readiness.held_out:
        return _("Not measured: no slice of this study is held out. Ten slices or more are needed for that.")
    missing = readiness.missing_to_measure
    if not missing:
        return _("Not measured yet. There are enough checked held-out slices now: the next version is measured.")
    return ngettext(
        "Not measured yet. Check one more held-out slice with a mark in it: the next version is measured then.",
        "Not measured yet. Check {n} more held-out slices with a mark in them: the next version is measured then.",
        missing,
    )


def news_of(version: VersionView, readiness: Readiness) -> str:
    """What the banner says of a version that is ready."""
    measured = version.measured
    if measured is None or measured.before is None or measured.after is None:
        return not_measured_words(readiness)
    words = _("Dice on {n} held-out slices {before} to {after}. Better on {better}, worse on {worse}.")
    before, after = number(measured.before, 2), number(measured.after, 2)
    return words.format(n=measured.slices, before=before, after=after, better=measured.better, worse=measured.worse)


def _figure(dice: float | None) -> str:
    return "" if dice is None else number(dice, 2)
