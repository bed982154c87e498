#!/usr/bin/env python3
"""Copies the signs and the typeface that the window uses from their pinned npm packages into resources/.

For developers, after adding a name to SIGNS: `python installer/icons.py`. It needs npm, and for the typeface
`pip install fonttools brotli`. Tabler icons are MIT, Inter is SIL OFL 1.1; their licence texts are copied beside them.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TABLER, INTER = "@tabler/icons@3.51.0", "inter-ui@4.1.1"
WEIGHTS = ("Regular", "Medium", "SemiBold")
SIGNS = """
adjustments-alt alert-circle alert-triangle angle arrow-back-up arrow-forward-up arrow-right arrows-maximize
border-outer brush category chart-line check chevron-down chevron-left chevron-right circle circle-check circle-dashed
color-picker columns-2 contrast copy dots download drag-drop eraser eye eye-off file-alert flag-3 flip-horizontal
flip-vertical folder folder-off folder-open folder-plus folder-search grain history info-circle keyboard lasso
lasso-polygon layers-union layout-grid layout-sidebar-left-collapse layout-sidebar-left-expand
layout-sidebar-right-collapse link lock lock-open pencil photo-down plant-2 player-pause player-play plus
relation-one-to-one report-analytics rotate-clockwise ruler-2 scale search settings sparkles sphere square stack-2
stethoscope table tags unlink wand x
"""
# What Western, Central European, Greek and Cyrillic names need, and the typographic signs of the window.
LETTERS = (
    "U+0020-007E,U+00A0-024F,U+0370-03FF,U+0400-045F,U+1E00-1EFF,"
    "U+2010-2027,U+2030-203A,U+20AC,U+2122,U+2190-2193,U+2200-22FF"
)
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "calt", "case", "tnum"]
FIGURES = "0123456789+\N{MINUS SIGN}"
RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def main() -> int:
    """Copies both; 0 when all is there."""
    with tempfile.TemporaryDirectory() as folder:
        copy_signs(unpack(TABLER, Path(folder)))
        copy_typeface(unpack(INTER, Path(folder)))
    return 0


def unpack(package: str, folder: Path) -> Path:
    """The unpacked npm package."""
    npm = shutil.which("npm") or sys.exit("npm is needed to fetch " + package)
    packed = subprocess.run([npm, "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)
    target = folder / package.strip("@").replace("/", "-")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def copy_signs(package: Path) -> None:
    """The outlines named in SIGNS, with the stroke of the design (1.75 at 24)."""
    target = RESOURCES / "icons"
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.svg"):
        old.unlink()
    for name in SIGNS.split():
        drawing = (package / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
        thin = drawing.replace('stroke-width="2"', 'stroke-width="1.75"')
        (target / f"{name}.svg").write_text(thin, encoding="utf-8")
    shutil.copy(package / "LICENSE", target / "LICENSE-tabler.txt")


def copy_typeface(package: Path) -> None:
    """Three weights of Inter as TrueType, the one format that Qt reads on every system."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    target = RESOURCES / "fonts"
    target.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        font = TTFont(package / "web" / f"Inter-{weight}.woff2", recalcTimestamp=False)
        keep_equal_width_to_figures(font)
        cutter = subset.Subsetter(subset.Options(layout_features=FEATURES, name_IDs=["*"]))
        cutter.populate(unicodes=subset.parse_unicodes(LETTERS))
        cutter.subset(font)
        font.flavor = None
        font.save(target / f"Inter-{weight}.ttf")
    shutil.copy(package / "LICENSE.txt", target / "LICENSE-inter.txt")


def keep_equal_width_to_figures(font: Any) -> None:
    """Takes hyphens and brackets out of `tnum`: on for the whole window, it would tear "low-grade" apart."""
    names, table = font.getBestCmap(), font["GSUB"].table
    figures = {names[ord(figure)] for figure in FIGURES}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for place in record.Feature.LookupListIndex:
                for part in table.LookupList.Lookup[place].SubTable:
                    pairs = getattr(part, "ExtSubTable", part)
                    pairs.mapping = {old: new for old, new in pairs.mapping.items() if old in figures}


if __name__ == "__main__":
    sys.exit(main())
