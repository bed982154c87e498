"""The classifier that ships, on real pictures of sources it was never trained on, and what its card says of it."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lesionstudio.imaging.formats import read_scan
from lesionstudio.model_card import read_card
from lesionstudio.resources import resource
from lesionstudio.workflows.classify import STARTER, chosen_classifier, classify

FOLDER = resource("models", STARTER)
APART = {"brain": ("brain_yesno",), "lung": ("lung_ct_cls", "cxr_covid19")}


def pictures(folder: Path) -> list[Path]:
    """Every file below a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_sixth_picture_apart_is_named_rightly_and_none_is_refused(shared_data: Path) -> None:
    wanted = {
        str(path): kind
        for kind, sources in APART.items()
        for source in sources
        for path in pictures(shared_data / "classes" / source)[::6]
    }
    found = classify([Path(path) for path in wanted])
    right = sum(entry["class"] == wanted[entry["path"]] and not entry["unlike_training"] for entry in found)
    assert len(found) == len(wanted) > 20
    assert right >= 0.9 * len(wanted)


def test_real_pictures_of_every_mode_and_size_go_in_and_a_cut_off_one_gets_a_sentence(
    shared_data: Path, tmp_path: Path
) -> None:
    kinds: dict[tuple[str, str], list[tuple[int, Path]]] = {}
    for path in pictures(shared_data / "classes"):
        with Image.open(path) as picture:
            kinds.setdefault((picture.mode, path.suffix), []).append((picture.width * picture.height, path))
    asked = sorted({end for sizes in kinds.values() for end in (min(sizes)[1], max(sizes)[1])})
    broken = tmp_path / "cut.jpg"
    broken.write_bytes(asked[0].read_bytes()[:900])
    found = classify([*asked, broken])
    assert {mode for mode, _suffix in kinds} >= {"L", "RGB", "RGBA"} and len(asked) >= 9
    assert [sorted(entry) for entry in found if "error" in entry] == [["error", "hint", "path"]]
    assert found[-1]["path"] == str(broken) and found[-1]["error"].endswith(".")


def test_a_chest_ct_and_its_negative_as_a_picture_show_a_lung(shared_data: Path, tmp_path: Path) -> None:
    series = shared_data / "chest_ct" / "RIDER-0109" / "dicom"
    scan = read_scan(series)
    plane = np.clip((scan.slice(scan.slices // 2) + 1100) / 1500, 0, 1)
    cv2.imwrite(str(tmp_path / "negative.png"), (255 - 255 * plane).astype(np.uint8))
    assert {entry["class"] for entry in classify([series, tmp_path])} == {"lung"}


def test_most_kinds_of_pictures_nobody_trained_it_on_are_other_or_unlike_what_it_knows(tmp_path: Path) -> None:
    from tests.benchmarks.foreign_pictures import KINDS

    for kind in KINDS:
        for number in range(2):
            drawn = kind(np.random.default_rng(5000 + number))
            cv2.imwrite(str(tmp_path / f"{kind.__name__}{number}.png"), drawn)
    found = classify([tmp_path])
    accepted = [entry for entry in found if entry["class"] != "other" and not entry["unlike_training"]]
    assert len(found) == 2 * len(KINDS) and len(accepted) <= 1


def test_it_ships_small_and_tells_its_licence_its_scores_and_how_it_was_made() -> None:
    card = read_card(FOLDER)
    assert chosen_classifier("").folder == FOLDER
    assert (FOLDER / "weights.safetensors").stat().st_size < 15_000_000
    assert "ImageNet" in (FOLDER / "LICENSE").read_text(encoding="utf-8") and card.licence and card.notes
    assert card.scores["part"] == "test" and card.scores["accuracy"] >= 0.97
    assert card.scores["outside"]["with_refusals"] >= 0.9
    assert card.scores["accuracy"] > card.scores["compared"]["sequential-cnn"]["accuracy"]


@pytest.mark.slow
def test_a_copy_of_it_is_taken_in_as_the_same_model(tmp_path: Path) -> None:
    from lesionstudio.workflows.models import add_model

    shutil.copytree(FOLDER, tmp_path / "again")
    assert add_model(tmp_path / "again")["folder"] == str(FOLDER)
