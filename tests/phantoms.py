"""Small scans with known lesions, for every test: the truth in patient millimetres, files of each format around it.

A phantom is defined in the patient's space (RAS+ mm) and then cut on a grid, so the same lesion can be laid into an
axial, coronal, sagittal or oblique stack. Arrays are (slice, row, column) in the order the program displays them:
axial from the head down, coronal from the front, sagittal from the patient's right. Each `write_*` returns the paths
it wrote, in display order where there are several.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Plane = Literal["axial", "coronal", "sagittal", "oblique"]
FileOrder = Literal["displayed", "reversed", "shuffled"]
Vector = tuple[float, float, float]

AIR_HU, LUNG_HU, BODY_HU, LESION_HU = -1000, -850, 40, 90
PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal", "oblique")
# For each plane the RAS directions of the next slice, the next row and the next column.
_AXES: dict[str, tuple[Vector, Vector, Vector]] = {
    "axial": ((0, 0, -1), (0, -1, 0), (-1, 0, 0)),
    "coronal": ((0, -1, 0), (0, 0, -1), (-1, 0, 0)),
    "sagittal": ((-1, 0, 0), (0, 0, -1), (0, -1, 0)),
}
_PATIENT = "PHANTOM^SPHERE"


@dataclass(frozen=True, eq=False)
class Phantom:
    """A scan and its truth. affine: (slice, row, column, 1) -> RAS+ mm; volume_ml and centre_mm of the ideal lesion."""

    voxels: NDArray[np.int16]
    lesion: NDArray[np.uint8]
    affine: NDArray[np.float64]
    volume_ml: float
    centre_mm: Vector

    @property
    def spacing_mm(self) -> Vector:
        """Distance between neighbours along (slice, row, column)."""
        slice_mm, row_mm, column_mm = (float(n) for n in np.linalg.norm(self.affine[:3, :3], axis=0))
        return slice_mm, row_mm, column_mm

    @property
    def counted_ml(self) -> float:
        """The lesion's volume as its voxels have it."""
        return float(self.lesion.sum(dtype=np.int64) * abs(np.linalg.det(self.affine[:3, :3])) / 1000)


@dataclass(frozen=True, eq=False)
class Picture:
    """A 2-D picture and its truth; grey is 0..255, the lesion a disc of known ideal area in pixels."""

    grey: NDArray[np.uint8]
    lesion: NDArray[np.uint8]
    area_px: float


def grid(plane: Plane, shape: tuple[int, int, int], spacing_mm: Vector) -> NDArray[np.float64]:
    """The affine (slice, row, column, 1) -> RAS+ mm of a stack whose middle lies at the origin."""
    axes = np.array(_AXES["axial" if plane == "oblique" else plane], dtype=np.float64).T
    if plane == "oblique":
        axes = _turn(18, axis=0) @ _turn(12, axis=2) @ axes
    affine = np.eye(4)
    affine[:3, :3] = axes * np.array(spacing_mm)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return affine


def _turn(degrees: float, axis: int) -> NDArray[np.float64]:
    """Rotation about one axis of the patient."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.eye(3)
    first, second = [k for k in range(3) if k != axis]
    turn[first, first], turn[second, second], turn[first, second], turn[second, first] = c, c, -s, s
    return turn


def _positions_mm(affine: NDArray[np.float64], shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """Where each voxel's centre lies: (3, slice, row, column)."""
    indices = np.indices(shape, dtype=np.float64)
    turned = np.einsum("ij,jkrc->ikrc", affine[:3, :3], indices)
    return np.asarray(turned + affine[:3, 3].reshape(3, 1, 1, 1))


def _within(position: NDArray[np.float64], centre: Vector, radii: Vector) -> NDArray[np.bool_]:
    """Whether each position lies in an ellipsoid."""
    offset = (position - np.array(centre).reshape(3, 1, 1, 1)) / np.array(radii).reshape(3, 1, 1, 1)
    return np.asarray((offset**2).sum(axis=0) <= 1)


def ct_phantom(
    shape: tuple[int, int, int] = (16, 64, 64),
    spacing_mm: Vector = (5.0, 3.0, 3.0),
    radius_mm: float = 20.0,
    plane: Plane = "axial",
) -> Phantom:
    """A body with two lungs in HU; the lesion is a sphere of known volume in the patient's left lung."""
    affine = grid(plane, shape, spacing_mm)
    position = _positions_mm(affine, shape)
    centre: Vector = (-42.0, 3.0, 2.0)
    voxels = np.full(shape, AIR_HU, dtype=np.int16)
    voxels[_within(position, (0, 0, 0), (90, 70, 200))] = BODY_HU
    for side in (-42.0, 42.0):
        voxels[_within(position, (side, 0, 0), (34, 52, 60))] = LUNG_HU
    lesion = _within(position, centre, (radius_mm, radius_mm, radius_mm))
    voxels[lesion] = LESION_HU
    return Phantom(voxels, lesion.astype(np.uint8), affine, 4 / 3 * math.pi * radius_mm**3 / 1000, centre)


def orientation_phantom(
    plane: Plane = "axial", shape: tuple[int, int, int] = (14, 40, 44), spacing_mm: Vector = (5.0, 2.5, 2.5)
) -> Phantom:
    """A body with one lesion, only in the patient's left-front-top (R < 0, A > 0, S > 0): a box of 20x15x15 mm.

    The shape's three numbers differ on purpose, and so do the lesion's distances from the three middle planes, so
    that any two axes exchanged or one turned round puts the lesion elsewhere.
    """
    affine = grid(plane, shape, spacing_mm)
    position = _positions_mm(affine, shape)
    centre, sides = (-24.0, 14.0, 19.0), (20.0, 15.0, 15.0)
    offset = np.abs(position - np.array(centre).reshape(3, 1, 1, 1)) - np.array(sides).reshape(3, 1, 1, 1) / 2
    lesion = np.asarray((offset < 1e-6).all(axis=0))
    voxels = np.full(shape, AIR_HU, dtype=np.int16)
    voxels[_within(position, (0, 0, 0), (48, 40, 60))] = BODY_HU
    voxels[lesion] = LESION_HU
    return Phantom(voxels, lesion.astype(np.uint8), affine, math.prod(sides) / 1000, centre)


def picture_phantom(rows: int = 96, columns: int = 120, radius_px: float = 12.0) -> Picture:
    """A dark picture with a grey gradient and one bright disc left of and above the middle."""
    row, column = np.mgrid[:rows, :columns].astype(np.float64)
    disc = (row - rows * 0.35) ** 2 + (column - columns * 0.3) ** 2 <= radius_px**2
    grey = (30 + 40 * column / columns + 30 * row / rows).astype(np.uint8)
    grey[disc] = 200
    return Picture(grey, disc.astype(np.uint8), math.pi * radius_px**2)


# --- Files -----------------------------------------------------------------------------------------------------------


def write_dicom(
    folder: Path,
    phantom: Phantom,
    *,
    order: FileOrder = "reversed",
    modality: str = "CT",
    change: Callable[[Any, int], None] | None = None,
) -> tuple[Path, ...]:
    """One DICOM series, a file a slice, values stored with RescaleIntercept -1024.

    order is that of the file names and instance numbers: "reversed" is against the displayed order, "shuffled" follows
    no order at all. change(dataset, k) may alter slice k before it is written. Returns the files in displayed order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers = _file_numbers(len(phantom.voxels), order)
    uids = {name: _uid(name, folder.name, modality) for name in ("study", "series", "frame")}
    paths = []
    for k, number in enumerate(numbers):
        dataset = _dicom_slice(phantom, k, number, modality, uids)
        if change is not None:
            change(dataset, k)
        paths.append(folder / f"IM{number:04d}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
    return tuple(paths)


def _file_numbers(slices: int, order: FileOrder) -> list[int]:
    if order == "shuffled":
        return [int(n) + 1 for n in np.random.default_rng(5).permutation(slices)]
    return list(range(slices, 0, -1)) if order == "reversed" else list(range(1, slices + 1))


def _uid(*entropy: str) -> str:
    from pydicom.uid import generate_uid

    return str(generate_uid(entropy_srcs=list(entropy)))


def _dicom_slice(phantom: Phantom, k: int, number: int, modality: str, uids: dict[str, str]) -> Any:
    """Slice k as a pydicom dataset, explicit VR little endian; RAS is turned into DICOM's LPS here."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = CTImageStorage if modality == "CT" else MRImageStorage
    dataset.SOPInstanceUID = _uid(uids["series"], str(number))
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uids["study"], uids["series"]
    dataset.FrameOfReferenceUID = uids["frame"]
    dataset.PatientName, dataset.PatientID, dataset.StudyID = _PATIENT, "P1", "1"
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = modality, 2, number
    dataset.SeriesDescription = "Phantom"
    _place(dataset, phantom, k)
    _fill(dataset, phantom.voxels[k])
    return dataset


def _place(dataset: Any, phantom: Phantom, k: int) -> None:
    """Position, orientation and spacing of slice k, in DICOM's LPS."""
    to_lps = np.diag([-1.0, -1.0, 1.0])
    axes = to_lps @ (phantom.affine[:3, :3] / np.array(phantom.spacing_mm))
    corner = to_lps @ (phantom.affine @ np.array([k, 0, 0, 1.0]))[:3]
    slice_mm, row_mm, column_mm = phantom.spacing_mm
    dataset.ImagePositionPatient = [_decimal(x) for x in corner]
    dataset.ImageOrientationPatient = [_decimal(x) for x in (*axes[:, 2], *axes[:, 1])]
    dataset.PixelSpacing = [_decimal(row_mm), _decimal(column_mm)]
    dataset.SliceThickness = _decimal(slice_mm)
    dataset.PatientPosition = "HFS"


def _decimal(value: float) -> str:
    """A DICOM decimal string: 16 characters at most."""
    return f"{value + 0.0:.10g}"[:16]


def _fill(dataset: Any, values: NDArray[np.int16]) -> None:
    """Pixels, stored unsigned with the usual intercept."""
    stored = (values.astype(np.int32) + 1024).astype("<u2")
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "-1024", "1", "HU"
    dataset.WindowCenter, dataset.WindowWidth = "-600", "1500"
    dataset.PixelData = stored.tobytes()


def write_nifti(
    path: Path, voxels: NDArray[Any], affine: NDArray[np.float64], *, axes: str = "RAS", unit: str = "mm"
) -> Path:
    """A volume as NIfTI whose file axes run as the three letters say, for example "RAS", "LPS", "SAL" or "PIR"."""
    import nibabel

    path.parent.mkdir(parents=True, exist_ok=True)
    image = nibabel.Nifti1Image(voxels, affine)
    wanted = nibabel.orientations.axcodes2ornt(tuple(axes))
    turn = nibabel.orientations.ornt_transform(nibabel.orientations.io_orientation(affine), wanted)
    turned = image.as_reoriented(turn)
    turned.header.set_xyzt_units(unit)
    turned.set_qform(turned.affine, code=1)
    turned.set_sform(turned.affine, code=1)
    nibabel.save(turned, path)
    return path


def write_tiff_stack(path: Path, pages: NDArray[Any], *, compression: str | None = None) -> Path:
    """A multi-page TIFF, one page a slice, in the array's own dtype."""
    import tifffile

    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, pages, compression=compression, photometric="minisblack")
    return path


def write_png(path: Path, picture: Picture, *, kind: Literal["8-bit", "16-bit", "rgb"] = "8-bit") -> Path:
    """The same picture as 8-bit grey, as 16-bit grey (grey x 257: the same share of its range) or as RGB."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    grey = picture.grey
    wide = grey.astype(np.uint16) * 257
    rgb = np.repeat(grey[:, :, None], 3, axis=2)
    kinds: dict[str, NDArray[Any]] = {"8-bit": grey, "16-bit": wide, "rgb": rgb}
    Image.fromarray(kinds[kind]).save(path)
    return path


def write_mask_png(path: Path, lesion: NDArray[np.uint8]) -> Path:
    """A binary mask as 8-bit grey, 0 and 255."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(lesion.astype(bool).astype(np.uint8) * 255).save(path)
    return path
