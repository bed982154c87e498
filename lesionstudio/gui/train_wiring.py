"""TrainWiring: joins the training sheet and the Training card with the Trainer: data looked at, previews, answers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from lesionstudio.compute.compute import Level
from lesionstudio.errors import LesionStudioError
from lesionstudio.gui.jobs import Job
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.run_folders import new_run_folder, remove_run_folder
from lesionstudio.gui.trainer import Trainer
from lesionstudio.gui.training_order import TrainingOrder
from lesionstudio.gui.widgets.sheet import present
from lesionstudio.progress import Progress
from lesionstudio.words import _

if TYPE_CHECKING:
    from lesionstudio.gui.dialogs.train_sheet import TrainSheet


class TrainWiring(QObject):
    """`show_learn` shows the page with the card; `results_wanted`: of which model, on which data folder."""

    results_wanted = Signal(str, str)

    def __init__(self, parts: Parts, trainer: Trainer, show_learn: Callable[[], object]) -> None:
        super().__init__(parts.window)
        self._parts, self._trainer, self._show_learn = parts, trainer, show_learn
        self._jobs: list[Job] = []
        parts.window.actions_by_verb.on("train_folder", self.ask)

    def ask(self) -> None:
        """Opens the sheet."""
        from lesionstudio.gui.dialogs.train_sheet import TrainSheet

        window = self._parts.window
        why_not = _("A training goes on: stop it first.") if self._trainer.is_running else ""
        sheet = TrainSheet(window, window.look, self._parts.models.models, why_not)
        sheet.data_wanted.connect(lambda order: self._look_at(sheet, order))
        sheet.seen_wanted.connect(lambda order: self._preview(sheet, order))
        sheet.train_wanted.connect(self._train)
        sheet.finished.connect(lambda _result: self._stop_looking())
        present(sheet)

    def answer(self, key: str) -> None:
        """What the buttons of the card do."""
        trainer = self._trainer
        answers = {
            "stop": trainer.cancel,
            "go_on": trainer.go_on,
            "keep": trainer.keep,
            "add": trainer.add_to_models,
            "results": self._ask_for_results,
            "forget": trainer.forget,
        }
        answers[key]()

    def _ask_for_results(self) -> None:
        training = self._trainer.training
        if training is not None and training.model:
            self.results_wanted.emit(training.model, training.order.data)

    def _train(self, order: TrainingOrder) -> None:
        self._trainer.start(order)
        self._show_learn()

    def _look_at(self, sheet: "TrainSheet", order: TrainingOrder) -> None:
        from lesionstudio.workflows.data_page import data_page
        from lesionstudio.workflows.labelled import Places
        from lesionstudio.workflows.train_here import path_of

        self._stop_looking()
        places = Places(path_of(order.images), path_of(order.masks), path_of(order.split), path_of(order.data))
        job = self._parts.runner.run("files", _("Looking at the data"), data_page, places)
        self._follow(job, sheet)
        job.succeeded.connect(lambda page: sheet.show_data(page) if isValid(sheet) else None)

    def _preview(self, sheet: "TrainSheet", order: TrainingOrder) -> None:
        from lesionstudio.gui.dialogs.train_parts import read_seen

        self._stop_looking()
        folder = new_run_folder()
        changes = {key: value for key, value in order.changes().items() if key not in ("encoder_weights", "minutes")}
        arguments = {**order.places, "model_from": order.model_from, "changes": changes, "out": str(folder)}
        job = self._parts.lane.submit("training_preview", arguments, _("Looking at some pictures"), level=Level.URGENT)
        self._follow(job, sheet)

        def read(result: dict[str, list[dict[str, str]]]) -> None:
            reading = self._parts.runner.run("files", _("Reading"), read_seen, folder, result["pictures"])
            reading.succeeded.connect(lambda shown: sheet.show_seen(shown) if isValid(sheet) else None)
            reading.failed.connect(self._parts.session.tell_problem)
            reading.ended.connect(lambda: remove_run_folder(folder))

        job.succeeded.connect(read)
        job.failed.connect(lambda _problem: remove_run_folder(folder))
        job.cancelled.connect(lambda: remove_run_folder(folder))

    def _follow(self, job: Job, sheet: "TrainSheet") -> None:
        self._jobs.append(job)
        job.progressed.connect(lambda progress: _say(sheet, progress))
        job.failed.connect(lambda problem: self._say_problem(sheet, problem))

    def _say_problem(self, sheet: "TrainSheet", problem: BaseException) -> None:
        if not isinstance(problem, LesionStudioError):
            raise problem
        if isValid(sheet):
            sheet.show_state(f"{problem.message} {problem.hint}".strip())

    def _stop_looking(self) -> None:
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            job.cancel()


def _say(sheet: "TrainSheet", progress: Progress) -> None:
    if isValid(sheet) and progress.fraction is not None:
        percent = round(100 * progress.fraction)
        sheet.show_state(_("{what}, {percent} %").format(what=progress.message, percent=percent))
