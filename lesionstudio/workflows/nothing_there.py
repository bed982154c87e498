"""What a model marks on scans that show nothing to mark."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.imaging.formats import read_scan
from lesionstudio.progress import Reporter, silent
from lesionstudio.workflows.asked_scans import asked_scans, place_of
from lesionstudio.workflows.segment import Choices, Segmenting


def marked_where_nothing_is(choices: Choices, paths: Sequence[Path], report: Reporter = silent) -> list[dict[str, Any]]:
    """For each scan {"path", "slices", "marked_slices", "marked_px", "marked_ml"}; ml is None without a spacing.

    Marked as Segment marks. Raises UnreadableFile for a scan that cannot be read.
    """
    found = []
    for one in asked_scans(paths, strict=True):
        run = Segmenting(read_scan(one.source), choices)
        grid = run.scan.geometry
        pieces = list(run.pieces(range(run.scan.slices), report, one.name))
        marked = np.concatenate([np.count_nonzero(piece.labels, axis=(1, 2)) for piece in pieces])
        ml = float(marked.sum()) * grid.voxel_volume_mm3 / 1000 if grid.has_spacing and run.scan.slices > 1 else None
        found.append(
            {
                "path": place_of(one),
                "slices": len(marked),
                "marked_slices": int(np.count_nonzero(marked)),
                "marked_px": int(marked.sum()),
                "marked_ml": ml,
            }
        )
    return found


def on_card(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The same for a card, which names no scan: how many, how many are marked, and how much of each, most first."""
    volumes = [one["marked_ml"] for one in found]
    in_ml = all(volume is not None for volume in volumes)
    amounts = [round(one["marked_ml"], 2) if in_ml else one["marked_px"] for one in found]
    return {
        "scans": len(found),
        "slices": sum(one["slices"] for one in found),
        "marked_slices": sum(one["marked_slices"] for one in found),
        "marked_ml" if in_ml else "marked_px": sorted(amounts, reverse=True),
    }
