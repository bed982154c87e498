"""Whether the values of a volume that does not say what it is are those of a CT."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_AIR_HU, _LEAST_AIR = (-1100, -900), 0.05
_PADDING_HU, _HIGHEST_HU = -1100, 32767
_SOFT_HU, _LEAST_SOFT = (-300, 400), 0.01


def look_like_hu(values: NDArray[Any]) -> bool:
    """Whether enough of some slices' values are those of air, and some those of a body, in Hounsfield units.

    Below air there may be padding of one value (-1024, -2048, -3024), but no others.
    """
    if values.dtype.kind not in "if" or values.size == 0:
        return False
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values.ravel()
    if finite.size == 0 or finite.max() > _HIGHEST_HU:
        return False
    below = finite[finite < _PADDING_HU]
    is_padding = below.size == 0 or bool((below == below[0]).mean() > 0.95)
    real = finite[finite >= _PADDING_HU]
    return is_padding and _share(real, _AIR_HU) >= _LEAST_AIR and _share(real, _SOFT_HU) >= _LEAST_SOFT


def _share(values: NDArray[Any], between: tuple[int, int]) -> float:
    return float(((values >= between[0]) & (values <= between[1])).mean()) if values.size else 0.0
