"""Headers read without pydicom: the same as with it, for every DICOM file there is here; nothing of them is logged."""

import logging
import warnings
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pydicom
import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import dicom_header, find_masks, find_scans, read_scan
from lesionstudio.imaging.formats.dicom_elements import read_head
from lesionstudio.imaging.formats.dicom_header import read_instance
from tests.phantoms import orientation_phantom, write_dicom

FOLDERS = ("formats/dicom", "formats/studies", "formats/masks", "chest_ct/lambin_pat_2")


def dicom_files(folder: Path) -> list[Path]:
    """Files with a preamble."""

    def starts(path: Path) -> bytes:
        with path.open("rb") as file:
            return file.read(132)[128:]

    return [path for path in sorted(folder.rglob("*")) if path.is_file() and starts(path) == b"DICM"]


def header(path: Path) -> dict[str, Any] | str:
    """What is read of a file, or what kind of error comes."""
    dicom_header._read_once.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return asdict(read_instance(path))
        except Exception as error:
            return type(error).__name__


@pytest.mark.slow
def test_headers_are_the_same_with_and_without_pydicom(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    files = [path for name in FOLDERS for path in dicom_files(shared_data / name)]
    ours = [header(path) for path in files]
    monkeypatch.setattr(dicom_header, "read_head", lambda _file: None)
    theirs = [header(path) for path in files]
    assert [path.name for path, one, other in zip(files, ours, theirs) if one != other] == []
    assert len(files) > 400


def test_hardly_a_file_needs_pydicom(shared_data: Path) -> None:
    files = dicom_files(shared_data / "formats/studies") + dicom_files(shared_data / "chest_ct")
    needed = []
    for path in files:
        with path.open("rb", buffering=0) as file:
            needed += [path.name] if read_head(file) is None else []
    assert len(files) > 400 and needed == []


def test_private_blocks_longer_than_what_is_read_first_are_read_over(tmp_path: Path) -> None:
    def add_block(dataset: Any, k: int) -> None:
        block = dataset.private_block(0x0009, "MAKER", create=True)
        block.add_new(0x01, "OB", bytes(30_000))
        block.add_new(0x02, "SQ", [pydicom.Dataset()])

    (path, *_rest) = write_dicom(tmp_path / "s", orientation_phantom(), change=add_block)
    with path.open("rb", buffering=0) as file:
        head = read_head(file)
    assert head is not None and head.get("Rows") == [40]
    instance = read_instance(path)
    assert instance.plain_at == path.stat().st_size - 40 * 44 * 2 and instance.patient == "P1\nPHANTOM^SPHERE"


@pytest.mark.parametrize("cut", [0, 100, 131, 133, 200, 400, 701])
def test_a_header_that_is_cut_off_is_left_to_pydicom(tmp_path: Path, cut: int) -> None:
    (path, *_rest) = write_dicom(tmp_path / "s", orientation_phantom())
    path.write_bytes(path.read_bytes()[:cut])
    with path.open("rb", buffering=0) as file:
        assert read_head(file) is None


def test_umlauts_in_a_name_are_read_as_their_character_set_says(tmp_path: Path) -> None:
    def name(dataset: Any, k: int) -> None:
        dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 100", "Müller^Jörg"

    (path, *_rest) = write_dicom(tmp_path / "s", orientation_phantom(), change=name)
    with path.open("rb", buffering=0) as file:
        head = read_head(file)
    assert head is not None and head.get("PatientName") == ["Müller^Jörg"]


def test_nothing_of_a_patient_reaches_logs_warnings_or_the_terminal(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
) -> None:
    def spoil(dataset: Any, k: int) -> None:
        dataset.PatientName, dataset.PatientID = "Secret^Anna", "SECRET-77"
        dataset.StudyDescription = "Knee of Secret Anna"
        if k % 3 == 0:
            dataset.PatientBirthDate, dataset.RescaleType = "SECRET", "SECRET" * 20

    with caplog.at_level(logging.DEBUG):
        for n, path in enumerate(write_dicom(tmp_path / "SECRET" / "s", orientation_phantom(), change=spoil)):
            if n == 4:
                path.write_bytes(path.read_bytes()[:-50])
            if n == 7:
                path.write_bytes(path.read_bytes().replace(b"US", b"SS"))
        recwarn.clear()
        capfd.readouterr()
        caplog.clear()
        found = list(find_scans(tmp_path))
        find_masks(tmp_path, found)
        for one in found:
            scan = read_scan(one.source)
            for k in range(scan.slices):
                with suppress(UnreadableFile):
                    scan.slice(k)
    said = caplog.text + "".join(capfd.readouterr()) + "".join(str(one.message) for one in recwarn)
    assert found and "secret" not in said.lower()
    assert not any("secret" in f"{one.name} {one.study} {one.facts} {one.id}".lower() for one in found)
