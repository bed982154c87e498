"""What each verb of the action table does: the one place where actions meet the session."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from lesionstudio.gui.about import About
from lesionstudio.gui.actions import LABEL_NUMBERS, PRESETS
from lesionstudio.gui.converting import Converting
from lesionstudio.gui.label_sets import LabelSets
from lesionstudio.gui.label_sets_menu import LabelSetsMenu
from lesionstudio.gui.mask_drops import MaskDrops
from lesionstudio.gui.messages import ask_then, choose_folder
from lesionstudio.gui.models import MappingQuestion
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.preferences import Preferences
from lesionstudio.gui.stacks import Stacks
from lesionstudio.gui.stacks_menu import StacksMenu
from lesionstudio.gui.toolbox import Toolbox
from lesionstudio.gui.tour import Tour
from lesionstudio.gui.views import Notice
from lesionstudio.gui.volume_choice import VolumeChoice
from lesionstudio.gui.widgets.places import show_place
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.imaging.windowing import presets_for
from lesionstudio.words import _, ngettext

if TYPE_CHECKING:
    from lesionstudio.gui.import_wiring import ImportWiring


class Verbs(QObject):
    """Connects the actions; holds nothing but what it was given."""

    def __init__(self, parts: Parts, toolbox: Toolbox) -> None:
        super().__init__(parts.window)
        self._parts, self._toolbox = parts, toolbox
        self._window, self._session = parts.window, parts.session
        self._look = parts.window.look
        self.preferences, self.tour, self.about = Preferences(parts), Tour(parts), About(parts)
        self.label_sets = LabelSets(parts.session, parts.study_steps, self)
        self.label_sets_menu = LabelSetsMenu(parts.window, parts.session, self.label_sets)
        self.converting = Converting(parts.session, self)
        self.imports: ImportWiring | None = None
        self._mask_drops = MaskDrops(parts.session, self._show_import)
        self.stacks = Stacks(parts.session, parts.study_steps, self)
        self.stacks_menu = StacksMenu(parts.window, self.stacks)
        self._connect_program()
        self._connect_looking()
        self._connect_marking()
        self._connect_models()

    def do_notice(self, notice: Notice) -> None:
        """What the button of a banner does."""
        if notice.action == "show_in_folder":
            show_place(Path(notice.payload))
        elif notice.action == "take_back":
            self._parts.travel.take_back(notice.payload)
        elif notice.action == "take_apart":
            self.stacks.take_apart(notice.payload)
        elif notice.action == "join_stack":
            self.stacks_menu.ask(notice.payload)
        elif notice.action == "undo_here":
            self._parts.travel.undo_here()
        elif notice.action == "use_fitting_model":
            self._parts.models.use_instead(*notice.payload)
        elif notice.action == "use_version":
            self._parts.learner.use(notice.payload)
        elif notice.action == "go_on_learning":
            self._parts.learner.along.pause(False)
        elif notice.action == "keep_model":
            return  # The draft was made with it already.
        elif notice.action in ("read_as_ct", "leave_values"):
            self._parts.stored_values.answer(notice.payload if notice.action == "read_as_ct" else None)
        elif notice.action:
            self._window.actions_by_verb.trigger(notice.action)

    def open_places(self, places: list[Path]) -> None:
        """Opens a folder, a file, or the folder that several files lie in; segmentations are offered for import."""
        first = places[0]
        if not self._mask_drops.take(places):
            self._session.open_folder(first if len(places) == 1 or first.is_dir() else first.parent)

    def forget_folder(self, folder: Path) -> None:
        """Takes a folder off the recent ones."""
        recent = tuple(path for path in self._session.settings.recent if path != str(folder))
        self._session.apply_settings(replace(self._session.settings, recent=recent))

    def add_model(self) -> None:
        """Takes a model in from a folder and uses it."""
        chosen = choose_folder(self._window, _("Choose a model folder"))
        if not chosen:
            return
        from lesionstudio.workflows.models import add_model

        job = self._parts.runner.run("files", _("Adding the model"), add_model, Path(chosen))
        job.succeeded.connect(lambda facts: self._use_added(str(facts["id"]), str(facts["task"])))
        job.failed.connect(self._session.tell_problem)

    def _use_added(self, model_id: str, task: str) -> None:
        if task == "classification":
            self._parts.classifying.classifiers.look_again()
            self._parts.classifying.classifiers.choose(model_id)
            return
        self._parts.models.look_again()
        self._parts.models.choose_model(model_id)

    def _connect_program(self) -> None:
        do = self._window.actions_by_verb.on
        do("open_folder", self._open_folder)
        do("open_sample", self._open_sample)
        do("close_folder", self._session.close_folder)
        do("import_masks", self._show_import)
        do("export", self._show_export)
        do("convert", self._show_convert)
        do("settings", self.preferences.show)
        do("shortcuts", self._show_shortcuts)
        do("tour", self.tour.start)
        do("about", self.about.show)
        do("stored_values", self._show_values)
        do("quit", self._window.close)
        do("leave_picture", lambda: self._window.draw_page.leave_picture())
        do("find_scan", lambda: self._window.draw_page.find_scan())
        fold_list, fold_panel = (self._window.actions_by_verb[verb] for verb in ("fold_worklist", "fold_panel"))
        fold_list.toggled.connect(lambda on: self._window.draw_page.fold_worklist(on))
        fold_panel.toggled.connect(lambda on: self._window.draw_page.right_panel.fold(on))

    def _connect_looking(self) -> None:
        do, session = self._window.actions_by_verb.on, self._session
        for verb, n in {"next_slice": 1, "previous_slice": -1, "ten_slices_on": 10, "ten_slices_back": -10}.items():
            do(verb, partial(self._step, n))
        do("fit", lambda: self._window.draw_page.views.fit())
        do("one_to_one", lambda: self._window.draw_page.views.one_to_one())
        do("next_item", session.next_item)
        do("previous_item", session.previous_item)
        VolumeChoice(session, self._window.actions_by_verb, self._window)
        do("flag", lambda: session.flag(self._window.actions_by_verb["flag"].isChecked()))
        for n in range(1, PRESETS + 1):
            do(f"preset_{n}", partial(self._choose_preset, n))
        do("outline_only", self._keep_outline_only)
        do("hide_mask", self._hide_mask)

    def _connect_marking(self) -> None:
        do, marking, toolbox = self._window.actions_by_verb.on, self._parts.marking, self._toolbox
        for verb in toolbox.kinds:
            do(verb, partial(toolbox.choose, verb))
        do("smaller", lambda: toolbox.step(-1))
        do("larger", lambda: toolbox.step(1))
        do("undo", self._undo)
        do("redo", self._redo)
        do("add_label", self._add_label)
        do("lock_label", marking.lock_label)
        for n in LABEL_NUMBERS:
            do(f"choose_label_{n}", partial(marking.choose_nth_label, n))
        do("accept", lambda: marking.accept(toolbox.point, toolbox.plane))
        do("reject", lambda: marking.reject(toolbox.point, toolbox.plane))
        do("accept_scan", marking.accept_scan)
        do("check_slice", marking.check_slice)
        do("check_seen", self._check_seen)

    def _undo(self) -> None:
        if not self._toolbox.kind.undo():
            self._parts.travel.undo()

    def _redo(self) -> None:
        if not self._toolbox.kind.redo():
            self._parts.travel.redo()

    def _connect_models(self) -> None:
        do, models = self._window.actions_by_verb.on, self._parts.models
        do("segment_slice", models.segment_slice)
        do("segment_scan", models.segment_scan)
        do("segment_all", models.segment_all)
        do("drafts_ahead", self._keep_drafts_ahead)
        self._window.actions_by_verb["drafts_ahead"].setChecked(self._session.settings.drafts_ahead)
        models.mapping_wanted.connect(self.ask_mapping)

    def ask_mapping(self, question: MappingQuestion) -> None:
        """Asks which labels of the study a model's stand for."""
        from lesionstudio.gui.dialogs.label_mapping import MappingSheet

        sheet = MappingSheet(self._window, self._look, question.names, self._session.labels)
        sheet.answered.connect(question.then)
        present(sheet)

    def show_picture_menu(self, place: QPoint) -> None:
        """Opens the picture's menu where it was clicked with the right button."""
        self.picture_menu().popup(place)

    def picture_menu(self) -> QMenu:
        """What can be done at the place under the pointer."""
        marking, actions = self._parts.marking, self._window.actions_by_verb
        point, plane = self._toolbox.point, self._toolbox.plane
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if actions["accept"].isEnabled():
            menu.addAction(_("Accept"), lambda: marking.accept(point, plane))
            menu.addAction(_("Reject"), lambda: marking.reject(point, plane))
            menu.addSeparator()
        for verb in ("fit", "one_to_one", "outline_only", "flag"):
            menu.addAction(actions[verb])
        return menu

    def _open_folder(self) -> None:
        start = str(self._session.folder or next(iter(self._session.settings.recent), ""))
        chosen = choose_folder(self._window, _("Open folder"), start)
        if chosen:
            self._session.open_folder(Path(chosen))

    def _open_sample(self) -> None:
        from lesionstudio.workflows.sample import sample_study

        job = self._parts.runner.run("files", _("Opening"), sample_study)
        job.succeeded.connect(self._session.open_folder)
        job.failed.connect(self._session.tell_problem)

    def _step(self, n: int) -> None:
        self._window.draw_page.views.step(n)

    def _choose_preset(self, n: int) -> None:
        presets = presets_for(self._session.scan) if self._session.scan else ()
        if n <= len(presets):
            self._session.choose_preset(presets[n - 1].key)

    def _keep_outline_only(self) -> None:
        only = self._window.actions_by_verb["outline_only"].isChecked()
        self._session.apply_settings(replace(self._session.settings, outline_only=only))

    def _keep_drafts_ahead(self) -> None:
        on = self._window.actions_by_verb["drafts_ahead"].isChecked()
        self._session.apply_settings(replace(self._session.settings, drafts_ahead=on))

    def _hide_mask(self) -> None:
        for view in self._window.draw_page.views.views:
            view.set_mask_hidden(self._window.actions_by_verb["hide_mask"].isChecked())

    def _add_label(self) -> None:
        self._parts.marking.add_label()
        self._window.draw_page.labels.rename(self._session.label_in_use)

    def _check_seen(self) -> None:
        slices = self._parts.marking.slices_to_check()
        if not slices:
            words = _("Only slices that were on screen and have no open draft can be checked together.")
            self._session.tell(Notice("info", _("There is nothing more to check here."), words))
            return
        title = ngettext("Check {n} slice?", "Check {n} slices?", len(slices))
        words = _("Those you have seen that have no open draft. Slices you have not looked at stay as they are.")
        yes = ngettext("Check {n} slice", "Check {n} slices", len(slices))
        ask_then(self._window, self._look, title, words, yes, self._parts.marking.check_seen)

    def _show_export(self) -> None:
        from lesionstudio.gui.dialogs.export_sheet import ExportSheet
        from lesionstudio.gui.offers import export_offer

        if self._session.project is not None:
            offer = export_offer(self._session.project, self._session.current_id, self._session.shown)
            sheet = ExportSheet(self._window, self._look, offer)
            sheet.export_wanted.connect(self._parts.exporting.export)
            present(sheet)

    def _show_convert(self) -> None:
        from lesionstudio.gui.dialogs.convert_sheet import ConvertSheet

        sheet = ConvertSheet(self._window, self._look, str(self._session.folder or ""))
        sheet.convert_wanted.connect(self.converting.convert)
        present(sheet)

    def _show_import(self, masks: Sequence[Path] = ()) -> None:
        from lesionstudio.gui.import_wiring import ImportWiring

        if self.imports is None:
            self.imports = ImportWiring(self._window, self._session, self._parts.importing)
        self.imports.show(masks)

    def _show_values(self) -> None:
        from lesionstudio.gui.dialogs.values_sheet import ValuesSheet

        values = self._parts.stored_values
        sheet = ValuesSheet(self._window, self._look, values.hu_offset, values.guess)
        sheet.answered.connect(values.answer)
        present(sheet)

    def _show_shortcuts(self) -> None:
        from lesionstudio.gui.dialogs.shortcuts import ShortcutsSheet

        sheet = ShortcutsSheet(self._window, self._look, self._session.settings.shortcuts)
        sheet.keys_chosen.connect(self._keep_shortcuts)
        present(sheet)

    def _keep_shortcuts(self, chosen: dict[str, str]) -> None:
        self._session.apply_settings(replace(self._session.settings, shortcuts=chosen))
