"""LookWiring: joins the slices worth a look with J, the bar under the picture and the Learn page; and the heat."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QImage

from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.changes_wiring import ChangesWiring
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.look_words import Suggestion, place_words, why_words
from lesionstudio.gui.panels.look_bar import LookBar
from lesionstudio.gui.panels.look_list import LookListCard, LookRow
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.scan_wiring import ScanWiring
from lesionstudio.gui.views import Notice
from lesionstudio.gui.what_next import Place
from lesionstudio.imaging.planes import Plane
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.worklist import WorkItem
from lesionstudio.words import _


class LookWiring(QObject):
    """Made with the first scan; the bar when a list is first gone through."""

    def __init__(self, parts: Parts, scan_wiring: ScanWiring) -> None:
        super().__init__(parts.window)
        self._parts, self._window, self._session = parts, parts.window, parts.session
        self._look_next, self._heat = parts.look_next, parts.doubt_heat
        self._actions, self._page = parts.window.actions_by_verb, parts.window.draw_page
        self._main = scan_wiring.main
        self._bar: LookBar | None = None
        self._actions.on("look_next", self._jump)
        self._actions.on("show_doubt", self._switch_heat)
        self._look_next.changed.connect(self._show_bar)
        self._session.slice_changed.connect(self._show_bar)
        for moved in (self._session.slice_changed, self._session.scan_opened):
            moved.connect(lambda *_what: self._page.banners.pass_on())
        self._heat.changed.connect(self._show_heat)
        self._page.escapes.append(self._escape)
        ChangesWiring(parts)

    def _show_bar(self, *_what: object) -> None:
        look_next = self._look_next
        if not look_next.is_walking and self._bar is None:
            return
        if self._bar is None:
            self._bar = LookBar(self._window.look, self._actions)
            self._bar.closed.connect(look_next.leave)
            self._page.put_under(self._bar)
        self._bar.setVisible(look_next.is_walking)
        current = look_next.current
        left = sum(one is not current for one in look_next.waiting)
        why = why_words(current) if current is not None else _("Not in the list; Next goes on with it")
        is_random = current is not None and current.is_random
        self._bar.show_slice(why, left, is_random=is_random, is_model=current is not None)

    def _jump(self) -> None:
        """J on the Learn page leads back to the picture first."""
        if not self._page.is_drawing:
            self._actions.trigger("draw")
        self._look_next.jump()

    def _escape(self) -> bool:
        """Esc leaves the list; whether one was gone through."""
        was_walking = self._look_next.is_walking
        if was_walking:
            self._look_next.leave()
        return was_walking

    # The heat

    def _switch_heat(self) -> None:
        on = self._actions["show_doubt"].isChecked()
        self._heat.show(on)
        if on and self._heat.reason:
            self._session.tell(Notice("info", self._heat.reason, passes=True))

    def _show_heat(self) -> None:
        heat, view, plane = self._heat.heat, self._main.view, self._main.plane
        lies_along = self._main.is_on and plane.axes[0] == 0
        view.set_heat(None if heat is None or not lies_along else _shown(heat, plane))


def _shown(heat: Any, plane: Plane) -> Any:
    """Heat of a slice (row, column) as a plane's picture shows it."""
    return plane.block(heat[None])[0].copy()


class LookList(QObject):
    """Joins the card on the Learn page. `opened`: one of its slices comes on screen.

    The small pictures are read in the background, one after the other.
    """

    opened = Signal()

    def __init__(self, parts: Parts, card: LookListCard) -> None:
        super().__init__(card)
        self._session, self._runner, self._look_next = parts.session, parts.runner, parts.look_next
        self._models, self._learner, self._card = parts.models, parts.learner, card
        self._pictures: dict[Place, QImage] = {}
        self._job: Job | None = None
        card.look_wanted.connect(self._look_next.look)
        card.place_wanted.connect(self._open)
        card.installEventFilter(self)
        self._look_next.changed.connect(self.refresh)
        self._models.models_changed.connect(self.refresh)
        self._session.folder_opened.connect(self._forget)
        self.refresh()

    def refresh(self) -> None:
        """Shows the list as it is now."""
        look_next, waiting = self._look_next, self._look_next.waiting
        self._card.show_rows([self._row(one) for one in waiting])
        for place, picture in self._pictures.items():
            self._card.show_picture(place, picture)
        if look_next.is_looking:
            words = _("Looking: {n} of {total} slices").format(n=look_next.looked, total=look_next.total)
        elif waiting:
            words = _("Every fifth is picked at random, as a check.")
        elif look_next.suggestions:
            words = _("Every slice of the list is checked.")
        else:
            words = self._models.reason or _("Finds the slices on which the model is least sure.")
        can_look = not look_next.is_looking and not self._models.reason
        self._card.say(words, can_look=can_look, again=bool(look_next.suggestions))
        self._read([one.place for one in waiting if one.place not in self._pictures])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pictures are read when they are first to be seen."""
        if event.type() == QEvent.Type.Show:
            self.refresh()
        return False

    def _open(self, place: Place) -> None:
        self.opened.emit()
        self._look_next.open(place)

    def _row(self, one: Suggestion) -> LookRow:
        item = self._session.known_items[one.place.item_id]
        name = place_words(self._session.item_view(item.id).name, one.place, is_volume=item.shape[0] > 1)
        return LookRow(one.place, name, why_words(one), one.is_random)

    def _read(self, places: Sequence[Place]) -> None:
        if self._job is not None or not places or not self._card.isVisible():
            return
        wanted = [(self._session.known_items[place.item_id], place) for place in places]
        project = self._session.project
        offset = project.hu_offset if project is not None else None
        self._job = job = self._runner.run("ahead", _("Reading"), partial(make_pictures, wanted, offset))
        job.progressed.connect(lambda progress: self._take(*progress.partial))
        job.ended.connect(self._read_all)

    def _take(self, place: Place, picture: QImage) -> None:
        self._pictures[place] = picture
        self._card.show_picture(place, picture)

    def _read_all(self) -> None:
        """What joined the list meanwhile comes next; what could not be read is not tried again before it is seen."""
        self._job = None

    def _forget(self) -> None:
        self._pictures.clear()
        self.refresh()


def make_pictures(wanted: Sequence[tuple[WorkItem, Place]], hu_offset: float | None, report: Reporter) -> None:
    """Reports (place, QImage) of each slice; what cannot be read has none."""
    from lesionstudio.gui.thumbnails import square_image
    from lesionstudio.imaging.choices import in_hu
    from lesionstudio.imaging.formats import read_scan
    from lesionstudio.imaging.windowing import first_preset, preset_window, to_grey

    for item, place in wanted:
        try:
            scan = in_hu(read_scan(item.source), hu_offset)
            pixels = scan.slice(place.k)
        except LesionStudioError:
            continue
        step = max(1, min(pixels.shape[:2]) // 224)
        grey = to_grey(pixels[::step, ::step], preset_window(scan, first_preset(scan), place.k))
        report(Progress(None, partial=(place, square_image(grey, scan.geometry.spacing_mm[1:]))))
