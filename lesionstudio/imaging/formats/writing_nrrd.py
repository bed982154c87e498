"""Writing NRRD: voxels as they lie here, columns fastest, then rows, then slices, with their place in LPS mm.

Slices are turned round where that makes the axes right-handed, which some programs insist on; the affine turns with
them, so that nothing moves.
"""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesionstudio.imaging.formats.whole import whole_file
from lesionstudio.imaging.geometry import Geometry

_TO_LPS = np.array([[-1.0], [-1.0], [1.0]])
_QUICK = 1


def write(path: Path, voxels: NDArray[Any], geometry: Geometry, keys: Mapping[str, str] | None = None) -> None:
    """Writes (slice, row, column), whole or not at all. `keys`: what else the header says, one line each.

    Without an orientation the file says spacings alone, in mm, or nothing. Raises OSError.
    """
    import nrrd

    header: dict[str, Any] = {**_place(geometry), "kinds": ["domain"] * 3, "encoding": "gzip"}
    content = BytesIO()
    nrrd.write(content, np.ascontiguousarray(voxels), header, compression_level=_QUICK, index_order="C")
    head, blank, packed = content.getvalue().partition(b"\n\n")
    said = "".join(f"\n{key}:={value}" for key, value in (keys or {}).items())  # by pynrrd they would have to be ASCII
    with whole_file(path) as draft:
        draft.write_bytes(head + said.encode() + blank + packed)


def right_handed(voxels: NDArray[Any], geometry: Geometry) -> tuple[NDArray[Any], Geometry]:
    """The same voxels at the same places, with their slices turned round where (column, row, slice) is left-handed."""
    if not geometry.has_orientation or np.linalg.det(_ijk(geometry)[:, :3]) > 0:
        return voxels, geometry
    affine = geometry.affine.copy()
    affine[:3, 3] += affine[:3, 0] * (len(voxels) - 1)
    affine[:3, 0] *= -1
    return voxels[::-1], replace(geometry, affine=affine, positions_mm=None, stored=None)


def _place(geometry: Geometry) -> dict[str, Any]:
    if geometry.has_orientation:
        ijk = _ijk(geometry)
        steps, origin = ijk[:, :3].T + 0.0, ijk[:, 3] + 0.0
        return {"space": "left-posterior-superior", "space directions": steps, "space origin": origin}
    if geometry.has_spacing:
        return {"spacings": np.array(geometry.spacing_mm[::-1]), "units": ["mm"] * 3}
    return {}


def _ijk(geometry: Geometry) -> NDArray[np.float64]:
    """Three rows of the affine from (column, row, slice, 1) to LPS mm."""
    turned: NDArray[np.float64] = geometry.affine[:3, [2, 1, 0, 3]] * _TO_LPS
    return turned
