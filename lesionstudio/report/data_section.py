"""The data page: how much there is, how it was dealt, what it looks like."""

from collections.abc import Mapping
from typing import Any

from lesionstudio.report import figures
from lesionstudio.report.facts import ReportFacts
from lesionstudio.report.pictures import contact_of
from lesionstudio.report.sections import Plate, Section, Table, label_key, part_name, shown
from lesionstudio.words import _, number

_NAMED = 8


def data_section(facts: ReportFacts) -> Section | None:
    """None where the data were not looked at."""
    data = facts.data
    if data is None:
        return None
    labels = {str(n): name for n, name in enumerate(facts.card["labels"], start=1)}
    parts = {part: data["parts"][part] for part in ("train", "val", "test", "") if part in data["parts"]}
    names = {part: part_name(part) for part in parts}
    has_mm = all(one["spacings_mm"] for one in parts.values())
    unit = "mm²" if has_mm else "px"
    plates = [
        Plate(figures.intensities(parts, names), _("Values")),
        Plate(figures.lesion_sizes(parts, unit, labels), _("Lesions in a slice")),
    ]
    tables = [_counts(parts, names), _labels(parts, names, labels), _sizes(parts, names)]
    contact = [contact_of(sample) for sample in facts.contact]
    title, key = _("Pictures with their masks"), label_key(facts.card["labels"])
    return Section(_("The data"), _said(data), tables, plates, contact=contact, contact_title=title, key=key)


def _counts(parts: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    heads = (_("Part"), _("Files"), _("Slices"), _("Patients or groups"), _("Without a mark"), _("Marked, %"))
    rows = [
        (
            names[part],
            *(number(one[name]) for name in ("files", "slices", "groups", "empty")),
            shown(one["marked_percent"], 2),
        )
        for part, one in parts.items()
    ]
    return Table(heads, rows)


def _labels(parts: Mapping[str, Any], names: Mapping[str, str], labels: Mapping[str, str]) -> Table:
    heads = (_("Label"), _("Part"), _("Slices with it"), _("Of all pixels, %"), _("Lesions in slices"))
    rows = [
        (
            name,
            names[part],
            number(one["slices_with"].get(n, 0)),
            shown(one["percent_of"].get(n, 0.0), 3),
            number(len(one["lesions"].get(n, []))),
        )
        for n, name in labels.items()
        for part, one in parts.items()
    ]
    return Table(heads, rows, _("Labels"))


def _sizes(parts: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    rows = []
    for part, one in parts.items():
        sizes = [f"{rows_} × {columns} ({number(n)})" for rows_, columns, n in one["sizes"][:_NAMED]]
        sizes += ["…"] if len(one["sizes"]) > _NAMED else []
        spacings = [" × ".join(shown(length, 2) for length in entry[:3]) for entry in one["spacings_mm"][:_NAMED]]
        rows.append((names[part], ", ".join(sizes), ", ".join(spacings) or _("not in the files")))
    heads = (_("Part"), _("Rows × columns (slices)"), _("Spacing in mm: slice × row × column"))
    return Table(heads, rows, _("Sizes"))


def _said(data: Mapping[str, Any]) -> list[str]:
    said = []
    if data["near_duplicates"]:
        names = ", ".join(" = ".join(pair) for pair in data["near_duplicates"][:_NAMED])
        said.append(_("Nearly the same in different parts: {names}.").format(names=names))
    else:
        said.append(_("No two pictures in different parts are nearly the same."))
    if data["unpaired"]:
        said.append(_("Without a partner: {names}").format(names=", ".join(data["unpaired"][:_NAMED])))
    return said
