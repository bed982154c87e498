"""ResultsWiring: joins Judging with the Results page: what is chosen, what is shown, pictures, the report."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from lesionstudio.gui.case_pictures import CasePicture, CasePlace, case_picture, make_stamps, places
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.judged import Found, Subject
from lesionstudio.gui.messages import choose_folder, choose_new_file
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.reference import Reference, of_model
from lesionstudio.gui.results_words import empty_words, facts_words, model_names, opening_lines, subject_choices
from lesionstudio.gui.views import Notice
from lesionstudio.imaging.pairs import PARTS
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.results_page import ResultsPage

_CHOOSE = "choose"


class ResultsWiring(QObject):
    """Made with the window; the page when it is first wanted. `open_slice` shows a slice on the Draw page."""

    def __init__(self, parts: Parts, open_slice: Callable[[str, int], None], shown: Callable[[], object]) -> None:
        super().__init__(parts.window)
        self._parts, self._window, self._session = parts, parts.window, parts.session
        self._judging, self._actions = parts.judging, parts.window.actions_by_verb
        self._open_slice, self._shown = open_slice, shown
        self._page: ResultsPage | None = None
        self._folder, self._parts_of_folder = "", tuple[str, ...]()
        self._places: list[CasePlace] = []
        self._of: Found | None = None
        self._reading: Job | None = None
        self._stamping: Job | None = None
        self._compared: tuple[str, Callable[[], Reference]] | None = None
        self._judging.changed.connect(self._refresh_if_seen)
        self._session.scan_opened.connect(self._compare)
        self._session.folder_opened.connect(self._forget)
        self._actions.on("results_page", self.show)

    @property
    def is_shown(self) -> bool:
        """Whether the Results page is shown."""
        return self._page is not None and self._window.draw_page.beside is self._page

    def show(self) -> None:
        """Shows how good the models are."""
        if self._session.folder is None:
            return
        if self._page is None:
            self._page = self._made()
        self._actions["results_page"].setChecked(True)
        self._window.draw_page.show_beside(self._page, whole=True)
        self.refresh()
        self._page.take_focus()
        self._shown()

    def show_hints(self) -> None:
        """Says what the keys do, and what the intervals are."""
        hints = [((_("Up"),), _("previous")), ((_("Down"),), _("next case"))]
        if self._judging.subject.kind != "folder":
            hints.append(((_("Enter"),), _("open in Draw")))
        found = self._judging.found is not None
        self._window.status_bar.show_hints(hints if found else ())
        words = _("Ranges are 95 % intervals over patients or scans").replace(" %", "\N{NO-BREAK SPACE}%")
        self._window.status_bar.show_cells(voxel="", position="", value="", label=words if found else "")

    def refresh(self) -> None:
        """Shows what is chosen, what can be done and what came of it."""
        page, judging = self._page, self._judging
        if page is None:
            return
        names = model_names(judging.models, self._parts.learner.versions)
        page.head.subject.show_choices(subject_choices(self._folder, self._parts_of_folder), self._subject_key())
        page.head.model.show_choices(list(names.items()), judging.model.id if judging.model else "")
        nothing = [("", _("compared with nothing"))]
        others = [(key, _("compared with {name}").format(name=name)) for key, name in names.items()]
        here = judging.model.id if judging.model else ""
        others = nothing + [choice for choice in others if choice[0] != here]
        page.head.other.show_choices(others, judging.other.id if judging.other else "")
        found, theirs = judging.found, judging.found_of_other
        is_whole = found is not None and (judging.other is None or theirs is not None)
        page.head.show_answers(
            measured=found is not None,
            why_not=judging.reason,
            writing=judging.is_writing,
            page=found is not None and found.page is not None,
        )
        openings = opening_lines(judging) if judging.subject.kind == "test" else ""
        page.head.show_facts(facts_words(judging, found), openings)
        if found is not None and is_whole:
            other_name = names.get(judging.other.id, "") if judging.other else ""
            was_empty = page.show_found(found, theirs, (names.get(here, ""), other_name))
            self._show_pictures(found)
            if was_empty and self.is_shown:
                page.take_focus()
        else:
            self._of = None
            page.show_empty()
            page.empty.show_words(*empty_words(judging))
        if self.is_shown:
            self.show_hints()

    # What a person asks for

    def _measure(self) -> None:
        """The one button of the empty page."""
        judging = self._judging
        if judging.subject.kind == "folder" and not judging.subject.folder:
            self._choose_folder()
        elif judging.reason:
            self._actions.trigger("draw")
        else:
            judging.measure()

    def _pick_subject(self, key: object) -> None:
        if key == _CHOOSE:
            self._choose_folder()
        elif isinstance(key, Subject):
            self._judging.choose_subject(key)

    def _choose_folder(self) -> None:
        chosen = choose_folder(self._window, _("Choose a data folder"), self._folder)
        if not chosen:
            self.refresh()
            return
        job = self._parts.runner.run("files", _("Reading"), _parts_of, Path(chosen))
        job.succeeded.connect(lambda found: self._take_folder(chosen, found))
        job.failed.connect(self._session.tell_problem)

    def _take_folder(self, folder: str, found: tuple[str, ...]) -> None:
        self._folder, self._parts_of_folder = folder, found
        first = next((part for part in ("val", "test", "") if part in found), "")
        self._judging.choose_subject(Subject("folder", folder, first))

    def show_model(self, model_id: str, folder: str) -> None:
        """Shows how good this model is on the part of a data folder that is held out; measures it where it may."""
        self._judging.choose_model(model_id)
        job = self._parts.runner.run("files", _("Reading"), _parts_of, Path(folder))
        job.failed.connect(self._session.tell_problem)

        def show(found: tuple[str, ...]) -> None:
            self._take_folder(folder, found)
            self._actions.trigger("results_page")
            if self._judging.subject.part == "val":
                self._judging.measure()

        job.succeeded.connect(show)

    def _save_report(self) -> None:
        found = self._judging.found
        if found is None or found.page is None:
            return
        chosen = choose_new_file(self._window, _("Save report"), "report.html", "HTML (*.html)")
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.html")
        job = self._parts.runner.run("files", _("Saving"), _copy, found.page, path)
        job.succeeded.connect(lambda _nothing: self._report_saved(path))
        job.failed.connect(self._session.tell_problem)

    def _report_saved(self, path: Path) -> None:
        self._session.tell(
            Notice(
                "good", _("The report is saved."), str(path), _("Open folder"), "show_in_folder", payload=path.parent
            )
        )
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _tell_figure(self, path: Path) -> None:
        self._session.tell(
            Notice(
                "good", _("The figure is saved."), str(path), _("Open folder"), "show_in_folder", payload=path.parent
            )
        )

    # Pictures

    def _show_pictures(self, found: Found) -> None:
        if found is self._of or self._page is None:
            return
        self._of, self._places = found, places(found, self._session.project)
        if self._stamping is not None:
            self._stamping.cancel()
        order = [(row.place, self._places[row.place]) for row in self._page.cases.rows]
        job = self._stamping = self._parts.runner.run("files", _("Reading"), make_stamps, order)
        job.progressed.connect(lambda progress: self._take_stamp(found, *progress.partial))
        job.failed.connect(self._session.tell_problem)
        self._show_case(self._page.cases.current)

    def _take_stamp(self, found: Found, place: int, stamp: object) -> None:
        if found is self._of and self._page is not None:
            self._page.show_stamp(place, stamp)  # type: ignore[arg-type]

    def _show_case(self, place: int) -> None:
        if self._page is None or self._of is None or not 0 <= place < len(self._places):
            return
        if self._reading is not None:
            self._reading.cancel()
        found = self._of
        job = self._reading = self._parts.runner.run("files", _("Reading"), case_picture, self._places[place])
        job.succeeded.connect(lambda picture: self._take_case(found, place, picture))
        job.failed.connect(self._session.tell_problem)

    def _take_case(self, found: Found, place: int, picture: CasePicture) -> None:
        if found is self._of and self._page is not None and self._page.cases.current == place:
            self._page.show_case(picture)

    # Into Draw, with the errors over the picture

    def _open(self, place: int) -> None:
        found, project = self._judging.found, self._session.project
        if found is None or project is None:
            return
        case = found.scores["cases"][place]
        item = project.items.get(case["item"])
        if item is None:
            return
        theirs = [one for one in found.scores["cases"] if one["item"] == item.id]
        files = {one["slice"]: found.folder / one["marks"] for one in theirs}
        words, numbers, shape = _(found.scores["title"]), found.scores["numbers"], item.shape
        self._compared = (item.id, lambda: of_model(shape, files, numbers, words))
        is_here = item.id == self._session.current_id
        self._open_slice(item.id, case["slice"])
        if is_here:
            self._compare()

    def _compare(self) -> None:
        if self._compared is not None and self._compared[0] == self._session.current_id:
            read = self._compared[1]
            self._compared = None
            self._parts.comparing.show_reference(read)

    # Within

    def _subject_key(self) -> object:
        return self._judging.subject

    def _refresh_if_seen(self) -> None:
        if self.is_shown:
            self.refresh()

    def _forget(self) -> None:
        self._of, self._places, self._compared = None, [], None
        for job in (self._reading, self._stamping):
            if job is not None:
                job.cancel()

    def _made(self) -> "ResultsPage":
        from lesionstudio.gui.results_page import ResultsPage

        page, judging = ResultsPage(self._window.look), self._judging
        page.head.subject_picked.connect(self._pick_subject)
        page.head.model_picked.connect(judging.choose_model)
        page.head.other_picked.connect(self._choose_other)
        page.head.measure_wanted.connect(lambda: judging.measure(again=True))
        page.head.report_wanted.connect(self._save_report)
        page.empty.wanted.connect(self._measure)
        page.case_wanted.connect(self._show_case)
        page.open_wanted.connect(self._open)
        page.figure_saved.connect(self._tell_figure)
        page.banners.action_wanted.connect(self._window.banner_answered)
        return page

    def _choose_other(self, model_id: str) -> None:
        """Measures the other version at once where this one is measured: who compares wants to see it."""
        self._judging.choose_other(model_id)
        if self._judging.found is not None and self._judging.subject.kind != "test":
            self._judging.measure()


def _parts_of(data: Path) -> tuple[str, ...]:
    """Which parts a data folder has; "" stands for all of it. Raises UnreadableFile, NotEnoughExamples."""
    from lesionstudio.progress import silent
    from lesionstudio.workflows.labelled import Places

    found = {pair.part for pair in Places(data=data).pairs(silent).pairs}
    return (*(part for part in PARTS if part in found), "")


def _copy(page: Path, to: Path) -> None:
    from lesionstudio.project.storage import telling_what_fails

    with telling_what_fails(to):
        shutil.copyfile(page, to)
