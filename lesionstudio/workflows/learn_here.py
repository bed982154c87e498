"""learn_here: Learn on a study from the command line, and what becomes of its version."""

from pathlib import Path
from typing import Any

from lesionstudio.progress import Reporter, silent
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf
from lesionstudio.words import _
from lesionstudio.workflows.learn import learn

NOTHING = "none"


def learn_here(
    project: Path,
    *,
    model_from: str = "",
    minutes: float = 0.0,
    channels: str = "",
    device: str = "auto",
    seed: int = 0,
    use_if_better: bool = False,
    report: Reporter = silent,
) -> dict[str, Any]:
    """What the Learn button does, on a study that is open nowhere else.

    It starts from the model in use, from `model_from`, or for "none" from nothing; `channels` are those of three that a
    new model gets. The version waits for a person's choice unless it is to be used and does better. Gives what learn
    gives with {"used", "why"}. Raises ProjectProblem when the study is open elsewhere, and what learn raises.
    """
    study = Project.open(project, read_only_ok=False)
    try:
        if channels:
            study.settings["channels"] = channels
            study.save()
        made = learn(
            str(study.home),
            _start(study, model_from),
            device,
            minutes,
            seed,
            study.settings.get("label_tables", {}),
            report,
        )
        used = bool(made["passes"] and use_if_better)
        why = made["why"] if used or not made["passes"] else _("It waits for your choice.")
        study.settings.setdefault("label_tables", {})[made["model"]] = made["table"]
        study.settings["model" if used else "candidate"] = made["model"]
        return {**made, "used": used, "why": why}
    finally:
        study.close()


def _start(study: Project, wanted: str) -> str:
    """The folder of the model to start from; "" for none."""
    if wanted == NOTHING:
        return ""
    shelf = ModelShelf(study)
    model = shelf.find(wanted) if wanted else shelf.in_use()
    return str(model.folder) if model else ""
