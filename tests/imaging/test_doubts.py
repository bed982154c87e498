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


def test_the_starter_model_knows_the_sample_study_and_not_the_brain(shared_data: Path) -> None:
    card = read_card(resource("models", "lung-lesions"))
    for found in find_scans(resource("sample", "study")):
        assert said(card, read_scan(found.source)) == [], found.name
    brains = [one for one in find_scans(shared_data / "brain_lgg" / "test" / "images") if not one.error][::10]
    named = [bool(said(card, read_scan(one.source))) for one in brains]
    assert np.mean(named) > 0.7
