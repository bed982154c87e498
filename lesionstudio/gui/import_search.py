"""What is known of a study before masks are looked for: how its scans and labels may stand in names of files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lesionstudio.gui.scan_facts import ScanFacts
from lesionstudio.imaging.formats import series_of_mask, uids_of
from lesionstudio.imaging.found_masks import By, Matched, ScanNames, mask_files, matched
from lesionstudio.imaging.incoming import has_work_by_hand
from lesionstudio.project.project import Project
from lesionstudio.project.storage import file_name

MASK_ENDINGS = (
    "*.png *.bmp *.tif *.tiff *.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.mgz *.dcm *.seg *.am *.labels *.jpg *.jpeg"
    " *.webp *.jp2"
)
"""What files of masks are usually called; a DICOM file may be called anything."""


@dataclass(frozen=True, slots=True)
class MaskSearch:
    """Where to look for masks, which files are scans, and what scans and labels are called; made on one thread."""

    places: tuple[Path, ...]
    scans: tuple[ScanNames, ...]
    ours: frozenset[Path]
    labels: tuple[tuple[str, str], ...]
    by: By
    dicom: Mapping[str, Path] = field(default_factory=dict)
    """A file of each DICOM series, by its scan."""

    @classmethod
    def of(cls, project: Project, places: list[Path], by: By) -> "MaskSearch":
        """A search for masks of this study."""
        ours = frozenset(file for item in project.items.values() for file in item.source.files)
        labels = tuple((file_name(one.name.replace("/", "_"), "").name, one.name) for one in project.labels)
        items = project.items.items()
        dicom = {key: item.source.files[0] for key, item in items if item.source.format == "dicom" and not item.error}
        return cls(tuple(places), tuple(scan_names(project)), ours, labels, by, dicom)

    def find(self) -> Matched:
        """The masks, and the scan of each by name or number. Slow: many folders, many files."""
        files = mask_files(self.places, self.ours)
        named = {path: found for path in files if (found := series_of_mask(path)) is not None}
        scans = [_with_uids(scan, self.dicom.get(scan.id)) for scan in self.scans] if named else self.scans
        return matched(files, scans, dict(self.labels), self.by, named)


def _with_uids(scan: ScanNames, file: Path | None) -> ScanNames:
    """With the UIDs that masks may name it by."""
    series, frame = uids_of(file) if file is not None else ("", "")
    return replace(scan, series=series, frame=frame)


def scan_names(project: Project) -> list[ScanNames]:
    """What masks may call the scans of a study: their files, their names, the names they are exported under."""
    from lesionstudio.workflows.export_files import base_names

    exported, scans = base_names(project, "auto"), []
    for item in project.items.values():
        files = item.source.files
        own = [files[0].name] if len(files) == 1 else []
        names, slices = [*own, f"{item.name}.png", f"{exported[item.id]}.png"], item.shape[0]
        by_slice = [file.name for file in files] if item.source.format == "stack" else []
        if not item.error:
            place = files[0].parent
            inside = place.relative_to(project.folder) if place.is_relative_to(project.folder) else place
            scans.append(ScanNames.of(item.id, names, slices, by_slice, inside.parts))
    return scans


def scan_facts(project: Project) -> list[ScanFacts]:
    """The scans that masks may go to."""
    sound = [item for item in project.items.values() if not item.error]
    by_hand = {item.id: has_work_by_hand(project.record(item.id).statuses) for item in sound}
    return [ScanFacts(item.id, item.name, item.shape, by_hand[item.id]) for item in sound]
