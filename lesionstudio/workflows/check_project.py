"""check_project: whether a study is sound, and what mending it would do or has done."""

from pathlib import Path
from typing import Any

from lesionstudio.errors import ProjectProblem
from lesionstudio.progress import Reporter, silent
from lesionstudio.project.checkup import CheckUp
from lesionstudio.project.project import Project
from lesionstudio.words import _


def check_project(folder: Path, *, mend: bool = False, report: Reporter = silent) -> dict[str, Any]:
    """Looks at every record, mask and journal; with `mend` mends what it can, and keeps what it replaces.

    Gives {"project", "scans", "sound", "findings": [{"item", "path", "problem", "mend", "mended", "kept"}]}. Raises
    ProjectProblem when there is no study, project.json is damaged, or, with `mend`, another program has the study.
    """
    looking = Project.open(folder, write=False)
    if not looking.items:
        raise ProjectProblem(
            _("There is no study in {folder}.").format(folder=folder),
            hint=_("Open the folder in the window and check a slice first."),
        )
    project = Project.open(folder, read_only_ok=False) if mend else looking
    try:
        checkup = CheckUp(project, mend=mend)
        checkup.run(report)
        return checkup.to_json()
    finally:
        project.close()
