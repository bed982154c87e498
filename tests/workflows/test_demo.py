"""The demo does the main job on a copy of the sample study: segment, score, export, a picture of the window."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lesionstudio.errors import ModelProblem
from lesionstudio.imaging.formats import read_mask, read_scan
from lesionstudio.imaging.formats.source import ScanSource
from lesionstudio.project.project import Project
from lesionstudio.resources import resource
from lesionstudio.workflows import sample
from lesionstudio.workflows.demo import DemoOrder, demo
from lesionstudio.workflows.models import add_model
from tests.workflows.conftest import COLUMNS, ROWS, write_volume


@pytest.fixture
def small_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sample study of one picture and one volume whose reference marks 50 pixels of the picture."""
    place = tmp_path / "sample"
    for part in ("study", "reference"):
        (place / part / "pictures").mkdir(parents=True)
    Image.fromarray(np.full((ROWS, COLUMNS), 90, np.uint8)).save(place / "study/pictures/p.png")
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    mask[5:10, 5:15] = 255
    Image.fromarray(mask).save(place / "reference/pictures/p.png")
    write_volume(place / "study/ct.nii.gz")
    write_volume(place / "reference/ct.nii.gz")
    empty_the_reference(place / "reference/ct.nii.gz")
    monkeypatch.setattr(sample, "resource", lambda *parts: tmp_path.joinpath(*parts))
    return place


def empty_the_reference(path: Path) -> None:
    import nibabel

    affine = nibabel.load(path).affine
    nibabel.save(nibabel.Nifti1Image(np.zeros((COLUMNS, ROWS, 6), np.uint8), affine), path)


@pytest.fixture
def oracle(small_sample: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that knows the reference, and marks 50 pixels of the volume's slice 2 besides."""

    def segment_scan(source: dict[str, Any], _model: str, *rest: Any) -> dict[str, Any]:
        out = Path(rest[4])
        scan = read_scan(ScanSource.from_json(source))
        inside = source["files"][0].split("Sample study/")[1]
        labels = read_mask(small_sample / "reference" / inside, scan.geometry)
        if len(labels) > 1:
            labels[2, :5, :10] = 1
        for name, values in (("labels", labels), ("probability", labels * np.uint8(255))):
            np.save(out / f"{name}.npy", values)
        return {"labels": str(out / "labels.npy"), "probability": str(out / "probability.npy"), "threshold": 0.5}

    add_model(model)
    monkeypatch.setattr("lesionstudio.workflows.segment.segment_scan", segment_scan)
    monkeypatch.setattr("lesionstudio.project.shelf.resource", lambda *parts: small_sample / "no starter models")


def picture_of_the_window(seen: list[tuple[str, int]]) -> Any:
    """Stands in for the window: notes which scan it would open on, at which slice."""

    def show(folder: Path, screenshot: Path) -> None:
        project = Project.open(folder, write=False)
        last = project.settings["last_item"]
        seen.append((last, project.record(last).last_slice))
        screenshot.write_bytes(b"png")

    return show


@pytest.mark.usefixtures("oracle")
def test_the_demo_scores_what_it_segments_and_exports_it(tmp_path: Path, home: Path) -> None:
    seen: list[tuple[str, int]] = []
    done = demo(DemoOrder(tmp_path / "out"), picture_of_the_window(seen))
    # 50 pixels right, 50 too many: Dice = 2 * 50 / (100 + 50).
    assert done["dice"] == round(100 / 150, 4)
    assert done["model"] == "tiny-v1"
    assert [Path(path).relative_to(tmp_path / "out").as_posix() for path in sorted(done["masks"])] == [
        *(f"masks/ct_000{k}.png" for k in range(1, 7)),
        "masks/pictures/p.png",
    ]
    assert Path(done["screenshot"]).exists()
    assert seen == [("ct.nii.gz", 2)]
    assert not (home / "data" / "Sample study").exists()


@pytest.mark.usefixtures("oracle")
def test_the_demo_can_be_run_again_into_the_same_folder(tmp_path: Path) -> None:
    first = demo(DemoOrder(tmp_path / "out"), picture_of_the_window([]))
    again = demo(DemoOrder(tmp_path / "out"), picture_of_the_window([]))
    assert first["masks"] == again["masks"]


@pytest.mark.usefixtures("small_sample")
def test_without_a_model_the_demo_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lesionstudio.project.shelf.resource", lambda *parts: tmp_path / "none")
    with pytest.raises(ModelProblem, match="no model") as told:
        demo(DemoOrder(tmp_path / "out"), picture_of_the_window([]))
    assert "models --add" in told.value.hint


def test_the_shipped_sample_is_opened_as_a_copy_and_stays_as_it_is(small_sample: Path, home: Path) -> None:
    for folder in (small_sample, small_sample / "study"):
        copy = sample.own_copy(folder)
        assert copy == home / "data" / "Sample study"
        assert (copy / "pictures" / "p.png").exists()
    project = Project.open(copy)
    project.close()
    assert not (small_sample / "study" / "lesionstudio").exists()
    (copy / "mine.txt").write_text("x")
    assert (sample.sample_study() / "mine.txt").exists()
    assert sample.own_copy(small_sample / "study" / "pictures") == small_sample / "study" / "pictures"


@pytest.mark.slow
@pytest.mark.skipif(not resource("sample", "study").is_dir(), reason="the sample study is not made yet")
def test_the_real_demo_marks_the_lesions_and_shows_the_window(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lesionstudio", "demo", "--out", str(tmp_path), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == 0, ended.stderr
    done = json.loads(ended.stdout)
    assert set(done) == {"dice", "model", "masks", "screenshot", "seconds"}
    assert done["dice"] >= 0.6
    assert all(Path(path).exists() for path in done["masks"])
    with Image.open(done["screenshot"]) as picture:
        assert picture.width >= 1280 and picture.height >= 800
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 1000
