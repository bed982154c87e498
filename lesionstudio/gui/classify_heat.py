"""ClassifyHeat: the heat over the picture on the Classify page: wished for, waited for, shown, or missed in words."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.classify_scan import ClassifyScan
from lesionstudio.gui.explaining import Explaining, Explanation, Wish
from lesionstudio.gui.kinds import Kind, class_words, percent
from lesionstudio.gui.parts import Parts
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.classify_page import ClassifyPage

_PATIENCE_MS = 500


class ClassifyHeat(QObject):
    """Belongs to one page. `refresh` after anything has changed."""

    def __init__(self, parts: Parts, page: "ClassifyPage", scan: ClassifyScan) -> None:
        super().__init__(page)
        self._classifying, self._page, self._scan = parts.classifying, page, scan
        self._label = ""
        self._wish: Wish | None = None
        self._explaining = Explaining(parts.session, parts.classifying, parts.lane, self)
        self._explaining.made.connect(self._show)
        self._explaining.failed.connect(self._tell)
        self._waits = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._waits.timeout.connect(lambda: page.say(_("The heat map is on its way")))
        page.heat_wanted.connect(self._switch)
        page.opacity_wanted.connect(page.view.set_heat_opacity)
        page.why.label_picked.connect(self._explain)
        page.view.set_heat_opacity(page.opacity)

    def begin(self) -> None:
        """Another picture: its own class is explained first."""
        self._label = ""
        self._wait_for(None)

    def refresh(self, kind: Kind | None) -> None:
        """Offers the classes to explain, and wishes for the heat of the slice on screen."""
        picture, scan, page = self._classifying.picture(self._scan.key), self._scan, self._page
        known = kind if kind is not None and not kind.error and scan.scan is not None else None
        page.why.setEnabled(known is not None)
        if known is None or picture is None:
            self._wait_for(None)
            page.view.set_heat(None)
            page.why.show_slice("")
            return
        page.why.show_classes(tuple(name for name, _share in known.shares), self._label or known.name)
        wish = Wish(picture, scan.k, self._label or known.name) if page.shows_heat else None
        if wish != self._wish or wish is None:
            page.why.show_slice(_("This slice: looking") if wish and scan.is_volume else "", self._telling(known))
            self._wait_for(wish)

    def _wait_for(self, wish: Wish | None) -> None:
        self._wish = wish
        self._page.say("")
        if wish is None:
            self._waits.stop()
        else:
            self._waits.start()
        self._explaining.want(wish)

    def _telling(self, kind: Kind) -> int | None:
        """The clearest slice, where it is not the one on screen."""
        return kind.k if self._scan.is_volume and kind.k != self._scan.k else None

    def _show(self, made: Explanation) -> None:
        page, wish, scan = self._page, made.wish, self._scan
        if (wish.picture.key, wish.k) != (scan.key, scan.k):
            return
        self._waits.stop()
        is_cold = not made.heat.any()
        page.view.set_heat(None if is_cold else made.heat)
        words = _("Nothing here speaks for {name}.").format(name=class_words(wish.label))
        page.say(words if is_cold else "")
        kind = self._classifying.kind(scan.key)
        if scan.is_volume and kind is not None:
            best = max(made.shares, key=lambda name: made.shares[name])
            said = _("This slice: {name} {share}").format(name=class_words(best), share=percent(made.shares[best]))
            page.why.show_slice(said, self._telling(kind))

    def _tell(self, problem: LesionStudioError) -> None:
        self._waits.stop()
        self._page.view.set_heat(None)
        self._page.say(problem.message)

    def _explain(self, label: str) -> None:
        self._label = label
        self.refresh(self._classifying.kind(self._scan.key))

    def _switch(self, on: bool) -> None:
        self._page.view.show_heat(on)
        self.refresh(self._classifying.kind(self._scan.key))
