"""A folder of very many DICOM files, quickly: a template whose fields are written over, and pixels that take no room.

    python -m tests.benchmarks.make_studies FOLDER [--series 300] [--slices 200] [--flat]

The pixels are holes in the files (zeros) but for every eighth slice, so 60,000 pictures of 512 x 512 take about 4 GB
less than they say. `--flat`: all files in one folder, in an order that follows no series.
"""

import argparse
from pathlib import Path

from tests import phantoms

SIDE, SERIES_A_STUDY, STUDIES_A_PATIENT = 512, 3, 2
_MARK = "0" * 8


def make_studies(folder: Path, series: int = 300, slices: int = 200, *, flat: bool = False) -> int:
    """Writes them; returns how many files there are. `flat`: all in one folder, series mixed."""
    folder.mkdir(parents=True)
    head, pixels = _template(folder)
    for n in range(series):
        study, patient = n // SERIES_A_STUDY, n // (SERIES_A_STUDY * STUDIES_A_PATIENT)
        place = folder if flat else folder / f"P{patient:03d}" / f"ST{study:03d}" / f"SE{n:03d}"
        place.mkdir(parents=True, exist_ok=True)
        for k in range(slices):
            name = f"IM{k:04d}_{n:04d}" if flat else f"IM{(k * 7) % slices:04d}"
            with (place / name).open("wb") as file:
                file.write(_filled(head, patient, study, n, k))
                if k % 8 == 4:
                    file.write(pixels)
                else:
                    file.truncate(len(head) + SIDE * SIDE * 2)
    return series * slices


def _template(folder: Path) -> tuple[bytes, bytes]:
    """The header of one file, with marks where something is written later, and its pixels."""
    import pydicom

    def mark(dataset: pydicom.Dataset, k: int) -> None:
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"1.2.3.11{_MARK}", f"1.2.3.22{_MARK}"
        dataset.SOPInstanceUID = f"1.2.3.33{_MARK}.44{_MARK}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.PatientID, dataset.PatientName = f"55{_MARK}", f"Name^55{_MARK}"
        dataset.StudyDescription, dataset.SeriesDescription = f"Study 11{_MARK}", f"Series 22{_MARK}"
        dataset.ImagePositionPatient = ["-200", "-200", f"66{_MARK}.5"]
        dataset.InstanceNumber = f"44{_MARK}"

    phantom = phantoms.ct_phantom((1, SIDE, SIDE), (2.0, 0.4, 0.4))
    (path,) = phantoms.write_dicom(folder / "template", phantom, change=mark)
    content = path.read_bytes()
    path.unlink()
    path.parent.rmdir()
    return content[: -SIDE * SIDE * 2], content[-SIDE * SIDE * 2 :]


def _filled(head: bytes, patient: int, study: int, series: int, k: int) -> bytes:
    for kind, number in (("11", study), ("22", series), ("33", series), ("44", k), ("55", patient), ("66", 2 * k)):
        filled = f"{number:010d}" if kind == "66" else f"{kind}{number:08d}"
        head = head.replace(f"{kind}{_MARK}".encode(), filled.encode())
    return head


def main() -> None:
    """Writes the folder that is asked for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--series", type=int, default=300)
    words.add_argument("--slices", type=int, default=200)
    words.add_argument("--flat", action="store_true")
    chosen = words.parse_args()
    print(make_studies(chosen.folder, chosen.series, chosen.slices, flat=chosen.flat), "files")


if __name__ == "__main__":
    main()
