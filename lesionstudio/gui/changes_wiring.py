"""ChangesWiring: joins what a new version would change with its menu entry, its banner and its sheet."""

from functools import partial

from PySide6.QtCore import QObject

from lesionstudio.gui.change_pictures import Pair, make_pairs
from lesionstudio.gui.dialogs.changes_sheet import ChangesSheet
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.look_words import place_words
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.version_changes import Change
from lesionstudio.gui.what_next import Place
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.words import _


class ChangesWiring(QObject):
    """The sheet is made when it is wanted, and gone when it is left."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._session, self._changes = parts, parts.session, parts.version_changes
        self._sheet: ChangesSheet | None = None
        self._job: Job | None = None
        self._actions = parts.window.actions_by_verb
        self._actions.on("show_version_changes", self._show)
        self._changes.changed.connect(self._refresh)
        self._refresh()

    def _show(self) -> None:
        if not self._changes.changes or self._changes.model is None:
            return
        self._parts.window.draw_page.banners_on_screen.dismiss("show_version_changes")
        sheet = self._sheet = ChangesSheet(self._parts.window, self._parts.window.look, self._changes.model.title)
        sheet.taken.connect(self._changes.take_over)
        sheet.left_as_is.connect(self._changes.drop)
        sheet.open_wanted.connect(self._open)
        sheet.finished.connect(self._forget)
        sheet.show_changes(self._named())
        self._read()
        present(sheet)

    def _open(self, place: Place) -> None:
        self._actions.trigger("draw")
        self._parts.what_next.go_to(place)

    def _named(self) -> list[tuple[Change, str]]:
        named = []
        for one in self._changes.changes:
            item = self._session.known_items[one.place.item_id]
            name = self._session.item_view(item.id).name
            named.append((one, place_words(name, one.place, is_volume=item.shape[0] > 1)))
        return named

    def _read(self) -> None:
        wanted = [(self._session.known_items[one.place.item_id], one) for one in self._changes.changes]
        colours = {label.number: label.colour for label in self._session.labels}
        project = self._session.project
        offset = project.hu_offset if project is not None else None
        self._job = job = self._parts.runner.run("ahead", _("Reading"), partial(make_pairs, wanted, colours, offset))
        job.progressed.connect(lambda progress: self._take(progress.partial))

    def _take(self, pair: Pair) -> None:
        if self._sheet is not None:
            self._sheet.show_pictures(pair.place, pair.old, pair.new)

    def _refresh(self) -> None:
        self._actions.allow("show_version_changes", bool(self._changes.changes))
        if self._sheet is not None:
            self._sheet.show_changes(self._named())

    def _forget(self) -> None:
        self._sheet = None
        if self._job is not None:
            self._job.cancel()
