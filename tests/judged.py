"""What the verbs behind Results answer, by a rule one can see: whatever is brighter than 160 is lesion."""

from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.imaging.mask import SliceStatus
from lesionstudio.metrics.cases import score_case
from lesionstudio.metrics.curves import Probabilities
from lesionstudio.metrics.summary import summary
from lesionstudio.progress import Progress, Reporter
from lesionstudio.project.project import Project
from lesionstudio.project.worklist import Role
from lesionstudio.workflows.evaluate import curves_of
from lesionstudio.workflows.kept_marks import MarksKeeper, amounts


def judged_by_brightness(
    *, project: str, role: str, model: str, out: str, report: Reporter, **_rest: object
) -> dict[str, Any]:
    """What study_results answers. The model called stand-in marks less: what is over 210."""
    study, keeper = Project.open(Path(project), write=False), MarksKeeper(Path(out))
    bright = 210 if Path(model).name == "stand-in" else 160
    cases, facts, counted = [], [], Probabilities.none()
    for item in study.items.values():
        record = study.record(item.id)
        if record.roles[0] != Role(role) or record.statuses[0] != SliceStatus.CHECKED:
            continue
        scan = study.read_scan(item)
        wanted = study.load_mask(item.id, scan.geometry, scan.slice_ids).labels(0)
        marked = (scan.slice(0) > bright).astype(np.uint8)
        case = score_case(f"{item.id}:0", item.id, marked[None], wanted[None], ("Lesion",), None)
        counted += Probabilities.of(scan.slice(0).astype(np.float32) / 255, wanted == 1)
        cases.append(case)
        kept = {"item": item.id, "name": item.name, "slice": 0, "worst_slice": 0, **amounts(case)}
        facts.append({**kept, "marks": keeper.keep(marked, wanted)})
        report(Progress(None, "Measuring"))
    scores = summary(cases)
    known = {"threshold": 0.5, "part": role, "left_out": [], "numbers": [1], "title": "Stand-in", "opened": None}
    curves = {"Lesion": curves_of([counted])}
    cases_json = [{**case, **more} for case, more in zip(scores["cases"], facts)]
    report(Progress(1.0, "", 0.0, {"results": {**scores, **known, "curves": curves, "cases": cases_json}}))
    page = Path(out) / "report.html"
    page.write_text("<html>the report</html>", encoding="utf-8")
    return {"page": str(page)}
