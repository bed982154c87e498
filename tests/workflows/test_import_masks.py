"""Real masks of other programs: found beside real scans, understood, laid on them; and what is hostile says why."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lesionstudio.imaging.formats import find_scans
from lesionstudio.imaging.found_masks import FoundMask, Matched, ScanNames, mask_files, matched
from lesionstudio.imaging.incoming import Incoming, Wish
from lesionstudio.imaging.mask_values import Census, Meaning, Turn, guess
from lesionstudio.progress import Progress
from lesionstudio.project.project import Project
from lesionstudio.workflows.import_masks import Previews, look_at_masks


def opened(tmp_path: Path, files: Sequence[Path]) -> Project:
    """A study of copies of these scans."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for file in files:
        shutil.copyfile(file, folder / file.name)
    project = Project.open(folder)
    for found in find_scans(folder, salt=project.salt):
        project.add(found)
    return project


def found_in(project: Project, masks: Path) -> Matched:
    scans = [ScanNames.of(item.id, [item.source.files[0].name], item.shape[0]) for item in project.items.values()]
    return matched(mask_files([masks], ()), scans, {})


def looked_at(project: Project, found: Matched) -> dict[int, Census]:
    heard: dict[int, Census] = {}

    def hear(progress: Progress) -> None:
        n, census = progress.partial
        heard[n] = census

    wanted = [(n, mask, project.items.get(scan)) for n, (mask, scan) in enumerate(zip(found.masks, found.scans))]
    look_at_masks(project, wanted, hear)
    return heard


def test_soft_masks_of_mitochondria_are_cut_and_those_of_membranes_are_white(tmp_path: Path, shared_data: Path) -> None:
    vnc = shared_data / "em_vnc"
    project = opened(tmp_path, sorted((vnc / "raw").glob("0[0-3].*")))
    for masks, soft in (("mitochondria", 3), ("membranes", 0)):
        found = found_in(project, vnc / masks)
        told = looked_at(project, found)
        paired = [told[n] for n, scan in enumerate(found.scans) if scan]
        assert len(paired) == 4 and guess(paired) == "white"
        assert sum(not one.is_binary for one in paired) == soft
    project.close()


def test_labels_in_which_black_is_the_membrane_are_asked_about(tmp_path: Path, shared_data: Path) -> None:
    isbi = shared_data / "em_isbi2012"
    project = opened(tmp_path, sorted((isbi / "images").glob("0[0-2].*")))
    found = found_in(project, isbi / "labels")
    told = looked_at(project, found)
    assert guess([told[n] for n, scan in enumerate(found.scans) if scan]) is None
    first = found.masks[found.scans.index("00.png")]
    scan = project.read_scan(project.items["00.png"])
    black = Incoming.read(Wish(first, Meaning("black")), scan.geometry).slices[0]
    assert 0.1 < black.mean() < 0.4 and scan.slice(0)[black > 0].mean() < scan.slice(0)[black == 0].mean()
    project.close()


def test_classes_of_lung_lesions_are_numbers(tmp_path: Path, shared_data: Path) -> None:
    lung = shared_data / "lung_medseg"
    project = opened(tmp_path, sorted((lung / "images").glob("00[0-4].*")))
    found = found_in(project, lung / "masks_multiclass")
    told = looked_at(project, found)
    paired = [told[n] for n, scan in enumerate(found.scans) if scan]
    assert guess(paired) == "numbers" and {value for one in paired for value in one.values} == {0, 1, 2}
    project.close()


def test_a_tumour_drawn_as_nifti_lies_right_on_its_ct_and_shows_where_it_is_largest(
    tmp_path: Path, shared_data: Path
) -> None:
    place = shared_data / "chest_ct" / "LUNG1-002"
    project = opened(tmp_path, sorted((place / "dicom").iterdir()))
    (item,) = project.items.values()
    wish = Wish(FoundMask.of(place / "mask_GTV-1.nii.gz"), Meaning("white"))
    scan = project.read_scan(item)
    slices = Incoming.read(wish, scan.geometry).slices
    counts = {k: int(labels.sum()) for k, labels in slices.items()}
    assert sum(counts.values()) * scan.geometry.voxel_volume_mm3 / 1000 == pytest.approx(358.5, abs=0.1)
    preview = Previews().preview(project, item, wish, None)
    assert preview.k == max(counts, key=lambda k: counts[k]) and not preview.problem
    turned = Previews().preview(project, item, Wish(wish.mask, wish.meaning, Turn(columns=True)), preview.k)
    assert (turned.labels == preview.labels[:, ::-1]).all() and (turned.picture == preview.picture).all()
    project.close()


def test_hostile_files_each_say_why_and_none_stops_the_others(tmp_path: Path, shared_data: Path) -> None:
    isbi = shared_data / "em_isbi2012" / "images"
    project = opened(tmp_path, [isbi / "00.png"])
    found = found_in(project, shared_data / "formats" / "hostile")
    told = looked_at(project, found)
    assert len(told) == len(found.masks) > 20
    refused = [one for one in told.values() if one.error]
    assert len(refused) > 5 and all(one.error.endswith(".") and not one.values for one in refused)
    assert all(np.prod(one.shape) > 0 for one in told.values() if not one.error)
    project.close()
