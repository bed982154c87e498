"""LearnWiring: joins Learn with the window: its button, its page, its news, and which page is shown."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from lesionstudio.gui.channel_question import ChannelQuestion
from lesionstudio.gui.fare_list import FareList
from lesionstudio.gui.learn_page import LearnPage
from lesionstudio.gui.look_wiring import LookList
from lesionstudio.gui.panels.learning import working_words
from lesionstudio.gui.panels.new_version import news_of, overlap_words
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.views import Notice, VersionView
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.words import _, ngettext


class LearnWiring(QObject):
    """Shows Draw or Learn and says so; the Learn page is made when it is first wanted."""

    page_changed = Signal()
    training_answered = Signal(str)

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._parts, self._window, self._session = parts, parts.window, parts.session
        self._learner, self._actions = parts.learner, parts.window.actions_by_verb
        self._page: LearnPage | None = None
        self._wanted: tuple[str, int] | None = None
        self._learner.changed.connect(self.show_ready)
        self._learner.finished.connect(self._tell)
        self._learner.used.connect(self._tell_used)
        self._learner.progressed.connect(self._show_along)
        self._learner.channels_wanted.connect(self._ask_channels)
        self._session.folder_opened.connect(self.show_draw)
        self._session.scan_opened.connect(self._go_to_wanted)
        self._actions["learn_along"].toggled.connect(self._switch_along)
        for verb, do in (("learn", self._learner.learn), ("draw", self.show_draw), ("learn_page", self.show_learn)):
            self._actions.on(verb, do)

    @property
    def is_on_learn(self) -> bool:
        """Whether the Learn page is shown."""
        page = self._page
        return self._session.folder is not None and page is not None and self._window.draw_page.beside is page

    def show_draw(self) -> None:
        """Shows the page with the picture."""
        self._actions["draw"].setChecked(True)
        if self._session.folder is not None:
            self._window.draw_page.show_beside(None)
            self._window.draw_page.views.take_keys()
        self.show_ready()
        self.page_changed.emit()

    def show_learn(self) -> None:
        """Shows how learning goes and what came of it."""
        if self._session.folder is None:
            return
        if self._page is None:
            self._page = LearnPage(self._window.look, self._actions, self._learner, self._parts.trainer)
            self._page.training.wanted.connect(self.training_answered)
            LookList(self._parts, self._page.look_list).opened.connect(self.show_draw)
            FareList(self._parts, self._page.fares).opened.connect(self.show_draw)
            self._parts.trainer.look_for_unfinished()
            self._page.slice_wanted.connect(self.open_slice)
            self._page.held_out_wanted.connect(self._open_held_out)
            self._page.banners.action_wanted.connect(self._window.banner_answered)
        self._actions["learn_page"].setChecked(True)
        self._page.refresh()
        self._window.draw_page.show_beside(self._page)
        self._window.draw_page.banners.dismiss("learn_page")
        if not self._parts.version_changes.changes:
            self._page.banners.dismiss("show_version_changes")
        self._page.take_focus()
        self.page_changed.emit()
        self._show_status()

    def show_ready(self) -> None:
        """Says whether Learn can be pressed, and why not."""
        reason, has_folder = self._learner.reason, self._session.folder is not None
        self._actions.allow("learn", not reason)
        self._actions.allow("learn_page", has_folder)
        if has_folder:
            self._window.draw_page.segment.learn.show_ready(reason, self._learner.readiness.lessons)
        self._show_along()

    def _switch_along(self, on: bool) -> None:
        if on != self._learner.along.is_on:
            self._learner.along.switch(on)

    def _show_along(self) -> None:
        """Shows whether it learns while the person works, and how far that is."""
        along, project = self._learner.along, self._session.project
        self._show_status()
        self._actions.allow("learn_along", project is not None and not project.read_only)
        self._actions["learn_along"].setChecked(along.is_on)
        if project is None:
            return
        segment = self._window.draw_page.segment
        segment.along.show_state(along.state, along.new_slices)
        segment.offer_learning(along.state in ("off", "waiting"))

    def _show_status(self) -> None:
        """The status bar: what learns beside the work; on the Learn page how much there is to learn from, and how."""
        along, bar = self._learner.along, self._window.status_bar
        bar.show_cells(learning=working_words(along.state, along.new_slices))
        if self.is_on_learn:
            n, is_learning = self._learner.readiness.lessons, self._learner.is_at_work
            is_learning = is_learning or along.state == "learning"
            told = _("Learning does not slow the brush") if is_learning else ""
            slices = ngettext("{n} checked slice", "{n} checked slices", n)
            bar.show_cells(voxel="", position="", value=told, label=slices if n else "")

    def open_slice(self, item_id: str, k: int) -> None:
        """Shows a slice of a scan on the Draw page."""
        self._wanted = (item_id, k)
        self.show_draw()
        if item_id == self._session.current_id:
            self._go_to_wanted()
        else:
            self._session.open_item(item_id)

    def _go_to_wanted(self) -> None:
        if self._wanted is not None and self._wanted[0] == self._session.current_id:
            self._session.go_to_slice(self._wanted[1])
            self._wanted = None

    def _open_held_out(self) -> None:
        """The next held-out slice that nobody has checked: of the scan on screen, else of the first that has one."""
        here, items = self._session.current_id, self._session.known_items
        for item_id in sorted(items, key=lambda one: one != here):
            statuses = self._session.record(item_id).statuses if not items[item_id].error else ()
            held_out = self._session.held_out(item_id) if statuses else frozenset()
            waiting = [k for k in sorted(held_out) if statuses[k] != SliceStatus.CHECKED]
            if waiting:
                self.open_slice(item_id, waiting[0])
                return

    def _tell(self, version: VersionView) -> None:
        if self.is_on_learn:
            if self._page is not None:
                self._page.take_focus()
            return
        news = f"{version.title}. {news_of(version, self._learner.readiness)}"
        self._session.tell(Notice("good", _("A new version is ready."), news, _("Look at it"), "learn_page"))

    def _tell_used(self, version: VersionView, before: str) -> None:
        """A better version is in use without a question; one click takes that back."""
        self._window.draw_page.banners_on_screen.dismiss("use_version")
        title = _("{version} is in use now.").format(version=version.title)
        undo = _("Go back") if before else ""
        told = Notice("good", title, overlap_words(version.measured), undo, "use_version" if before else "")
        self._session.tell(replace(told, payload=before))

    def _ask_channels(self, question: ChannelQuestion) -> None:
        from lesionstudio.gui.dialogs.channels import ChannelsSheet

        sheet = ChannelsSheet(self._window, self._window.look, question.pixels)
        sheet.answered.connect(question.then)
        present(sheet)
