"""The model a study begins with: what it was made for counts, not its name."""

from dataclasses import replace
from pathlib import Path

import pytest

from lesionstudio.imaging.formats import find_scan
from lesionstudio.project.project import Project
from lesionstudio.project.usual_model import usual_model
from tests import phantoms
from tests.tiny_model import tiny_card

LESIONS = tiny_card(id="lung-lesions", modality="CT")
NODULES = tiny_card(id="a-nodules", modality="CT", view="crop", crop_side=64)
LOBES = tiny_card(id="brain-lobes", modality="MR", labels=("A", "B"))
TUMOUR = tiny_card(id="brain-tumour", modality="MR", channels=3)
MEMBRANES = tiny_card(id="a-membranes", marks="borders")
SHELF = [MEMBRANES, NODULES, LOBES, TUMOUR, LESIONS]


@pytest.fixture
def study(tmp_path: Path) -> Project:
    phantom = phantoms.ct_phantom(shape=(4, 32, 32))
    phantoms.write_nifti(tmp_path / "scans" / "a.nii.gz", phantom.voxels, phantom.affine)
    project = Project.open(tmp_path / "scans")
    project.add(find_scan(tmp_path / "scans" / "a.nii.gz"))
    return project


def of_modality(study: Project, modality: str) -> Project:
    for name, item in list(study.items.items()):
        study.items[name] = replace(item, modality=modality)
    return study


@pytest.mark.parametrize(("modality", "expected"), [("", LESIONS), ("CT", LESIONS), ("MR", LOBES)])
def test_a_study_begins_with_the_model_for_whole_pictures_of_its_modality(
    study: Project, modality: str, expected: object
) -> None:
    assert usual_model(SHELF, of_modality(study, modality)) == expected


def test_another_modality_is_better_than_none_and_an_empty_shelf_has_no_model(study: Project) -> None:
    assert usual_model([TUMOUR, LOBES], of_modality(study, "CT")) == LOBES
    assert usual_model([NODULES], None) == NODULES
    assert usual_model([], None) is None
