"""The section on membranes: V-Rand and V-Info at the threshold in use, and the best that any threshold would give."""

from typing import Any

from lesionstudio.report.sections import Section, Table, between, shown
from lesionstudio.words import _, number


def membrane_section(membrane: dict[str, Any] | None) -> Section | None:
    """None for models that mark no membranes."""
    if not membrane:
        return None
    best = membrane["best"]
    names = {"v_rand": "V-Rand", "v_info": "V-Info"}
    rows = [
        (
            text,
            shown(membrane[name]),
            between(membrane["ci95"][name]),
            shown(membrane[f"{name}_split"]),
            shown(membrane[f"{name}_merge"]),
            _("{value} at {threshold}").format(
                value=shown(best[name]["value"]), threshold=number(best[name]["threshold"], 2)
            ),
        )
        for name, text in names.items()
    ]
    heads = (
        _("Cells"),
        _("At {threshold}").format(threshold=number(membrane["threshold"], 2)),
        _("95 % interval"),
        _("Not split"),
        _("Not merged"),
        _("Best of all thresholds"),
    )
    curve = [(number(cut, 2), shown(rand), shown(info)) for cut, rand, info in membrane["by_threshold"]]
    texts = [
        _(
            "How well the membranes part the cells, as the ISBI 2012 challenge measures it: membranes thinned to a "
            "line, only pixels inside true cells counted, the mean over {n} sections (Arganda-Carreras et al. 2015)."
        ).format(n=number(membrane["sections"])),
        _("The best of all thresholds was chosen on these very sections: it flatters, and is no score of the model."),
    ]
    tables = [Table(heads, rows), Table((_("Threshold"), "V-Rand", "V-Info"), curve, kind="narrow small")]
    return Section(_("Membranes"), texts, tables)
