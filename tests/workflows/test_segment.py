"""segment_scan and segment: real files of each kind, a tiny real network, drafts in arrays and masks in files."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from lesionstudio.errors import LesionStudioError, ModelProblem, ProjectProblem, UnreadableFile
from lesionstudio.imaging.doubts import crop_sentence
from lesionstudio.imaging.formats import find_scan, read_mask, read_scan
from lesionstudio.imaging.scan import Scan
from lesionstudio.progress import Cancelled, Progress, silent
from lesionstudio.workflows.segment import Choices, Segmenting, outwards, segment_scan, warm_up
from lesionstudio.workflows.segment_files import SegmentOrder, segment_files
from tests import phantoms
from tests.tiny_model import save_tiny_model, tiny_card

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def grey(rows: int = 60, columns: int = 90) -> Pixels:
    """A picture with structure everywhere."""
    noise = np.random.default_rng(0).normal(0, 25, (rows, columns))
    ramp = np.add.outer(np.linspace(30, 120, rows), np.linspace(0, 100, columns))
    return np.clip(ramp + noise, 0, 255).astype(np.uint8)


def png(path: Path, pixels: NDArray[Any]) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def nifti(path: Path, volume: NDArray[Any]) -> Path:
    """A volume (slice, row, column), 5 mm between slices, 1 mm between pixels."""
    return phantoms.write_nifti(path, volume, phantoms.grid("axial", volume.shape, (5.0, 1.0, 1.0)))


def segmented(path: Path, model: Path, out: Path, **more: Any) -> dict[str, Any]:
    out.mkdir(exist_ok=True)
    wanted = {"slices": None, "first": None, "threshold": None, "device": "cpu", "report": silent} | more
    return segment_scan(find_scan(path).source.to_json(), str(model), out=str(out), **wanted)


def labels_of(path: Path, model: Path, out: Path) -> Pixels:
    labels: Pixels = np.load(segmented(path, model, out)["labels"])
    return labels


def test_a_draft_comes_as_two_arrays_with_what_made_it(tmp_path: Path, model: Path) -> None:
    done = segmented(png(tmp_path / "a.png", grey()), model, tmp_path / "run")
    labels, probability = np.load(done["labels"]), np.load(done["probability"])
    assert (labels.shape, labels.dtype) == ((1, 60, 90), np.uint8)
    assert (probability.shape, probability.dtype) == ((1, 60, 90), np.uint8)
    assert 0.05 < labels.mean() < 0.95
    assert probability[labels == 1].min() >= 127 >= probability[labels == 0].max()
    assert (done["model"], done["threshold"], done["device"], done["slices"]) == ("tiny", 0.5, "cpu", [0])
    assert done["warnings"] == []
    json.dumps(done)


def test_a_threshold_draws_marks_from_that_probability_on(tmp_path: Path, model: Path) -> None:
    path = png(tmp_path / "a.png", grey())
    done = segmented(path, model, tmp_path / "run", threshold=0.8)
    labels, probability = np.load(done["labels"]), np.load(done["probability"])
    assert labels.any()
    assert (labels[probability > 204] == 1).all()
    assert (labels[probability < 204] == 0).all()


def test_the_same_slice_as_8_bit_16_bit_colour_nifti_and_dicom_gives_the_same_mask(tmp_path: Path, model: Path) -> None:
    """The card's window is -1000 to 20 HU, so that each of 255 grey levels is 4 HU."""
    pixels = grey(64, 64)
    in_hu = (pixels.astype(np.int16) * 4 - 1000)[None]
    affine = phantoms.grid("axial", in_hu.shape, (5.0, 1.0, 1.0))
    phantom = phantoms.Phantom(in_hu, np.zeros(in_hu.shape, np.uint8), affine, 0.0, (0.0, 0.0, 0.0))
    paths = [
        png(tmp_path / "eight.png", pixels),
        png(tmp_path / "sixteen.png", pixels.astype(np.uint16) * 257),
        png(tmp_path / "colour.png", np.repeat(pixels[..., None], 3, axis=2)),
        nifti(tmp_path / "volume.nii.gz", in_hu),
        phantoms.write_dicom(tmp_path / "series", phantom)[0],
    ]
    masks = [labels_of(path, model, tmp_path / f"run{n}") for n, path in enumerate(paths)]
    assert 0.05 < masks[0].mean() < 0.95
    for path, mask in zip(paths, masks):
        assert (mask == masks[0]).mean() > 0.999, path.name


@pytest.mark.parametrize("size", [(33, 47), (1, 200), (200, 1), (1, 1), (31, 32)])
def test_any_size_works(tmp_path: Path, model: Path, size: tuple[int, int]) -> None:
    assert labels_of(png(tmp_path / "a.png", grey(*size)), model, tmp_path / "run").shape == (1, *size)


def test_the_visible_slice_comes_first_and_the_others_outwards() -> None:
    assert outwards(range(6), 2) == [2, 1, 3, 0, 4, 5]
    assert outwards([1, 5, 9], 8) == [9, 5, 1]
    assert outwards([3, 1], None) == [3, 1]


def test_each_slice_is_in_the_arrays_when_it_is_reported(tmp_path: Path, model: Path) -> None:
    path = nifti(tmp_path / "v.nii", np.stack([grey() + np.uint8(n) for n in range(4)]).astype(np.int16))
    seen: list[int] = []

    def report(progress: Progress) -> None:
        if progress.partial:
            for k in progress.partial.get("slices", ()):
                assert np.load(tmp_path / "run" / "probability.npy", mmap_mode="r")[k].any()
                seen.append(k)

    done = segmented(path, model, tmp_path / "run", first=2, report=report)
    assert seen == [2, 1, 3, 0]
    assert done["slices"] == [0, 1, 2, 3]


def test_some_slices_give_the_rows_that_all_slices_give_there(tmp_path: Path, model: Path) -> None:
    volume = np.random.default_rng(0).integers(-1000, 20, (5, 40, 40)).astype(np.int16)
    path = nifti(tmp_path / "v.nii", volume)
    whole = np.load(segmented(path, model, tmp_path / "whole")["labels"])
    some = segmented(path, model, tmp_path / "some", slices=[4, 1], first=1)
    assert some["slices"] == [4, 1]
    np.testing.assert_array_equal(np.load(some["labels"]), whole[[4, 1]])


def test_what_speaks_against_the_model_is_said_before_anything_is_drawn(tmp_path: Path) -> None:
    crops = save_tiny_model(tmp_path / "crops", tiny_card(id="crops", view="crop", crop_side=64))
    path, told = nifti(tmp_path / "a.nii.gz", np.stack([grey(200, 200)] * 2)), list[Any]()
    done = segmented(path, crops, tmp_path / "run", report=lambda progress: told.append(progress.partial))
    slices = [one for one in told[1:] if one]
    assert told[0] == {"doubts": done["doubts"], "hu_offset_guess": None} and slices and "slices" in slices[0]
    assert done["warnings"] == done["doubts"] == [crop_sentence()]


def test_a_cancel_stops_and_what_was_reported_is_kept(tmp_path: Path, model: Path) -> None:
    path = nifti(tmp_path / "v.nii", np.zeros((3, 40, 40), np.int16))

    def report(progress: Progress) -> None:
        if progress.partial and "slices" in progress.partial:
            raise Cancelled

    with pytest.raises(Cancelled):
        segmented(path, model, tmp_path / "run", report=report)
    probability = np.load(tmp_path / "run" / "probability.npy")
    assert [bool(slice_.any()) for slice_ in probability] == [True, False, False]


def test_a_model_of_three_channels_refuses_a_grey_picture_with_a_hint(tmp_path: Path) -> None:
    model = save_tiny_model(tmp_path / "model", tiny_card(channels=3))
    with pytest.raises(ModelProblem, match=r"needs channel 1 \(counted from 0\); the picture has 1") as caught:
        segmented(png(tmp_path / "a.png", grey()), model, tmp_path / "run")
    assert caught.value.hint


def test_channels_can_be_named_in_any_order(tmp_path: Path) -> None:
    model = save_tiny_model(tmp_path / "model", tiny_card(channels=3))
    rgb = np.stack([grey(), grey()[::-1], grey()[:, ::-1]], axis=2)
    turned = np.ascontiguousarray(rgb[..., [2, 0, 1]])
    a = Segmenting(read_scan(png(tmp_path / "a.png", rgb)), Choices(model, device="cpu", channels="2,0,1"))
    b = Segmenting(read_scan(png(tmp_path / "b.png", turned)), Choices(model, device="cpu"))
    one, other = next(iter(a.pieces([0], silent))), next(iter(b.pieces([0], silent)))
    np.testing.assert_array_equal(one.likeliest, other.likeliest)
    with pytest.raises(ModelProblem, match="takes 3 channels, and 0,1 names 2"):
        next(iter(Segmenting(a.scan, Choices(model, device="cpu", channels="0,1")).pieces([0], silent)))


def test_values_that_are_hu_plus_an_offset_give_the_mask_of_the_hu(tmp_path: Path, model: Path) -> None:
    in_hu = np.random.default_rng(0).integers(-1000, 20, (1, 64, 64)).astype(np.int16)
    plain = Segmenting(read_scan(nifti(tmp_path / "v.nii", in_hu)), Choices(model, device="cpu"))
    raised = png(tmp_path / "raised.png", (in_hu[0] + 1024).astype(np.uint16))
    lowered = Segmenting(read_scan(raised), Choices(model, device="cpu", hu_offset=1024))
    np.testing.assert_array_equal(
        next(iter(plain.pieces([0], silent))).labels, next(iter(lowered.pieces([0], silent))).labels
    )


class Torn:
    """A volume whose slice 1 cannot be read."""

    def read(self, k: int) -> NDArray[np.generic]:
        if k == 1:
            raise UnreadableFile("Torn.")
        return np.full((32, 32), -500, np.int16)


def test_a_slice_that_cannot_be_read_is_left_out_and_named(model: Path) -> None:
    scan = Scan.of_array(np.zeros((3, 32, 32), np.int16), unit="HU")
    scan.read_through(lambda _source: Torn())
    run = Segmenting(scan, Choices(model, device="cpu"))
    assert [piece.slices for piece in run.pieces([0, 1, 2], silent)] == [(0,), (2,)]
    assert any("Slice 2" in sentence and "Torn." in sentence for sentence in run.warnings([0, 1, 2]))
    with pytest.raises(UnreadableFile):
        list(Segmenting(scan, Choices(model, device="cpu")).pieces([1], silent))


def test_a_model_stays_loaded_until_its_files_change(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    scan = Scan.of_array(np.zeros((1, 32, 32), np.int16), unit="HU")
    first = Segmenting(scan, Choices(folder, device="cpu")).predictor
    assert Segmenting(scan, Choices(folder, device="cpu")).predictor is first
    save_tiny_model(folder, tiny_card(threshold=0.25))
    assert Segmenting(scan, Choices(folder, device="cpu")).threshold == 0.25


def test_warming_up_loads_the_model_and_says_how_it_will_run(model: Path) -> None:
    assert warm_up(str(model), "cpu", silent)["device"] == "cpu"


# --- Files -----------------------------------------------------------------------------------------------------------


def order(model: Path, out: Path, *paths: Path, **more: Any) -> SegmentOrder:
    return SegmentOrder(paths, Choices(model, device="cpu", box=more.pop("box", None)), out, **more)


def index_of(out: Path) -> list[dict[str, str]]:
    with (out / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_picture_gives_a_mask_of_its_own_size_in_0_and_255(tmp_path: Path, model: Path) -> None:
    picture = png(tmp_path / "a.png", grey())
    [entry] = segment_files(order(model, tmp_path / "out", picture))
    assert entry["masks"] == [str(tmp_path / "out" / "a.png")]
    with Image.open(tmp_path / "out" / "a.png") as mask:
        assert (mask.mode, mask.size) == ("L", (90, 60))
        assert set(np.unique(np.asarray(mask))) == {0, 255}
    [row] = index_of(tmp_path / "out")
    assert (row["file"], row["slice"], row["status"], row["model"]) == ("a.png", "1", "draft", "tiny")


def test_a_volume_gives_a_png_a_slice_or_one_volume_on_its_grid(tmp_path: Path, model: Path) -> None:
    path = nifti(tmp_path / "v.nii.gz", np.random.default_rng(0).integers(-1000, 20, (3, 40, 50)).astype(np.int16))
    [entry] = segment_files(order(model, tmp_path / "png", path))
    assert [Path(mask).name for mask in entry["masks"]] == ["v_0001.png", "v_0002.png", "v_0003.png"]
    [volume] = segment_files(order(model, tmp_path / "nii", path, format="nifti"))
    assert [Path(mask).name for mask in volume["masks"]] == ["v.nii.gz"]
    geometry = read_scan(path).geometry
    labels = read_mask(Path(volume["masks"][0]), geometry)
    for k, mask in enumerate(entry["masks"]):
        with Image.open(mask) as picture:
            np.testing.assert_array_equal(np.asarray(picture) > 0, labels[k] > 0)
    assert [row["slice"] for row in index_of(tmp_path / "nii")] == ["1", "2", "3"]
    assert index_of(tmp_path / "nii")[0]["position_mm"] == "5.000"


def test_a_folder_is_searched_and_what_cannot_be_read_is_named_while_the_rest_goes_on(
    tmp_path: Path, model: Path
) -> None:
    folder = tmp_path / "scans"
    (folder / "sub").mkdir(parents=True)
    png(folder / "a.png", grey()), png(folder / "sub" / "a.png", grey())
    (folder / "b.png").write_bytes(b"")
    entries = segment_files(order(model, tmp_path / "out", folder))
    assert [Path(entry["path"]).name for entry in entries] == ["a.png", "b.png", "a.png"]
    assert "empty" in entries[1]["error"]
    assert entries[1]["hint"]
    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.png")) == [
        "a.png",
        str(Path("sub", "a.png")),
    ]
    with pytest.raises(UnreadableFile):
        segment_files(order(model, tmp_path / "out2", folder, strict=True))


def test_pictures_of_one_name_from_two_folders_get_two_masks(tmp_path: Path, model: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    paths = [png(tmp_path / name / "a.png", grey()) for name in ("one", "two")]
    entries = segment_files(order(model, tmp_path / "out", *paths, paths[0]))
    assert [Path(entry["masks"][0]).name for entry in entries] == ["a.png", "a_2.png"]


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path, model: Path) -> None:
    picture, out = png(tmp_path / "a.png", grey()), tmp_path / "out"
    segment_files(order(model, out, picture))
    (out / "a.png").write_bytes(b"mine")
    [entry] = segment_files(order(model, out, picture))
    assert "is there already" in entry["error"]
    assert (out / "a.png").read_bytes() == b"mine"
    [entry] = segment_files(order(model, out, picture, overwrite=True))
    assert "error" not in entry
    assert (out / "a.png").read_bytes() != b"mine"


def test_originals_are_never_overwritten(tmp_path: Path, model: Path) -> None:
    picture = png(tmp_path / "a.png", grey())
    before = picture.read_bytes()
    with pytest.raises(ProjectProblem, match="the scans lie there"):
        segment_files(order(model, tmp_path, picture, overwrite=True))
    assert picture.read_bytes() == before


def test_a_box_leaves_nothing_outside_it(tmp_path: Path, model: Path) -> None:
    picture = png(tmp_path / "a.png", grey())
    segment_files(order(model, tmp_path / "whole", picture))
    segment_files(order(model, tmp_path / "part", picture, box=(10, 20, 30, 60)))
    whole, part = (np.asarray(Image.open(tmp_path / out / "a.png")) for out in ("whole", "part"))
    np.testing.assert_array_equal(part[10:30, 20:60], whole[10:30, 20:60])
    assert part.sum() == part[10:30, 20:60].sum() > 0
    [entry] = segment_files(order(model, tmp_path / "out", picture, box=(0, 0, 61, 90)))
    assert "60 rows" in entry["error"]


def test_probabilities_go_into_a_folder_of_their_own(tmp_path: Path, model: Path) -> None:
    picture = png(tmp_path / "a.png", grey())
    [entry] = segment_files(order(model, tmp_path / "out", picture, probabilities=True))
    assert entry["probabilities"] == [str(tmp_path / "out" / "probabilities" / "a.png")]
    probability, mask = (np.asarray(Image.open(entry[kind][0])) for kind in ("probabilities", "masks"))
    assert probability[mask > 0].min() >= 127 >= probability[mask == 0].max()


def test_several_labels_are_numbers_or_a_file_each(tmp_path: Path) -> None:
    model = save_tiny_model(tmp_path / "model", tiny_card(labels=("Nodule", "Scar")))
    picture = png(tmp_path / "a.png", grey())
    segment_files(order(model, tmp_path / "auto", picture))
    with Image.open(tmp_path / "auto" / "a.png") as mask:
        assert mask.mode == "P"
        assert set(np.unique(np.asarray(mask))) == {0, 1, 2}
    [entry] = segment_files(order(model, tmp_path / "each", picture, values="per-label", probabilities=True))
    assert [Path(path).name for path in entry["masks"]] == ["a_Nodule.png", "a_Scar.png"]
    assert [Path(path).name for path in entry["probabilities"]] == ["a_Nodule.png", "a_Scar.png"]
    [again] = segment_files(order(model, tmp_path / "each", picture, values="per-label"))
    assert "is there already" in again["error"]


def test_all_files_of_a_series_named_one_by_one_are_one_scan(tmp_path: Path, model: Path) -> None:
    files = phantoms.write_dicom(tmp_path / "series", phantoms.ct_phantom((4, 32, 32)))
    entries = segment_files(order(model, tmp_path / "out", *files))
    assert len(entries) == 1
    assert entries[0]["slices"] == 4
    assert [row["source"] for row in index_of(tmp_path / "out")] == [file.as_posix() for file in files]


@pytest.mark.parametrize(
    ("format", "ending"), [("nrrd", ".nrrd"), ("seg-nrrd", ".seg.nrrd"), ("dicom-seg", ".dcm"), ("tiff", ".tif")]
)
def test_a_series_gives_one_file_of_any_kind_that_opens_again(
    tmp_path: Path, model: Path, format: str, ending: str
) -> None:
    files = phantoms.write_dicom(tmp_path / "series", phantoms.ct_phantom((4, 32, 32)))
    [wanted] = segment_files(order(model, tmp_path / "nifti", files[0], format="nifti"))
    [entry] = segment_files(order(model, tmp_path / "out", files[0], format=format, probabilities=True))
    scan = read_scan(files[0])
    assert [Path(mask).name for mask in entry["masks"]] == [f"CT 001{ending}"]
    masks = [read_mask(Path(one["masks"][0]), scan.geometry) for one in (entry, wanted)]
    np.testing.assert_array_equal(masks[0], masks[1])
    assert len(entry["probabilities"]) == 1 and Path(entry["probabilities"][0]).exists()
    if format == "dicom-seg":
        mask = pydicom.dcmread(entry["masks"][0])
        assert mask.PatientID == "CT 001" and mask.SegmentSequence[0].SegmentAlgorithmType == "AUTOMATIC"


def test_with_an_alias_asked_for_the_index_does_not_say_what_was_read(tmp_path: Path, model: Path) -> None:
    picture = png(tmp_path / "Doe.png", grey())
    segment_files(order(model, tmp_path / "out", picture, names="alias"))
    assert [(row["file"], row["source"]) for row in index_of(tmp_path / "out")] == [("Scan 001.png", "Scan 001")]


def test_a_model_that_is_not_there_is_said_before_anything_is_written(tmp_path: Path) -> None:
    picture = png(tmp_path / "a.png", grey())
    with pytest.raises(LesionStudioError):
        segment_files(order(tmp_path / "nothing", tmp_path / "out", picture))
    assert not (tmp_path / "out").exists()
