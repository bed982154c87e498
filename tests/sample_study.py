"""Makes the sample study shipped in resources/sample: `python -m tests.sample_study OUT`.

    OUT/study/chest_ct.nii.gz          a synthetic chest CT in HU, 44 axial slices
    OUT/study/pictures/chest_N.png     slices of other synthetic chests, 8 bit, lung window
    OUT/reference/...                  the lesions of each, under the same name (0 and 1; in PNG 0 and 255)

The seeds below belong to the sample alone: nothing may be trained on them.
"""

import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.synthetic_chest.chest import Chest, Patient, Slices
from tests.synthetic_chest.lesions import Extent
from tests.synthetic_chest.space import Floats, Grid, square_grid

SLICES, PIXELS, PIXEL_MM, SLICE_MM, TOP_MM = 44, 384, 0.9, 5.0, 213.0
WINDOW_WIDTH, WINDOW_LEVEL = 1400.0, -500.0
VOLUME_PATIENT = Patient(seed=20240)
_MARGIN_MM = 9.0


@dataclass(frozen=True, slots=True)
class PicturePlan:
    """One picture: who, at which height, how fine, and whether it is cut to the lungs."""

    patient: Patient
    height_mm: float
    pixel_mm: float
    to_the_lungs: bool


def _around(height: float, count: int, **more: Any) -> Extent:
    """Disease near one slice."""
    return Extent(count=count, heights=(height - 24, height + 24), **more)


PICTURES = (
    PicturePlan(Patient(31, 0.98, 1.0, 12.0, extent=_around(112, 8)), 112, 0.72, True),
    PicturePlan(Patient(32, 1.04, 1.05, 22.0, 1.06, extent=_around(72, 9, solid_share=0.6)), 72, 0.75, False),
    PicturePlan(Patient(37, 0.92, 0.94, 9.0, 0.95, 24.0, _around(52, 7, size_mm=(16.0, 42.0))), 52, 0.68, True),
    PicturePlan(Patient(34, 1.0, 1.02, 17.0, extent=_around(142, 7, glass_hu=(-660.0, -480.0))), 142, 0.72, False),
    PicturePlan(Patient(35, 0.96, 1.0, 14.0, 1.0, 13.0, _around(88, 6, solid_share=0.1)), 88, 0.66, True),
)


def main(out: Path) -> None:
    """Writes the whole sample study under a folder."""
    for name, voxels, lesion, affine in volumes():
        write_volume(out / "study" / name, voxels, affine)
        write_volume(out / "reference" / name, lesion, affine)
    for number, plan in enumerate(PICTURES, start=1):
        grey, lesion = picture(plan)
        write_picture(out / "study" / "pictures" / f"chest_{number}.png", grey)
        write_picture(out / "reference" / "pictures" / f"chest_{number}.png", lesion * np.uint8(255))


def volumes() -> Iterator[tuple[str, NDArray[np.int16], NDArray[np.uint8], NDArray[np.float64]]]:
    """Name, HU, lesions (slice, row, column; head first) and affine (slice, row, column, 1) -> RAS+ mm."""
    grid = square_grid(TOP_MM - SLICE_MM * np.arange(SLICES), PIXEL_MM, PIXELS, PIXELS, (0.0, 16.0, 0.0))
    cut = Chest(VOLUME_PATIENT).cut(grid)
    hu = np.clip(np.rint(cut.hu), -1024, 3071).astype(np.int16)
    yield "chest_ct.nii.gz", hu, cut.lesion.astype(np.uint8), _affine(grid)


def _affine(grid: Grid) -> NDArray[np.float64]:
    """Left, back and down as the patient's RAS."""
    affine = np.zeros((4, 4))
    affine[0, 2], affine[1, 1], affine[2, 0], affine[3, 3] = -grid.pixel_mm, -grid.pixel_mm, -SLICE_MM, 1
    affine[:3, 3] = -grid.lefts[0], -grid.backs[0], grid.heights[0]
    return affine


def picture(plan: PicturePlan) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """One slice in the lung window, and its lesions (0 and 1)."""
    pixels = int(350 / plan.pixel_mm)
    grid = square_grid([plan.height_mm], plan.pixel_mm, pixels, pixels, (0.0, 12.0, 0.0))
    cut = Chest(plan.patient).cut(grid)
    rows, columns = _lung_frame(cut, plan.pixel_mm) if plan.to_the_lungs else (slice(None), slice(None))
    return in_window(cut.hu)[0, rows, columns], cut.lesion[0, rows, columns].astype(np.uint8)


def _lung_frame(cut: Slices, pixel_mm: float) -> tuple[slice, slice]:
    """Rows and columns of the lungs with a margin."""
    _, rows, columns = np.nonzero(cut.lungs)
    margin = round(_MARGIN_MM / pixel_mm)
    frame = [slice(max(int(side.min()) - margin, 0), int(side.max()) + margin + 1) for side in (rows, columns)]
    return frame[0], frame[1]


def in_window(hu: Floats) -> NDArray[np.uint8]:
    """HU as the 8-bit greys of a lung window."""
    low = WINDOW_LEVEL - WINDOW_WIDTH / 2
    return np.asarray(np.rint(np.clip((hu - low) / WINDOW_WIDTH, 0, 1) * 255), dtype=np.uint8)


def write_volume(path: Path, voxels: NDArray[Any], affine: NDArray[np.float64]) -> None:
    """A .nii.gz whose axes run right, front, head; the same bytes for the same voxels."""
    import nibabel

    path.parent.mkdir(parents=True, exist_ok=True)
    image = nibabel.as_closest_canonical(nibabel.Nifti1Image(voxels, affine))
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = b"LesionStudio sample: synthetic chest"
    image.set_qform(image.affine, code=1)
    image.set_sform(image.affine, code=1)
    path.write_bytes(gzip.compress(image.to_bytes(), compresslevel=9, mtime=0))


def write_picture(path: Path, pixels: NDArray[np.uint8]) -> None:
    """An 8-bit grey PNG."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
