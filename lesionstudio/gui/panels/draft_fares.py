"""The card "Are drafts getting better?": overlap, seconds and strokes a slice over time, and the bias in volume."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from lesionstudio.gui.theme import Look
from lesionstudio.gui.what_next import Place
from lesionstudio.gui.widgets.point_plot import PlotPoint, PointPlot
from lesionstudio.gui.widgets.text import label, paragraph
from lesionstudio.project.fates import Bias, Fate, bias_of
from lesionstudio.words import _, ngettext, number

Fares = Sequence[tuple[Place, str, Fate]]
_FEW = 3


class DraftFaresCard(QFrame):
    """Each point is a checked slice that had a draft; a click opens it."""

    place_wanted = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setObjectName("draft_fares_card")
        self.dice = PointPlot(look, "draft_dice_plot", "accent")
        self.seconds = PointPlot(look, "draft_seconds_plot", "warn")
        self._bias, self._arms = paragraph(name="draft_bias"), paragraph(name="draft_arms")
        self.strokes = PointPlot(look, "draft_strokes_plot", "good")
        for plot in (self.dice, self.seconds, self.strokes):
            plot.clicked.connect(self.place_wanted)
        head = QHBoxLayout()
        head.addWidget(label(_("Are drafts getting better?"), "section"), 1)
        head.addWidget(label(_("each point is a slice; click to open it"), "second"))
        plots = QHBoxLayout()
        plots.setSpacing(16)
        for words, plot in (
            (_("Dice with your correction"), self.dice),
            (_("Seconds you spent"), self.seconds),
            (_("Strokes you made"), self.strokes),
        ):
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(label(words, "second"))
            column.addWidget(plot)
            plots.addLayout(column, 1)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 10, 16, 10)
        lines.setSpacing(4)
        lines.addLayout(head)
        lines.addLayout(plots)
        lines.addWidget(self._bias)
        lines.addWidget(self._arms)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_fares(self, fares: Fares) -> None:
        """Shows (slice, its name, what became of its draft), in the order in which they were checked."""
        fates = [fate for _place, _name, fate in fares]
        self.dice.show_points(_points(fares, [fate.dice for fate in fates]), 1.0)
        self.seconds.show_points(_points(fares, [fate.seconds for fate in fates]))
        self.strokes.show_points(_points(fares, [fate.strokes for fate in fates]))
        self._bias.setText(" ".join(part for part in (bias_words(bias_of(fates)), strokes_words(fates)) if part))
        self._arms.setText(arms_words(fates))
        self._arms.setVisible(bool(self._arms.text()))


def _points(fares: Fares, values: Sequence[float]) -> list[PlotPoint]:
    """One of each slice; those picked at random are hollow."""
    return [
        PlotPoint(value, point_words(name, fate), fate.come_by == "random", place)
        for (place, name, fate), value in zip(fares, values)
    ]


def point_words(name: str, fate: Fate) -> str:
    """What is said of one point."""
    strokes = ngettext("{n} stroke", "{n} strokes", fate.strokes)
    facts = _("Dice {dice}, {seconds} s, {strokes}").format(
        dice=number(fate.dice, 2), seconds=number(fate.seconds), strokes=strokes
    )
    lines = [name, facts, fate.model]
    return "\n".join([*lines, _("Picked at random, as a check")] if fate.come_by == "random" else lines)


def bias_words(bias: Bias | None) -> str:
    """How much too much or too little drafts mark."""
    if bias is None:
        return ""
    units = {"px": _("{n} px"), "ml": _("{n} ml"), "mm2": _("{n} mm\N{SUPERSCRIPT TWO}")}
    digits = 2 if bias.unit == "ml" else 0
    if not round(bias.mean, digits):
        return _("Volume: drafts mark as much as you.")
    amount = units[bias.unit].format(n=number(abs(bias.mean), digits))
    words = _("Volume: drafts mark {amount} a slice more than you.")
    if bias.mean < 0:
        words = _("Volume: drafts mark {amount} a slice less than you.")
    told = words.format(amount=amount)
    if bias.share is None:
        return told
    return f"{told} {_('In all {percent} %.').format(percent=signed(100 * bias.share))}"


def signed(value: float) -> str:
    """A whole number with its sign; 0 has none."""
    text = number(value)
    return f"+{text}" if value > 0 and text != "0" else text


def strokes_words(fates: Sequence[Fate]) -> str:
    """Strokes a slice at first and now, once there are enough to tell."""
    if len(fates) < 2 * _FEW:
        return ""
    third = max(len(fates) // 3, _FEW)
    first, last = (sum(one.strokes for one in some) / len(some) for some in (fates[:third], fates[-third:]))
    return _("Strokes a slice: {first} at first, {last} now.").format(first=number(first, 1), last=number(last, 1))


def arms_words(fates: Sequence[Fate]) -> str:
    """Chosen slices against those picked at random, if there are both: drafts fare worse where looking was worth it."""
    arms = [[one.dice for one in fates if one.come_by == arm] for arm in ("chosen", "random")]
    if not all(arms):
        return ""
    chosen, random = (number(sum(arm) / len(arm), 2) for arm in arms)
    words = _("Worth a look: Dice {chosen} on {n} chosen slices; {random} on {m} picked at random (hollow).")
    return words.format(chosen=chosen, n=len(arms[0]), random=random, m=len(arms[1]))
