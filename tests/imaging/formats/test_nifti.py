"""NIfTI: the same picture whatever the file's axes, lazily, with scaling, 4-D and units."""

import gzip
from itertools import product
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from lesionstudio.errors import UnreadableFile
from lesionstudio.imaging.formats import ScanSource, read_mask, read_scan, write_mask
from lesionstudio.imaging.formats.hounsfield import look_like_hu
from tests.phantoms import ct_phantom, orientation_phantom, write_nifti


def saved(path: Path, voxels: Any, affine: Any = None, **header: Any) -> Path:
    import nibabel

    image = nibabel.Nifti1Image(voxels, np.diag([2.0, 3.0, 4.0, 1.0]) if affine is None else affine)
    for name, value in header.items():
        image.header[name] = value
    nibabel.save(image, path)
    return path


def test_all_axis_orders_of_one_head_give_one_picture(shared_data: Path) -> None:
    files = sorted((shared_data / "formats/nifti/niivue_space").glob("*.nii.gz"))
    assert len(files) >= 12
    first = read_scan(files[0])
    for path in files[1:]:
        scan = read_scan(path)
        np.testing.assert_array_equal(scan.volume(), first.volume(), err_msg=path.name)
        np.testing.assert_allclose(scan.geometry.affine, first.geometry.affine, atol=1e-3)


def test_all_axis_orders_of_one_head_give_one_mask_round_trip(shared_data: Path, tmp_path: Path) -> None:
    import nibabel

    for path in sorted((shared_data / "formats/nifti/niivue_space").glob("*.nii.gz")):
        scan = read_scan(path)
        labels = (scan.volume() > 60).astype(np.uint8)
        (written,) = write_mask(tmp_path / path.name, labels, scan.geometry)
        np.testing.assert_array_equal(read_mask(written, scan.geometry), labels)
        source, mask = nibabel.load(path), nibabel.load(written)
        assert mask.shape == source.shape
        np.testing.assert_allclose(mask.affine, source.affine, rtol=1e-6, atol=1e-6)


def test_real_heads_are_axial_from_the_head_down(shared_data: Path) -> None:
    scan = read_scan(shared_data / "brain_lobes/volumes/OASIS-TRT-20-01_t1.nii.gz")
    assert scan.geometry.plane == "axial" and scan.geometry.edge_letters() == ("A", "L", "P", "R")
    assert scan.geometry.slice_position_mm(0) > scan.geometry.slice_position_mm(scan.slices - 1)


def test_integer_scaling_keeps_integers_and_float_scaling_gives_floats(tmp_path: Path) -> None:
    stored = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    import nibabel

    for slope, intercept, dtype in ((1, -1024, "i"), (0.5, 0, "f")):
        image = nibabel.Nifti1Image(stored, np.eye(4))
        image.header.set_slope_inter(slope, intercept)
        path = tmp_path / f"{slope}.nii"
        nibabel.save(image, path)
        raw = bytearray(path.read_bytes())
        raw[352 : 352 + stored.nbytes] = stored.tobytes(order="F")  # nibabel scaled on saving; stored values again
        raw[112:120] = np.array([slope, intercept], "<f4").tobytes()
        path.write_bytes(raw)
        scan = read_scan(path)
        assert scan.dtype.kind == dtype
        np.testing.assert_allclose(np.sort(scan.volume().ravel()), np.arange(60) * slope + intercept)


def test_big_endian_values_are_the_same(tmp_path: Path) -> None:
    import nibabel

    voxels = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    little = saved(tmp_path / "little.nii", voxels)
    big = nibabel.Nifti1Image(voxels, np.diag([2.0, 3.0, 4.0, 1.0]), nibabel.Nifti1Header(endianness=">"))
    nibabel.save(big, tmp_path / "big.nii")
    np.testing.assert_array_equal(read_scan(tmp_path / "big.nii").volume(), read_scan(little).volume())


def test_of_a_4d_file_the_first_volume_opens_and_the_others_are_parts(tmp_path: Path) -> None:
    voxels = np.arange(120, dtype=np.int16).reshape(3, 4, 5, 2)
    for name in ("a.nii", "a.nii.gz"):
        path = saved(tmp_path / name, voxels)
        assert read_scan(path).volume().max() == voxels[..., 0].max()
        second = read_scan(ScanSource("nifti", (path,), "v1"))
        assert second.volume().max() == 119 and "Volume 2 of 2" in second.notes[0]
        with pytest.raises(UnreadableFile):
            read_scan(ScanSource("nifti", (path,), "v2"))


def test_a_compressed_file_of_several_members_or_with_more_behind_is_read(tmp_path: Path) -> None:
    voxels = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    plain = saved(tmp_path / "a.nii", voxels).read_bytes()
    (tmp_path / "members.nii.gz").write_bytes(gzip.compress(plain[:400]) + gzip.compress(plain[400:]))
    (tmp_path / "behind.nii.gz").write_bytes(gzip.compress(plain + b"footer"))
    expected = read_scan(tmp_path / "a.nii").volume()
    for name in ("members.nii.gz", "behind.nii.gz"):
        np.testing.assert_array_equal(read_scan(tmp_path / name).volume(), expected)


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    packed = saved(tmp_path / "a.nii.gz", np.random.default_rng(0).integers(0, 999, (9, 9, 9)).astype(np.int16))
    (tmp_path / "cut.nii.gz").write_bytes(packed.read_bytes()[:-200])
    with pytest.raises(UnreadableFile):
        read_scan(tmp_path / "cut.nii.gz").slice(0)
    plain = saved(tmp_path / "b.nii", np.zeros((9, 9, 9), np.int16))
    (tmp_path / "cut.nii").write_bytes(plain.read_bytes()[:-200])
    with pytest.raises(UnreadableFile):
        read_scan(tmp_path / "cut.nii").slice(0)


def test_a_header_that_claims_terabytes_is_refused_before_reading(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.nii", np.zeros((3, 3, 3), np.int16))
    raw = bytearray(path.read_bytes())
    raw[42:48] = np.array([30000, 30000, 30000], "<i2").tobytes()
    path.write_bytes(raw)
    with pytest.raises(UnreadableFile, match="more than can be opened"):
        read_scan(path)


def test_microns_and_metres_become_millimetres_and_the_mask_keeps_the_files_affine(tmp_path: Path) -> None:
    import nibabel

    phantom = orientation_phantom("axial")
    for unit, mm in (("micron", 0.001), ("meter", 1000.0)):
        path = write_nifti(tmp_path / f"{unit}.nii", phantom.voxels, phantom.affine, unit=unit)
        scan = read_scan(path)
        np.testing.assert_allclose(scan.geometry.spacing_mm, np.multiply(phantom.spacing_mm, mm), rtol=1e-6)
        (written,) = write_mask(tmp_path / f"{unit}_out.nii", phantom.lesion, scan.geometry)
        assert nibabel.load(written).header.get_xyzt_units()[0] == unit
        np.testing.assert_array_equal(nibabel.load(written).affine, nibabel.load(path).affine)
        np.testing.assert_array_equal(read_mask(written, scan.geometry), phantom.lesion)


def test_a_file_without_form_codes_has_a_spacing_but_no_sides(tmp_path: Path) -> None:
    import nibabel

    image = nibabel.Nifti1Image(np.zeros((5, 6, 7), np.uint8), np.diag([2.0, 3.0, 4.0, 1.0]))
    image.set_qform(image.affine, 0)
    image.set_sform(image.affine, 0)
    nibabel.save(image, tmp_path / "a.nii")
    geometry = read_scan(tmp_path / "a.nii").geometry
    assert geometry.spacing_mm == (4.0, 3.0, 2.0) and geometry.shape == (7, 6, 5)
    assert not geometry.has_orientation and geometry.edge_letters() == ("", "", "", "")


def test_the_coarsest_axis_is_across_the_slices(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.nii", np.zeros((9, 4, 9), np.int16), np.diag([1.0, 5.0, 1.0, 1.0]))
    assert read_scan(path).geometry.plane == "coronal" and read_scan(path).geometry.shape == (4, 9, 9)


def test_values_with_air_and_a_body_are_taken_for_hu_and_that_is_said(tmp_path: Path) -> None:
    phantom = ct_phantom()
    for name in ("a.nii", "a.nii.gz"):
        scan = read_scan(write_nifti(tmp_path / name, phantom.voxels, phantom.affine))
        assert (scan.modality, scan.unit) == ("CT", "HU") and "in HU" in scan.notes[0]


def test_no_other_volume_is_taken_for_ct(shared_data: Path) -> None:
    files = sorted((shared_data / "formats/nifti").rglob("*.nii*")) + sorted(
        (shared_data / "brain_lobes").rglob("*.nii.gz")
    )
    others = [path for path in files if path.name not in ("shear.nii.gz", "row_major.dconn.nii")]
    assert len(others) > 30 and not [path.name for path in others if read_scan(path).unit]


def test_phase_images_and_pictures_are_no_hu() -> None:
    rng = np.random.default_rng(0)
    assert not look_like_hu(rng.integers(-4096, 4095, 10_000).astype(np.int16))
    assert not look_like_hu(np.full(100, -1000, np.int16))
    assert not look_like_hu(rng.integers(0, 255, 10_000).astype(np.uint8))
    assert not look_like_hu(rng.normal(0, 500, 10_000))
    padded = np.concatenate([np.full(500, -3024), rng.normal(-1000, 20, 300), rng.normal(40, 30, 200)])
    assert look_like_hu(padded)


@pytest.mark.parametrize("name", ["test.mgz", "anatomical.nii", "example_nifti2.nii.gz", "functional.nii"])
def test_values_are_those_that_nibabel_gives(shared_data: Path, name: str) -> None:
    import nibabel

    path = shared_data / "formats/nifti/nibabel" / name
    scan, image = read_scan(path), nibabel.load(path)
    volume = np.asarray(image.dataobj)[..., 0] if len(image.shape) == 4 else np.asarray(image.dataobj)
    assert scan.geometry.stored is not None
    np.testing.assert_allclose(scan.geometry.stored.to_stored(scan.volume()), volume, rtol=1e-5)


def test_a_packed_file_is_turned_as_a_plain_one_is_and_whole_as_slice_by_slice(tmp_path: Path) -> None:
    voxels = np.random.default_rng(3).integers(-900, 900, (5, 6, 7)).astype(np.int16)
    for n, signs in enumerate(product((1, -1), repeat=3)):
        for axes in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            affine = np.zeros((4, 4))
            affine[list(axes), range(3)] = signs
            affine[3, 3] = 1.0
            plain, packed = tmp_path / f"{n}{axes[0]}.nii", tmp_path / f"{n}{axes[0]}.nii.gz"
            for path in (plain, packed):
                nibabel.save(nibabel.Nifti1Image(voxels, affine), path)
            scan, whole = read_scan(packed), read_scan(packed).volume()
            np.testing.assert_array_equal(whole, read_scan(plain).volume())
            np.testing.assert_array_equal(whole, np.stack([scan.slice(k) for k in range(scan.slices)]))
            assert not whole.flags.writeable
