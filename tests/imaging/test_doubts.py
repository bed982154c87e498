"""Doubts: what speaks against a model's card is said, and nothing is said of what it was made for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lesionstudio.imaging.doubts import doubts
from lesionstudio.imaging.fingerprint import fingerprints
from lesionstudio.imaging.formats import find_scans, read_scan
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.intensity import network_inputs
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import IntensityRule, ModelCard, ModelInput, read_card
from lesionstudio.resources import resource
from lesionstudio.workflows.segment import spread
from tests import phantoms

RULE = IntensityRule("window", -1000.0, 200.0, unit="HU")
CARD = ModelCard("m", "M", ("Lesion",), (ModelInput(RULE),), modality="CT", plane="axial")


def said(card: ModelCard, scan: Scan) -> list[str]:
    return doubts(card, scan, [network_inputs(scan, k, card.inputs) for k in range(min(scan.slices, 3))])


def axial(shape: tuple[int, int, int]) -> Geometry:
    return Geometry(shape, phantoms.grid("axial", shape, (5.0, 1.0, 1.0)))


def hu(**facts: object) -> Scan:
    voxels = np.random.default_rng(0).integers(-1000, 200, (3, 64, 64)).astype(np.int16)
    return Scan.of_array(voxels, axial(voxels.shape), **({"modality": "CT", "unit": "HU"} | facts))


def test_nothing_is_said_of_a_scan_the_model_was_made_for() -> None:
    assert said(CARD, hu()) == []


@pytest.mark.parametrize(
    ("scan", "sentence"),
    [
        (hu(modality="MR"), "made for CT; the scan is MR"),
        (hu(unit="", modality=""), "expects Hounsfield units"),
        (Scan.of_array(np.full((1, 64, 64), 3000, np.int16), unit="HU"), "outside the range"),
        (Scan.of_array(np.full((1, 64, 64), -3000, np.int16), unit="HU"), "outside the range"),
    ],
)
def test_what_is_not_as_the_card_says_is_said(scan: Scan, sentence: str) -> None:
    assert any(sentence in one for one in said(CARD, scan)), said(CARD, scan)


def test_slices_of_another_plane_are_named() -> None:
    shape = (3, 64, 64)
    geometry = Geometry(shape, phantoms.grid("coronal", shape, (5.0, 1.0, 1.0)))
    scan = Scan.of_array(np.asarray(hu().volume()), geometry, modality="CT", unit="HU")
    assert said(CARD, scan) == ["This model was made for axial slices; these are coronal."]


@pytest.mark.parametrize(("most", "speaks_of_hu"), [(65535, True), (255, False)])
def test_a_picture_that_uses_little_of_its_range_is_named_with_the_way_out(most: int, speaks_of_hu: bool) -> None:
    values = np.random.default_rng(0).integers(0, most // 10, (1, 64, 64)).astype(np.uint16)
    [sentence] = said(CARD, Scan.of_array(values, value_range=(0, most)))
    assert "fill only 10 %" in sentence or "fill only 9 %" in sentence
    assert ("HU offset" in sentence) is speaks_of_hu


def pictures(kind: str, count: int, seed: int) -> list[NDArray[np.float32]]:
    """Blobs (smooth, half dark) or noise (grey, all edges), (1, 96, 96) each."""
    rng = np.random.default_rng(seed)
    if kind == "noise":
        return list(np.clip(rng.normal(0.5, 0.15, (count, 1, 96, 96)), 0, 1).astype(np.float32))
    blobs = rng.random((count, 1, 6, 6)).repeat(16, axis=2).repeat(16, axis=3)
    return list(np.clip(blobs + rng.normal(0, 0.01, blobs.shape), 0, 1).astype(np.float32))


def test_pictures_unlike_those_it_was_trained_on_are_named_and_others_of_the_kind_are_not() -> None:
    known = fingerprints(pictures("blobs", 30, seed=0), CARD.inputs)
    card = replace(CARD, plane="", training={"fingerprints": known})
    for kind, expected in (("blobs", False), ("noise", True)):
        stored = (np.stack(pictures(kind, 3, seed=1))[:, 0] * 255).astype(np.uint8)
        sentences = said(card, Scan.of_array(stored, value_range=(0, 255)))
        assert any("does not look like" in sentence for sentence in sentences) is expected


def test_empty_slices_and_cards_without_fingerprints_say_nothing() -> None:
    known = fingerprints(pictures("blobs", 30, seed=0), CARD.inputs)
    card = replace(CARD, training={"fingerprints": known})
    black = Scan.of_array(np.zeros((1, 64, 64), np.uint8), value_range=(0, 255))
    assert not any("does not look like" in sentence for sentence in said(card, black))
    noise = (np.stack(pictures("noise", 1, seed=1))[:, 0] * 255).astype(np.uint8)
    assert said(CARD, Scan.of_array(noise, value_range=(0, 255))) == []


STARTER = read_card(resource("models", "lung-lesions"))


def of_all(folder: Path, every: int = 1) -> list[list[str]]:
    """What is said of the scans in a folder, as Segment asks."""
    found = [one for one in find_scans(folder) if not one.error and not one.last][::every]
    return [looked_at(read_scan(one.source)) for one in found]


def looked_at(scan: Scan, *, inverted: bool = False) -> list[str]:
    seen = [network_inputs(scan, k, STARTER.inputs) for k in spread(scan.slices)]
    return doubts(STARTER, scan, [np.float32(1) - one for one in seen] if inverted else seen)


def test_nothing_is_said_of_axial_chests(shared_data: Path) -> None:
    assert of_all(resource("sample", "study")) == [[]] * 6
    chests = [of_all(folder) for folder in sorted((shared_data / "chest_ct").glob("*/dicom"))]
    assert chests == [[[]]] * 8


def test_of_a_hundred_lung_pictures_a_few_at_most_are_doubted(shared_data: Path) -> None:
    said_of = of_all(shared_data / "lung_medseg" / "images")
    assert np.mean([bool(sentences) for sentences in said_of]) < 0.03


@pytest.mark.parametrize(
    ("folder", "every", "share"),
    [
        ("brain_lgg/test/images", 12, 1.0),
        ("em_isbi2012", 6, 1.0),
        ("formats/studies/head_ct_philips_dcm_qa_ct", 1, 1.0),
        ("formats/studies/mr_abdomen_coronal_haste_tcga", 1, 1.0),
        ("formats/studies/ct_localizer_plus_sagittal_one_series_ricord", 1, 1.0),
        ("classes/brain_yesno", 3, 0.7),
    ],
)
def test_other_organs_planes_and_modalities_get_exactly_one_sentence(
    shared_data: Path, folder: str, every: int, share: float
) -> None:
    said_of = of_all(shared_data / folder, every)
    assert said_of and all(len(sentences) <= 1 for sentences in said_of)
    assert np.mean([len(sentences) == 1 for sentences in said_of]) >= share


def test_lung_pictures_with_light_and_dark_swapped_are_told_so(shared_data: Path) -> None:
    found = list(find_scans(shared_data / "lung_medseg" / "images"))[::2]
    said_of = [looked_at(read_scan(one.source), inverted=True) for one in found]
    assert np.mean(["looks inverted" in " ".join(sentences) for sentences in said_of]) > 0.85
    assert max(len(sentences) for sentences in said_of) == 1


def test_chest_x_rays_are_no_chest_ct(shared_data: Path) -> None:
    """The card knows X-rays of another source; only 2 of these 12 were far from all that it was trained on."""
    said_of = of_all(shared_data / "classes" / "cxr_covid19", 3)
    assert np.mean([bool(sentences) for sentences in said_of]) > 0.8


PERCENTILES = (ModelInput(IntensityRule("percentiles", 1.0, 99.0)),)
OF_THREE = tuple(ModelInput(IntensityRule("zscore", -1.0, 4.5), channel) for channel in range(3))


def some_of(folder: Path, names: str, most: int) -> list[Scan]:
    """Pictures of a folder whose names fit, spread over all of them."""
    found = sorted(folder.glob(names))
    return [read_scan(path) for path in found[:: -(-len(found) // most)]]


@pytest.mark.parametrize(
    ("known", "unseen", "others", "inputs"),
    [
        (
            ("brain_lobes/images", "*-0[0-9]_*"),
            ("brain_lobes/images", "*-1[0-9]_*"),
            ("lung_lidc/test/images", "em_isbi2012/images", "lung_medseg/images"),
            PERCENTILES,
        ),
        (("brain_lgg/train/images", "*"), ("brain_lgg/test/images", "*"), (), OF_THREE),
        (
            ("lung_lidc/train/images", "*"),
            ("lung_lidc/test/images", "*"),
            ("brain_lobes/images", "em_isbi2012/images", "em_vnc/raw"),
            PERCENTILES,
        ),
    ],
    ids=("lobes", "tumours", "nodules"),
)
def test_patients_a_model_never_saw_are_like_its_own_and_other_organs_are_not(
    shared_data: Path,
    known: tuple[str, str],
    unseen: tuple[str, str],
    others: tuple[str, ...],
    inputs: tuple[ModelInput, ...],
) -> None:
    own = [network_inputs(scan, 0, inputs) for scan in some_of(shared_data / known[0], known[1], 80)]
    card = ModelCard("m", "M", ("L",), inputs, training={"fingerprints": fingerprints(own, inputs)})
    doubted = [bool(said(card, scan)) for scan in some_of(shared_data / unseen[0], unseen[1], 40)]
    assert np.mean(doubted) <= 0.1, doubted
    strange = [bool(said(card, scan)) for name in others for scan in some_of(shared_data / name, "*", 8)]
    assert all(strange), strange
